//! The time of day: read here and nowhere else.

use time::OffsetDateTime;

use crate::model::Timestamp;

/// Now, UTC.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place where the clock is read")]
pub fn now() -> Timestamp {
    OffsetDateTime::now_utc().into()
}
