//! A server that does what a test says, down to the socket. Answers sign-ins by itself.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Endpoints, FieldNames, Iqr, Settings};
use crate::clock::BootTime;
use crate::secret::Secret;
use crate::web::{Access, Limits};

pub(super) const KEY: &str = "key+/secret==";

/// The reaction of the server to one request.
#[derive(Debug, Clone)]
pub(super) enum Reply {
    /// Status, extra header lines, body.
    Answer(u16, &'static str, String),
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

pub(super) fn status(status: u16) -> Reply {
    Reply::Answer(status, "", String::new())
}

pub(super) fn body(text: impl Into<String>) -> Reply {
    Reply::Answer(200, "", text.into())
}

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenRequest {
    pub method: String,
    pub path: String,
    pub head: String,
    pub body: String,
}

impl SeenRequest {
    pub fn is_session(&self) -> bool {
        self.path.starts_with("/api/IntegrationAPI/Session")
    }

    /// Returns the letter of a request: S sign-in, D end of a session, G read, W write.
    pub fn letter(&self) -> char {
        match (self.is_session(), self.method.as_str()) {
            (true, "POST") => 'S',
            (true, _) => 'D',
            (false, "GET") => 'G',
            (false, _) => 'W',
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The inventory ID asked for.
    pub fn id(&self) -> &str {
        self.path.rsplit_once("Id=").map_or("", |(_, id)| id)
    }

    pub fn token(&self) -> &str {
        self.header("iqr-session-token").unwrap_or_default()
    }
}

type Script = Box<dyn Fn(&SeenRequest) -> Option<Reply> + Send + Sync>;

struct Shared {
    script: Script,
    seen: Mutex<Vec<SeenRequest>>,
    connections: AtomicUsize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    opened: AtomicUsize,
}

pub(super) struct Server {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    /// A server that asks `script` first and does the usual thing where that says `None`.
    pub fn start(script: impl Fn(&SeenRequest) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: Box::new(script),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            opened: AtomicUsize::new(0),
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
        Self::start(move |seen| if seen.is_session() { None } else { queue.lock().unwrap().pop_front() })
    }

    pub fn settings(&self) -> Settings {
        let url = format!("http://{}", self.address);
        settings(&url)
    }

    pub fn client(&self) -> Iqr {
        client(self.settings())
    }

    pub fn seen(&self) -> Vec<SeenRequest> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Returns the requests that arrived, a letter each.
    pub fn letters(&self) -> String {
        self.seen().iter().map(SeenRequest::letter).collect()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    pub fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }
}

pub(super) fn settings(url: &str) -> Settings {
    Settings {
        signin_url: url.to_owned(),
        api_url: url.to_owned(),
        connections: 4,
        request_timeout: Duration::from_secs(10),
        session_lifetime: Duration::from_secs(600),
        headers: Vec::new(),
        endpoints: Endpoints::default(),
        fields: FieldNames::default(),
        asset_creator: "WOS".to_owned(),
    }
}

pub(super) fn limits(time: Duration) -> Limits {
    Limits { deadline: BootTime::now() + time, interrupted: Arc::new(AtomicBool::new(false)) }
}

pub(super) fn client(settings: Settings) -> Iqr {
    Iqr::new(settings, &Secret::new(KEY), Access::ReadWrite, limits(Duration::from_secs(30)))
}

fn serve(shared: &Shared, mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(seen) = receive(&mut reader) {
        let now = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_in_flight.fetch_max(now, Ordering::SeqCst);
        shared.seen.lock().unwrap().push(seen.clone());
        let reply = (shared.script)(&seen).unwrap_or_else(|| usual(shared, &seen));
        shared.in_flight.fetch_sub(1, Ordering::SeqCst);
        if answer(&mut stream, reply).is_none() {
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
    let mut line = head.lines().next()?.split(' ');
    let (method, path) = (line.next()?.to_owned(), line.next()?.to_owned());
    let mut seen = SeenRequest { method, path, head, body: String::new() };
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8(body).unwrap();
    Some(seen)
}

fn usual(shared: &Shared, seen: &SeenRequest) -> Reply {
    match seen.letter() {
        'S' => body(format!("{{\"Data\":\"token-{}\"}}", shared.opened.fetch_add(1, Ordering::SeqCst) + 1)),
        'G' => body(format!("{{\"inventoryid\":{},\"mfgr\":\"DELL  \"}}", seen.id())),
        _ => status(200),
    }
}

/// `None` when the connection is over.
fn answer(stream: &mut TcpStream, reply: Reply) -> Option<()> {
    match reply {
        Reply::Answer(status, headers, body) => {
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
            stream.write_all((head + &body).as_bytes()).ok()
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
