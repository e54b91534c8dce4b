//! The tenant that a ledger belongs to. Where the config names another tenant, or the key opens another one, the pass
//! must not assume that this tenant was sent what the last one was.

use std::sync::Arc;

use super::error::Error;
use super::request::Request;
use crate::clock::BootTime;
use crate::config::Config;
use crate::iqr::Iqr;
use crate::ledger::{self, Ledger, RunLedger};
use crate::secret::Secret;
use crate::web::{self, Access, Limits};

/// The maximum number of assets, those sent last, that are compared to decide whether a new key opens the same tenant.
const MAX_COMPARED_ASSETS: u32 = 20;

/// Whether the ledger belongs to the tenant that the config and the key name, and the fields are those of the last
/// pass. A key that cannot be read is no reason to doubt it: the code that needs the key reports that.
///
/// # Errors
///
/// When the ledger cannot be read.
pub(super) fn is_known(config: &Config, ledger: &Ledger, key: Option<&Secret>) -> Result<bool, ledger::Error> {
    Ok(ledger.tenant()?.is_some_and(|known| known == config.iqr.tenant())
        && ledger.is_wire(config.wire)? == Some(true)
        && key.map_or(Ok(Some(true)), |key| ledger.is_key(key))? == Some(true))
}

/// Makes the ledger that of the tenant that the config and the key name. Returns false if that takes the key, and there
/// is none.
///
/// # Errors
///
/// When the assets that identify the tenant cannot be read, or when the ledger cannot be used.
pub(super) fn settle(
    request: &Request<'_>,
    ledger: &mut RunLedger,
    key: Option<&Secret>,
    deadline: BootTime,
) -> Result<bool, Error> {
    let config = request.config;
    if is_known(config, ledger, key)? {
        return Ok(true);
    }
    let tenant = config.iqr.tenant();
    let is_here = is_here(config, ledger, &tenant)?;
    if let Some(key) = key {
        let is_ours = ledger.is_blank()? || (is_here && ledger.is_key(key)? != Some(false));
        if !is_ours {
            find(request, ledger, (&tenant, key), deadline)?;
        }
        ledger.set_tenant(&tenant, key)?;
    } else if !is_here {
        return Ok(false);
    }
    if ledger.is_wire(config.wire)? != Some(true) {
        ledger.set_wire(config.wire)?;
    }
    Ok(true)
}

/// Whether the ledger belongs to the tenant by its URLs. A ledger of an older version knows only the data host,
/// together with the fields: there, other fields pass for another tenant.
fn is_here(config: &Config, ledger: &Ledger, tenant: &str) -> Result<bool, Error> {
    Ok(match ledger.tenant()? {
        Some(known) => known == tenant,
        None => ledger.is_wire(config.wire)?.unwrap_or(true),
    })
}

/// Switches to the ledger of this tenant, or to a new one.
fn find(
    request: &Request<'_>,
    ledger: &mut RunLedger,
    (tenant, key): (&str, &Secret),
    deadline: BootTime,
) -> Result<(), Error> {
    let mut others = ledger.detached()?;
    others.retain(|other| other.is_of(tenant).unwrap_or_default());
    if let Some(known) = others.iter().find(|other| other.is_key(key).is_ok_and(|is_key| is_key == Some(true))) {
        return change(ledger, Some(known), tenant, key);
    }
    let limits = Limits { deadline, interrupted: Arc::clone(&request.interrupted) };
    let iqr = Iqr::new(request.config.iqr.clone(), key, Access::ReadOnly, limits);
    if ledger.is_of(tenant)? && shows_what_was_sent(&iqr, ledger)? {
        log::info!("the API key is a new one, and IQR still shows what was sent: it is the same tenant");
        return Ok(());
    }
    for other in &others {
        if shows_what_was_sent(&iqr, other)? {
            return change(ledger, Some(other), tenant, key);
        }
    }
    change(ledger, None, tenant, key)
}

/// Whether most of the assets that were sent last still show it; no asset is no evidence against it. Where more assets
/// fail to be read than are read, the pass ends, and the next one tries again.
fn shows_what_was_sent(iqr: &Iqr, ledger: &Ledger) -> Result<bool, Error> {
    let (mut asked, mut alike) = (0, 0);
    let mut unread = Vec::new();
    for (id, sent) in ledger.newest_assets(MAX_COMPARED_ASSETS)? {
        match iqr.asset(&id) {
            Ok(asset) => {
                let is_shown = sent.is_shown_by(&asset);
                asked += usize::from(is_shown.is_some());
                alike += usize::from(is_shown == Some(true));
            }
            Err(web::Error::NotFound { .. }) => asked += 1,
            Err(error) if error.scope() == web::Scope::ThisRecord => unread.push(error),
            Err(error) => return Err(error.into()),
        }
    }
    match unread.pop() {
        Some(error) if asked <= unread.len() => Err(error.into()),
        Some(_) | None => Ok(asked == 0 || 2 * alike > asked),
    }
}

fn change(ledger: &mut RunLedger, other: Option<&Ledger>, tenant: &str, key: &Secret) -> Result<(), Error> {
    let before = ledger.tenant()?;
    let what_changed = match before.as_deref().map(|before| distinguishing_hosts(before, tenant)) {
        None => format!("IQR is {} now, and was another one in the last pass", host(tenant)),
        Some((_, now)) if before.as_deref() == Some(tenant) => {
            format!("the API key opens another tenant of {now} than in the last pass")
        }
        Some((before, now)) => {
            format!("IQR is {now} now, and was {before} in the last pass (iqr.api_url, iqr.signin_url)")
        }
    };
    let what_follows = match other {
        Some(_) => "what was sent there before is known, and goes on from there",
        None => "every machine is compared with what IQR shows there, behind those with news",
    };
    log::warn!("{what_changed}: {what_follows}");
    Ok(ledger.change_tenant(other, tenant, key)?)
}

/// Returns the hosts that distinguish two tenants for people: the data hosts or, where these are the same, the sign-in
/// hosts.
#[must_use]
pub fn distinguishing_hosts<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let hosts = (host(one), host(other));
    match (one.split_once(' '), other.split_once(' ')) {
        (Some((_, one)), Some((_, other))) if hosts.0 == hosts.1 && one != other => (one, other),
        _ => hosts,
    }
}

/// Returns the data host of a tenant, for people.
#[must_use]
pub fn host(tenant: &str) -> &str {
    tenant.split(' ').next().unwrap_or(tenant)
}
