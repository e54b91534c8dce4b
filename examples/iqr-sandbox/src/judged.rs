//! The answer of a service after the fault rules had their say, whichever service it is.

use crate::answer::Answer;
use crate::delivery::{Delivery, spoil};
use crate::faults::Verdict;
use crate::record::Token;
use crate::server::Reply;

/// An answer as it goes out, and what the record says of it.
pub(crate) struct Judged {
    pub(crate) answer: Answer,
    pub(crate) delivery: Delivery,
    pub(crate) token: Token,
    pub(crate) faulted: bool,
}

impl Judged {
    /// An answer that no rule was asked about.
    pub(crate) fn plain(answer: Answer, token: Token) -> Self {
        Self { answer, delivery: Delivery::Plain, token, faulted: false }
    }

    /// The true answer, with the fault of the verdict.
    pub(crate) fn new(verdict: &Verdict, answer: Answer, token: Token) -> Self {
        let Some(kind) = verdict.kind() else { return Self::plain(answer, token) };
        let (answer, delivery) = spoil(kind, answer);
        Self { answer, delivery, token, faulted: true }
    }

    /// The status that the peer gets to see.
    pub(crate) fn status(&self) -> Option<u16> {
        self.delivery.has_head().then_some(self.answer.status)
    }

    pub(crate) fn into_reply(self, date: String) -> Reply {
        Reply { answer: self.answer, delivery: self.delivery, date }
    }
}
