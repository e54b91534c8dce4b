//! A server that does what a test says, down to the socket. Gives tokens by itself.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Auth, Imei, Iqmetrix, MAX_ANSWER_OF_PASS, Paths, Secrets, Settings};
use crate::clock::BootTime;
use crate::secret::Secret;
use crate::web::{Limits, PathTemplate};

pub(super) const PASSWORD: &str = "pass+/word==";
pub(super) const CLIENT_SECRET: &str = "client-secret-1";
pub(super) const BASIC_TOKEN: &str = "YmFzaWMtdG9rZW4";

/// The reaction of the server to one request.
#[derive(Debug, Clone)]
pub(super) enum Reply {
    /// Status, extra header lines, body.
    Answer(u16, &'static str, Vec<u8>),
    /// Closes the connection instead of answering.
    Cut,
    /// Never answers.
    Silence,
    /// A body larger than any caller accepts.
    Endless,
}

pub(super) fn status(status: u16) -> Reply {
    Reply::Answer(status, "", Vec::new())
}

pub(super) fn answer(status: u16, headers: &'static str, body: &str) -> Reply {
    Reply::Answer(status, headers, body.as_bytes().to_vec())
}

pub(super) fn body(text: &str) -> Reply {
    answer(200, "", text)
}

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenRequest {
    pub path: String,
    pub head: String,
    pub body: String,
}

impl SeenRequest {
    pub fn is_token(&self) -> bool {
        self.path.starts_with("/oauth2/token")
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

type Script = Box<dyn Fn(&SeenRequest) -> Option<Reply> + Send + Sync>;

struct Shared {
    script: Script,
    seen: Mutex<Vec<SeenRequest>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    tokens: AtomicUsize,
}

pub(super) struct Server {
    address: SocketAddr,
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
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            tokens: AtomicUsize::new(0),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
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

    pub fn settings(&self) -> Settings {
        settings(&format!("http://{}", self.address))
    }

    pub fn client(&self) -> Iqmetrix {
        client(self.settings())
    }

    /// A client on trial that asks for one device at a time.
    pub fn client_on_trial(&self) -> Iqmetrix {
        let settings = Settings { batch: 1, ..self.settings() };
        Iqmetrix::on_trial(settings, &secrets(), limits(), MAX_ANSWER_OF_PASS)
    }

    pub fn seen(&self) -> Vec<SeenRequest> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Returns the requests that arrived, a letter each: T token, Q data.
    pub fn letters(&self) -> String {
        self.seen().iter().map(|seen| if seen.is_token() { 'T' } else { 'Q' }).collect()
    }

    pub fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }
}

pub(super) fn settings(url: &str) -> Settings {
    let list = |path| PathTemplate::parse(path, Paths::OF_LISTS).unwrap();
    let imei = "partner/ingrammicro/imei?CompanyID={company}&IMEI={imeis}&Response={response}";
    Settings {
        url: url.to_owned(),
        token_url: format!("{url}/oauth2/token"),
        auth: Auth::Password { client_id: "shop".to_owned(), username: "user@shop".to_owned() },
        companies: Vec::new(),
        imei_slot: "IMEI".to_owned(),
        batch: 100,
        connections: 4,
        request_timeout: Duration::from_secs(10),
        paths: Paths {
            companies: list("partner/relationships?Response={response}"),
            dealers: list("partner/relationships/dealers?Response={response}"),
            imei: PathTemplate::parse(imei, Paths::OF_DEVICES).unwrap(),
        },
    }
}

pub(super) fn secrets() -> Secrets {
    Secrets::Password { client_secret: Secret::new(CLIENT_SECRET), password: Secret::new(PASSWORD) }
}

pub(super) fn limits() -> Limits {
    Limits { deadline: end(), interrupted: Arc::new(AtomicBool::new(false)) }
}

pub(super) fn end() -> BootTime {
    BootTime::now() + Duration::from_secs(30)
}

pub(super) fn client(settings: Settings) -> Iqmetrix {
    Iqmetrix::new(settings, &secrets(), limits(), MAX_ANSWER_OF_PASS)
}

/// Returns the IMEI of this number.
pub(super) fn imei(number: u32) -> Imei {
    Imei::parse(&format!("35{number:012}00")).unwrap()
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
    let path = head.split(' ').nth(1)?.to_owned();
    let mut seen = SeenRequest { path, head, body: String::new() };
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8(body).unwrap();
    Some(seen)
}

fn usual(shared: &Shared, seen: &SeenRequest) -> Reply {
    if seen.is_token() {
        let number = shared.tokens.fetch_add(1, Ordering::SeqCst) + 1;
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
        Reply::Cut => None,
        Reply::Silence => loop {
            std::thread::park();
        },
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").ok()?;
            loop {
                stream.write_all(&[b' '; 8192]).ok()?;
            }
        }
    }
}
