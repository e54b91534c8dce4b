//! TLS that fails in every way that can be produced here: the pass ends with a reason, no unproven server gets the key,
//! and the next pass sends everything.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use crate::bench::{Bench, Report, run};
use crate::fault_proxy::{FaultProxy, HOSTS, Reply, accept, reach, reach_sandbox, until_gone};

const CLIENTS: i64 = 2;

/// An authority made for one test, and the file by which a machine trusts it.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Creates a server's certificate by this authority.
    fn signs(&self, params: &CertificateParams) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        server(certificate, &key)
    }
}

fn server(certificate: rcgen::Certificate, key: &KeyPair) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate.into()], key).unwrap())
}

fn for_name(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

fn self_signed() -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    server(for_name("127.0.0.1").self_signed(&key).unwrap(), &key)
}

fn valid_between(first_year: i32, last_year: i32) -> CertificateParams {
    let mut params = for_name("127.0.0.1");
    params.not_before = date_time_ymd(first_year, 1, 1);
    params.not_after = date_time_ymd(last_year, 1, 1);
    params
}

fn bench() -> Bench {
    Bench::with_clients(CLIENTS)
}

/// Runs one pass on a machine that trusts this authority and no other.
fn sync(bench: &Bench, authority: &Authority) -> Report {
    let file = bench.path("authority.pem");
    fs::write(&file, &authority.pem).unwrap();
    let mut command = bench.command(&["sync", "--json"]);
    command.env("SSL_CERT_FILE", file);
    Report::of(run(command))
}

fn https(address: SocketAddr) -> String {
    format!("\"https://{address}\"")
}

/// Asserts that the pass reported why it ended, no client is delayed, and the next one does everything.
#[track_caller]
fn assert_reported_and_recovered(mut bench: Bench, report: &Report, words: &str, context: &str) {
    assert_eq!((report.code, report.outcome()), (Some(5), "aborted"), "{context}: {report:#?}");
    assert!(report.stderr.contains(words), "{context}: {words:?} should be reported: {report:#?}");
    assert_eq!(report.stderr.matches("error: ").count(), 1, "{context}: one line is enough: {report:#?}");
    assert!(!report.stderr.contains(&bench.sandbox.api_key()), "{context}: {report:#?}");
    let message: String = bench.in_ledger("SELECT message FROM pass ORDER BY id DESC LIMIT 1");
    assert!(message.contains(words), "{context}: {message}");
    let delayed: i64 = bench.in_ledger("SELECT count(*) FROM problem WHERE attempts > 0");
    assert_eq!(delayed, 0, "{context}: a fault of the network grows no delay");
    reach_sandbox(&mut bench);
    bench.set("iqr", "request_timeout", "\"30s\"");
    let next = bench.sync_well();
    assert_eq!(next.count("sent"), CLIENTS as u64, "{context}: {next:#?}");
    bench.assert_sound(context);
}

#[test]
fn sends_no_key_or_token_to_an_unproven_tls_server() {
    let (ours, theirs) = (Authority::new("Ours"), Authority::new("Theirs"));
    let rows = [
        ("signed by itself", self_signed(), "certificate is not trusted (UnknownIssuer)"),
        (
            "by an authority that is not trusted",
            theirs.signs(&for_name("127.0.0.1")),
            "certificate is not trusted (UnknownIssuer)",
        ),
        ("of another host", ours.signs(&for_name("api.example.com")), "not valid for"),
        ("expired", ours.signs(&valid_between(2001, 2002)), "expired"),
        ("not valid yet", ours.signs(&valid_between(2999, 3000)), "not valid yet"),
    ];
    for (name, certificate, words) in rows {
        for host in HOSTS {
            let mut bench = bench();
            let address = bench.sandbox.address();
            let proxy = FaultProxy::start_tls(address, Arc::clone(&certificate), |asked| Reply::Keep(asked.answer()));
            bench.set("iqr", host, &https(proxy.address()));
            let report = sync(&bench, &ours);
            let context = format!("{name}, {host}");
            assert_eq!(proxy.requests(), 0, "{context}: something was said before the certificate was proved");
            assert!(proxy.connections() <= 10, "{context}: {} connections", proxy.connections());
            assert_reported_and_recovered(bench, &report, words, &context);
        }
    }
}

