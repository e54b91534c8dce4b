//! Ends questions that may have no end: a view of the appliance's database may be endless, or yield rows forever.
//!
//! SQLite calls back every few thousand steps of a statement. Once the caller's time is over, a question that has
//! lasted for a while is interrupted. A quick one is answered all the same, so that a pass in its time can still count
//! what it leaves to the next one. A wait within one step of a statement cannot be interrupted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Result};

/// A decision to go on waiting, for a writer or for an answer: asked about ten times a second while the database is
/// locked, and every few thousand steps of a statement.
pub type Patience = Box<dyn Fn() -> bool + Send + Sync>;

/// The steps of SQLite's virtual machine between two calls, about a tenth of a millisecond: too few to be late by, and
/// so many that the calls cost nothing.
const STEPS_BETWEEN_CALLS: i32 = 10_000;

/// The duration up to which a question is answered also after the time is over.
const MAX_LATE_ANSWER: Duration = Duration::from_secs(1);

/// The time after the end of the caller's time from which on no question is answered, however quick each of many is.
const MAX_LATE_ANSWERS: Duration = Duration::from_secs(5);

/// Ends the questions of a connection.
#[derive(Clone)]
pub(super) struct Watchdog {
    patience: Arc<Patience>,
    /// Whether a question has begun since the last call.
    has_begun: Arc<AtomicBool>,
}

impl Watchdog {
    /// Ends questions when `patience` is over.
    pub fn new(patience: Patience) -> Self {
        Self { patience: Arc::new(patience), has_begun: Arc::default() }
    }

    /// A question begins.
    pub fn begin(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
    }

    /// Watches the statements of this connection.
    pub fn watch(&self, connection: &mut Connection) -> Result<()> {
        let watchdog = self.clone();
        let mut question = Instant::now();
        let mut over = None;
        let is_to_end = move || {
            if watchdog.has_begun.swap(false, Ordering::Relaxed) {
                question = Instant::now();
            }
            if (watchdog.patience)() {
                return false;
            }
            let over = *over.get_or_insert_with(Instant::now);
            question.elapsed() > MAX_LATE_ANSWER || over.elapsed() > MAX_LATE_ANSWERS
        };
        connection.progress_handler(STEPS_BETWEEN_CALLS, Some(is_to_end))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ErrorCode;

    use super::*;

    const ENDLESS: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
    const QUICK: &str =
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 50000) SELECT max(x) FROM c";

    fn ask(connection: &Connection, sql: &str) -> Result<i64> {
        connection.query_row(sql, [], |row| row.get(0))
    }

    #[test]
    fn interrupts_an_endless_question_and_answers_a_quick_one() {
        let mut connection = Connection::open_in_memory().unwrap();
        let watchdog = Watchdog::new(Box::new(|| false));
        watchdog.watch(&mut connection).unwrap();
        watchdog.begin();
        assert_eq!(ask(&connection, QUICK), Ok(50_000));
        let began = Instant::now();
        let error = ask(&connection, ENDLESS).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::OperationInterrupted));
        assert!(began.elapsed() < 3 * MAX_LATE_ANSWER, "{:?}", began.elapsed());
        watchdog.begin();
        assert_eq!(ask(&connection, QUICK), Ok(50_000));
    }

    #[test]
    fn lets_a_long_question_run_while_there_is_time() {
        let mut connection = Connection::open_in_memory().unwrap();
        let end = Instant::now() + 2 * MAX_LATE_ANSWER;
        let watchdog = Watchdog::new(Box::new(move || Instant::now() < end));
        watchdog.watch(&mut connection).unwrap();
        watchdog.begin();
        assert!(ask(&connection, ENDLESS).is_err());
        assert!(Instant::now() >= end);
    }
}
