//! The due clients, without a walk through the queue: the check whether there is none, and their count.
//!
//! The check is the fast path of a pass with nothing to do, and of the count. The count is what `status` shows: the
//! clients that the next pass would evaluate, counted without the run lock and without a write. A pass does not need
//! it, because it streams its clients.

use std::collections::HashSet;

use crate::config::Config;
use crate::ledger::Ledger;
use crate::lookup;
use crate::model::{ClientId, Timestamp};
use crate::store::{Signature, Source, Store, Watermark};
use crate::sync::error::Error;
use crate::sync::evaluate::ledger_view::LedgerView;
use crate::sync::queue::{MAX_SMALL_STORE_KEY, Sweep};

/// The maximum number of clients with possible news that are compared for this count; those beyond count as due unread.
const MAX_COMPARED_CLIENTS: usize = 50_000;

/// The maximum number of failing clients with a due retry that are counted.
const MAX_COUNTED_RETRIES: i64 = 1_000_000;

/// Whether a client's fingerprint is not the one that was last evaluated.
pub(in crate::sync) fn has_news(client: ClientId, store: &Store, ledger: &Ledger) -> Result<bool, Error> {
    let Some(recorded) = LedgerView::read(client, ledger)?.fingerprint() else { return Ok(true) };
    Ok(store.fingerprint(client)? != Some(recorded))
}

/// Whether a pass would find nothing due, without a query to the appliance's database: the database was not touched
/// since everything in it was evaluated under the same config, and no client's retry is due.
///
/// # Errors
///
/// When the ledger cannot be read.
pub fn is_idle(
    ledger: &Ledger,
    clock: Timestamp,
    signature: Option<Signature>,
    config: &Config,
) -> Result<bool, Error> {
    let Some(signature) = signature else { return Ok(false) };
    Ok(ledger.is_signature(signature)?
        && ledger.is_config(config.fingerprint)?
        && !ledger.owes_comparison()?
        && ledger.retries(clock, config.sync.retry_max_delay, 1)?.is_empty()
        && ledger.open_intents()?.is_empty()
        && awaited_services(ledger, clock, config)?.is_empty())
}

/// Returns the names of the services that may be asked and that clients wait for. A rest under other settings is over.
fn awaited_services(ledger: &Ledger, clock: Timestamp, config: &Config) -> Result<Vec<&'static str>, Error> {
    let mut awaited = Vec::new();
    for service in lookup::services_in_use(config) {
        let Some(settings) = config.lookup_settings(service) else { continue };
        let rest = ledger.lookup_service(service.name(), settings)?.rest;
        let may_ask = rest.is_none_or(|rest| !rest.is_on(clock)) && config.check_secrets(service).is_ok();
        if may_ask && ledger.count_waiting(service.name())? > 0 {
            awaited.push(service.name());
        }
    }
    Ok(awaited)
}

/// Returns the number of clients that are due at `now` under this config: never evaluated, with news, with a write that
/// a killed pass left unfinished, or failing with their time come. Held clients count when the config has changed.
///
/// # Errors
///
/// When the appliance's database or the ledger cannot be read.
pub fn count(store: &Store, ledger: Option<&Ledger>, now: Timestamp, config: &Config) -> Result<u64, Error> {
    let everything = || Ok(store.count_after(ClientId(i64::MIN))?);
    let Some(ledger) = ledger else { return everything() };
    let Some(watermark) = ledger.watermark()? else { return everything() };
    if ledger.owes_comparison()? {
        return Ok(Sweep::full(ledger)?.count_ahead(store)?);
    }
    if is_idle(ledger, now, Signature::read(store.path()), config)? {
        return Ok(0);
    }
    let mut due: HashSet<ClientId> = again(ledger, now, config)?.into_iter().collect();
    if watermark.client_id <= MAX_SMALL_STORE_KEY {
        compare_all(&mut due, store, ledger)?;
    } else {
        ask_sources(&mut due, store, ledger, &watermark)?;
    }
    due.retain(|client| client.0 <= watermark.client_id);
    Ok(due.len() as u64 + store.count_after(ClientId(watermark.client_id))?)
}

/// Returns the clients that are retried whether or not they have news.
fn again(ledger: &Ledger, now: Timestamp, config: &Config) -> Result<Vec<ClientId>, Error> {
    let mut clients: Vec<ClientId> = ledger.open_intents()?.iter().map(|intent| intent.client_id).collect();
    let awaited = awaited_services(ledger, now, config)?;
    clients.extend(ledger.waiting_after(ClientId(i64::MIN), &awaited, MAX_COUNTED_RETRIES)?);
    if ledger.is_config(config.fingerprint)? {
        clients.extend(ledger.retries(now, config.sync.retry_max_delay, MAX_COUNTED_RETRIES)?);
    } else {
        clients.extend(ledger.problems()?.into_iter().map(|problem| problem.client_id));
    }
    Ok(clients)
}

/// Adds the clients that have news by the indexed queries.
fn ask_sources(
    due: &mut HashSet<ClientId>,
    store: &Store,
    ledger: &Ledger,
    watermark: &Watermark,
) -> Result<(), Error> {
    let mut asked = HashSet::new();
    for source in Source::NEWS {
        let mut cursor = source.start(watermark);
        let mut page = Some(store.overlap(source, watermark)?.iter().map(|row| row.client_id).collect::<Vec<_>>());
        while let Some(clients) = page {
            for client in clients {
                let is_unknown = asked.insert(client) && !due.contains(&client);
                if is_unknown && (asked.len() > MAX_COMPARED_CLIENTS || has_news(client, store, ledger)?) {
                    due.insert(client);
                }
            }
            page = store.candidates(source, &mut cursor)?;
        }
    }
    Ok(())
}

/// Adds the clients that have news by a comparison of every client, as a pass does in a small database.
fn compare_all(due: &mut HashSet<ClientId>, store: &Store, ledger: &Ledger) -> Result<(), Error> {
    let mut after = ClientId(i64::MIN);
    loop {
        let page = store.fingerprints_after(after)?;
        let Some(&(last, _)) = page.last() else { return Ok(()) };
        for (client, fingerprint) in page {
            if LedgerView::read(client, ledger)?.fingerprint() != Some(fingerprint) {
                due.insert(client);
            }
        }
        after = last;
    }
}

#[cfg(test)]
mod tests {
    use iqr_sandbox::store::{self as sample, Log};

    use super::*;
    use crate::commands::testing::Bench;

    #[test]
    fn finds_by_index_what_a_full_comparison_finds() {
        let bench = Bench::new();
        bench.pass();
        let appliance = sample::Store::open(&bench.database()).unwrap();
        appliance.edit(1, "technician", "JW", "2026-01-01 10:00:00").unwrap();
        appliance.add_log(2, &Log::of("2020-01-01 11:00:00", &[("USB", "FAIL")])).unwrap();
        let (store, ledger) = (bench.store(), bench.ledger().unwrap());
        let (mut fast, mut slow) = (HashSet::new(), HashSet::new());
        ask_sources(&mut fast, &store, &ledger, &ledger.watermark().unwrap().unwrap()).unwrap();
        compare_all(&mut slow, &store, &ledger).unwrap();
        assert_eq!(fast, HashSet::from([ClientId(1), ClientId(2)]));
        assert_eq!(slow, fast);
    }
}
