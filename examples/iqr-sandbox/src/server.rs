//! The sandbox as a running thing: a listener, a thread per connection, and one state behind a lock.

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
use crate::exchange;
use crate::faults::Fault;
use crate::options::Options;
use crate::record::{Counters, Request};
use crate::state::State;
use crate::wire::{Incoming, Reader};

/// How long [`Sandbox`] waits for its threads when it is dropped.
const FAREWELL: Duration = Duration::from_secs(2);

/// A running IQR. It stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    connections: Mutex<HashMap<u64, Arc<TcpStream>>>,
    all_gone: Condvar,
    in_flight: AtomicUsize,
    stopping: AtomicBool,
}

impl Sandbox {
    /// Starts on loopback.
    ///
    /// # Panics
    ///
    /// When the port cannot be had; see [`Self::try_start`].
    #[must_use]
    pub fn start(options: Options) -> Self {
        Self::try_start(options).expect("a loopback port should be free")
    }

    /// Starts on loopback.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    pub fn try_start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(options)),
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

    /// `http://127.0.0.1:PORT`, which serves as `signin_url` and as `api_url`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The key that may sign in.
    #[must_use]
    pub fn api_key(&self) -> String {
        self.state().options.api_key.clone()
    }

    /// Everything it knows. No request is answered while the guard is held.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// See [`State::set_faults`].
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.state().set_faults(faults);
    }

    /// The sums since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.state().counters()
    }

    /// A copy of the record of requests.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests().to_vec()
    }
}

impl Drop for Sandbox {
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

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
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

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopping() {
            return;
        }
        let Ok(stream) = stream else {
            // Out of descriptors, or a peer that left before it was met: neither ends the service, nor may it spin.
            thread::sleep(Duration::from_millis(1));
            continue;
        };
        let number = {
            let mut state = shared.state();
            state.counters.connections += 1;
            state.counters.connections
        };
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
fn converse(shared: &Shared, number: u64, stream: Arc<TcpStream>) {
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
fn exchange_one(shared: &Shared, connection: u64, stream: &TcpStream, incoming: &Incoming) -> io::Result<bool> {
    let arrived = Instant::now();
    let in_flight = InFlight::enter(&shared.in_flight);
    let rtt = shared.state().options.rtt;
    pause_until(arrived + rtt / 2);
    let reply = exchange::reply(&mut shared.state(), connection, arrived, in_flight.others + 1, incoming);
    pause_until(arrived + rtt);
    // Before the last byte goes out, or the client's next request could be counted beside the one just answered.
    let held = (reply.delivery != Delivery::Plain).then_some(in_flight);
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
