//! The head and the body of a request in one write.
//!
//! The library writes them apart: two calls of the operating system, two segments (two records under TLS), and a server
//! that is woken twice. Here what is to be sent waits until an answer is waited for, or until it would not fit any more.

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Makes every connection write so.
#[derive(Debug)]
pub(super) struct Together;

/// A connection that writes so.
#[derive(Debug)]
pub(super) struct Held<T> {
    inner: T,
    /// What was handed over and not sent yet; it fits into the output buffer of `inner`.
    held: Vec<u8>,
}

impl<In: Transport> Connector<In> for Together {
    type Out = Held<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Held { inner, held: Vec::new() }))
    }
}

impl<T: Transport> Held<T> {
    fn send(&mut self, timeout: NextTimeout) -> Result<(), Error> {
        if self.held.is_empty() {
            return Ok(());
        }
        self.inner.buffers().output()[..self.held.len()].copy_from_slice(&self.held);
        let amount = self.held.len();
        self.held.clear();
        self.inner.transmit_output(amount, timeout)
    }
}

impl<T: Transport> Transport for Held<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let output = self.inner.buffers().output();
        if self.held.len() + amount <= output.len() {
            self.held.extend_from_slice(&output[..amount]);
            return Ok(());
        }
        let more = output[..amount].to_vec();
        self.send(timeout)?;
        self.held = more;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.send(timeout)?;
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.held.is_empty() && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use ureq::Agent;
    use ureq::unversioned::resolver::DefaultResolver;
    use ureq::unversioned::transport::DefaultConnector;

    use super::*;

    /// What the server's first read gets, and how much arrives in all, for a request with a body of this size.
    fn arrived(size: usize) -> (usize, usize) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = vec![0; 1 << 20];
            let first = stream.read(&mut buffer).unwrap();
            let (mut all, mut text) = (first, buffer[..first].to_vec());
            let is_whole = |text: &[u8]| {
                let head = text.windows(4).position(|end| end == b"\r\n\r\n");
                head.is_some_and(|head| text.len() == head + 4 + size)
            };
            while !is_whole(&text) {
                let more = stream.read(&mut buffer).unwrap();
                text.extend_from_slice(&buffer[..more]);
                all += more;
            }
            assert!(text.ends_with(&vec![b'x'; size]));
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
            (first, all)
        });
        let config = Agent::config_builder().build();
        let agent = Agent::with_parts(config, DefaultConnector::default().chain(Together), DefaultResolver::default());
        agent.post(&url).send(vec![b'x'; size].as_slice()).unwrap();
        server.join().unwrap()
    }

    #[test]
    fn head_and_body_arrive_together_and_a_large_body_arrives_whole() {
        let (first, all) = arrived(500);
        assert_eq!(first, all);
        let (_, all) = arrived(300_000);
        assert!(all > 300_000);
    }
}
