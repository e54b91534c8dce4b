//! The one function through which every request goes: read-only guard, headers, deadline, size limit, count and log.
//!
//! The exchange knows HTTP and nothing of the meaning of answers; it repeats nothing and follows nothing.

use std::io::Read;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use ureq::http::{HeaderMap, Request as HttpRequest, Response, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::{Connector, DefaultConnector};
use ureq::{Agent, Proxy};

use super::limits::Access;
use super::method::Method;
use super::proxy::ProxyError;
use super::redact::Redactor;
use super::resolver::{CachingResolver, LookupFailed};
use super::stale::StaleGuard;
use super::{date, proxy};
use crate::clock::{self, BootTime};
use crate::digest;
use crate::secret::Secret;

/// The largest buffer that is reserved for an answer before it is read, in bytes.
const MAX_RESERVED_BYTES: usize = 16 * 1024;

/// The headers of an answer that the log may show. None of a request: they hold the key, the token, or a secret of the
/// config.
const SHOWN: [&str; 5] = ["content-type", "content-encoding", "retry-after", "server", "www-authenticate"];

/// The time for which an idle connection is kept: longer than a pass.
const MAX_IDLE_TIME: Duration = Duration::from_secs(120);

/// The skew before any answer gave the server's time.
const UNKNOWN_SKEW: i64 = i64::MIN;

/// A request, ready to be sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub method: Method,
    pub url: String,
    /// Method and path for messages and the log.
    pub shown: String,
    pub body: Option<Body>,
    /// Changes what the service knows of the shop, whatever its method.
    pub is_write: bool,
    /// No message quotes the answer: it may hold what only the caller may see.
    pub is_answer_private: bool,
}

/// The body of a request.
#[derive(Debug)]
pub(crate) struct Body {
    content_type: &'static str,
    /// Secret, because the one of the sign-in is.
    text: Secret,
}

/// The header that carries a credential.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Credential<'a> {
    header: &'static str,
    /// The word before the secret, with its blank.
    scheme: &'static str,
    secret: &'a Secret,
}

/// The settings of the connections to a service.
#[derive(Debug)]
pub(crate) struct HttpSettings<'a> {
    /// Every URL that is asked; it decides whether a proxy is used.
    pub urls: [&'a str; 2],
    /// The largest number of connections to a host.
    pub connections: u8,
    /// Longest time of one request, from the lookup of the name to the last byte of the answer.
    pub timeout: Duration,
    /// Headers that every request carries.
    pub headers: &'a [(String, String)],
    /// The largest answer that is read, after decompression, in bytes.
    pub max_answer: u64,
}

/// A whole answer, of whatever status. Body and type are as they came, and not to be shown before they are redacted.
pub(crate) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// The content type that it declares; empty where it declares none.
    pub content_type: String,
    /// The headers that the log may show, redacted; empty where it shows none.
    pub headers: String,
    /// The wait that the server asks for.
    pub retry_after: Option<Duration>,
}

/// No whole answer.
#[derive(Debug)]
pub(crate) struct Fault {
    pub text: String,
    pub kind: FaultKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Refused by the read-only guard.
    ReadOnly,
    /// Nothing of the request reached the server.
    NotSent,
    /// The time given was over.
    TimedOut,
    /// The request may have arrived.
    Lost,
}

/// The connections to the hosts of a service.
pub(crate) struct Http {
    agent: Agent,
    /// The reason why nothing may be sent.
    blocked: Option<ProxyError>,
    access: Access,
    timeout: Duration,
    headers: Vec<(String, String)>,
    max_answer: u64,
    redactor: Redactor,
    requests: AtomicU64,
    skew: AtomicI64,
}

impl Http {
    pub fn new(settings: &HttpSettings<'_>, access: Access) -> Self {
        let (proxy, blocked) = match proxy::from_environment(&settings.urls) {
            Ok(proxy) => (proxy, None),
            Err(error) => (None, Some(error)),
        };
        Self {
            agent: agent(settings.connections, proxy),
            blocked,
            access,
            timeout: settings.timeout,
            headers: settings.headers.to_vec(),
            max_answer: settings.max_answer,
            redactor: Redactor::default(),
            requests: AtomicU64::new(0),
            skew: AtomicI64::new(UNKNOWN_SKEW),
        }
    }

