//! The way of a request to iQmetrix from arrival to reply: it is counted, judged by the fault rules, answered, spoiled,
//! compressed, recorded.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::imei::is_imei;
use super::options::Gzip;
use super::record::Offense;
use super::state::State;
use super::{data, echo, token};
use crate::answer::Answer;
use crate::clock::http_date;
use crate::delivery::Delivery;
use crate::faults::Kind;
use crate::judged::Judged;
use crate::record::Token;
use crate::server::{Arrival, Reply, Service};
use crate::url::{Target, names_any};
use crate::wire::Incoming;

/// A request on its way to an answer.
pub(super) struct Call<'a> {
    pub(super) incoming: &'a Incoming,
    pub(super) target: &'a Target,
    /// Whether a token is issued; without, it is only answered as if it were.
    pub(super) commit: bool,
    /// Whether the answer is about the devices that follow on those asked for.
    pub(super) is_of_other_devices: bool,
}

impl Service for State {
    fn connect(&mut self) -> u64 {
        self.journal.connect()
    }

    fn rtt(&self) -> Duration {
        self.options.rtt
    }

    /// The accounts are another host, with limits of its own.
    fn is_limited(incoming: &Incoming) -> bool {
        Target::parse(&incoming.target).path != token::PATH
    }

    fn reply(&mut self, arrival: &Arrival<'_>) -> Reply {
        let incoming = arrival.incoming;
        let target = Target::parse(&incoming.target);
        let is_data = target.path != token::PATH;
        self.journal.count(is_data, arrival.in_flight);
        self.report_offenses(incoming, &target);
        let active = (arrival.in_flight + self.options.others_in_flight).saturating_sub(1);
        let mut judged = if is_data && active >= self.options.max_in_flight {
            self.journal.counters.turned_away += 1;
            Judged::plain(rate_limited(self.options.max_in_flight), Token::Absent)
        } else {
            self.judge(incoming, &target)
        };
        if self.options.keep_requests {
            self.journal.record(arrival, &judged);
        }
        compress(self.options.quirks.gzip, incoming, &mut judged);
        judged.into_reply(http_date(self.options.clock_offset))
    }
}

impl State {
    fn judge(&mut self, incoming: &Incoming, target: &Target) -> Judged {
        let verdict = self.journal.decide(incoming, target);
        let is_of_other_devices = matches!(verdict.kind(), Some(Kind::OtherInventoryId));
        let call = Call { incoming, target, commit: verdict.commits(), is_of_other_devices };
        let (answer, token) = match echo::answer(self, &call) {
            Some(answer) => (answer, Token::Absent),
            None if target.path == token::PATH => (token::answer(self, &call), Token::Absent),
            None => data::answer(self, &call),
        };
        Judged::new(&verdict, answer, token)
    }

    /// Records the offenses of a request, also of one that is turned away.
    fn report_offenses(&mut self, incoming: &Incoming, target: &Target) {
        if target.query("auth").is_some() {
            self.journal.report(Offense::AuthInUrl);
        }
        if names_any(&incoming.target, &self.secrets()) {
            self.journal.report(Offense::SecretInUrl);
        }
        if incoming.header("cookie").is_some() {
            self.journal.report(Offense::Cookie);
        }
        if target.path != token::PATH && incoming.method != "GET" {
            self.journal.report(Offense::Method(incoming.method.clone()));
        }
        if target.path == data::DEVICES {
            self.report_list(target.query("imei").unwrap_or_default());
        }
    }

    /// Counts the IMEIs of a list, and records those that must not stand in it.
    fn report_list(&mut self, list: &str) {
        let imeis: Vec<&str> = list.split(',').filter(|imei| !imei.is_empty()).collect();
        self.imeis_asked += imeis.len() as u64;
        for (place, imei) in imeis.iter().enumerate() {
            if !is_imei(imei) {
                self.journal.report(Offense::InvalidImei((*imei).to_owned()));
            } else if imeis[..place].contains(imei) {
                self.journal.report(Offense::RepeatedImei((*imei).to_owned()));
            }
        }
    }
}

fn rate_limited(limit: usize) -> Answer {
    let message = format!("Rate Limiting Applied. {limit} active requests are already in progress.");
    Answer::json(429, json!({ "Error": true, "Message": message }).to_string())
}

/// Compresses an answer after its text was spoiled: what a fault does on the socket, it does to the compressed bytes.
fn compress(gzip: Gzip, incoming: &Incoming, judged: &mut Judged) {
    let accepted = incoming.header("accept-encoding").unwrap_or_default().to_ascii_lowercase().contains("gzip");
    let is_streamed = matches!(judged.delivery, Delivery::Huge(_));
    if gzip == Gzip::Never || !accepted || is_streamed || judged.answer.body.is_empty() {
        return;
    }
    let mut body = compressed(&judged.answer.body, if let Gzip::Bomb(mebibytes) = gzip { mebibytes } else { 0 });
    if gzip == Gzip::Truncated {
        body.truncate(body.len() / 2);
    }
    judged.answer.body = body;
    judged.answer.headers.push(("Content-Encoding".to_owned(), "gzip".to_owned()));
}

/// Returns the bytes, and so many MiB of blanks behind them, compressed.
fn compressed(bytes: &[u8], mebibytes: u64) -> Vec<u8> {
    let blanks = vec![b' '; 1 << 20];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Nothing fails that is written to memory.
    let _ = encoder.write_all(bytes);
    for _ in 0..mebibytes {
        let _ = encoder.write_all(&blanks);
    }
    encoder.finish().unwrap_or_default()
}
