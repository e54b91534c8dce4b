//! The operations of the service.

use super::call::Call;
use super::client::Iqtech;
use super::dates;
use super::decode;
use super::employee::{Employee, EmployeeBody, EmployeeFilter, PinBody, StatusBody};
use super::locker::{Assignee, ReportFilter, ReportPage, Reservation, ReservationBody, Reserved};
use super::machine::Machine;
use super::outcome::WriteOutcome;
use super::pages::Pages;
use super::settings::{IqtechSettings, Operation};
use super::transaction::{Transaction, TransactionFilter};
use crate::web::{Error, When};

/// Employees.
impl Iqtech {
    /// Returns all employees, page by page.
    #[must_use]
    pub fn employees(&self) -> Pages<'_, Vec<Employee>> {
        self.pages(|settings, page| Call::new(Operation::EmployeeList, of_page(settings, page)), decode::employees)
    }

    /// Reads one page of the employees, counted from 1.
    ///
    /// # Errors
    ///
    /// See [`Iqtech`].
    pub fn employees_of_page(&self, page: u32) -> Result<Vec<Employee>, Error> {
        let call = Call::new(Operation::EmployeeList, of_page(self.settings(), page));
        self.read(&call, When::InTime, decode::employees).map(|page| page.items)
    }

    /// Looks employees up; none is an empty list. The filter must not be empty.
    ///
    /// # Errors
    ///
    /// See [`Iqtech`].
    pub fn find_employees(&self, filter: &EmployeeFilter) -> Result<Vec<Employee>, Error> {
        self.find_employees_in(filter, When::InTime)
    }

    pub(super) fn find_employees_in(&self, filter: &EmployeeFilter, when: When) -> Result<Vec<Employee>, Error> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let values = vec![
            ("first", text(&filter.first_name)),
            ("last", text(&filter.last_name)),
            ("number", text(&filter.number)),
            ("badge", text(&filter.badge)),
            ("department", text(&filter.department)),
            ("active", filter.active.map(|active| active.to_string()).unwrap_or_default()),
        ];
        self.read(&Call::new(Operation::EmployeeLookup, values), when, decode::found)
    }

    /// Adds an employee.
    pub fn add_employee(&self, body: &EmployeeBody) -> WriteOutcome<()> {
        let call = Call::with_body(Operation::EmployeeAdd, Vec::new(), body, body.private());
        self.write(&call.showing(&[&body.employee_number, &body.badge]), decode::nothing)
    }

    /// Makes an employee active or inactive.
    pub fn set_employee_status(&self, number: &str, active: bool) -> WriteOutcome<()> {
        let body = StatusBody { employee_number: number, active };
        let call = Call::with_body(Operation::EmployeeStatus, Vec::new(), &body, Vec::new());
        self.write(&call.showing(&[&Some(number.to_owned())]), decode::nothing)
    }

    /// Changes an employee. The body names the employee of the path. The number must [fit a path](super::fits_path).
    pub fn update_employee(&self, number: &str, body: &EmployeeBody) -> WriteOutcome<()> {
        let body = EmployeeBody { employee_number: Some(number.to_owned()), ..body.clone() };
        let values = vec![("number", number.to_owned())];
        let call = Call::with_body(Operation::EmployeeUpdate, values, &body, body.private());
        self.write(&call.showing(&[&body.badge]), decode::nothing)
    }

    /// Changes an employee's PIN.
    pub fn set_employee_pin(&self, body: &PinBody) -> WriteOutcome<()> {
        let private = [&body.old_pin, &body.pin].into_iter().flatten().cloned().collect();
        let call = Call::with_body(Operation::EmployeePin, Vec::new(), body, private);
        self.write(&call.showing(&[&body.employee_number]), decode::nothing)
    }
}

/// Lockers. A serial number and the ID of a reservation must [fit a path](super::fits_path).
impl Iqtech {
    /// Reserves a locker.
    pub fn reserve(&self, body: &ReservationBody) -> WriteOutcome<Reserved> {
        let private = body.assignees.iter().flat_map(Assignee::private).collect();
        let call = Call::with_body(Operation::LockerReserve, Vec::new(), body, private);
        self.write_for_codes(&call.showing(&[&body.serial, &body.selection]))
    }

