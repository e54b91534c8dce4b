//! The operations by path and verb, and the names of their queries.

use serde_json::Value;

use super::call::{Call, Revision};
use super::envelope::Refusal;
use super::pages::MAX_SIZE;
use super::record::Offense;
use super::state::State;
use super::{employee_calls, locker_calls, machine_calls, report_calls};

/// An operation of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    EmployeeList,
    EmployeeAdd,
    EmployeeStatus,
    EmployeeUpdate,
    EmployeePin,
    EmployeeLookup,
    LockerReserve,
    LockerStatus,
    LockerFree,
    LockerResend,
    LockerReport,
    LockerRecall,
    Machines,
    Transactions,
}

/// The operations of a path, and the text of the path behind them.
pub(super) struct Route<'a> {
    operations: &'static [Operation],
    pub(super) argument: &'a str,
    pub(super) revision: Revision,
}

impl<'a> Route<'a> {
    /// Finds the operations of a path, which has the letters of the document; `None` where there are none.
    pub(super) fn find(path: &'a str) -> Option<Self> {
        use Operation::{
            EmployeeAdd, EmployeeList, EmployeeLookup, EmployeePin, EmployeeStatus, EmployeeUpdate, Machines,
            Transactions,
        };
        let segments: Vec<&str> = path.strip_prefix("/api/")?.split('/').collect();
        let (operations, argument): (&'static [Operation], _) = match segments.as_slice() {
            ["Employee"] => (&[EmployeeList, EmployeeAdd], ""),
            ["Employee", "UpdateEmployeeStatus"] => (&[EmployeeStatus], ""),
            ["Employee", "UpdateEmployeeSetPin"] => (&[EmployeePin], ""),
            ["Employee", "lookup"] => (&[EmployeeLookup], ""),
            ["Employee", number] => (&[EmployeeUpdate], *number),
            ["Machine", "GetMachinePlanogramDetails"] => (&[Machines], ""),
            ["Transaction"] => (&[Transactions], ""),
            ["2.0", "WillCall", rest @ ..] => return Self::of_locker(rest, Revision::V2),
            ["WillCall", rest @ ..] => return Self::of_locker(rest, Revision::V1),
            _ => return None,
        };
        Some(Self { operations, argument, revision: Revision::V2 })
    }

    fn of_locker(segments: &[&'a str], revision: Revision) -> Option<Self> {
        use Operation::{LockerFree, LockerRecall, LockerReport, LockerResend, LockerReserve, LockerStatus};
        let (operations, argument): (&'static [Operation], _) = match segments {
            ["AddReservation"] => (&[LockerReserve], ""),
            ["GetReservationStatus", serial] => (&[LockerStatus], *serial),
            ["GetReservableSelections", serial] => (&[LockerFree], *serial),
            ["SendNewCode", id] => (&[LockerResend], *id),
            ["GetReservedLockerReport"] => (&[LockerReport], ""),
            ["RecallReservation"] => (&[LockerRecall], ""),
            _ => return None,
        };
        Some(Self { operations, argument, revision })
    }

    /// Returns the operation with the verb.
    pub(super) fn operation(&self, method: &str) -> Option<Operation> {
        self.operations.iter().copied().find(|operation| operation.method() == method)
    }
}

impl Operation {
    fn method(self) -> &'static str {
        match self {
            Self::EmployeeAdd | Self::EmployeePin | Self::LockerReserve | Self::LockerResend | Self::LockerRecall => {
                "POST"
            }
            Self::EmployeeStatus | Self::EmployeeUpdate => "PUT",
            Self::EmployeeList
            | Self::EmployeeLookup
            | Self::LockerStatus
            | Self::LockerFree
            | Self::LockerReport
            | Self::Machines
            | Self::Transactions => "GET",
        }
    }

    fn has_body(self) -> bool {
        self.method() != "GET" && self != Self::LockerResend
    }

    /// Returns the names of the query: those of the document's examples, or those that it lists.
    fn names(self, are_listed: bool) -> &'static [&'static str] {
        match self {
            Self::EmployeeList => &["page", "pageSize"],
            Self::EmployeeLookup => &["firstName", "lastName", "employeeNumber", "badgeNumber", "department", "active"],
            Self::LockerReport if are_listed => &["serialNumber", "fromDate", "toDate", "page", "pageSize"],
            Self::LockerReport => &["serialNumber", "fromDate", "toDate", "pageNumber", "pageSize"],
            Self::LockerRecall => &["reservationLockerId"],
            Self::Machines => &["serialNo", "page", "pageSize"],
            Self::Transactions => &["page", "pageSize", "FromDate", "ToDate", "serialNo"],
            Self::EmployeeAdd
            | Self::EmployeeStatus
            | Self::EmployeeUpdate
            | Self::EmployeePin
            | Self::LockerReserve
            | Self::LockerStatus
            | Self::LockerFree
            | Self::LockerResend => &[],
        }
    }

    /// Answers a call.
    pub(super) fn answer(self, state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
        self.check(state, call)?;
        match self {
            Self::EmployeeList => employee_calls::list(state, call),
            Self::EmployeeAdd => employee_calls::add(state, call),
            Self::EmployeeStatus => employee_calls::set_status(state, call),
            Self::EmployeeUpdate => employee_calls::update(state, call),
            Self::EmployeePin => employee_calls::set_pin(state, call),
            Self::EmployeeLookup => employee_calls::lookup(state, call),
            Self::LockerReserve => locker_calls::reserve(state, call),
            Self::LockerStatus => locker_calls::list(state, call),
            Self::LockerFree => locker_calls::free(state, call),
            Self::LockerResend => locker_calls::renew(state, call),
            Self::LockerReport => report_calls::lockers(state, call),
            Self::LockerRecall => locker_calls::recall(state, call),
            Self::Machines => machine_calls::planograms(state, call),
            Self::Transactions => report_calls::transactions(state, call),
        }
    }

    /// Checks the names of the query, and that there is a body where the operation has one.
    fn check(self, state: &mut State, call: &Call<'_>) -> Result<(), Refusal> {
        let are_listed = state.options.quirks.has_listed_names;
        let fits = |name: &str, known: &str| if are_listed { name.eq_ignore_ascii_case(known) } else { name == known };
        for (place, (name, _)) in call.query.iter().enumerate() {
            let is_known = self.names(are_listed).iter().any(|known| fits(name, known));
            let is_repeated = call.query[..place].iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
            if !is_known || is_repeated {
                let refusal = Refusal::problem(name, "The name is not one of the query, or it is there twice.");
                return Err(refusal.accusing(Offense::Query(name.clone())));
            }
        }
        if let Some(size) = call.query("pageSize").and_then(|size| size.parse().ok()).filter(|size| *size > MAX_SIZE) {
            state.journal.report(Offense::PageSize(size));
        }
        if !self.has_body() && !call.incoming.body.is_empty() {
            return Err(Refusal::problem("$", "The call has no body.").accusing(Offense::NeedlessBody));
        }
        Ok(())
    }
}
