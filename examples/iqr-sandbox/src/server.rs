//! A service as a running thing: a listener, a thread per connection, and one state behind a lock.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::answer::Answer;
use crate::clock::http_date;
use crate::delivery::{Delivery, deliver, hang_up};
use crate::wire::{Incoming, Reader};

/// The time that a [`Server`] waits for its threads when it is dropped.
const FAREWELL: Duration = Duration::from_secs(2);

/// The state of a service, and how it answers.
pub(crate) trait Service: Send + 'static {
    /// Counts a connection, and returns its number from 1.
    fn connect(&mut self) -> u64;

    /// The round trip of every request.
    fn rtt(&self) -> Duration;

    /// Whether a request counts as one in flight.
    fn is_limited(incoming: &Incoming) -> bool;

    /// Answers a request.
    fn reply(&mut self, arrival: &Arrival<'_>) -> Reply;
}

/// A request, and the circumstances in which it arrived.
pub(crate) struct Arrival<'a> {
    pub(crate) incoming: &'a Incoming,
    pub(crate) connection: u64,
    pub(crate) at: Instant,
    /// Limited requests in flight, with this one if it is limited itself.
    pub(crate) in_flight: usize,
}

/// An answer, and the way in which it goes out.
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    pub(crate) delivery: Delivery,
    /// The `Date` header.
    pub(crate) date: String,
}

/// A running service on a loopback port. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server<S> {
    shared: Arc<Shared<S>>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared<S> {
    state: Mutex<S>,
    connections: Mutex<HashMap<u64, Arc<TcpStream>>>,
    all_gone: Condvar,
    in_flight: AtomicUsize,
    stopping: AtomicBool,
}

impl<S: Service> Server<S> {
    /// Starts on a loopback port; 0 takes a free one.
    pub(crate) fn try_start(port: u16, state: S) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            connections: Mutex::default(),
            all_gone: Condvar::new(),
            in_flight: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        });
        let for_acceptor = Arc::clone(&shared);
        let acceptor =
            thread::Builder::new().name("sandbox".to_owned()).spawn(move || accept(&listener, &for_acceptor))?;
        Ok(Self { shared, address, acceptor: Some(acceptor) })
    }
}

impl<S> Server<S> {
    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The state. No request is answered while the guard is held.
    pub(crate) fn state(&self) -> MutexGuard<'_, S> {
        self.shared.state()
    }
}

impl<S> Drop for Server<S> {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // A connection of our own wakes the acceptor; an acceptor that has failed already needs none.
        let _ = TcpStream::connect_timeout(&self.address, FAREWELL);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        self.shared.disconnect();
    }
}

impl<S> Shared<S> {
    fn state(&self) -> MutexGuard<'_, S> {
        // A test that fails while it holds the guard must not take every other thread with it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<u64, Arc<TcpStream>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn disconnect(&self) {
        let connections = self.connections();
        for stream in connections.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let _ = self.all_gone.wait_timeout_while(connections, FAREWELL, |connections| !connections.is_empty());
    }
}

fn accept<S: Service>(listener: &TcpListener, shared: &Arc<Shared<S>>) {
    for stream in listener.incoming() {
        if shared.stopping() {
            return;
        }
        let Ok(stream) = stream else {
            // Out of descriptors, or a peer that left before it was met: neither ends the service, nor may it spin.
            thread::sleep(Duration::from_millis(1));
            continue;
        };
        let number = shared.state().connect();
        let (stream, shared) = (Arc::new(stream), Arc::clone(shared));
        shared.connections().insert(number, Arc::clone(&stream));
        let for_thread = Arc::clone(&shared);
        let spawned = thread::Builder::new().spawn(move || converse(&for_thread, number, stream));
        if spawned.is_err() {
            shared.connections().remove(&number);
        }
    }
}

/// Serves a connection to its end.
fn converse<S: Service>(shared: &Shared<S>, number: u64, stream: Arc<TcpStream>) {
    let _ = stream.set_nodelay(true);
    let mut reader = Reader::new(&stream);
    loop {
        let kept = match reader.next() {
            Ok(Some(incoming)) => exchange_one(shared, number, &stream, &incoming),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                deliver(&stream, &Answer::request_error(), Delivery::Plain, false, &http_date(0))
            }
            Ok(None) | Err(_) => break,
        };
        if !matches!(kept, Ok(true)) || shared.stopping() {
            break;
        }
    }
    hang_up(&stream);
    // The socket must be closed before the sandbox says that all are gone: a reset happens at the close.
    let mut connections = shared.connections();
    connections.remove(&number);
    drop(stream);
    shared.all_gone.notify_all();
}

/// Answers one request; says whether the connection can serve another.
fn exchange_one<S: Service>(
    shared: &Shared<S>,
    connection: u64,
    stream: &TcpStream,
    incoming: &Incoming,
) -> io::Result<bool> {
    let at = Instant::now();
    let in_flight = S::is_limited(incoming).then(|| InFlight::enter(&shared.in_flight));
    let count =
        in_flight.as_ref().map_or_else(|| shared.in_flight.load(Ordering::SeqCst), |entered| entered.others + 1);
    let rtt = shared.state().rtt();
    pause_until(at + rtt / 2);
    let reply = shared.state().reply(&Arrival { incoming, connection, at, in_flight: count });
    pause_until(at + rtt);
    // Before the last byte goes out, or the client's next request could be counted beside the one just answered.
    let held = in_flight.filter(|_| reply.delivery != Delivery::Plain);
    let kept = deliver(stream, &reply.answer, reply.delivery, incoming.keep_alive, &reply.date);
    drop(held);
    kept
}

fn pause_until(moment: Instant) {
    let left = moment.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        thread::sleep(left);
    }
}

/// Counts a request as being in flight for as long as it lives.
struct InFlight<'a> {
    count: &'a AtomicUsize,
    others: usize,
}

impl<'a> InFlight<'a> {
    fn enter(count: &'a AtomicUsize) -> Self {
        Self { count, others: count.fetch_add(1, Ordering::SeqCst) }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::SeqCst);
    }
}
