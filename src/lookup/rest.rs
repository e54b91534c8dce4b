//! The time for which a service is not asked after a failure. Pure.

use std::time::Duration;

use crate::model::Timestamp;
use crate::web::Error;

/// The rest of a service that refuses its credential: it may lock the account out.
const REFUSED_CREDENTIAL_REST_SECS: i64 = 3600;

/// The rest in maintenance whose end nobody gave, in the afternoon. In the morning it may be over at noon (the vendor's
/// document: "please try again after 12:00PM UTC").
const MAINTENANCE_REST_SECS: i64 = 30 * 60;

const NOON_SECS: i64 = 12 * 3600;
const DAY_SECS: i64 = 24 * 3600;

/// Returns the time until which a service rests that failed so at `now`; `None` where it is asked again as before.
/// `retry` is the rest of a service that is down.
#[must_use]
pub fn rest_after(error: &Error, now: Timestamp, retry: Duration) -> Option<Timestamp> {
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    let rest = match error {
        Error::CredentialRefused { .. } => REFUSED_CREDENTIAL_REST_SECS,
        Error::Maintenance { wait: Some(wait), .. } => seconds(*wait),
        Error::Maintenance { wait: None, .. } => {
            let of_day = (now.unix_millis() / 1000).rem_euclid(DAY_SECS);
            if of_day < NOON_SECS { NOON_SECS - of_day } else { MAINTENANCE_REST_SECS }
        }
        Error::Unreachable { .. } | Error::Failed(_) | Error::Refused { .. } | Error::NotFound { .. } => seconds(retry),
        Error::Throttled { .. } | Error::Interrupted { .. } | Error::OutOfTime { .. } | Error::ReadOnly { .. } => {
            return None;
        }
    };
    Some(now.plus_seconds(rest))
}
