//! The settings of `[iqtech]`; the config has checked every value.

use std::path::PathBuf;
use std::time::Duration;

use crate::digest;
use crate::web::PathTemplate;

/// The settings of the client of iQ Tech. The one secret, the client's, is no part of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IqtechSettings {
    /// `https://host[:port]` of the service, without a slash at the end; `http` for loopback only.
    pub url: String,
    /// The URL of the token endpoint, path included.
    pub token_url: String,
    /// The client that the vendor has registered.
    pub client_id: String,
    /// The scope of a token; blank: none is asked for.
    pub scope: String,
    /// The revision of the locker calls.
    pub will_call: WillCall,
    /// The form in which dates are sent.
    pub date_format: DateFormat,
    /// The number of rows that are asked for in one page: 1 to 100.
    pub page_size: u8,
    /// The largest number of requests at once: 1 to 8.
    pub connections: u8,
    /// Longest time of one request, from the lookup of the name to the last byte of the answer.
    pub request_timeout: Duration,
    /// The serial number of the machine whose lockers are meant where a command names none; blank: a command must.
    pub machine: String,
    /// The key by which technicians are looked up in a pass.
    pub technician: Technician,
    /// The slot of the inventory item menu that holds that key; blank: the technician that WipeOS itself records.
    pub technician_slot: String,
    /// The file of the custody record.
    pub custody: PathBuf,
    /// The path of each operation.
    pub paths: Paths,
}

impl Default for IqtechSettings {
    fn default() -> Self {
        Self {
            url: "https://integration.iqtechportal.com".to_owned(),
            token_url: "https://account.iqtechportal.com/connect/token".to_owned(),
            client_id: String::new(),
            scope: String::new(),
            will_call: WillCall::default(),
            date_format: DateFormat::default(),
            page_size: 100,
            connections: 2,
            request_timeout: Duration::from_secs(10),
            machine: String::new(),
            technician: Technician::default(),
            technician_slot: String::new(),
            custody: PathBuf::from("/var/lib/wipeos-iqr/custody.jsonl"),
            paths: Paths::usual(WillCall::default()),
        }
    }
}

impl IqtechSettings {
    /// Returns a digest of what a pass asks, and as whom, however it is asked. The settings are taken apart, so that a
    /// new one cannot be forgotten here.
    #[must_use]
    pub fn lookup_fingerprint(&self) -> [u8; 16] {
        let Self {
            url,
            token_url,
            client_id,
            scope,
            will_call: _,
            date_format: _,
            page_size: _,
            connections: _,
            request_timeout: _,
            machine: _,
            technician,
            technician_slot,
            custody: _,
            paths,
        } = self;
        let path = paths.of(Operation::EmployeeLookup);
        digest::of([format!("{:?}", (url, token_url, client_id, scope, technician, technician_slot, path)).as_bytes()])
    }
}

/// A revision of the locker calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WillCall {
    /// "Will Call V2", below `api/2.0/WillCall`.
    #[default]
    Current,
    /// The calls of "Previous API Revisions", below `api/WillCall`.
    Previous,
}

impl WillCall {
    /// All of them, each with the word in the config.
    pub const WORDS: [(&'static str, Self); 2] = [("2.0", Self::Current), ("1", Self::Previous)];
}

/// The form in which dates are sent. The vendor's one example has `06-21-2022`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateFormat {
    /// `06-21-2022`
    #[default]
    MonthDayYear,
    /// `2022-06-21`
    YearMonthDay,
    /// `06/21/2022`
    MonthDayYearSlashes,
}

impl DateFormat {
    /// All of them, each with the word in the config.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("MM-DD-YYYY", Self::MonthDayYear),
        ("YYYY-MM-DD", Self::YearMonthDay),
        ("MM/DD/YYYY", Self::MonthDayYearSlashes),
    ];
}

/// The key by which technicians are looked up in a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Technician {
    /// None: no technician is looked up.
    #[default]
    Off,
    /// The badge.
    Badge,
    /// The employee number.
    Number,
}

