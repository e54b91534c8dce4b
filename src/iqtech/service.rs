//! The words of iQ Tech among those of the services, and the largest answers.

use crate::web::Service;

/// Largest answer that a pass reads, after decompression, in bytes.
pub const MAX_ANSWER_OF_PASS: u64 = 2 * 1024 * 1024;

/// Largest answer that a command reads, after decompression, in bytes: a page of 100 machines can have more than 2 MiB.
pub const MAX_ANSWER_OF_COMMAND: u64 = 32 * 1024 * 1024;

/// The service iQ Tech, as messages name it. A 401 refuses the token, and a 403 what the client may do.
pub static SERVICE: Service = Service {
    name: "iQ Tech",
    credential: "the credentials",
    credential_advice: "; check the client and its secret in [iqtech], and what the client may do",
    permission_advice: "",
    load_advice: "; if this happens often, lower iqtech.connections",
    record_advice: "",
    missing_path: None,
    paths_setting: "[iqtech.paths]",
    message_members: &["error_description", "error", "message", "title"],
    max_failures: 3,
    max_sends: Some(3),
    closes_for_maintenance: true,
};
