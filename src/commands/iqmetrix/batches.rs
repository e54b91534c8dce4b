//! Batches of IMEIs: as many requests at once as the settings allow, in the order of the IMEIs.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use super::Connection;
use crate::iqmetrix::{Device, Imei};
use crate::web::Error;

/// Returns the devices that a company knows. The first error ends the look-up.
pub(super) fn devices(connection: &Connection, company: i64, imeis: &[Imei]) -> Result<Vec<Device>, Error> {
    let settings = connection.iqmetrix.settings();
    let batches: Vec<&[Imei]> = imeis.chunks(usize::from(settings.batch.max(1))).collect();
    let bar = progress_bar(batches.len());
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(batches.len()));
    let work = || {
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = ask(connection, company, batch);
            if result.is_err() {
                next.store(batches.len(), Ordering::Relaxed);
            }
            bar.inc(1);
            results.lock().unwrap_or_else(PoisonError::into_inner).push(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..batches.len().min(usize::from(settings.connections)) {
            scope.spawn(work);
        }
        work();
    });
    bar.finish_and_clear();
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.into_iter().try_fold(Vec::new(), |mut found, result| {
        found.extend(result?);
        Ok(found)
    })
}

/// Asks for one batch. One that is refused as malformed or too long (400, 404) is halved once.
fn ask(connection: &Connection, company: i64, batch: &[Imei]) -> Result<Vec<Device>, Error> {
    let Connection { iqmetrix, end } = connection;
    match iqmetrix.devices(company, batch, *end) {
        Err(Error::Refused { status: 400 | 404, .. }) if batch.len() > 1 => {
            let (first, second) = batch.split_at(batch.len().div_ceil(2));
            let mut found = iqmetrix.devices(company, first, *end)?;
            found.extend(iqmetrix.devices(company, second, *end)?);
            Ok(found)
        }
        result => result,
    }
}

/// A bar on a terminal where there is more than one request to wait for.
fn progress_bar(requests: usize) -> ProgressBar {
    if requests < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(requests as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} requests") {
        bar.set_style(style);
    }
    bar
}