    /// Knows every credential of the pass; all that is quoted of an answer goes through it.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Requests begun so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns the seconds by which the server's clock is ahead of ours, by its last answer.
    pub fn skew(&self) -> Option<i64> {
        Some(self.skew.load(Ordering::Relaxed)).filter(|skew| *skew != UNKNOWN_SKEW)
    }

    /// Sends one request and reads its answer whole, by `until` and within the request timeout.
    pub fn exchange(
        &self,
        request: &Request,
        credential: Option<Credential<'_>>,
        until: BootTime,
    ) -> Result<Answer, Fault> {
        if self.access == Access::ReadOnly && request.is_write {
            return Err(Fault { text: "read-only".to_owned(), kind: FaultKind::ReadOnly });
        }
        if let Some(error) = &self.blocked {
            return Err(Fault { text: error.to_string(), kind: FaultKind::NotSent });
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let begun = BootTime::now();
        let timeout = self.timeout.min(until.since(begun)).max(Duration::from_millis(1));
        let answer = self.send(request, credential, timeout).map_err(|error| fault(error, &self.redactor));
        log(request, begun, &answer);
        answer
    }

    fn send(
        &self,
        request: &Request,
        credential: Option<Credential<'_>>,
        timeout: Duration,
    ) -> Result<Answer, ureq::Error> {
        let head = self.head(request, credential);
        let (head, body) = match (&request.body, request.method) {
            (Some(body), _) => {
                (head.header(header::CONTENT_TYPE, body.content_type), Some(body.text.expose().as_bytes()))
            }
            // Without a body they would have an empty one in chunks, and no length, which some servers refuse.
            (None, Method::Post | Method::Put | Method::Patch) => (head, Some(&[][..])),
            (None, Method::Get | Method::Delete) => (head, None),
        };
        let response = if let Some(body) = body {
            let request = self.agent.configure_request(head.body(body)?);
            self.agent.run(request.timeout_global(Some(timeout)).build())
        } else {
            let request = self.agent.configure_request(head.body(())?);
            self.agent.run(request.timeout_global(Some(timeout)).build())
        };
        self.receive(response?)
    }

    fn head(&self, request: &Request, credential: Option<Credential<'_>>) -> ureq::http::request::Builder {
        let mut head = HttpRequest::builder().method(request.method.name()).uri(request.url.as_str());
        for (name, value) in &self.headers {
            head = head.header(name, value);
        }
        match credential {
            None => head,
            Some(Credential { header, scheme, secret }) => head.header(header, [scheme, secret.expose()].concat()),
        }
    }

    fn receive(&self, response: Response<ureq::Body>) -> Result<Answer, ureq::Error> {
        let (head, mut body) = response.into_parts();
        let now = self.server_time(&head.headers);
        let retry_after = text(&head.headers, header::RETRY_AFTER).and_then(|value| date::retry_after(value, now));
        let mut bytes = Vec::with_capacity(told_length(&head.headers));
        body.with_config().limit(self.max_answer).reader().read_to_end(&mut bytes)?;
        let content_type = text(&head.headers, header::CONTENT_TYPE).unwrap_or_default().to_owned();
        let headers = shown(&head.headers, &self.redactor);
        Ok(Answer { status: head.status.as_u16(), body: bytes, content_type, headers, retry_after })
    }

    /// The server's time by this answer, ours where it does not tell; seconds since 1970.
    fn server_time(&self, headers: &HeaderMap) -> i64 {
        let ours = clock::unix_seconds();
        let theirs = text(headers, header::DATE).and_then(date::http_date);
        if let Some(theirs) = theirs {
            self.skew.store(theirs - ours, Ordering::Relaxed);
        }
        theirs.unwrap_or(ours)
    }
}

impl Request {
    /// A `GET` that messages show whole.
    pub fn get(url: String) -> Self {
        let shown = format!("GET {url}");
        Self { method: Method::Get, shown, url, body: None, is_write: false, is_answer_private: false }
    }

    /// Tells one call from another, whenever it is sent.
    pub fn digest(&self) -> [u8; 16] {
        let body = self.body.as_ref().map_or("", |body| body.text.expose());
        digest::of([self.method.name(), &self.url, body].map(str::as_bytes))
    }
}

impl Body {
    pub fn new(content_type: &'static str, text: Secret) -> Self {
        Self { content_type, text }
    }
}

impl<'a> Credential<'a> {
    /// A header with a bare token.
    pub fn token(header: &'static str, secret: &'a Secret) -> Self {
        Self { header, scheme: "", secret }
    }