impl Technician {
    /// All of them, each with the word in the config.
    pub const WORDS: [(&'static str, Self); 3] = [("off", Self::Off), ("badge", Self::Badge), ("number", Self::Number)];
}

/// An operation whose path the config may replace. Its method is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Lists employees, page by page.
    EmployeeList,
    /// Adds an employee.
    EmployeeAdd,
    /// Makes an employee active or inactive.
    EmployeeStatus,
    /// Changes an employee.
    EmployeeUpdate,
    /// Changes an employee's PIN.
    EmployeePin,
    /// Looks employees up by what is known of them.
    EmployeeLookup,
    /// Reserves a locker.
    LockerReserve,
    /// Lists the reservations of a machine.
    LockerStatus,
    /// Lists the free lockers of a machine.
    LockerFree,
    /// Sends a new code for a reservation.
    LockerResend,
    /// Reports the reservations of a period, page by page.
    LockerReport,
    /// Ends a reservation.
    LockerRecall,
    /// Reads one machine.
    MachineShow,
    /// Lists machines, page by page.
    MachineList,
    /// Lists transactions, page by page.
    Transactions,
}

impl Operation {
    /// All of them, in the order of the vendor's document.
    pub const ALL: [Self; 15] = [
        Self::EmployeeList,
        Self::EmployeeAdd,
        Self::EmployeeStatus,
        Self::EmployeeUpdate,
        Self::EmployeePin,
        Self::EmployeeLookup,
        Self::LockerReserve,
        Self::LockerStatus,
        Self::LockerFree,
        Self::LockerResend,
        Self::LockerReport,
        Self::LockerRecall,
        Self::MachineShow,
        Self::MachineList,
        Self::Transactions,
    ];

    /// Returns the key in `[iqtech.paths]`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::EmployeeList => "employee_list",
            Self::EmployeeAdd => "employee_add",
            Self::EmployeeStatus => "employee_status",
            Self::EmployeeUpdate => "employee_update",
            Self::EmployeePin => "employee_pin",
            Self::EmployeeLookup => "employee_lookup",
            Self::LockerReserve => "locker_reserve",
            Self::LockerStatus => "locker_status",
            Self::LockerFree => "locker_free",
            Self::LockerResend => "locker_resend",
            Self::LockerReport => "locker_report",
            Self::LockerRecall => "locker_recall",
            Self::MachineShow => "machine_show",
            Self::MachineList => "machine_list",
            Self::Transactions => "transactions",
        }
    }

    /// Returns the path that the vendor's document has, with the names of the query as its examples spell them.
    #[must_use]
    pub fn usual_path(self, will_call: WillCall) -> &'static str {
        let by_revision = |current, previous| match will_call {
            WillCall::Current => current,
            WillCall::Previous => previous,
        };
        match self {
            Self::EmployeeList => "api/Employee?pageSize={size}&page={page}",
            Self::EmployeeAdd => "api/Employee",
            Self::EmployeeStatus => "api/Employee/UpdateEmployeeStatus",
            Self::EmployeeUpdate => "api/Employee/{number}",
            Self::EmployeePin => "api/Employee/UpdateEmployeeSetPin",
            Self::EmployeeLookup => {
                "api/Employee/lookup?firstName={first}&lastName={last}&employeeNumber={number}&badgeNumber={badge}\
                 &department={department}&active={active}"
            }
            Self::LockerReserve => by_revision("api/2.0/WillCall/AddReservation", "api/WillCall/AddReservation"),
            Self::LockerStatus => by_revision(
                "api/2.0/WillCall/GetReservationStatus/{serial}",
                "api/WillCall/GetReservationStatus/{serial}",
            ),
            Self::LockerFree => by_revision(
                "api/2.0/WillCall/GetReservableSelections/{serial}",
                "api/WillCall/GetReservableSelections/{serial}",
            ),
            Self::LockerResend => {
                by_revision("api/2.0/WillCall/SendNewCode/{reservation}", "api/WillCall/SendNewCode/{reservation}")
            }
            Self::LockerReport => by_revision(
                "api/2.0/WillCall/GetReservedLockerReport?serialNumber={serial}&fromDate={from}&toDate={to}\
                 &pageNumber={page}&pageSize={size}",
                "api/WillCall/GetReservedLockerReport?serialNumber={serial}&fromDate={from}&toDate={to}\
                 &pageNumber={page}&pageSize={size}",
            ),
            Self::LockerRecall => by_revision(
                "api/2.0/WillCall/RecallReservation?reservationLockerId={reservation}",
                "api/WillCall/RecallReservation?reservationLockerId={reservation}",
            ),
            Self::MachineShow => "api/Machine/GetMachinePlanogramDetails?serialNo={serial}",
            Self::MachineList => "api/Machine/GetMachinePlanogramDetails?page={page}&pageSize={size}",
            Self::Transactions => {
                "api/Transaction?page={page}&ToDate={to}&FromDate={from}&serialNo={serial}&pageSize={size}"
            }
        }
    }

    /// Returns the placeholders that the path may have.
    #[must_use]
    pub fn placeholders(self) -> &'static [&'static str] {
        match self {
            Self::EmployeeAdd | Self::EmployeeStatus | Self::EmployeePin | Self::LockerReserve => &[],
            Self::EmployeeUpdate => &["number"],
            Self::EmployeeLookup => &["first", "last", "number", "badge", "department", "active"],
            Self::LockerStatus | Self::LockerFree | Self::MachineShow => &["serial"],
            Self::LockerResend | Self::LockerRecall => &["reservation"],
            Self::EmployeeList | Self::MachineList => &["page", "size"],
            Self::LockerReport | Self::Transactions => &["page", "from", "to", "serial", "size"],
        }
    }

    /// Returns the placeholders that the path must have: all but the size of a page, without which the service chooses.
    #[must_use]
    pub fn needed_placeholders(self) -> &'static [&'static str] {
        let all = self.placeholders();
        all.strip_suffix(&["size"]).unwrap_or(all)
    }
}

