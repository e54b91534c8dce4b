//! The words of iQmetrix among those of the services.

use crate::web::Service;

/// The service iQmetrix, as messages name it.
pub static SERVICE: Service = Service {
    name: "iQmetrix",
    credential: "the credentials",
    credential_advice: "; check the user, the client and their secrets in [iqmetrix], and what the user may do",
    permission_advice: "",
    load_advice: "; if this happens often, lower iqmetrix.connections",
    record_advice: "",
    missing_path: None,
    paths_setting: "[iqmetrix.paths]",
    message_members: &["Message", "error_description", "error"],
    max_failures: 3,
    max_sends: Some(3),
    closes_for_maintenance: true,
};