    /// `Authorization: Bearer`.
    pub fn bearer(secret: &'a Secret) -> Self {
        Self { header: "authorization", scheme: "Bearer ", secret }
    }

    /// `Authorization: Basic`.
    pub fn basic(secret: &'a Secret) -> Self {
        Self { header: "authorization", scheme: "Basic ", secret }
    }
}

impl Answer {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The length that the answer says that it has, as far as it is believed before the answer is read.
fn told_length(headers: &HeaderMap) -> usize {
    text(headers, header::CONTENT_LENGTH)
        .and_then(|length| length.parse().ok())
        .map_or(0, |length| MAX_RESERVED_BYTES.min(length))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn agent(connections: u8, proxy: Option<Proxy>) -> Agent {
    let connections = usize::from(connections.max(1));
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(proxy)
        .user_agent(concat!("wipeos-iqr/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .max_idle_connections(2 * connections)
        .max_idle_connections_per_host(connections)
        .max_idle_age(MAX_IDLE_TIME)
        .input_buffer_size(16 * 1024)
        .output_buffer_size(16 * 1024)
        .max_response_header_size(16 * 1024)
        .build();
    Agent::with_parts(config, DefaultConnector::default().chain(StaleGuard::default()), CachingResolver::default())
}

/// Redacts the message of a library: it may quote the server.
fn fault(error: ureq::Error, redactor: &Redactor) -> Fault {
    let kind = kind(&error);
    let text = match error {
        ureq::Error::Timeout(_) => "no whole answer in time".to_owned(),
        ureq::Error::BodyExceedsLimit(limit) => format!("the answer is larger than {} MiB", limit / 1024 / 1024),
        ureq::Error::Io(error) => io_text(&error),
        ureq::Error::Other(error) => error.to_string(),
        other => other.to_string(),
    };
    Fault { text: redactor.quote(&text), kind }
}

fn kind(error: &ureq::Error) -> FaultKind {
    match error {
        ureq::Error::Timeout(_) => FaultKind::TimedOut,
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => FaultKind::NotSent,
        ureq::Error::HostNotFound
        | ureq::Error::Http(_)
        | ureq::Error::BadUri(_)
        | ureq::Error::Tls(_)
        | ureq::Error::TlsRequired
        | ureq::Error::ConnectProxyFailed(_) => FaultKind::NotSent,
        ureq::Error::Other(error) if error.is::<LookupFailed>() => FaultKind::NotSent,
        _ => FaultKind::Lost,
    }
}

/// The operating system's words without its number, which says nothing to a technician.
fn io_text(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "the connection was cut".to_owned()
        }
        ErrorKind::UnexpectedEof => "the answer ended too early".to_owned(),
        _ => certificate_text(error.to_string()),
    }
}

/// Adds the next step to an error of a certificate, which only rustls's words identify.
fn certificate_text(error: String) -> String {
    match error.strip_prefix("invalid peer certificate: ") {
        Some(why) => format!(
            "the server's certificate is not trusted ({why}); check this machine's clock and its authorities \
             (ca-certificates, or the file in $SSL_CERT_FILE)"
        ),
        None => error,
    }
}

/// The headers of [`SHOWN`], if the log is to show them.
fn shown(headers: &HeaderMap, redactor: &Redactor) -> String {
    if !log::log_enabled!(log::Level::Debug) {
        return String::new();
    }
    let named = SHOWN.iter().filter_map(|name| Some((name, headers.get(*name)?.to_str().ok()?)));
    named.fold(String::new(), |shown, (name, value)| shown + ", " + name + ": " + &redactor.quote(value))
}

fn log(request: &Request, begun: BootTime, answer: &Result<Answer, Fault>) {
    if !log::log_enabled!(log::Level::Debug) {
        return;
    }
    let millis = BootTime::now().since(begun).as_millis();
    match answer {
        Ok(answer) => {
            let (length, headers) = (answer.body.len(), &answer.headers);
            log::debug!("{}: {}, {millis} ms, {length} bytes{headers}", request.shown, answer.status);
        }
        Err(fault) => log::debug!("{}: {}, {} ms", request.shown, fault.text, millis),
    }
}
