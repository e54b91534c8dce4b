//! HTTP/1.1 from and to a socket: requests are read whole, answers are written in one piece.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use crate::answer::{Answer, reason};

const MAX_BODY: usize = 64 << 20;
const MAX_HEAD: usize = 64 << 10;

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
    pub(crate) keep_alive: bool,
    pub(crate) headers: Vec<(String, String)>,
}

impl Incoming {
    /// A header's value; `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn header_is(&self, name: &str, word: &str) -> bool {
        self.header(name).is_some_and(|value| value.eq_ignore_ascii_case(word))
    }
}

/// Reads one request after another from a connection.
pub(crate) struct Reader<'a> {
    stream: &'a TcpStream,
    buffer: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(stream: &'a TcpStream) -> Self {
        Self { stream, buffer: Vec::with_capacity(4096) }
    }

    /// The next request; `None` when the peer is done.
    pub(crate) fn next(&mut self) -> io::Result<Option<Incoming>> {
        loop {
            if let Some((request, length)) = parse_head(&self.buffer)? {
                self.buffer.drain(..length);
                return self.with_body(request).map(Some);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(invalid("the head is too long"));
            }
            if self.fill()? == 0 {
                return Ok(None);
            }
        }
    }

    fn with_body(&mut self, mut request: Incoming) -> io::Result<Incoming> {
        if request.header_is("expect", "100-continue") {
            let mut stream = self.stream;
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        request.body = if request.header_is("transfer-encoding", "chunked") {
            self.chunked()?
        } else {
            let length = request.header("content-length").unwrap_or("0").parse();
            self.take(length.map_err(|_| invalid("the content length is no number"))?)?
        };
        Ok(request)
    }

    fn chunked(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| invalid("the chunk size is no number"))?;
            if size == 0 {
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.take(size)?);
            self.line()?;
        }
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.take(end + 2)?;
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            self.fill_or_fail()?;
        }
    }

    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > MAX_BODY {
            return Err(invalid("the body is too long"));
        }
        while self.buffer.len() < length {
            self.fill_or_fail()?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn fill_or_fail(&mut self) -> io::Result<()> {
        if self.fill()? == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut piece = [0; 16 << 10];
        let mut stream = self.stream;
        let read = stream.read(&mut piece)?;
        self.buffer.extend_from_slice(&piece[..read]);
        Ok(read)
    }
}

/// The head at the start of the buffer and its length, once it is there whole.
fn parse_head(buffer: &[u8]) -> io::Result<Option<(Incoming, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Request::new(&mut headers);
    let status = head.parse(buffer).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let httparse::Status::Complete(length) = status else { return Ok(None) };
    let headers: Vec<(String, String)> = head.headers.iter().map(owned).collect();
    let mut request = Incoming {
        method: head.method.unwrap_or_default().to_owned(),
        target: head.path.unwrap_or_default().to_owned(),
        body: Vec::new(),
        keep_alive: head.version == Some(1),
        headers,
    };
    request.keep_alive &= !request.header_is("connection", "close");
    Ok(Some((request, length)))
}

fn owned(header: &httparse::Header<'_>) -> (String, String) {
    (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// The head of an answer whose `Content-Length` says `length`, whatever the body is.
pub(crate) fn head(answer: &Answer, length: u64, keep_alive: bool, date: &str) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {} {}\r\nServer: Microsoft-IIS/10.0\r\nDate: {date}\r\n",
        answer.status,
        reason(answer.status)
    );
    for (name, value) in &answer.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if answer.status != 204 {
        head.extend(["Content-Type: ", answer.content_type, "\r\nContent-Length: ", &length.to_string(), "\r\n"]);
    }
    head.push_str(if keep_alive { "\r\n" } else { "Connection: close\r\n\r\n" });
    head.into_bytes()
}
