//! The values that were looked up at other services: what each answered, until when it rests, and which clients wait.
//!
//! A pass is a process of its own, so whatever the next one must know of a service is recorded here.

use rusqlite::{Connection, Params, Row, named_params};

use super::database::Ledger;
use super::error::Error;
use super::run_ledger::RunLedger;
use crate::model::{ClientId, Timestamp};

/// The tables. The first pass whose config has the section of a service makes them: SQLite reads every table of a file
/// that it opens, and the ledger of a shop without such a service has none of these.
///
/// An answer is a JSON list of the values of the service's fields. A client that was sent without a value waits for it.
const TABLES: &str = "CREATE TABLE IF NOT EXISTS looked_up (
         service TEXT NOT NULL,
         key TEXT NOT NULL,
         answer TEXT,
         asked_at INTEGER,
         open_since INTEGER,
         PRIMARY KEY (service, key)
     ) WITHOUT ROWID;
     CREATE TABLE IF NOT EXISTS lookup_service (
         service TEXT PRIMARY KEY,
         settings BLOB NOT NULL,
         rests_until INTEGER,
         why TEXT,
         companies TEXT,
         companies_at INTEGER
     ) WITHOUT ROWID;
     CREATE TABLE IF NOT EXISTS lookup_waiting (
         client_id INTEGER NOT NULL,
         service TEXT NOT NULL,
         PRIMARY KEY (client_id, service)
     ) WITHOUT ROWID;";

/// The record of one key of a service, such as an IMEI.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyRecord {
    /// The last answer; `None` where there was none.
    pub answer: Option<Answer>,
    /// The time since which no answer came to a question that was due.
    pub open_since: Option<Timestamp>,
}

/// The answer of a service about one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The value of each field of the service, in their order; `None` where the service has none.
    pub values: Vec<Option<String>>,
    /// The time of the answer.
    pub at: Timestamp,
}

/// The record of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceRecord {
    /// The time until which the service is not asked, and the reason.
    pub rest: Option<Rest>,
    /// The companies that the service listed, and the time of the list.
    pub companies: Option<(Vec<i64>, Timestamp)>,
    /// The reason why the last pass could not read a secret of the service. It is recorded once a rest is over.
    pub no_secret: Option<String>,
}

/// The time for which a service is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// The end of the rest.
    pub until: Timestamp,
    /// The reason, for people.
    pub why: String,
}

impl Rest {
    /// The longest rest, in seconds: one that ends later was recorded by a clock that has since been set back, or asked
    /// for by nobody who means it.
    pub const MAX_SECS: i64 = 24 * 3600;

    /// Whether the service rests at `now`.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        (1..=Self::MAX_SECS).contains(&self.until.seconds_since(now))
    }
}

impl Ledger {
    /// Returns the record of a key.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn looked_up(&self, service: &str, key: &str) -> Result<KeyRecord, Error> {
        let record = self.lookup_row(
            "SELECT answer, asked_at, open_since FROM looked_up WHERE service = ?1 AND key = ?2",
            [service, key],
            key_record,
        )?;
        Ok(record.unwrap_or_default())
    }

    /// Returns the record of a key as it is once these settings of the service are taken over.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn looked_up_under(&self, service: &str, settings: [u8; 16], key: &str) -> Result<KeyRecord, Error> {
        let record = self.looked_up(service, key)?;
        if self.is_lookup_settings(service, settings)? {
            return Ok(record);
        }
        let has_value = |answer: &Answer| answer.values.iter().any(Option::is_some);
        Ok(KeyRecord { answer: record.answer.filter(has_value), open_since: None })
    }

    /// Returns the settings under which a service was last asked.
    fn lookup_settings(&self, service: &str) -> Result<Option<[u8; 16]>, Error> {
        let recorded = "SELECT settings FROM lookup_service WHERE service = ?1";
        self.lookup_row(recorded, [service], |row| row.get::<_, [u8; 16]>(0))
    }

    /// Whether a pass has used these settings of a service last.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn is_lookup_settings(&self, service: &str, settings: [u8; 16]) -> Result<bool, Error> {
        Ok(self.lookup_settings(service)? == Some(settings))
    }

    /// Returns the record of a service under these settings; the default one where it has none, or one of other
    /// settings.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn lookup_service(&self, service: &str, settings: [u8; 16]) -> Result<ServiceRecord, Error> {
        let record = self.lookup_row(
            "SELECT rests_until, why, companies, companies_at FROM lookup_service WHERE service = ?1 AND settings = ?2",
            (service, settings),
            service_record,
        )?;
        Ok(record.unwrap_or_default())
    }

    /// Returns the clients after `after` that wait for a value of one of these services, by key, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn waiting_after(&self, after: ClientId, services: &[&str], limit: i64) -> Result<Vec<ClientId>, Error> {
        if services.is_empty() {
            return Ok(Vec::new());
        }
        if !self.has_lookup_tables()? {
            return Ok(Vec::new());
        }
        self.clients(
            "SELECT DISTINCT client_id FROM lookup_waiting
             WHERE client_id > ?1 AND service IN (SELECT value FROM json_each(?2)) ORDER BY client_id LIMIT ?3",
            (after.0, serde_json::Value::from(services).to_string(), limit),
        )
    }

    /// Counts the clients that wait for a value of a service.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn count_waiting(&self, service: &str) -> Result<u64, Error> {
        let count = "SELECT count(*) FROM lookup_waiting WHERE service = ?1";
        Ok(self.lookup_row(count, [service], |row| row.get::<_, i64>(0))?.unwrap_or_default().unsigned_abs())
    }

    /// Returns the row of a query of these tables; `None` also where there are none.
    fn lookup_row<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        if self.has_lookup_tables()? { self.row(sql, parameters, read) } else { Ok(None) }
    }

    fn has_lookup_tables(&self) -> Result<bool, Error> {
        has_tables(&self.connection).map_err(|source| self.at(source))
    }
}

