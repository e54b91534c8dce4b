//! A minimal HTTP client, so that nothing stands between a test and the socket.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use iqr_sandbox::{Options, Sandbox};
use serde_json::{Value, json};

/// A timeout far longer than any answer takes; only a bug waits so long.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Response {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.split_once(": ").filter(|(key, _)| *key == name)).map(|(_, value)| value)
    }
}

/// A kept-alive connection.
pub struct Client {
    stream: TcpStream,
    token: String,
}

impl Client {
    pub fn connect(sandbox: &Sandbox) -> Self {
        Self::connect_to(sandbox.address())
    }

    pub fn connect_to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, token: String::new() }
    }

    /// Opens a connection with a session.
    pub fn signed_in(sandbox: &Sandbox) -> Self {
        let mut client = Self::connect(sandbox);
        let answer = client.sign_in(&sandbox.api_key());
        answer.json()["Data"].as_str().unwrap().clone_into(&mut client.token);
        client
    }

    pub fn sign_in(&mut self, key: &str) -> Response {
        let body = json!({ "APIToken": key }).to_string();
        self.send("POST", "/api/IntegrationAPI/Session", "", body.as_bytes()).unwrap()
    }

    pub fn sign_out(&mut self) -> Response {
        let authorization = format!("Authorization: Bearer {}\r\n", self.token);
        self.send("DELETE", "/api/IntegrationAPI/Session", &authorization, b"").unwrap()
    }

    pub fn get(&mut self, path: &str) -> Response {
        self.try_get(path).unwrap()
    }

    pub fn try_get(&mut self, path: &str) -> io::Result<Response> {
        self.ask(path)?;
        self.answer()
    }

    /// Sends a GET and does not wait for the answer.
    pub fn ask(&mut self, path: &str) -> io::Result<()> {
        let token = format!("iqr-session-token: {}\r\n", self.token);
        self.write("GET", &format!("/webapi.svc/{path}"), &token, b"")
    }

    pub fn post(&mut self, path: &str, body: &str) -> Response {
        self.try_post(path, body).unwrap()
    }

    pub fn try_post(&mut self, path: &str, body: &str) -> io::Result<Response> {
        let token = format!("iqr-session-token: {}\r\n", self.token);
        self.send("POST", &format!("/webapi.svc/{path}"), &token, body.as_bytes())
    }

    /// Updates one asset over XML; the fields as elements.
    pub fn update(&mut self, id: i64, fields: &str) -> Response {
        let inventory = format!("<inventory><inventoryid>{id}</inventoryid>{fields}</inventory>");
        self.post("Inventories/Update/XML", &format!("<request><inventories>{inventory}</inventories></request>"))
    }

    pub fn send(&mut self, method: &str, target: &str, headers: &str, body: &[u8]) -> io::Result<Response> {
        self.write(method, target, headers, body)?;
        self.answer()
    }

    pub fn write(&mut self, method: &str, target: &str, headers: &str, body: &[u8]) -> io::Result<()> {
        let length = body.len();
        let head = format!("{method} {target} HTTP/1.1\r\nHost: iqr\r\n{headers}Content-Length: {length}\r\n\r\n");
        self.stream.write_all(&[head.as_bytes(), body].concat())
    }

    /// Sends bytes unchanged.
    pub fn write_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Reads one answer; a connection that ends within it is an error.
    pub fn answer(&mut self) -> io::Result<Response> {
        let head = self.head()?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut response = Response { status, head, body: Vec::new() };
        let length = response.header("Content-Length").map_or(0, |length| length.parse().unwrap());
        response.body.resize(length, 0);
        self.stream.read_exact(&mut response.body)?;
        Ok(response)
    }

    /// Reads to the end of the next head.
    pub fn head(&mut self) -> io::Result<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        Ok(String::from_utf8(head).unwrap())
    }

    /// Reads until the connection ends or `patience` is over; returns whether it ended.
    pub fn drain(&mut self, patience: Duration) -> (Vec<u8>, bool) {
        self.stream.set_read_timeout(Some(patience)).unwrap();
        let mut bytes = Vec::new();
        let ended = self.stream.read_to_end(&mut bytes).is_ok();
        (bytes, ended)
    }

    /// Reads up to so many bytes, in one go.
    pub fn read(&mut self, most: usize) -> usize {
        let mut buffer = vec![0; most];
        self.stream.read(&mut buffer).unwrap()
    }
}

/// Starts a sandbox with asset 41 and a signed-in client.
pub fn start(options: Options) -> (Sandbox, Client) {
    let sandbox = Sandbox::start(options);
    sandbox.state().add_asset(iqr_sandbox::Asset::new(41));
    let client = Client::signed_in(&sandbox);
    (sandbox, client)
}
