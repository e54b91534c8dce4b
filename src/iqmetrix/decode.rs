//! Decodes the lists of the three calls. Lenient in the form of values, strict in what they are.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use time::Date;
use time::macros::format_description;

use super::format::{check_text, trimmed};
use super::imei::Imei;
use super::rows::{Company, Dealer, Device, Devices, Unreadable};
use super::service::SERVICE;
use crate::web::{Bad, Redactor};

/// The length of `YYYY-MM-DD`.
const DATE_LENGTH: usize = 10;

/// A row and what is needed to read it.
struct Row<'a> {
    members: Map<String, Value>,
    redactor: &'a Redactor,
}

/// Decodes the companies in partner relationships. One row that cannot be read fails the list: a list with gaps would
/// pass for the whole.
pub(super) fn companies(body: &[u8], redactor: &Redactor) -> Result<Vec<Company>, Bad> {
    rows(body, redactor, |row| {
        Ok(Company {
            company_id: row.number("CompanyID")?,
            name: row.text("CompanyName")?,
            doing_business_as: row.text("DoingBusinessAs")?,
        })
    })
}

/// Decodes the dealers of companies; one row that cannot be read fails the list, too.
pub(super) fn dealers(body: &[u8], redactor: &Redactor) -> Result<Vec<Dealer>, Bad> {
    rows(body, redactor, |row| {
        Ok(Dealer {
            company_id: row.number("CompanyID")?,
            name: row.text("CompanyName")?,
            location_id: row.number("LocationEntityID")?,
            location: row.text("LocationName")?,
        })
    })
}

/// Decodes devices, and returns one for each IMEI that was asked for and has a row, in the order asked. Rows of other
/// devices do not count; of several rows the one with the newest purchase does.
///
/// A row that cannot be read concerns its device only, as long as it says which one that is. An answer with a row that
/// has no IMEI is not understood: any of the devices may be meant, and none of them could count as absent.
pub(super) fn devices(body: &[u8], asked: &[Imei], redactor: &Redactor) -> Result<Devices, Bad> {
    let asked_for: BTreeMap<&str, &Imei> = asked.iter().map(|imei| (imei.as_str(), imei)).collect();
    let found = rows(body, redactor, |row| {
        let text = row.text("IMEI")?.ok_or_else(|| Bad::Passing("a row of the answer has no IMEI".to_owned()))?;
        let known = Imei::parse(&text).and_then(|imei| asked_for.get(imei.as_str()).copied());
        known.map(|imei| row.device(imei)).transpose()
    })?;
    let (mut newest, mut unreadable) = (BTreeMap::<Imei, Device>::new(), BTreeMap::<Imei, Unreadable>::new());
    for row in found.into_iter().flatten() {
        match row {
            Ok(device) if newest.get(&device.imei).is_some_and(|other| age(other) >= age(&device)) => {}
            Ok(device) => drop(newest.insert(device.imei.clone(), device)),
            Err(row) => drop(unreadable.entry(row.imei.clone()).or_insert(row)),
        }
    }
    newest.retain(|imei, _| !unreadable.contains_key(imei));
    let readable = asked.iter().filter_map(|imei| newest.remove(imei)).collect();
    Ok(Devices { readable, unreadable: asked.iter().filter_map(|imei| unreadable.remove(imei)).collect() })
}

/// The order of rows for one device: by purchase, then by return. Dates of this form compare as texts.
fn age(device: &Device) -> (Option<&str>, Option<&str>) {
    (device.purchase_date.as_deref(), device.return_date.as_deref())
}

fn rows<T>(body: &[u8], redactor: &Redactor, read: impl Fn(&Row<'_>) -> Result<T, Bad>) -> Result<Vec<T>, Bad> {
    check_text(body)?;
    let other = || {
        let said = SERVICE.quote(trimmed(body), redactor);
        Bad::Passing(format!("it answered `{said}`, which is no list of rows"))
    };
    let list = match serde_json::from_slice(trimmed(body)) {
        Ok(Value::Array(list)) => list,
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            return Err(other());
        }
        Err(error) => {
            let why = redactor.quote(&error.to_string());
            return Err(Bad::Passing(format!("the answer is no whole JSON: {why}")));
        }
    };
    let row = |value| match value {
        Value::Object(members) => read(&Row { members, redactor }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(other()),
    };
    list.into_iter().map(row).collect()
}

impl Row<'_> {
    /// Reads the row of a device. A secret in it makes the whole answer a bad one.
    fn device(&self, imei: &Imei) -> Result<Result<Device, Unreadable>, Bad> {
        let read = || {
            Ok(Device {
                imei: imei.clone(),
                purchase_date: self.date("PurchaseDate")?,
                return_date: self.date("ReturnDate")?,
                client_id: self.text("ClientID")?,
            })
        };
        match read() {
            Ok(device) => Ok(Ok(device)),
            Err(Bad::Passing(why)) => Ok(Err(Unreadable { imei: imei.clone(), why })),
            Err(secret @ Bad::Lasting(_)) => Err(secret),
        }
    }

    /// Returns a member that is there and not `null`, whatever the letter case of its name.
    fn member(&self, name: &str) -> Option<&Value> {
        let other = || self.members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        self.members.get(name).or_else(other).filter(|value| !value.is_null())
    }

    /// Returns a text without the blanks around it; `None` where it is blank.
    fn text(&self, name: &str) -> Result<Option<String>, Bad> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.unusable(name, value))?.trim();
        if self.redactor.is_secret_in(text) {
            return Err(Bad::Lasting(format!("the {name} in the answer holds a secret of ours")));
        }
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    /// Returns a whole number, written as a number or as digits.
    fn number(&self, name: &str) -> Result<Option<i64>, Bad> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let digits = value.as_str().map(str::trim);
        if digits == Some("") {
            return Ok(None);
        }
        let number = value.as_i64().or_else(|| digits.and_then(|digits| digits.parse().ok()));
        number.map(Some).ok_or_else(|| self.unusable(name, value))
    }

    /// Returns the date part of a point in time, which is never converted.
    fn date(&self, name: &str) -> Result<Option<String>, Bad> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let date = date_part(&text).map(str::to_owned);
        date.map(Some).ok_or_else(|| self.unusable(name, &Value::String(text)))
    }

    fn unusable(&self, name: &str, value: &Value) -> Bad {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Bad::Passing(format!("{name} in the answer is `{}`", self.redactor.quote(&value)))
    }
}

/// Returns the `YYYY-MM-DD` of `2016-04-17` or `2016-04-17T00:00:00`, if there is such a day.
fn date_part(text: &str) -> Option<&str> {
    let (date, time) = text.split_at_checked(DATE_LENGTH)?;
    Date::parse(date, format_description!("[year]-[month]-[day]")).ok()?;
    let is_time = |byte: u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'-' | b'Z' | b' ');
    let is_whole = match time.strip_prefix(['T', ' ']) {
        Some(time) => time.starts_with(|char: char| char.is_ascii_digit()) && time.bytes().all(is_time),
        None => time.is_empty(),
    };
    (is_whole && date.bytes().next().is_some_and(|byte| byte.is_ascii_digit())).then_some(date)
}