    /// Lists the reservations of a machine.
    ///
    /// # Errors
    ///
    /// See [`Iqtech`].
    pub fn reservations(&self, serial: &str) -> Result<Vec<Reservation>, Error> {
        let call = Call::new(Operation::LockerStatus, vec![("serial", serial.to_owned())]);
        self.read(&call, When::InTime, decode::reservations)
    }

    /// Lists the free selections of a machine.
    ///
    /// # Errors
    ///
    /// See [`Iqtech`].
    pub fn free_selections(&self, serial: &str) -> Result<Vec<String>, Error> {
        let call = Call::new(Operation::LockerFree, vec![("serial", serial.to_owned())]);
        self.read(&call, When::InTime, |answer, _| decode::selections(answer))
    }

    /// Has a new code made and sent for a reservation.
    pub fn resend(&self, reservation: &str) -> WriteOutcome<Reserved> {
        self.write_for_codes(&Call::new(Operation::LockerResend, vec![("reservation", reservation.to_owned())]))
    }

    /// Returns the reservations of a period, page by page.
    #[must_use]
    pub fn locker_report<'a>(&'a self, filter: &'a ReportFilter) -> Pages<'a, ReportPage> {
        let call = |settings: &IqtechSettings, page| {
            let mut values = of_page(settings, page);
            values.push(("serial", filter.serial.clone()));
            values.push(("from", dates::sent(filter.from, settings.date_format)));
            values.push(("to", dates::sent(filter.to, settings.date_format)));
            Call::new(Operation::LockerReport, values)
        };
        self.pages(call, decode::report)
    }

    /// Ends a reservation. Returns the service's words, fit to be shown and recorded.
    pub fn recall(&self, reservation: &str, assignee: &Assignee) -> WriteOutcome<Option<String>> {
        let values = vec![("reservation", reservation.to_owned())];
        let call = Call::with_body(Operation::LockerRecall, values, assignee, assignee.private());
        let outcome = self.write(&call, decode::message);
        outcome.map(|message| message.map(|message| self.scrubbed(&message, &call, Vec::new())))
    }

    fn write_for_codes(&self, call: &Call) -> WriteOutcome<Reserved> {
        self.write(call, decode::reserved).map(|reserved| {
            let message = reserved.message.as_deref().map(|text| self.scrubbed(text, call, reserved.private()));
            Reserved { message, ..reserved }
        })
    }
}

/// Machines and transactions.
impl Iqtech {
    /// Reads one machine, in one request: the service may answer with others, too, which do not count.
    ///
    /// # Errors
    ///
    /// See [`Iqtech`].
    pub fn machine(&self, serial: &str) -> Result<Option<Machine>, Error> {
        let call = Call::new(Operation::MachineShow, vec![("serial", serial.to_owned())]);
        let page = self.read(&call, When::InTime, decode::machines)?;
        Ok(page.items.into_iter().find(|machine| machine.has_serial(serial)))
    }

    /// Returns all machines, page by page.
    #[must_use]
    pub fn machines(&self) -> Pages<'_, Vec<Machine>> {
        self.pages(|settings, page| Call::new(Operation::MachineList, of_page(settings, page)), decode::machines)
    }

    /// Reads the first machine of the list, to see that reads are answered.
    ///
    /// # Errors
    ///
    /// See [`Iqtech`].
    pub fn first_machine(&self) -> Result<Option<Machine>, Error> {
        let values = vec![("page", "1".to_owned()), ("size", "1".to_owned())];
        let page = self.read(&Call::new(Operation::MachineList, values), When::InTime, decode::machines)?;
        Ok(page.items.into_iter().next())
    }

    /// Returns the transactions, page by page.
    #[must_use]
    pub fn transactions<'a>(&'a self, filter: &'a TransactionFilter) -> Pages<'a, Vec<Transaction>> {
        let call = |settings: &IqtechSettings, page| {
            let date = |date: Option<time::Date>| date.map(|date| dates::sent(date, settings.date_format));
            let mut values = of_page(settings, page);
            values.push(("serial", filter.serial.clone().unwrap_or_default()));
            values.push(("from", date(filter.from).unwrap_or_default()));
            values.push(("to", date(filter.to).unwrap_or_default()));
            Call::new(Operation::Transactions, values)
        };
        self.pages(call, decode::transactions)
    }
}

fn of_page(settings: &IqtechSettings, page: u32) -> Vec<(&'static str, String)> {
    vec![("page", page.to_string()), ("size", settings.page_size.to_string())]
}