#[test]
fn accepts_a_tls_server_of_a_trusted_authority() {
    let authority = Authority::new("Ours");
    let mut bench = bench();
    let certificate = authority.signs(&for_name("127.0.0.1"));
    let proxy = FaultProxy::start_tls(bench.sandbox.address(), certificate, |asked| Reply::Keep(asked.answer()));
    reach(&mut bench, &format!("https://{}", proxy.address()));
    let report = sync(&bench, &authority);
    assert_eq!((report.code, report.count("sent")), (Some(0), CLIENTS as u64), "{report:#?}");
    assert_eq!(proxy.requests(), report.count("requests"), "all of it went through TLS");
    bench.assert_sound("over TLS");
    bench.assert_signed_out("over TLS");
}

/// Starts servers behind an https address that speak no TLS, or stop in the middle of it.
fn strangers() -> Vec<(&'static str, SocketAddr)> {
    let writes = |bytes: &'static [u8]| {
        accept(move |mut stream| {
            _ = stream.write_all(bytes);
            until_gone(&mut stream);
        })
    };
    let page = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno";
    vec![
        ("a plain web server", writes(page)),
        ("a mail server", writes(b"220 mail.example.com ESMTP\r\n")),
        ("a closed door", accept(drop)),
        ("silence", accept(|mut stream| until_gone(&mut stream))),
        ("an alert", writes(b"\x15\x03\x03\x00\x02\x02\x28")),
        ("half a record", writes(b"\x16\x03\x03\x40\x00\x02")),
        ("a record that drips", accept(drip)),
    ]
}

/// Sends the beginning of a handshake, at a pace that never lets a socket time out.
fn drip(mut stream: std::net::TcpStream) {
    _ = stream.write_all(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc");
    while stream.write_all(b"\0").is_ok() {
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn ends_pass_in_time_if_the_server_speaks_no_tls() {
    let authority = Authority::new("Ours");
    for host in HOSTS {
        thread::scope(|scope| {
            for (name, address) in strangers() {
                let authority = &authority;
                scope.spawn(move || meet(name, address, host, authority));
            }
        });
    }
}

fn meet(name: &str, address: SocketAddr, host: &'static str, authority: &Authority) {
    let mut bench = bench().with("iqr", "request_timeout", "\"700ms\"");
    bench.set("iqr", host, &https(address));
    let started = Instant::now();
    let report = sync(&bench, authority);
    let context = format!("{name}, {host}");
    assert!(started.elapsed() < Duration::from_secs(15), "{context}: {:?}", started.elapsed());
    assert!(report.count("requests") <= 10, "{context}: {report:#?}");
    assert_reported_and_recovered(bench, &report, "IQR cannot be reached", &context);
}

/// Every answer in turn ends in its middle: in a record, between two, with TLS's farewell and without.
#[test]
fn survives_tls_that_ends_within_any_answer() {
    let authority = Authority::new("Ours");
    let certificate = authority.signs(&for_name("127.0.0.1"));
    let strike_each = |has_farewell, keep| {
        let struck = |nth: &u64| strike(&authority, &certificate, *nth, has_farewell, keep);
        let places = (1..100).take_while(struck).count();
        assert!(places > 10, "only {places} answers were struck");
    };
    thread::scope(|scope| {
        for (has_farewell, keep) in [(true, 0), (true, 40), (true, 9999), (false, 9999)] {
            scope.spawn(move || strike_each(has_farewell, keep));
        }
    });
}

/// Ends answer number `nth` after `keep` bytes, at most one byte before its own end; returns whether there was one.
fn strike(authority: &Authority, certificate: &Arc<ServerConfig>, nth: u64, has_farewell: bool, keep: usize) -> bool {
    let context = format!("answer {nth} ended after {keep} bytes, farewell: {has_farewell}");
    let mut bench = bench().with("iqr", "connections", "1");
    let proxy = FaultProxy::start_tls(bench.sandbox.address(), Arc::clone(certificate), move |asked| {
        let mut answer = asked.answer();
        if asked.number != nth {
            return Reply::Keep(answer);
        }
        answer.truncate(keep.min(answer.len() - 1));
        if has_farewell { Reply::Close(answer) } else { Reply::Cut(answer) }
    });
    reach(&mut bench, &format!("https://{}", proxy.address()));
    let first = sync(&bench, authority);
    let struck = proxy.requests() >= nth;
    let second = sync(&bench, authority);
    let left = second.count("failed") + second.count("deferred");
    assert_eq!((second.code, left), (Some(0), 0), "{context}: {first:#?} {second:#?}");
    let sent = (0..CLIENTS).filter(|number| bench.seen(crate::bench::FIRST + number).item_number != "TBD API").count();
    assert_eq!(sent, usize::try_from(CLIENTS).unwrap(), "{context}");
    bench.assert_sound(&context);
    struck
}
