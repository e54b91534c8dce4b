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

/// What there is left to do for a client that was judged: to ask IQR, or to record what became of it.
pub(super) enum Sorted {
    Work(Work),
    Done(Box<Examined>, Ending),
}

pub(super) fn sorted(mut examined: Examined) -> Sorted {
    let ending = match std::mem::replace(&mut examined.verdict, Verdict::Gone) {
        Verdict::Ready(ready) => return Sorted::Work(Work { examined, ready }),
        Verdict::Gone => Ending::Gone,
        Verdict::Same(record) => Ending::Sent { record, sent: None, changes: Vec::new(), notes: Vec::new() },
        Verdict::Held(trouble) => Ending::Trouble(trouble, Cause::Local),
        Verdict::Unreadable(trouble) => Ending::Trouble(trouble, Cause::Client),
    };
    Sorted::Done(Box::new(examined), ending)
}
