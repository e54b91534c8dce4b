//! The way of a request to iQ Tech from arrival to reply: it is counted, judged by the fault rules, answered, spoiled,
//! recorded.

use std::time::Duration;

use super::call::Call;
use super::record::Offense;
use super::routes::Route;
use super::state::State;
use super::{echo, token};
use crate::answer::Answer;
use crate::clock::http_date;
use crate::judged::Judged;
use crate::record::Token;
use crate::server::{Arrival, Reply, Service};
use crate::url::{Target, decode, names_any, pairs};
use crate::wire::Incoming;

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
        let is_data = Self::is_limited(incoming);
        self.journal.count(is_data, arrival.in_flight);
        self.report_offenses(incoming);
        let is_busy = self.options.max_in_flight.is_some_and(|most| arrival.in_flight > most);
        let judged = if is_data && is_busy {
            self.journal.counters.turned_away += 1;
            Judged::plain(Answer::new(429, "text/plain", "Too many requests"), Token::Absent)
        } else {
            self.judge(incoming, is_data)
        };
        if self.options.keep_requests {
            self.journal.record(arrival, &judged);
        }
        judged.into_reply(http_date(self.options.clock_offset))
    }
}

impl State {
    fn judge(&mut self, incoming: &Incoming, is_data: bool) -> Judged {
        let verdict = self.journal.decide(incoming, &Target::parse(&incoming.target));
        let commit = verdict.commits();
        let (answer, token) = match echo::answer(self, incoming, is_data) {
            Some(answer) => (answer, Token::Absent),
            None if !is_data => (token::answer(self, incoming, commit), Token::Absent),
            None => self.answer(incoming, commit),
        };
        Judged::new(&verdict, answer, token)
    }

    fn answer(&mut self, incoming: &Incoming, commit: bool) -> (Answer, Token) {
        let header = incoming.header("authorization").unwrap_or_default().trim();
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                self.journal.judge_token(token, self.validity())
            }
            _ => Token::Absent,
        };
        if !matches!(token, Token::Live(_)) {
            self.journal.counters.unauthorized += 1;
            let mut answer = Answer::empty(401);
            answer.headers.push(("WWW-Authenticate".to_owned(), "Bearer error=\"invalid_token\"".to_owned()));
            return (answer, token);
        }
        (self.authorized(incoming, commit), token)
    }

    fn authorized(&mut self, incoming: &Incoming, commit: bool) -> Answer {
        let (path, query) = incoming.target.split_once('?').unwrap_or((&incoming.target, ""));
        let path = decode(path, false);
        let Some(route) = Route::find(&path) else {
            self.journal.report(Offense::Path(path));
            return Answer::empty(404);
        };
        let Some(operation) = route.operation(&incoming.method) else {
            self.journal.report(Offense::Method(incoming.method.clone()));
            return Answer::empty(405);
        };
        let is_sized = ["content-length", "transfer-encoding"].iter().any(|name| incoming.header(name).is_some());
        if incoming.method != "GET" && !is_sized {
            self.journal.report(Offense::NoLength);
            return Answer::html(411, "<h2>Length Required</h2>");
        }
        let (argument, revision) = (route.argument.to_owned(), route.revision);
        let call = Call { incoming, argument, query: pairs(query).collect(), revision, commit };
        match operation.answer(self, &call) {
            Ok(mut value) => {
                echo::fill(self, incoming, &mut value);
                Answer::json(self.options.quirks.success_status.unwrap_or(200), value.to_string())
            }
            Err(refusal) => {
                let answer = refusal.answer(&self.options.quirks);
                refusal.offense.into_iter().for_each(|offense| self.journal.report(offense));
                answer
            }
        }
    }

    /// Records the offenses that are none of an operation, also of a request that is turned away.
    fn report_offenses(&mut self, incoming: &Incoming) {
        let secrets = [self.secrets().as_slice(), self.codes()].concat();
        if names_any(&incoming.target, &secrets) {
            self.journal.report(Offense::SecretInUrl);
        }
        if incoming.header("cookie").is_some() {
            self.journal.report(Offense::Cookie);
        }
    }
}