fn key_record(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    let values = row.get_ref("answer")?.as_str_or_null()?.and_then(|text| serde_json::from_str(text).ok());
    let at = row.get::<_, Option<i64>>("asked_at")?.map(Timestamp::from_unix_millis);
    Ok(KeyRecord {
        answer: values.zip(at).map(|(values, at)| Answer { values, at }),
        open_since: row.get::<_, Option<i64>>("open_since")?.map(Timestamp::from_unix_millis),
    })
}

fn service_record(row: &Row<'_>) -> rusqlite::Result<ServiceRecord> {
    let time = |name| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(name)?.map(Timestamp::from_unix_millis));
    let companies = row.get_ref("companies")?.as_str_or_null()?.and_then(|text| serde_json::from_str(text).ok());
    let why: Option<String> = row.get("why")?;
    let companies = companies.zip(time("companies_at")?);
    Ok(match time("rests_until")? {
        Some(until) => {
            let rest = Some(Rest { until, why: why.unwrap_or_default() });
            ServiceRecord { rest, companies, no_secret: None }
        }
        // A reason without an end: the service does not rest, and could not be asked.
        None => ServiceRecord { rest: None, companies, no_secret: why },
    })
}

impl RunLedger {
    /// Records the answers of a service.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn record_answers(&mut self, service: &str, answers: &[(String, Answer)]) -> Result<(), Error> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO looked_up (service, key, answer, asked_at, open_since)
                 VALUES (:service, :key, :answer, :at, NULL)",
            )?;
            for (key, answer) in answers {
                let values = serde_json::Value::from(answer.values.clone()).to_string();
                insert.execute(named_params! {
                    ":service": service, ":key": key, ":answer": values, ":at": answer.at.unix_millis(),
                })?;
            }
            Ok(())
        })
    }

    /// Records that these keys were not answered, and since when; what was answered before stays.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn note_open_keys(&mut self, service: &str, keys: &[String], now: Timestamp) -> Result<(), Error> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO looked_up (service, key, answer, asked_at, open_since) VALUES (?1, ?2, NULL, NULL, ?3)
                 ON CONFLICT (service, key) DO UPDATE SET open_since = ifnull(open_since, excluded.open_since)",
            )?;
            for key in keys {
                insert.execute((service, key, now.unix_millis()))?;
            }
            Ok(())
        })
    }

    /// Records a service under these settings.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn record_lookup_service(
        &mut self,
        service: &str,
        settings: [u8; 16],
        record: &ServiceRecord,
    ) -> Result<(), Error> {
        let ServiceRecord { rest, companies, no_secret } = record;
        let why = rest.as_ref().map(|rest| &rest.why).or(no_secret.as_ref());
        let list = companies.as_ref().map(|(list, _)| serde_json::Value::from(list.clone()).to_string());
        self.execute(
            "INSERT OR REPLACE INTO lookup_service (service, settings, rests_until, why, companies, companies_at)
             VALUES (:service, :settings, :rests_until, :why, :companies, :companies_at)",
            named_params! {
                ":service": service,
                ":settings": settings,
                ":rests_until": rest.as_ref().map(|rest| rest.until.unix_millis()),
                ":why": why,
                ":companies": list,
                ":companies_at": companies.as_ref().map(|(_, at)| at.unix_millis()),
            },
        )?;
        Ok(())
    }

    /// Takes over the settings of a service. Where they have changed, what the service did not have, what it did not
    /// answer, and its rest are forgotten; values that it had stay.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read or written.
    pub fn take_over_lookup_settings(&mut self, service: &str, settings: [u8; 16]) -> Result<(), Error> {
        if self.is_lookup_settings(service, settings)? {
            return Ok(());
        }
        self.atomically(|ledger| {
            ledger.write(|transaction| transaction.execute_batch(TABLES))?;
            ledger.execute(
                "DELETE FROM looked_up WHERE service = ?1
                 AND (answer IS NULL OR NOT json_valid(answer)
                      OR NOT EXISTS (SELECT 1 FROM json_each(answer) WHERE value IS NOT NULL))",
                [service],
            )?;
            // A value that the service did not have is asked for again; those that it had are printed until then.
            ledger.execute(
                "UPDATE looked_up SET asked_at = 0 WHERE service = ?1
                 AND EXISTS (SELECT 1 FROM json_each(answer) WHERE value IS NULL)",
                [service],
            )?;
            ledger.execute("UPDATE looked_up SET open_since = NULL WHERE service = ?1", [service])?;
            ledger.record_lookup_service(service, settings, &ServiceRecord::default())
        })
    }

    /// Records whether a client waits for a value of a service.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written.
    pub fn set_waiting(&mut self, client: ClientId, service: &str, waits: bool) -> Result<(), Error> {
        let statement = if waits {
            "INSERT OR IGNORE INTO lookup_waiting (client_id, service) VALUES (?1, ?2)"
        } else {
            "DELETE FROM lookup_waiting WHERE client_id = ?1 AND service = ?2"
        };
        self.execute(statement, (client.0, service)).map(drop)
    }
}

/// Forgets that a client waits.
pub(super) fn delete_waiting(transaction: &Connection, client: ClientId) -> rusqlite::Result<()> {
    if has_tables(transaction)? {
        transaction.prepare_cached("DELETE FROM lookup_waiting WHERE client_id = ?1")?.execute([client.0])?;
    }
    Ok(())
}

fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM sqlite_schema WHERE name = 'lookup_waiting'")?.exists([])
}
