//! How long an answer holds, and what it says of a field. Pure.

use std::time::Duration;

use crate::ledger::{Answer, KeyRecord};
use crate::model::{LookupState, Timestamp};

/// The time for which an answer holds that has every value: a device is bought and returned once.
const COMPLETE_ANSWER_AGE: Duration = Duration::from_secs(30 * 24 * 3600);

/// The time for which another answer holds: the value may come.
const INCOMPLETE_ANSWER_AGE: Duration = Duration::from_secs(24 * 3600);

/// Whether the service is to be asked about a key that a client with news has.
#[must_use]
pub fn needs_question(record: &KeyRecord, now: Timestamp) -> bool {
    !record.answer.as_ref().is_some_and(|answer| holds(answer, now))
}

fn holds(answer: &Answer, now: Timestamp) -> bool {
    let is_complete = answer.values.iter().all(Option::is_some);
    let longest = if is_complete { COMPLETE_ANSWER_AGE } else { INCOMPLETE_ANSWER_AGE };
    // An answer that is dated after now was recorded by a clock that has since been set back.
    u64::try_from(now.seconds_since(answer.at)).is_ok_and(|age| age < longest.as_secs())
}

/// Returns the state and the text of the field at `index` among those of its service. A value that was never known
/// counts as absent once it has been open for `wait`.
pub(super) fn state(record: &KeyRecord, index: usize, now: Timestamp, wait: Duration) -> (LookupState, Option<String>) {
    let text = record.answer.as_ref().and_then(|answer| answer.values.get(index).cloned().flatten());
    let is_answered = !needs_question(record, now);
    let has_waited = || {
        // A time after now was recorded by a clock that has since been set back.
        let age = record.open_since.map(|since| now.seconds_since(since).unsigned_abs());
        age.is_some_and(|age| age >= wait.as_secs())
    };
    let state = match (&text, is_answered) {
        (Some(_), true) => LookupState::Known,
        (None, true) => LookupState::Absent,
        (Some(_), false) if has_waited() => LookupState::Known,
        (None, false) if has_waited() => LookupState::Absent,
        (Some(_) | None, false) => LookupState::Open,
    };
    (state, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3600;
    const WAIT: Duration = Duration::from_secs(24 * 3600);

    fn at(day: i64) -> Timestamp {
        Timestamp::from_unix_millis((1000 + day) * DAY * 1000)
    }

    fn answered(day: i64, values: [Option<&str>; 2]) -> KeyRecord {
        let values = values.map(|value| value.map(str::to_owned)).to_vec();
        KeyRecord { answer: Some(Answer { values, at: at(day) }), open_since: None }
    }

    #[test]
    fn asks_again_after_a_day_or_thirty() {
        for (record, day, asks) in [
            (answered(0, [Some("a"), Some("b")]), 29, false),
            (answered(0, [Some("a"), Some("b")]), 30, true),
            (answered(0, [Some("a"), None]), 0, false),
            (answered(0, [Some("a"), None]), 1, true),
            (answered(0, [None, None]), 1, true),
            (answered(2, [Some("a"), Some("b")]), 1, true),
            (KeyRecord::default(), 0, true),
        ] {
            assert_eq!(needs_question(&record, at(day)), asks, "{record:?} on day {day}");
        }
    }

    #[test]
    fn goes_on_printing_what_was_known() {
        let mut record = answered(0, [Some("a"), None]);
        assert_eq!(state(&record, 0, at(0), WAIT), (LookupState::Known, Some("a".to_owned())));
        assert_eq!(state(&record, 1, at(0), WAIT), (LookupState::Absent, None));
        record.open_since = Some(at(5));
        assert_eq!(state(&record, 0, at(5), WAIT), (LookupState::Open, Some("a".to_owned())));
        assert_eq!(state(&record, 1, at(5), WAIT), (LookupState::Open, None));
        assert_eq!(state(&record, 0, at(6), WAIT), (LookupState::Known, Some("a".to_owned())));
        assert_eq!(state(&record, 1, at(6), WAIT), (LookupState::Absent, None));
        assert_eq!(state(&KeyRecord::default(), 0, at(0), WAIT), (LookupState::Open, None));
    }
}
