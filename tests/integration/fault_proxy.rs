//! A server in front of the sandbox, in plain text or TLS. It decides for each request whether the sandbox gets it and
//! which bytes go back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::bench::Bench;

/// Keys of IQR's two hosts in the config.
pub const HOSTS: [&str; 2] = ["signin_url", "api_url"];

/// A request as it arrived.
#[derive(Clone)]
pub struct Asked {
    /// Number of the request, from 1 over all connections.
    pub number: u64,
    /// Method.
    pub method: String,
    /// Path and query.
    pub target: String,
    whole: Vec<u8>,
    sandbox: SocketAddr,
}

/// A reply to a request.
pub enum Reply {
    /// Sends these bytes and keeps the connection.
    Keep(Vec<u8>),
    /// Sends these bytes, then closes as the protocol demands.
    Close(Vec<u8>),
    /// Sends these bytes, then breaks off: without the farewell of TLS.
    Cut(Vec<u8>),
    /// Sends these bytes and closes later: perhaps just when the connection is used again.
    Linger(Vec<u8>, Duration),
    /// Sends these bytes one at a time, with a pause before each.
    Drip(Vec<u8>, Duration),
    /// Sends this piece so many times, as fast as the client takes it.
    Flood(Vec<u8>, u64),
    /// Sends these bytes, then continues with another reply.
    Begin(Vec<u8>, Box<Reply>),
    /// Sends nothing until the client leaves.
    Silence,
}

type Manners = Box<dyn Fn(&Asked) -> Reply + Send + Sync>;

struct Shared {
    manners: Manners,
    tls: Option<Arc<ServerConfig>>,
    sandbox: SocketAddr,
    connections: AtomicU64,
    requests: AtomicU64,
}

/// A running proxy; its threads end with the test.
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

trait Wire: Read + Write + Send {
    /// Ends the connection as the protocol demands.
    fn farewell(&mut self) {}
}

impl Wire for TcpStream {}

impl Wire for StreamOwned<ServerConnection, TcpStream> {
    fn farewell(&mut self) {
        self.conn.send_close_notify();
        _ = self.flush();
    }
}

impl Asked {
    /// Passes the request to the sandbox; returns the whole answer.
    pub fn answer(&self) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.sandbox).unwrap();
        stream.write_all(&self.whole).unwrap();
        message(&mut BufReader::new(stream)).unwrap_or_default()
    }

    pub fn is_session(&self) -> bool {
        self.target.starts_with("/api/IntegrationAPI/Session")
    }

    /// Returns whether the request is a write with comment lines.
    pub fn has_comments(&self) -> bool {
        self.holds("inventorycomments")
    }

    /// Returns whether the request is a write with this text.
    pub fn holds(&self, text: &str) -> bool {
        self.is_write() && String::from_utf8_lossy(&self.whole).contains(text)
    }

    pub fn is_write(&self) -> bool {
        self.method == "POST" && !self.is_session()
    }
}

impl FaultProxy {
    /// Starts a proxy in plain text.
    pub fn start(sandbox: SocketAddr, manners: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(sandbox, None, Box::new(manners))
    }

    /// Starts a proxy with TLS.
    pub fn start_tls(
        sandbox: SocketAddr,
        tls: Arc<ServerConfig>,
        manners: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(sandbox, Some(tls), Box::new(manners))
    }

    fn listen(sandbox: SocketAddr, tls: Option<Arc<ServerConfig>>, manners: Manners) -> Self {
        let (connections, requests) = (AtomicU64::new(0), AtomicU64::new(0));
        let shared = Arc::new(Shared { manners, tls, sandbox, connections, requests });
        let serving = Arc::clone(&shared);
        let address = accept(move |stream| {
            serving.connections.fetch_add(1, Ordering::SeqCst);
            serving.serve(stream);
        });
        Self { address, shared }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL of a proxy in plain text.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Returns the number of requests that arrived, which over TLS takes a handshake.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }
}

/// Moves both hosts to this URL; they stay the same tenant.
pub fn reach(bench: &mut Bench, url: &str) {
    for host in HOSTS {
        bench.set("iqr", host, &format!("{url:?}"));
    }
    if bench.ledger().exists() {
        let ledger = rusqlite::Connection::open(bench.ledger()).unwrap();
        let sql = "UPDATE setting SET value = ?1 WHERE name = 'tenant'";
        ledger.execute(sql, [format!("{url} {url}")]).unwrap();
    }
}

/// Moves both hosts back to the sandbox.
pub fn reach_sandbox(bench: &mut Bench) {
    let url = bench.sandbox.url();
    reach(bench, &url);
}

/// Listens on loopback, with a thread for each connection.
pub fn accept(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// Waits until the client leaves.
pub fn until_gone(stream: &mut impl Read) {
    while stream.read(&mut [0; 512]).is_ok_and(|read| read > 0) {}
}

impl Shared {
    fn serve(&self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let wire: Box<dyn Wire> = match &self.tls {
            Some(config) => Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), stream)),
            None => Box::new(stream),
        };
        let mut reader = BufReader::new(wire);
        while let Some(whole) = message(&mut reader) {
            let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
            let deed = (self.manners)(&asked(number, whole, self.sandbox));
            if carry_out(deed, reader.get_mut()).is_none() {
                return;
            }
        }
    }
}

fn asked(number: u64, whole: Vec<u8>, sandbox: SocketAddr) -> Asked {
    let line = String::from_utf8_lossy(whole.split(|byte| *byte == b'\r').next().unwrap()).into_owned();
    let mut words = line.split(' ').map(str::to_owned);
    Asked { number, method: words.next().unwrap(), target: words.next().unwrap(), whole, sandbox }
}

/// Sends a reply; `None` if the connection is over.
fn carry_out(deed: Reply, wire: &mut Box<dyn Wire>) -> Option<()> {
    match deed {
        Reply::Keep(bytes) => {
            wire.write_all(&bytes).ok()?;
            return wire.flush().ok();
        }
        Reply::Close(bytes) => {
            wire.write_all(&bytes).ok()?;
            wire.farewell();
        }
        Reply::Cut(bytes) => {
            wire.write_all(&bytes).ok()?;
            wire.flush().ok()?;
        }
        Reply::Linger(bytes, pause) => {
            wire.write_all(&bytes).ok()?;
            thread::sleep(pause);
        }
        Reply::Drip(bytes, pause) => {
            for byte in bytes {
                thread::sleep(pause);
                wire.write_all(&[byte]).and_then(|()| wire.flush()).ok()?;
            }
        }
        Reply::Flood(piece, times) => (0..times).try_for_each(|_| wire.write_all(&piece)).ok()?,
        Reply::Begin(bytes, rest) => {
            wire.write_all(&bytes).ok()?;
            return carry_out(*rest, wire);
        }
        Reply::Silence => until_gone(wire),
    }
    None
}

/// Reads a head and the body of its `Content-Length`; `None` if the connection ends before.
fn message(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let (mut whole, mut length) = (Vec::new(), 0);
    loop {
        let start = whole.len();
        if reader.read_until(b'\n', &mut whole).ok()? == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&whole[start..]).to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let head = whole.len();
    whole.resize(head + length, 0);
    reader.read_exact(&mut whole[head..]).ok()?;
    Some(whole)
}

/// Formats an answer: status, further header lines (each with its end), body.
pub fn http(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}
