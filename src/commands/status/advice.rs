//! Advice on problems whose message says only what happened, because it is IQR's words or the network's. The other
//! messages say themselves what to do.

use crate::model::{Reason, RecordedReason};

/// Returns what to do about a problem of this reason, if its message does not say it.
pub(super) fn advice(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::Refused => {
            "correct what IQR's words complain of, in IQR or in WipeOS; where it declines every asset, look at what the API \
             user may do, and at iqr.fields and iqr.endpoints"
        }
        Reason::BadAnswer => {
            "`wipeos-iqr auth-test --probe ID` shows how IQR answers; a web page in place of an answer mostly means \
             another path (iqr.endpoints)"
        }
        Reason::Unreachable => {
            "each pass tries again; `wipeos-iqr auth-test` goes the way to IQR step by step, and where this asset alone \
             fails, look at it in IQR"
        }
        Reason::TimeBudget => {
            "a backlog goes by itself; if it does not get smaller, raise sync.time_budget or iqr.connections"
        }
        Reason::BlankInventoryId
        | Reason::InvalidInventoryId
        | Reason::DuplicateInventoryId
        | Reason::SerialMismatch
        | Reason::PlaceholderModel
        | Reason::NotInIqr
        | Reason::NoMasterItem
        | Reason::NotVerified
        | Reason::BadRecord => return None,
    })
}

/// Says what happened, and what to do.
pub(super) fn explained(reason: &RecordedReason, message: &str) -> String {
    match reason.known().and_then(advice) {
        Some(advice) => format!("{}; {advice}", message.trim_end_matches('.')),
        None => message.to_owned(),
    }
}
