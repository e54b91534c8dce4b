//! The time for which a service is not asked after a failure. Pure.

use std::time::Duration;

use crate::ledger::Rest;
use crate::model::{LookupService, Timestamp};
use crate::web::Error;

/// The longest rest, whatever the service asks for.
const MAX_REST: Duration = Duration::from_secs(Rest::MAX_SECS.unsigned_abs());

/// The rest of a service that refuses its credential: it may lock the account out.
const REFUSED_CREDENTIAL_REST: Duration = Duration::from_secs(3600);

/// The rest in maintenance whose end nobody gave, in the afternoon. In the morning it may be over at noon (the vendor's
/// document: "please try again after 12:00PM UTC").
const MAINTENANCE_REST: Duration = Duration::from_secs(30 * 60);

const NOON_SECS: i64 = 12 * 3600;
const DAY_SECS: i64 = 24 * 3600;

/// Returns the time until which a service rests that failed so at `now`; `None` where it is asked again as before.
/// `retry` is the rest of a service that is down.
#[must_use]
pub fn rest_after(error: &Error, now: Timestamp, retry: Duration) -> Option<Timestamp> {
    let rest = match error {
        Error::CredentialRefused { .. } => REFUSED_CREDENTIAL_REST,
        Error::Maintenance { wait: Some(wait), .. } if !wait.is_zero() => *wait,
        Error::Maintenance { .. } => {
            let to_noon = NOON_SECS - (now.unix_millis() / 1000).rem_euclid(DAY_SECS);
            u64::try_from(to_noon).ok().filter(|left| *left > 0).map_or(MAINTENANCE_REST, Duration::from_secs)
        }
        Error::Throttled { wait: Some(wait), .. } => retry.max(*wait),
        Error::Throttled { wait: None, .. }
        | Error::Unreachable { .. }
        | Error::Failed(_)
        | Error::Refused { .. }
        | Error::NotFound { .. } => retry,
        Error::Interrupted { .. } | Error::OutOfTime { .. } | Error::ReadOnly { .. } => return None,
    };
    Some(now.plus(rest.min(MAX_REST)))
}

/// The kind of a failure, by what a person does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The credential is refused: a person corrects it.
    Credential,
    /// The row of one device cannot be read; the service itself is well.
    Row,
    /// The service is down or busy: it comes back by itself.
    Down,
}

/// Whether two reasons for a rest of a service name the same kind of failure: then the second is no news to people. The
/// request and the answer may differ, for one outage shows in many ways.
#[must_use]
pub fn is_same_kind(service: LookupService, one: &str, other: &str) -> bool {
    let kind = |why: &str| match why.strip_prefix(service.title()) {
        Some(words) if words.starts_with(" refused the credentials") => Kind::Credential,
        Some(words) if words.starts_with("'s row of ") => Kind::Row,
        Some(_) | None => Kind::Down,
    };
    kind(one) == kind(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Outcome;

    const RETRY: Duration = Duration::from_secs(600);

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_unix_millis((20_000 * DAY_SECS + hour * 3600) * 1000)
    }

    fn maintenance(wait: Option<Duration>) -> Error {
        Error::Maintenance { service: &crate::iqmetrix::SERVICE, request: "GET x".into(), text: String::new(), wait }
    }

    #[test]
    fn rests_in_maintenance_until_noon_or_as_told() {
        for (wait, hour, until) in [
            (None, 9, at(12)),
            (None, 12, at(12).plus_seconds(1800)),
            (None, 23, at(23).plus_seconds(1800)),
            (Some(Duration::from_secs(90)), 9, at(9).plus_seconds(90)),
            (Some(Duration::ZERO), 9, at(12)),
            (Some(Duration::MAX), 9, at(9).plus_seconds(Rest::MAX_SECS)),
        ] {
            assert_eq!(rest_after(&maintenance(wait), at(hour), RETRY), Some(until), "{wait:?} at {hour}");
        }
    }

    #[test]
    fn tells_apart_what_people_do_about_a_failure() {
        for (service, of) in
            [(LookupService::Iqmetrix, &crate::iqmetrix::SERVICE), (LookupService::Iqtech, &crate::iqtech::SERVICE)]
        {
            let request = || "GET x".to_owned();
            let refused = |status| {
                Error::CredentialRefused { service: of, request: request(), status, text: String::new() }.to_string()
            };
            let down = Error::Unreachable { service: of, cause: "a reset".to_owned() }.to_string();
            let busy = Error::Throttled { service: of, cause: String::new(), wait: None }.to_string();
            assert!(is_same_kind(service, &down, &busy) && is_same_kind(service, &refused(401), &refused(403)));
            assert!(!is_same_kind(service, &down, &refused(401)), "{down}");
        }
        let imei = crate::iqmetrix::Imei::parse("490154203237518").unwrap();
        let row = crate::iqmetrix::Unreadable { imei, why: String::new() }.to_string();
        let down = Error::Unreachable { service: &crate::iqmetrix::SERVICE, cause: String::new() }.to_string();
        assert!(!is_same_kind(LookupService::Iqmetrix, &row, &down), "{row}");
    }

    #[test]
    fn rests_by_the_kind_of_failure() {
        let service = &crate::iqmetrix::SERVICE;
        let request = || "GET x".to_owned();
        let refused = Error::CredentialRefused { service, request: request(), status: 401, text: String::new() };
        assert_eq!(rest_after(&refused, at(9), RETRY), Some(at(10)));
        let down = Error::Unreachable { service, cause: String::new() };
        assert_eq!(rest_after(&down, at(9), RETRY), Some(at(9).plus_seconds(600)));
        for (wait, rest) in [(None, 600), (Some(7), 600), (Some(3600), 3600)] {
            let throttled = Error::Throttled { service, cause: String::new(), wait: wait.map(Duration::from_secs) };
            assert_eq!(rest_after(&throttled, at(9), RETRY), Some(at(9).plus_seconds(rest)), "{wait:?}");
        }
        let late = Error::OutOfTime { request: request(), outcome: Outcome::NotSent };
        for error in [late, Error::Interrupted { request: request() }] {
            assert_eq!(rest_after(&error, at(9), RETRY), None, "{error}");
        }
    }
}
