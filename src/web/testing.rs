//! A server that does what a test says, down to the socket. What a script leaves open it answers by itself.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::limits::Limits;
use crate::clock::BootTime;

/// The path at which the server gives tokens.
pub(crate) const TOKEN_PATH: &str = "/oauth2/token";

/// The reaction of the server to one request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Status, extra header lines, body.
    Answer(u16, &'static str, Vec<u8>),
    /// Closes the connection instead of answering.
    Cut,
    /// Promises more than it sends, then closes.
    Half(&'static str),
    /// Never answers.
    Silence,
    /// A head at once and a byte of the body every few milliseconds.
    Trickle,
    /// A body larger than any caller accepts.
    Endless,
}

pub(crate) fn status(status: u16) -> Reply {
    Reply::Answer(status, "", Vec::new())
}

pub(crate) fn answer(status: u16, headers: &'static str, body: &str) -> Reply {
    Reply::Answer(status, headers, body.as_bytes().to_vec())
}

pub(crate) fn body(text: &str) -> Reply {
    answer(200, "", text)
}

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeenRequest {
    pub method: String,
    pub path: String,
    pub head: String,
    pub body: String,
}

impl SeenRequest {
    pub fn is_token(&self) -> bool {
        self.path == TOKEN_PATH
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn credential(&self) -> &str {
        self.header("authorization").unwrap_or_default()
    }
}

/// The usual answer to a request; the number counts the sessions or tokens that were given.
type Usual = fn(&SeenRequest, &AtomicUsize) -> Reply;

type Script = Box<dyn Fn(&SeenRequest) -> Option<Reply> + Send + Sync>;

struct Shared {
    script: Script,
    usual: Usual,
    seen: Mutex<Vec<SeenRequest>>,
    connections: AtomicUsize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    given: AtomicUsize,
}

/// The server.
pub(crate) struct Server {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    /// A server that asks `script` first, and where that says `None` gives tokens and empty lists.
    pub fn start(script: impl Fn(&SeenRequest) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self::serving(usual, script)
    }

    /// A server that asks `script` first, and `usual` where that says `None`.
    pub fn serving(usual: Usual, script: impl Fn(&SeenRequest) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: Box::new(script),
            usual,
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            given: AtomicUsize::new(0),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                accepting.connections.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || serve(&shared, stream));
            }
        });
        Self { address, shared }
    }

    /// A server that gives these answers to data calls, one after the other, and then the usual ones.
    pub fn answering(replies: Vec<Reply>) -> Self {
        let queue = Mutex::new(VecDeque::from(replies));
        Self::start(move |seen| if seen.is_token() { None } else { queue.lock().unwrap().pop_front() })
    }

    /// A server that gives these answers to token requests, one after the other, and then the usual ones.
    pub fn granting(replies: Vec<Reply>) -> Self {
        let queue = Mutex::new(VecDeque::from(replies));
        Self::start(move |seen| if seen.is_token() { queue.lock().unwrap().pop_front() } else { None })
    }

    /// The `http://host:port` of this server.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Vec<SeenRequest> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Returns the requests that arrived, a letter each: T token, Q data.
    pub fn letters(&self) -> String {
        self.seen().iter().map(|seen| if seen.is_token() { 'T' } else { 'Q' }).collect()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    pub fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }
}

pub(crate) fn limits() -> Limits {
    Limits { deadline: end(), interrupted: Arc::new(AtomicBool::new(false)) }
}

pub(crate) fn end() -> BootTime {
    BootTime::now() + Duration::from_secs(30)
}

fn serve(shared: &Shared, mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(seen) = receive(&mut reader) {
        let now = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_in_flight.fetch_max(now, Ordering::SeqCst);
        shared.seen.lock().unwrap().push(seen.clone());
        let reply = (shared.script)(&seen).unwrap_or_else(|| (shared.usual)(&seen, &shared.given));
        shared.in_flight.fetch_sub(1, Ordering::SeqCst);
        if send(&mut stream, reply).is_none() {
            return;
        }
    }
}

fn receive(reader: &mut BufReader<TcpStream>) -> Option<SeenRequest> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let (method, path) = (head.split(' ').next()?.to_owned(), head.split(' ').nth(1)?.to_owned());
    let mut seen = SeenRequest { method, path, head, body: String::new() };
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8(body).unwrap();
    Some(seen)
}

fn usual(seen: &SeenRequest, given: &AtomicUsize) -> Reply {
    if seen.is_token() {
        let number = given.fetch_add(1, Ordering::SeqCst) + 1;
        return body(&format!("{{\"access_token\":\"access-token-{number}\",\"expires_in\":43199}}"));
    }
    body("[]")
}

/// `None` when the connection is over.
fn send(stream: &mut TcpStream, reply: Reply) -> Option<()> {
    match reply {
        Reply::Answer(status, headers, body) => {
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).ok()
        }
        Reply::Half(text) => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{text}");
            None
        }
        Reply::Cut => None,
        Reply::Silence => loop {
            std::thread::park();
        },
        Reply::Trickle => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").ok()?;
            loop {
                stream.write_all(b" ").ok()?;
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").ok()?;
            loop {
                stream.write_all(&[b' '; 8192]).ok()?;
            }
        }
    }
}
