//! A limit on the reuse of connections that the server has closed.
//!
//! That a pooled connection is closed may not have arrived yet when it is taken, and a write that is lost with it is
//! not repeated. Where the server closes its connections, it is better to open new ones.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// The number of stale pooled connections in a row after which only one in [`PROBE_INTERVAL`] is reused.
const MAX_STALE_CONNECTIONS: u32 = 3;

/// The interval at which a kept connection is tried again, in requests: the server may have closed those that were idle
/// for long.
const PROBE_INTERVAL: u32 = 16;

/// Connects with a [`Guarded`] connection, all of which share one count.
#[derive(Debug, Default)]
pub(crate) struct StaleGuard {
    /// The stale pooled connections in a row.
    stale: Arc<AtomicU32>,
}

/// A connection that is reused only while pooled connections are not stale.
#[derive(Debug)]
pub(crate) struct Guarded<T> {
    inner: T,
    /// The next check is the one when the connection returns to the pool, which says nothing of pooled connections.
    is_in_use: bool,
    stale: Arc<AtomicU32>,
}

impl<In: Transport> Connector<In> for StaleGuard {
    type Out = Guarded<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Guarded { inner, is_in_use: true, stale: Arc::clone(&self.stale) }))
    }
}

impl<T: Transport> Transport for Guarded<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.is_in_use = true;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        if mem::take(&mut self.is_in_use) {
            return self.inner.is_open();
        }
        let stale = self.stale.load(Ordering::Relaxed);
        let may_reuse = stale < MAX_STALE_CONNECTIONS || stale.is_multiple_of(PROBE_INTERVAL);
        let is_open = may_reuse && self.inner.is_open();
        self.stale.store(if is_open { 0 } else { stale.wrapping_add(1) }, Ordering::Relaxed);
        is_open
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use ureq::Agent;
    use ureq::unversioned::resolver::DefaultResolver;
    use ureq::unversioned::transport::DefaultConnector;

    use super::*;

    fn answer(stream: &mut TcpStream) {
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
    }

    /// Two requests share a connection; the server has closed it before the third.
    #[test]
    fn opens_new_connection_for_one_the_server_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (closed, is_closed) = std::sync::mpsc::channel();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            answer(&mut stream);
            answer(&mut stream);
            drop(stream);
            closed.send(()).unwrap();
            answer(&mut listener.accept().unwrap().0);
        });
        let connector = DefaultConnector::default().chain(StaleGuard::default());
        let agent = Agent::with_parts(Agent::config_builder().build(), connector, DefaultResolver::default());
        let ask = || agent.get(&url).call().unwrap().body_mut().read_to_string().unwrap();
        assert_eq!([ask(), ask()], ["ok", "ok"]);
        is_closed.recv().unwrap();
        assert_eq!(ask(), "ok");
        server.join().unwrap();
    }

    #[derive(Debug)]
    struct Pooled {
        is_open: bool,
    }

    impl Transport for Pooled {
        fn buffers(&mut self) -> &mut dyn Buffers {
            unreachable!("nothing is sent")
        }

        fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
            Ok(())
        }

        fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
            Ok(true)
        }

        fn is_open(&mut self) -> bool {
            self.is_open
        }
    }

    #[test]
    fn reuses_one_in_an_interval_after_stale_connections() {
        let stale = Arc::new(AtomicU32::new(0));
        let reuses =
            |is_open| Guarded { inner: Pooled { is_open }, is_in_use: false, stale: Arc::clone(&stale) }.is_open();
        assert!(reuses(true));
        assert!((0..MAX_STALE_CONNECTIONS).all(|_| !reuses(false)));
        let refused = (0..2 * PROBE_INTERVAL).take_while(|_| !reuses(true)).count();
        assert_eq!(refused, (PROBE_INTERVAL - MAX_STALE_CONNECTIONS) as usize);
        assert!(reuses(true), "the probe was open");
    }
}
