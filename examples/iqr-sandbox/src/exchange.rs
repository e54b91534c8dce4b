//! One request from arrival to reply: counted, judged by the fault rules, routed, spoiled, recorded.

use std::time::Instant;

use crate::answer::Answer;
use crate::clock::http_date;
use crate::delivery::{Delivery, spoil};
use crate::faults::{Facts, Moment};
use crate::record::{Request, Token};
use crate::routes::{self, Call};
use crate::state::State;
use crate::url::Target;
use crate::wire::Incoming;

/// What goes back, and how.
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    pub(crate) delivery: Delivery,
    /// The `Date` header.
    pub(crate) date: String,
}

pub(crate) fn reply(
    state: &mut State,
    connection: u64,
    arrived: Instant,
    in_flight: usize,
    incoming: &Incoming,
) -> Reply {
    state.counters.requests += 1;
    state.counters.max_in_flight = state.counters.max_in_flight.max(in_flight);
    let judged = if state.options.max_in_flight.is_some_and(|most| in_flight > most) {
        state.counters.turned_away += 1;
        Judged::plain(Answer::new(429, "text/plain", "Too many requests"), Token::Absent)
    } else {
        judge(state, incoming)
    };
    record(state, connection, arrived, incoming, &judged);
    Reply { answer: judged.answer, delivery: judged.delivery, date: http_date(state.options.clock_offset) }
}

struct Judged {
    answer: Answer,
    delivery: Delivery,
    token: Token,
    faulted: bool,
}

impl Judged {
    fn plain(answer: Answer, token: Token) -> Self {
        Self { answer, delivery: Delivery::Plain, token, faulted: false }
    }
}

fn judge(state: &mut State, incoming: &Incoming) -> Judged {
    let target = Target::parse(&incoming.target);
    let facts = Facts { method: &incoming.method, path: &target.path, target: &incoming.target, body: &incoming.body };
    let fault = state.injector.decide(&facts);
    let commit = !matches!(fault, Some((_, Moment::BeforeCommit)));
    let call = Call { incoming, target: &target, number: state.counters.requests, commit };
    let (answer, token) = routes::answer(state, &call);
    let Some((kind, _)) = fault else { return Judged::plain(answer, token) };
    state.counters.faults += 1;
    let (answer, delivery) = spoil(&kind, answer);
    Judged { answer, delivery, token, faulted: true }
}

fn record(state: &mut State, connection: u64, arrived: Instant, incoming: &Incoming, judged: &Judged) {
    if !state.options.keep_requests {
        return;
    }
    let request = Request {
        number: state.counters.requests,
        method: incoming.method.clone(),
        target: incoming.target.clone(),
        body: String::from_utf8_lossy(&incoming.body).into_owned(),
        status: judged.delivery.has_head().then_some(judged.answer.status),
        connection,
        token: judged.token,
        faulted: judged.faulted,
        at: arrived.saturating_duration_since(state.started),
    };
    state.requests.push(request);
}
