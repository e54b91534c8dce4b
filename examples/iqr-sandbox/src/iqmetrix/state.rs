//! The state of an iQmetrix: companies, dealers, devices, tokens, and the record of requests.

use std::collections::BTreeMap;

use super::imei::{imei, is_imei, next_imei};
use super::options::Options;
use super::record::Offense;
use crate::journal::Journal;
use crate::rng::Rng;
use crate::session::Validity;

/// A company in a relationship with the partner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Company {
    /// `CompanyID`.
    pub id: i64,
    /// `CompanyName`, the name of the database.
    pub name: String,
    /// `DoingBusinessAs`.
    pub doing_business_as: String,
}

/// A location of a company that the partner can access.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dealer {
    /// `CompanyID`.
    pub company: i64,
    /// `CompanyName`.
    pub company_name: String,
    /// `LocationEntityID`.
    pub location: i64,
    /// `LocationName`.
    pub location_name: String,
}

/// A row about a device. Dates are texts as they go out, such as `2016-04-17T00:00:00`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    /// `IMEI`.
    pub imei: String,
    /// The company that sold it.
    pub company: i64,
    /// `PurchaseDate`.
    pub purchase_date: Option<String>,
    /// `ReturnDate`.
    pub return_date: Option<String>,
    /// `ClientID`.
    pub client_id: String,
}

impl Device {
    /// Creates a device of the company without dates.
    #[must_use]
    pub fn new(imei: &str, company: i64) -> Self {
        let client_id = "24168022-3ed4-422f-90a0-31c70869c1d7".to_owned();
        Self { imei: imei.to_owned(), company, client_id, ..Self::default() }
    }

    /// Sets the purchase date, a day (`YYYY-MM-DD`).
    #[must_use]
    pub fn bought(mut self, day: &str) -> Self {
        self.purchase_date = Some(midnight(day));
        self
    }

    /// Sets the return date, a day (`YYYY-MM-DD`).
    #[must_use]
    pub fn returned(mut self, day: &str) -> Self {
        self.return_date = Some(midnight(day));
        self
    }
}

fn midnight(day: &str) -> String {
    format!("{day}T00:00:00")
}

/// The memory of an iQmetrix, for tests to fill, to read and to change.
#[derive(Debug)]
pub struct State {
    /// The set-up; changes take effect with the next request. (`port` and `faults` are read at the start only.)
    pub options: Options,
    /// The companies of partner relationships.
    pub companies: Vec<Company>,
    /// The dealer relationships. A company of neither list is answered 403.
    pub dealers: Vec<Dealer>,
    pub(super) devices: BTreeMap<String, Vec<Device>>,
    pub(super) on_demand: Option<i64>,
    /// Fault rules, tokens, and the record of requests. An ID of a rule ([`crate::When::Id`]) is an IMEI, as a number.
    pub journal: Journal<Offense>,
    pub(super) imeis_asked: u64,
}

impl State {
    /// The company that a new sandbox has in both lists.
    pub const COMPANY: i64 = 14_170;

    pub(super) fn new(options: Options) -> Self {
        let faults = options.faults.clone();
        Self {
            options,
            companies: vec![Company {
                id: Self::COMPANY,
                name: "KENTEL".to_owned(),
                doing_business_as: "Kentel Corp".to_owned(),
            }],
            dealers: vec![dealer(14_192, "Region A"), dealer(14_189, "Child Dealer 1")],
            devices: BTreeMap::new(),
            on_demand: None,
            journal: Journal::new(faults),
            imeis_asked: 0,
        }
    }

    /// Replaces all rows about a device by this one.
    pub fn set_device(&mut self, device: Device) {
        self.devices.insert(device.imei.clone(), vec![device]);
    }

    /// Adds a row about a device, behind those that are there.
    pub fn add_device(&mut self, device: Device) {
        self.devices.entry(device.imei.clone()).or_default().push(device);
    }

    /// Forgets a device.
    pub fn remove_device(&mut self, imei: &str) {
        self.devices.remove(imei);
    }

    /// Returns the rows about a device.
    #[must_use]
    pub fn device(&self, imei: &str) -> &[Device] {
        self.devices.get(imei).map_or(&[], Vec::as_slice)
    }

    /// Lets every IMEI be known at this company, with the dates of [`Self::made_up`]. For stores of a million clients.
    pub fn add_on_demand(&mut self, company: i64) {
        self.on_demand = Some(company);
    }

    /// Makes up a device: its dates depend on its IMEI alone.
    #[must_use]
    pub fn made_up(imei: &str, company: i64) -> Device {
        let number = imei.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        let (month, day) = (number % 12 + 1, number / 12 % 28 + 1);
        Device::new(imei, company)
            .bought(&format!("2016-{month:02}-{day:02}"))
            .returned(&format!("2017-{month:02}-{day:02}"))
    }

    /// Returns rows about devices that were not asked for: others that are known, or made up.
    pub(super) fn strays(&self, asked: &[&str], company: i64, count: usize) -> Vec<Device> {
        let is_other = |imei: &str| !asked.contains(&imei);
        let known = self.devices.iter().filter(|(imei, _)| is_other(imei)).flat_map(|(_, rows)| rows.clone());
        let first = asked.iter().find(|imei| is_imei(imei)).map_or_else(|| imei(0), |imei| next_imei(imei));
        let others = std::iter::successors(Some(first), |imei| Some(next_imei(imei)));
        let made_up = others.filter(|imei| is_other(imei)).map(|imei| Self::made_up(&imei, company));
        known.chain(made_up).take(count).collect()
    }

    /// Makes a refresh token; it is good for nothing here.
    pub(super) fn refresh_token(&self) -> String {
        let mut rng = Rng::new(self.journal.counters().tokens_issued.rotate_left(32));
        rng.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 43)
    }

    /// Whether the partner can access the company.
    pub(super) fn can_access(&self, company: i64) -> bool {
        self.companies.iter().any(|one| one.id == company) || self.dealers.iter().any(|one| one.company == company)
    }

    /// Returns the number of tokens that are neither revoked nor expired.
    #[must_use]
    pub fn tokens_live(&self) -> usize {
        self.journal.tokens_live(self.validity())
    }

    pub(super) fn validity(&self) -> Validity {
        Validity { lifetime: self.options.token_lifetime, calls: self.options.token_calls }
    }

    /// Returns every secret: the password, the client's secret, the basic token, and all tokens given out.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let own = [&self.options.password, &self.options.client_secret, &self.options.basic_token];
        own.into_iter().chain(self.journal.issued()).cloned().collect()
    }

    /// Returns the number of IMEIs that were asked for, in all requests.
    #[must_use]
    pub fn imeis_asked(&self) -> u64 {
        self.imeis_asked
    }
}

fn dealer(location: i64, name: &str) -> Dealer {
    let company_name = "KENTEL".to_owned();
    Dealer { company: State::COMPANY, company_name, location, location_name: name.to_owned() }
}
