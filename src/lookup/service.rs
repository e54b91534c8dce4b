//! The services that a pass asks, behind one interface.

use crate::clock::BootTime;
use crate::config::{Config, ConfigError};
use crate::iqmetrix::{self, Imei, Iqmetrix, MAX_ANSWER_OF_PASS};
use crate::iqtech::{self, Iqtech};
use crate::ledger::ServiceRecord;
use crate::model::{LookupService, Timestamp};
use crate::web::{Error, Limits};

/// The time for which a list of companies is used, in seconds.
const COMPANIES_AGE_SECS: i64 = 24 * 3600;

/// The client of a service.
pub enum Client {
    /// iQmetrix's Data Connect.
    Iqmetrix(Box<Iqmetrix>),
    /// iQ Tech.
    Iqtech(Box<Iqtech>),
}

/// The answers to a question about some keys.
#[derive(Debug, Default)]
pub struct Asked {
    /// The values of each key that was answered, in the order of the service's fields.
    pub answers: Vec<(String, Vec<Option<String>>)>,
    /// The keys that are open although the service has answered about them, and why: a row cannot be read.
    pub unreadable: Vec<(String, String)>,
    /// The failure that left the other keys open.
    pub error: Option<Error>,
}

impl Client {
    /// Returns the client of a service; `None` where the config has no section of it. `has_rested`: the service has
    /// failed, and one request shows whether it may be asked again.
    ///
    /// # Errors
    ///
    /// When a secret of the service cannot be read.
    pub fn for_service(
        service: LookupService,
        config: &Config,
        limits: Limits,
        has_rested: bool,
    ) -> Result<Option<Self>, ConfigError> {
        match service {
            LookupService::Iqmetrix => {
                let Some(settings) = &config.iqmetrix else { return Ok(None) };
                let secrets = config.iqmetrix_secrets()?;
                let open = if has_rested { Iqmetrix::on_trial } else { Iqmetrix::new };
                let client = open(settings.clone(), &secrets, limits, MAX_ANSWER_OF_PASS);
                Ok(Some(Self::Iqmetrix(Box::new(client))))
            }
            LookupService::Iqtech => {
                let Some(settings) = &config.iqtech else { return Ok(None) };
                let secret = config.iqtech_secret()?;
                let open = if has_rested { Iqtech::on_trial } else { Iqtech::for_pass };
                Ok(Some(Self::Iqtech(Box::new(open(settings.clone(), &secret, limits)))))
            }
        }
    }

    /// Asks for some keys, until `end` at the latest. `record` has the companies that are known; new ones are put
    /// there.
    pub fn ask(&self, keys: &[String], record: &mut ServiceRecord, now: Timestamp, end: BootTime) -> Asked {
        match self {
            Self::Iqmetrix(client) => match companies(client, record, now, end) {
                Ok(companies) => devices(client, &companies, keys, end),
                Err(error) => Asked { error: Some(error), ..Asked::default() },
            },
            Self::Iqtech(client) => technicians(client, keys, end),
        }
    }

    /// Returns the number of keys that one request asks for, at most.
    #[must_use]
    pub fn batch(&self) -> usize {
        match self {
            Self::Iqmetrix(client) => usize::from(client.settings().batch),
            Self::Iqtech(_) => 1,
        }
    }

    /// Returns the number of requests that are in flight at once, at most.
    #[must_use]
    pub fn connections(&self) -> usize {
        match self {
            Self::Iqmetrix(client) => usize::from(client.settings().connections),
            Self::Iqtech(client) => usize::from(client.settings().connections),
        }
    }

    /// Returns the number of requests for data that were sent.
    #[must_use]
    pub fn requests(&self) -> u64 {
        match self {
            Self::Iqmetrix(client) => client.data_requests(),
            Self::Iqtech(client) => client.data_requests(),
        }
    }
}

fn companies(client: &Iqmetrix, record: &mut ServiceRecord, now: Timestamp, end: BootTime) -> Result<Vec<i64>, Error> {
    let listed = record.companies.as_ref().filter(|(_, at)| (0..COMPANIES_AGE_SECS).contains(&now.seconds_since(*at)));
    if let (Some((companies, _)), true) = (listed, client.settings().companies.is_empty()) {
        return Ok(companies.clone());
    }
    let companies = client.company_ids(end)?;
    if companies.is_empty() {
        let cause = "it lists no company and no dealer; name one in iqmetrix.companies".to_owned();
        return Err(Error::Unreachable { service: &iqmetrix::SERVICE, cause });
    }
    if client.settings().companies.is_empty() {
        record.companies = Some((companies.clone(), now));
    }
    Ok(companies)
}

fn devices(client: &Iqmetrix, companies: &[i64], keys: &[String], end: BootTime) -> Asked {
    let imeis: Vec<Imei> = keys.iter().filter_map(|key| Imei::parse(key)).collect();
    let found = client.find(companies, &imeis, end, &|_| {});
    let mut answers = Vec::new();
    for (_, device) in found.devices {
        answers.push((device.imei.to_string(), vec![device.purchase_date, device.return_date]));
    }
    answers.extend(found.absent.iter().map(|imei| (imei.to_string(), vec![None, None])));
    let unreadable = found.unreadable.iter().map(|row| (row.imei.to_string(), row.to_string())).collect();
    Asked { answers, unreadable, error: found.error }
}

fn technicians(client: &Iqtech, keys: &[String], end: BootTime) -> Asked {
    let iqtech::Found { names, absent, error } = client.find_technicians(keys, end);
    let mut answers: Vec<_> = names.into_iter().map(|(key, name)| (key, vec![Some(name)])).collect();
    answers.extend(absent.into_iter().map(|key| (key, vec![None])));
    Asked { answers, unreadable: Vec::new(), error }
}