/// The path of each operation, relative to [`IqtechSettings::url`]. A pair of the query whose placeholder has no value
/// is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths([PathTemplate; 15]);

impl Paths {
    /// The paths of the vendor's document for this revision of the locker calls.
    #[must_use]
    pub fn usual(will_call: WillCall) -> Self {
        Self::from_config(|operation| usual_template(operation, will_call))
    }

    /// The paths that `path` returns: for each operation one with no placeholder that the operation does not have.
    #[must_use]
    pub fn from_config(path: impl FnMut(Operation) -> PathTemplate) -> Self {
        Self(Operation::ALL.map(path))
    }

    /// Returns the path of an operation.
    #[must_use]
    pub fn of(&self, operation: Operation) -> &PathTemplate {
        &self.0[operation as usize]
    }
}

/// Returns the path of the vendor's document for an operation. That they all parse is tested.
fn usual_template(operation: Operation, will_call: WillCall) -> PathTemplate {
    let path = operation.usual_path(will_call);
    PathTemplate::parse(path, operation.placeholders()).unwrap_or_else(|_| PathTemplate::new(path, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_every_path_of_the_document() {
        for (_, will_call) in WillCall::WORDS {
            let paths = Paths::usual(will_call);
            for (place, operation) in Operation::ALL.into_iter().enumerate() {
                assert_eq!(operation as usize, place);
                let path = operation.usual_path(will_call);
                assert_eq!(paths.of(operation).to_string(), path);
                assert!(PathTemplate::parse(path, operation.placeholders()).is_ok(), "{path}");
                for placeholder in operation.placeholders() {
                    assert!(paths.of(operation).has(placeholder), "{path}: {placeholder}");
                }
                assert!(!operation.needed_placeholders().contains(&"size"), "{path}");
            }
        }
        let in_revision = |will_call| {
            let all = Operation::ALL.into_iter().map(move |it| it.usual_path(will_call));
            all.filter(|path| path.contains("/2.0/")).count()
        };
        assert_eq!((in_revision(WillCall::Current), in_revision(WillCall::Previous)), (6, 0));
    }

    #[test]
    fn distinguishes_what_a_pass_asks_and_as_whom() {
        let settings = IqtechSettings::default();
        let same = IqtechSettings { page_size: 1, machine: "WTN1".to_owned(), ..settings.clone() };
        assert_eq!(same.lookup_fingerprint(), settings.lookup_fingerprint());
        for other in [
            IqtechSettings { url: "https://a".to_owned(), ..settings.clone() },
            IqtechSettings { client_id: "a".to_owned(), ..settings.clone() },
            IqtechSettings { technician: Technician::Badge, ..settings.clone() },
            IqtechSettings { technician_slot: "Badge".to_owned(), ..settings.clone() },
        ] {
            assert_ne!(other.lookup_fingerprint(), settings.lookup_fingerprint());
        }
    }
}
