//! Machines and what is in them ("planogram").

use super::dates;
use super::row::Row;
use crate::web::Bad;

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The name.
    pub name: Option<String>,
    /// The serial number of its control board (`WTN..`), by which every call names it.
    pub serial: Option<String>,
    /// The serial number of the machine itself.
    pub machine_serial: Option<String>,
    /// The location.
    pub location: Option<String>,
    /// The kind; the document names no meaning.
    pub machine_type: Option<i64>,
    /// Whether it is online.
    pub online: Option<bool>,
    /// The time of its last activity as the service has it, without a zone.
    pub last_activity: Option<String>,
    /// The version of its control board.
    pub board_version: Option<String>,
    /// The selections.
    pub selections: Vec<Selection>,
}

/// A selection of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Its number.
    pub selection: Option<String>,
    /// The product in it.
    pub product: Option<String>,
    /// The number of the product.
    pub item_number: Option<String>,
    /// The count at which it is critical; 0: none is set.
    pub critical: Option<i64>,
    /// The count at which it is low; 0: none is set.
    pub low: Option<i64>,
    /// The count to which it is filled.
    pub par: Option<i64>,
    /// The count that fits.
    pub max: Option<i64>,
    /// The count.
    pub count: Option<i64>,
    /// The price as the service has it: `0.00`.
    pub price: Option<String>,
}

/// How full a selection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// More than low.
    Ok,
    /// At the count that is low, or below.
    Low,
    /// At the count that is critical, or below.
    Critical,
    /// Neither count is set, or the selection has no count.
    Unset,
}

impl Machine {
    pub(super) fn from_row(row: Row<'_>) -> Result<Self, Bad> {
        let selections = row.list("machinePlanogram")?.into_iter().map(Selection::from_row);
        let selections = selections.collect::<Result<_, _>>()?;
        let row = row.object("machine")?.unwrap_or(row);
        Ok(Self {
            name: row.trimmed("machineName")?,
            serial: row.trimmed("controlBoardSerialNo")?,
            machine_serial: row.trimmed("machineSerialNo")?,
            location: row.trimmed("location")?,
            machine_type: row.number("machineType")?,
            online: row.flag("status")?,
            last_activity: row.trimmed("lastActivity")?.map(|time| dates::kept(&time)),
            board_version: row.trimmed("controlBoardVersion")?,
            selections,
        })
    }

    /// Whether every call names this machine so.
    #[must_use]
    pub fn has_serial(&self, serial: &str) -> bool {
        self.serial.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(serial.trim()))
    }
}

impl Selection {
    fn from_row(row: Row<'_>) -> Result<Self, Bad> {
        Ok(Self {
            selection: row.trimmed("selection")?,
            product: row.trimmed("productName")?,
            item_number: row.trimmed("productItemNumber")?,
            critical: row.number("criticalLevel")?,
            low: row.number("lowLevel")?,
            par: row.number("parLevel")?,
            max: row.number("maxDepth")?,
            count: row.number("currentCount")?,
            price: row.trimmed("price")?,
        })
    }

    /// Returns how full it is.
    #[must_use]
    pub fn level(&self) -> Level {
        let at = |level: Option<i64>| level.filter(|level| *level > 0);
        let (critical, low) = (at(self.critical), at(self.low));
        match self.count {
            Some(count) if critical.is_some_and(|critical| count <= critical) => Level::Critical,
            Some(count) if low.is_some_and(|low| count <= low) => Level::Low,
            Some(_) if critical.or(low).is_some() => Level::Ok,
            Some(_) | None => Level::Unset,
        }
    }
}

impl Level {
    /// Returns the word of this program's output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Low => "low",
            Self::Critical => "critical",
            Self::Unset => "unset",
        }
    }
}
