//! A client on its way through a pass: what there is to do for it, and what became of it.

use super::examine::{Examined, Ready, Trouble, Verdict};
use super::plan::Change;
use super::report::Item;
use super::retry::Cause;
use crate::iqr;
use crate::ledger::SentRecord;
use crate::model::Sent;

/// A client in hand that IQR is to be asked about.
pub(super) struct Work {
    pub examined: Examined,
    pub ready: Box<Ready>,
}

/// A client that is done.
pub(super) struct Done {
    pub examined: Examined,
    pub ending: Ending,
    /// What is told of it once it is recorded; nothing of one that is gone.
    pub item: Option<Item>,
}

/// What became of a client.
pub(super) enum Ending {
    /// It is no longer in the appliance's database.
    Gone,
    /// Its asset says what it shall say.
    Sent {
        record: Box<SentRecord>,
        /// What its asset was found or made to say, if IQR was asked.
        sent: Option<Sent>,
        changes: Vec<Change>,
        notes: Vec<String>,
    },
    /// It was not sent.
    Trouble(Trouble, Cause),
    /// It is left to the next pass.
    Postponed(Box<iqr::Error>),
}

/// The next step for a client that was judged.
pub(super) enum Step {
    /// To ask IQR.
    Ask(Box<Ready>),
    /// To record its outcome.
    Record(Box<Ending>),
}

impl From<Verdict> for Step {
    fn from(verdict: Verdict) -> Self {
        Self::Record(Box::new(match verdict {
            Verdict::Ready(ready) => return Self::Ask(ready),
            Verdict::Gone => Ending::Gone,
            Verdict::Same(record, _) => Ending::Sent { record, sent: None, changes: Vec::new(), notes: Vec::new() },
            Verdict::Held(trouble, _) => Ending::Trouble(trouble, Cause::Local),
            Verdict::Unreadable(trouble) => Ending::Trouble(trouble, Cause::Client),
        }))
    }
}
