//! Lockers ("Will Call"): reservations as the service has them, and as they are sent.

use serde::Serialize;
use time::Date;

use super::dates;
use super::row::Row;
use super::words::{AssigneeType, ReservationType, SendCode};
use crate::secret::Secret;
use crate::web::Bad;

/// A reservation to be made; only what is set is sent.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReservationBody {
    /// The person who reserves.
    #[serde(rename = "createdbyUser", skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// The selection: a text here, though the free ones come as numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<String>,
    /// The kind.
    #[serde(rename = "reservationType", skip_serializing_if = "Option::is_none")]
    pub reservation_type: Option<ReservationType>,
    /// The way in which codes are sent.
    #[serde(rename = "sendCode", skip_serializing_if = "Option::is_none")]
    pub send_code: Option<SendCode>,
    /// The location.
    #[serde(rename = "locationName", skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The serial number of the machine (`WTN..`).
    #[serde(rename = "serialNumber", skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The product; the service takes a default where there is none.
    #[serde(rename = "productName", skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The assignees, in the order of the service: see [`ReservationType::assignees`].
    #[serde(rename = "externalReserveLockerDetailList")]
    pub assignees: Vec<Assignee>,
}

/// A person in a reservation; only what is set is sent.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignee {
    /// The kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee_type: Option<AssigneeType>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_number: Option<String>,
    /// The dialling code of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_dial_code: Option<String>,
    /// The code of the country. Only the previous revision has it, and only where a reservation is ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The ID of an employee or user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The role; the document lists no values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Whether a barcode is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_bar_code: Option<bool>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Assignee {
    /// Returns what no message may repeat.
    pub(super) fn private(&self) -> Vec<Secret> {
        let number = self.contact_number.as_deref();
        let dialled = number.zip(self.country_dial_code.as_deref()).map(|(number, code)| format!("{code}{number}"));
        [dialled.as_deref(), number, self.email.as_deref()].into_iter().flatten().map(Secret::new).collect()
    }
}

/// A reservation that was made, or whose codes were sent anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reserved {
    /// The ID of the reservation.
    pub reservation: Option<String>,
    /// The codes, for standard output and nowhere else.
    pub codes: Vec<AccessCode>,
    /// The service's words, fit to be shown and recorded: they hold no code.
    pub message: Option<String>,
}

/// An access code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessCode {
    /// The person whose code it is.
    pub name: Option<String>,
    /// The role.
    pub role: Option<String>,
    /// The code.
    pub code: Option<Secret>,
    /// The address of an image of the code, which holds the code and is never fetched.
    pub barcode_url: Option<Secret>,
}

impl Reserved {
    /// Reads the result of a reservation. The message is as the service has it.
    pub(super) fn from_row(row: Row<'_>) -> Result<Self, Bad> {
        let codes = row.list("accessCodes")?.into_iter().map(|row| {
            Ok(AccessCode {
                name: row.trimmed("userName")?,
                role: row.trimmed("role")?,
                code: row.trimmed("accessCodes")?.map(Secret::new),
                barcode_url: row.trimmed("barCode")?.map(Secret::new),
            })
        });
        Ok(Self {
            codes: codes.collect::<Result<_, Bad>>()?,
            reservation: row.trimmed("reserveLockerId")?,
            message: row.trimmed("message")?,
        })
    }

    /// Returns what no message may repeat.
    pub(super) fn private(&self) -> Vec<Secret> {
        self.codes.iter().flat_map(|code| [&code.code, &code.barcode_url]).flatten().cloned().collect()
    }
}

/// A reservation of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Its ID; the previous revision has none.
    pub reservation: Option<String>,
    /// The selection.
    pub selection: Option<String>,
    /// The status, a text of the service's own such as `Drop Off Pending`.
    pub status: Option<String>,
}

impl Reservation {
    pub(super) fn from_row(row: Row<'_>) -> Result<Self, Bad> {
        Ok(Self {
            reservation: row.trimmed("reserveLockerId")?,
            selection: row.trimmed("selection")?,
            status: row.trimmed("currentStatus")?,
        })
    }
}

/// The period and the machine of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFilter {
    /// The serial number of the machine.
    pub serial: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// A page of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportPage {
    /// The account.
    pub account: Option<String>,
    /// The rows.
    pub rows: Vec<ReportRow>,
}

/// A row of a report. It names no reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// The name of the machine.
    pub machine: Option<String>,
    /// The location of the machine.
    pub location: Option<String>,
    /// The kind of the reservation.
    pub reservation_type: Option<String>,
    /// The selection.
    pub selection: Option<String>,
    /// The product.
    pub product: Option<String>,
    /// The activity, a text of the service's own such as `Stock Pending`.
    pub activity: Option<String>,
    /// The time as the service has it, without a zone.
    pub timestamp: Option<String>,
    /// The same as a text, which looks like the account's local time.
    pub local_time: Option<String>,
    /// The person who reserved.
    pub reserved_by: Option<String>,
    /// The role of the assignee.
    pub role: Option<String>,
    /// The assignee.
    pub assignee: Option<String>,
    /// The kind of the assignee.
    pub assignee_type: Option<String>,
}

impl ReportPage {
    /// Reads a page of either revision: the previous one has one machine, and no list of machines.
    pub(super) fn from_row(row: Row<'_>) -> Result<Self, Bad> {
        let names = ["accountName", "machineDetails", "reservationDetails", "hasNextPage", "totalPages"];
        if !names.into_iter().any(|name| row.has(name)) {
            return Err(Bad::Passing("the answer is no report".to_owned()));
        }
        let mut rows = Vec::new();
        for machine in std::iter::once(row).chain(row.list("machineDetails")?) {
            let (name, location) = (machine.trimmed("machineName")?, machine.trimmed("locationName")?);
            for reservation in machine.list("reservationDetails")? {
                rows.push(ReportRow::from_row(reservation, name.clone(), location.clone())?);
            }
        }
        Ok(Self { account: row.trimmed("accountName")?, rows })
    }
}

impl ReportRow {
    fn from_row(row: Row<'_>, machine: Option<String>, location: Option<String>) -> Result<Self, Bad> {
        Ok(Self {
            machine,
            location,
            reservation_type: row.trimmed("type")?,
            selection: row.trimmed("selection")?,
            product: row.trimmed("productName")?,
            activity: row.trimmed("activity")?,
            timestamp: row.trimmed("timestamp")?.map(|time| dates::kept(&time)),
            local_time: row.trimmed("dateString")?.map(|time| dates::kept(&time)),
            reserved_by: row.trimmed("reservedUser")?,
            role: row.trimmed("role")?,
            assignee: row.trimmed("assignee")?,
            assignee_type: row.trimmed("assigneeType")?,
        })
    }
}
