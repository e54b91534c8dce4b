//! Advice on problems whose message says only what happened, because it is IQR's words or the network's. The other
//! messages say themselves what to do.

/// Returns what to do about a problem of this code, if its message does not say it.
pub(super) fn advice(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "refused" => {
            "correct what IQR's words complain of, in IQR or in WipeOS; where it declines every asset, look at what the API \
             user may do, and at iqr.fields and iqr.endpoints"
        }
        "bad-answer" => {
            "`wipeos-iqr auth-test --probe ID` shows how IQR answers; a web page in place of an answer mostly means \
             another path (iqr.endpoints)"
        }
        "unreachable" => {
            "each pass tries again; `wipeos-iqr auth-test` goes the way to IQR step by step, and where this asset alone \
             fails, look at it in IQR"
        }
        "time-budget" => {
            "a backlog goes by itself; if it does not get smaller, raise sync.time_budget or iqr.connections"
        }
        _ => return None,
    })
}

/// Says what happened, and what to do.
pub(super) fn explained(reason: &str, message: &str) -> String {
    match advice(reason) {
        Some(advice) => format!("{}; {advice}", message.trim_end_matches('.')),
        None => message.to_owned(),
    }
}
