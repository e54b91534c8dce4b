//! Fewer calls of the operating system for each request.
//!
//! The library looks whether a connection is still good when it goes back to the others and again when it is taken, three
//! calls each time; and it sets the time that a call may take anew for every one, because a little of it is over. Here
//! only the second look is taken, and times are rounded up so that they seldom change.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ureq::Error;
use ureq::unversioned::transport::time::Duration as Wait;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// To the next of these, times are rounded up: a call may take so much longer.
const STEP: Duration = Duration::from_millis(250);

/// What is shorter than this stays as it is.
const SHORT: Duration = Duration::from_secs(1);

/// After so many kept connections in a row that the server had closed, only one in [`TRIED`] is used again: that it is
/// closed may not have arrived yet when the next one is looked at, and a write that is lost with it is not repeated.
const MOST_CLOSED: u32 = 3;
/// So seldom it is tried whether the server keeps connections by now: it may have closed those that were idle for long.
const TRIED: u32 = 16;

/// Makes every connection spare calls.
#[derive(Debug, Default)]
pub(super) struct Sparing {
    /// How many kept connections in a row were found closed.
    closed: Arc<AtomicU32>,
}

/// A connection that spares calls.
#[derive(Debug)]
pub(super) struct Spared<T> {
    inner: T,
    /// The answer was read just now: the next look is the one when the connection goes back to the others.
    was_read: bool,
    closed: Arc<AtomicU32>,
}

impl<In: Transport> Connector<In> for Sparing {
    type Out = Spared<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Spared { inner, was_read: false, closed: Arc::clone(&self.closed) }))
    }
}

impl<T: Transport> Transport for Spared<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.inner.transmit_output(amount, rounded_up(timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.was_read = true;
        self.inner.await_input(rounded_up(timeout))
    }

    fn is_open(&mut self) -> bool {
        if mem::take(&mut self.was_read) {
            return true;
        }
        let closed = self.closed.load(Ordering::Relaxed);
        let is_open = (closed < MOST_CLOSED || closed.is_multiple_of(TRIED)) && self.inner.is_open();
        self.closed.store(if is_open { 0 } else { closed.wrapping_add(1) }, Ordering::Relaxed);
        is_open
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

fn rounded_up(timeout: NextTimeout) -> NextTimeout {
    let Wait::Exact(after) = timeout.after else { return timeout };
    if after < SHORT {
        return timeout;
    }
    let steps = after.as_nanos().div_ceil(STEP.as_nanos());
    let after = u32::try_from(steps).map_or(after, |steps| STEP * steps);
    NextTimeout { after: after.into(), ..timeout }
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

    #[test]
    fn times_are_rounded_up_to_the_next_step_and_short_ones_stay() {
        let rounded = |millis| {
            let timeout = NextTimeout { after: Duration::from_millis(millis).into(), ..NextTimeout::default() };
            match rounded_up(timeout).after {
                Wait::Exact(after) => after.as_millis(),
                Wait::NotHappening => 0,
            }
        };
        for (millis, expected) in [(0, 0), (7, 7), (999, 999), (1000, 1000), (1001, 1250), (29_999, 30_000)] {
            assert_eq!(rounded(millis), expected, "{millis}");
        }
        assert_eq!(rounded_up(NextTimeout::default()), NextTimeout::default());
    }

    fn answer(stream: &mut TcpStream) {
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
    }

    /// Two requests share a connection; one that the server has closed meanwhile is not used for the third.
    #[test]
    fn a_connection_that_was_closed_is_not_taken_for_an_open_one() {
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
        let connector = DefaultConnector::default().chain(Sparing::default());
        let agent = Agent::with_parts(Agent::config_builder().build(), connector, DefaultResolver::default());
        let ask = || agent.get(&url).call().unwrap().body_mut().read_to_string().unwrap();
        assert_eq!([ask(), ask()], ["ok", "ok"]);
        is_closed.recv().unwrap();
        assert_eq!(ask(), "ok");
        server.join().unwrap();
    }
}
