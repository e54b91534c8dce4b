//! The iQ Tech of a bench: a server, a section of the config, and clients of a technician.

use iqr_sandbox::iqtech::{self, Iqtech, Locker};
use iqr_sandbox::{Asset, Request};

use crate::bench::{Bench, FIRST, client, quoted};

impl Bench {
    /// Starts an iQ Tech, and names it in the config, with a file for the custody record and the machine with lockers.
    pub fn and_iqtech(mut self, options: iqtech::Options) -> Self {
        let iqtech = Iqtech::start(options);
        let options = iqtech.state().options.clone();
        self.write_secret("iqtech-client-secret", &options.client_secret);
        for (key, value) in [
            ("url", format!("{:?}", iqtech.url())),
            ("token_url", format!("{:?}", iqtech.token_url())),
            ("client_id", format!("{:?}", options.client_id)),
            ("client_secret_file", quoted(&self.path("iqtech-client-secret"))),
            ("machine", format!("{:?}", Locker::SERIAL)),
            ("custody", quoted(&self.path("custody.jsonl"))),
        ] {
            self.set("iqtech", key, &value);
        }
        self.iqtech = Some(iqtech);
        self
    }

    /// Adds `count` good clients as [`Self::and_clients`] does, each with this technician: a badge, or a number.
    pub fn and_clients_of(self, technician: &str, count: i64) -> Self {
        for number in 0..count {
            let client = iqr_sandbox::store::Client { technician: Some(technician.to_owned()), ..client(number) };
            self.add(&client, Asset::new(FIRST + number));
        }
        self
    }

    /// Returns the iQ Tech of [`Self::and_iqtech`].
    pub fn iqtech(&self) -> &Iqtech {
        self.iqtech.as_ref().unwrap()
    }

    /// Returns the result of `action` and the requests to iQ Tech that it caused, those for tokens included.
    pub fn iqtech_requests_of<T>(&self, action: impl FnOnce() -> T) -> (T, Vec<Request>) {
        self.iqtech().forget_requests();
        let result = action();
        (result, self.iqtech().requests())
    }

    /// Asserts that nothing was sent to iQ Tech that must never be sent, and never more at once than `connections`.
    pub fn assert_iqtech_sound(&self, connections: usize, context: &str) {
        assert_eq!(self.iqtech().violations(), [], "{context}");
        let most = self.iqtech().counters().max_in_flight;
        assert!(most <= connections, "{context}: {most} requests at once");
    }
}

/// Returns the requests for data: all but those for tokens.
pub fn data_requests(requests: &[Request]) -> Vec<&Request> {
    requests.iter().filter(|request| request.targets("/api/")).collect()
}

#[test]
fn names_the_iqtech_of_a_bench_in_its_config() {
    let bench = Bench::empty().and_iqtech(iqtech::Options::default());
    let config: toml::Table = std::fs::read_to_string(bench.config()).unwrap().parse().unwrap();
    assert_eq!(config["iqtech"]["url"].as_str(), Some(bench.iqtech().url().as_str()));
    let secret = std::fs::read_to_string(config["iqtech"]["client_secret_file"].as_str().unwrap()).unwrap();
    let ((), requests) = bench.iqtech_requests_of(|| request_token(&bench, &secret));
    assert_eq!((requests.len(), requests[0].status, data_requests(&requests).len()), (1, Some(200), 0));
    bench.assert_iqtech_sound(0, "a token request is no request for data");
}

#[test]
fn gives_clients_of_a_bench_their_technician() {
    let bench = Bench::empty().and_clients_of("42789", 2).with("templates", "description", "\"by {Technician}\"");
    bench.sync_well();
    assert_eq!([FIRST, FIRST + 1].map(|id| bench.seen(id).description), ["by 42789", "by 42789"]);
}

/// Requests a token as a client of that secret, and reads the answer to its end.
fn request_token(bench: &Bench, secret: &str) {
    use std::io::{Read, Write};

    let secret = iqtech::Encoding::Form.encode(secret);
    let id = bench.iqtech().state().options.client_id.clone();
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let head = "POST /connect/token HTTP/1.1\r\nHost: x\r\nConnection: close";
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let mut stream = std::net::TcpStream::connect(bench.iqtech().address()).unwrap();
    write!(stream, "{head}\r\n{kind}\r\nContent-Length: {}\r\n\r\n{form}", form.len()).unwrap();
    stream.read_to_string(&mut String::new()).unwrap();
}
