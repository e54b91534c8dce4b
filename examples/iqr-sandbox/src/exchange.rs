//! The way of a request to IQR from arrival to reply: it is counted, judged by the fault rules, routed, spoiled,
//! recorded.

use std::time::Duration;

use crate::answer::Answer;
use crate::clock::http_date;
use crate::faults::Facts;
use crate::judged::Judged;
use crate::record::{Request, Token};
use crate::routes::{self, Call};
use crate::server::{Arrival, Reply, Service};
use crate::state::State;
use crate::url::Target;
use crate::wire::Incoming;

impl Service for State {
    fn connect(&mut self) -> u64 {
        self.counters.connections += 1;
        self.counters.connections
    }

    fn rtt(&self) -> Duration {
        self.options.rtt
    }

    fn is_limited(_: &Incoming) -> bool {
        true
    }

    fn reply(&mut self, arrival: &Arrival<'_>) -> Reply {
        self.counters.requests += 1;
        self.counters.max_in_flight = self.counters.max_in_flight.max(arrival.in_flight);
        let judged = if self.options.max_in_flight.is_some_and(|most| arrival.in_flight > most) {
            self.counters.turned_away += 1;
            Judged::plain(Answer::new(429, "text/plain", "Too many requests"), Token::Absent)
        } else {
            self.judge(arrival.incoming)
        };
        if self.options.keep_requests {
            self.requests.push(Request::new(self.counters.requests, self.started, arrival, &judged));
        }
        judged.into_reply(http_date(self.options.clock_offset))
    }
}

impl State {
    fn judge(&mut self, incoming: &Incoming) -> Judged {
        let target = Target::parse(&incoming.target);
        let verdict = self.injector.decide(&Facts::new(incoming, &target));
        self.counters.faults += u64::from(verdict.is_fault());
        let call = Call { incoming, target: &target, number: self.counters.requests, commit: verdict.commits() };
        let (answer, token) = routes::answer(self, &call);
        Judged::new(&verdict, answer, token)
    }
}
