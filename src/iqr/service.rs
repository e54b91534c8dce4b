//! IQR's words among those of the services.

use crate::model::Reason;
use crate::web::{Cause, Error, Failure, Service};

/// IQR, as messages name it.
pub static SERVICE: Service = Service {
    name: "IQR",
    credential: "the API key",
    credential_advice: "; check the key and its API user in IQR",
    permission_advice: "; check what the API user may do in IQR",
    load_advice: "; if this happens often, lower iqr.connections or start fewer appliances at the same time",
    record_advice: "; other requests go well: look at it in IQR",
    missing_path: Some("endpoint not found"),
    paths_setting: "[iqr.endpoints]",
    message_members: &[],
    max_failures: 8,
    max_sends: None,
    closes_for_maintenance: false,
};

/// Returns the reason code of a client whose request to IQR failed so.
#[must_use]
pub fn reason(error: &Error) -> Reason {
    match error {
        Error::NotFound { .. } => Reason::NotInIqr,
        Error::Refused { .. } | Error::CredentialRefused { .. } | Error::ReadOnly { .. } => Reason::Refused,
        Error::Failed(Failure { cause: Cause::BadAnswer(_), .. }) => Reason::BadAnswer,
        Error::Failed(_) | Error::Unreachable { .. } | Error::Throttled { .. } | Error::Maintenance { .. } => {
            Reason::Unreachable
        }
        Error::Interrupted { .. } | Error::OutOfTime { .. } => Reason::TimeBudget,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Outcome;

    #[test]
    fn names_event_and_request_in_messages() {
        let cause = Cause::Status { status: 503, text: "busy".to_owned() };
        let request = "GET a?Id=5".to_owned();
        let failure =
            Failure { service: &SERVICE, request: request.clone(), cause, outcome: Outcome::NotSent, only_this: false };
        assert_eq!(Error::from(failure).to_string(), "GET a?Id=5 failed: the server answered 503: busy");
        let refused = Error::Refused { service: &SERVICE, request: request.clone(), status: 400, text: String::new() };
        assert_eq!(refused.to_string(), "GET a?Id=5 was refused (400)");
        let late = Error::OutOfTime { request, outcome: Outcome::Unknown };
        assert_eq!(late.to_string(), "the time was over during GET a?Id=5");
    }
}
