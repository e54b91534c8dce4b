//! The rows of the three calls.

use thiserror::Error;

use super::imei::Imei;

/// A company in partner relationships.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// The ID that [`Call::Devices`](super::Call::Devices) takes.
    pub company_id: Option<i64>,
    /// The name of its database.
    pub name: Option<String>,
    /// Its name.
    pub doing_business_as: Option<String>,
}

/// A location, region, channel or district of a company. A company may have several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dealer {
    /// The ID of the company, as in [`Company`].
    pub company_id: Option<i64>,
    /// The name of the company.
    pub name: Option<String>,
    /// The ID of the location.
    pub location_id: Option<i64>,
    /// The name of the location.
    pub location: Option<String>,
}

/// A device that a company knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The IMEI that was asked for.
    pub imei: Imei,
    /// The day of its purchase as `YYYY-MM-DD`: the date part of the answer, never converted.
    pub purchase_date: Option<String>,
    /// The day of its return, in the same form.
    pub return_date: Option<String>,
    /// Its identifier in Connection Manager.
    pub client_id: Option<String>,
}

/// The answer of a company about some devices. Devices that the company does not know are in neither list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Devices {
    /// The devices that the company knows.
    pub readable: Vec<Device>,
    /// The devices of which a row cannot be read, whatever their other rows say.
    pub unreadable: Vec<Unreadable>,
}

/// A device of which a row cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("iQmetrix's row of IMEI {imei} cannot be read: {why}")]
pub struct Unreadable {
    /// The IMEI that was asked for.
    pub imei: Imei,
    /// The member and its value, redacted.
    pub why: String,
}
