//! How an answer goes out: what a fault makes of it, and what it does to the socket.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::answer::{Answer, page};
use crate::faults::{Body, Kind, Part};
use crate::wire::head;

/// What happens on the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Plain,
    Delayed(Duration),
    Cut,
    WrongLength(i64),
    Reset,
    Close,
    SilentHead(Duration),
    SilentBody(Duration),
    Drip { every: Duration, from: Part },
    Huge(u64),
}

impl Delivery {
    /// Whether the peer gets to see a status.
    pub(crate) fn has_head(self) -> bool {
        !matches!(self, Self::Reset | Self::Close | Self::SilentHead(_))
    }
}

/// What the fault makes of the true answer, and how it is to go out.
pub(crate) fn spoil(kind: &Kind, answer: Answer) -> (Answer, Delivery) {
    let delivery = match *kind {
        Kind::Cut => Delivery::Cut,
        Kind::WrongLength(off) => Delivery::WrongLength(off),
        Kind::Reset => Delivery::Reset,
        Kind::Close => Delivery::Close,
        Kind::SilentHead(bound) => Delivery::SilentHead(bound),
        Kind::SilentBody(bound) => Delivery::SilentBody(bound),
        Kind::Drip { every, from } => Delivery::Drip { every, from },
        Kind::Huge(bytes) => Delivery::Huge(bytes),
        Kind::Delay(delay) => Delivery::Delayed(delay),
        _ => Delivery::Plain,
    };
    (spoiled(kind, answer), delivery)
}

fn spoiled(kind: &Kind, mut answer: Answer) -> Answer {
    match kind {
        Kind::Status { code, headers, body } => {
            answer = with_body(*code, body);
            answer.headers.extend(headers.iter().cloned());
        }
        Kind::Empty => answer.body.clear(),
        Kind::Truncated => answer.body.truncate(answer.body.len() / 2),
        Kind::WrongType => answer.body = other_type(&answer.body),
        Kind::OtherInventoryId if names_ids(&answer.body) => answer.body = next_id(&answer.body),
        Kind::Huge(_) => answer = Answer::json(200, Vec::new()),
        _ => {}
    }
    answer
}

fn with_body(code: u16, body: &Body) -> Answer {
    match body {
        Body::Empty => Answer::empty(code),
        Body::Html => Answer::html(code, page("Please sign in", "The page that you asked for is not available.")),
        Body::Json(text) => Answer::json(code, text.as_str()),
        Body::Text(text) => Answer::new(code, "text/plain", text.as_str()),
    }
}

fn other_type(body: &[u8]) -> Vec<u8> {
    match body.first() {
        Some(b'{') => b"[1,2,3]".to_vec(),
        Some(b'[') => br#"{"unexpected":true}"#.to_vec(),
        _ => b"42".to_vec(),
    }
}

fn names_ids(body: &[u8]) -> bool {
    String::from_utf8_lossy(body).contains("inventoryid")
}

/// The same text with every inventory ID one higher.
fn next_id(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let mut pieces = text.split("inventoryid");
    let mut changed = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        changed.push_str("inventoryid");
        changed.push_str(&with_next_number(piece));
    }
    changed.into_bytes()
}

fn with_next_number(text: &str) -> String {
    let start = text.find(|character: char| !matches!(character, '>' | '"' | ':' | ' ')).unwrap_or(text.len());
    let (lead, rest) = text.split_at(start);
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    match rest[..end].parse::<i64>() {
        Ok(number) => format!("{lead}{}{}", number + 1, &rest[end..]),
        Err(_) => text.to_owned(),
    }
}

/// Sends the answer; says whether the connection can serve another request.
pub(crate) fn deliver(
    stream: &TcpStream,
    answer: &Answer,
    delivery: Delivery,
    keep_alive: bool,
    date: &str,
) -> io::Result<bool> {
    let mut out = stream;
    let length = answer.body.len() as u64;
    let whole = |length: u64, body: &[u8]| [head(answer, length, keep_alive, date).as_slice(), body].concat();
    match delivery {
        Delivery::Plain => out.write_all(&whole(length, &answer.body))?,
        Delivery::Delayed(delay) => {
            until_gone(stream, delay);
            out.write_all(&whole(length, &answer.body))?;
        }
        Delivery::Cut => {
            out.write_all(&whole(length, half(&answer.body)))?;
            return Ok(false);
        }
        Delivery::WrongLength(off) => {
            out.write_all(&whole(length.saturating_add_signed(off), &answer.body))?;
            return Ok(false);
        }
        Delivery::Reset => return reset(stream),
        Delivery::Close => return Ok(false),
        Delivery::SilentHead(bound) => return Ok(until_gone(stream, bound)),
        Delivery::SilentBody(bound) => {
            out.write_all(&whole(length, half(&answer.body)))?;
            return Ok(until_gone(stream, bound));
        }
        Delivery::Drip { every, from } => drip(stream, &whole(length, &answer.body), answer.body.len(), every, from)?,
        Delivery::Huge(bytes) => huge(stream, &head(answer, bytes, keep_alive, date), bytes)?,
    }
    Ok(keep_alive)
}

fn half(body: &[u8]) -> &[u8] {
    &body[..body.len() / 2]
}

/// With a linger of zero, closing the socket resets the connection.
fn reset(stream: &TcpStream) -> io::Result<bool> {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))?;
    Ok(false)
}

/// Waits until the peer has gone (or the sandbox shuts the socket), at most so long. Never fit for another request.
fn until_gone(stream: &TcpStream, bound: Duration) -> bool {
    let deadline = Instant::now() + bound;
    let mut ignored = [0; 1024];
    let mut input = stream;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            break;
        }
        match input.read(&mut ignored) {
            Ok(1..) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    let _ = stream.set_read_timeout(None);
    false
}

fn drip(stream: &TcpStream, bytes: &[u8], body: usize, every: Duration, from: Part) -> io::Result<()> {
    let mut out = stream;
    let at_once = if from == Part::Body { bytes.len() - body } else { 0 };
    out.write_all(&bytes[..at_once])?;
    for byte in &bytes[at_once..] {
        thread::sleep(every);
        out.write_all(&[*byte])?;
    }
    Ok(())
}

fn huge(stream: &TcpStream, head: &[u8], bytes: u64) -> io::Result<()> {
    let mut out = stream;
    let piece = vec![b'a'; 64 << 10];
    out.write_all(head)?;
    out.write_all(b"{\"item\":\"")?;
    let mut left = bytes.saturating_sub(11);
    while left > 0 {
        let length = usize::try_from(left).unwrap_or(piece.len()).min(piece.len());
        out.write_all(&piece[..length])?;
        left -= length as u64;
    }
    out.write_all(b"\"}")
}

/// Says goodbye to a connection that was not reset.
pub(crate) fn hang_up(stream: &TcpStream) {
    let reset = matches!(socket2::SockRef::from(stream).linger(), Ok(Some(Duration::ZERO)));
    if !reset {
        let _ = stream.shutdown(Shutdown::Both);
    }
}
