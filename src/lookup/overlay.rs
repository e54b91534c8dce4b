//! The answers that a command gets and does not keep: they stand in the place of those in the ledger.

use std::collections::HashMap;

use super::answer::needs_question;
use super::key::{key_of, services_in_use};
use super::service::Client;
use crate::clock::BootTime;
use crate::config::Config;
use crate::ledger::{Answer, Error, KeyRecord, Ledger, ServiceRecord};
use crate::model::{LookupService, Machine, Timestamp};
use crate::web::Limits;

/// Records of keys that count in the place of those in the ledger.
pub type Answers = HashMap<(LookupService, String), KeyRecord>;

/// Asks the services for the values of a machine for which a pass that begins at `now` asks them, within the budget of
/// a pass. A service that rests is not asked, as a pass does not. What keeps a service from answering is one warning,
/// and its values stay open.
///
/// # Errors
///
/// When the ledger cannot be read.
pub fn ask(
    machine: &Machine,
    config: &Config,
    ledger: Option<&Ledger>,
    limits: &Limits,
    now: Timestamp,
) -> Result<Answers, Error> {
    let mut answers = Answers::new();
    for service in services_in_use(config) {
        let (Some(settings), Some(key)) = (config.lookup_settings(service), key_of(service, config, machine)) else {
            continue;
        };
        let (mut record, known) = match ledger {
            Some(ledger) => (
                ledger.looked_up_under(service.name(), settings, &key)?,
                ledger.lookup_service(service.name(), settings)?,
            ),
            None => <(KeyRecord, ServiceRecord)>::default(),
        };
        if needs_question(&record, now) {
            let answer = ask_service(service, &key, known, config, limits, now);
            record = answer.map_or(record, |answer| KeyRecord { answer: Some(answer), open_since: None });
        }
        answers.insert((service, key), record);
    }
    Ok(answers)
}

/// Asks a service for a key; `record` is what the ledger has of the service.
fn ask_service(
    service: LookupService,
    key: &str,
    mut record: ServiceRecord,
    config: &Config,
    limits: &Limits,
    now: Timestamp,
) -> Option<Answer> {
    if let Some(rest) = record.rest.as_ref().filter(|rest| rest.is_on(now)) {
        log::warn!("{service} is not asked, for it rests until {}: {}", rest.until.to_second(), rest.why);
        return None;
    }
    let client = Client::for_service(service, config, limits.clone(), record.rest.is_some())
        .inspect_err(|error| log::warn!("{service} is not asked: {error}"))
        .ok()??;
    let end = (BootTime::now() + config.lookup.budget).min(limits.deadline);
    let asked = client.ask(&[key.to_owned()], &mut record, now, end);
    for (_, row) in &asked.unreadable {
        log::warn!("{row}");
    }
    if let Some(error) = &asked.error {
        log::warn!("{service} gave no answer: {error}");
    }
    asked.answers.into_iter().find(|(answered, _)| answered == key).map(|(_, values)| Answer { values, at: now })
}
