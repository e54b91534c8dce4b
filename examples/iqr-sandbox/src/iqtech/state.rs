//! The state of an iQ Tech: employees, machines, lockers, transactions, tokens, and the record of requests.

use super::employee::Employee;
use super::locker::{Locker, ReportRow, Reservation};
use super::machine::Machine;
use super::options::Options;
use super::record::Offense;
use super::transaction::Transaction;
use crate::journal::Journal;
use crate::rng::Rng;
use crate::session::Validity;

/// The memory of an iQ Tech, for tests to fill, to read and to change.
#[derive(Debug)]
pub struct State {
    /// The set-up; changes take effect with the next request.
    pub options: Options,
    /// The employees, in the order of the list.
    pub employees: Vec<Employee>,
    /// The vending machines, in the order of the list.
    pub machines: Vec<Machine>,
    /// The machines with lockers.
    pub lockers: Vec<Locker>,
    /// The reservations that were neither recalled nor fetched.
    pub reservations: Vec<Reservation>,
    /// The rows of the locker report, in its order.
    pub report: Vec<ReportRow>,
    /// Transactions that come before those that are made up ([`Options::transactions`]).
    pub transactions: Vec<Transaction>,
    /// Fault rules, tokens, and the record of requests.
    pub journal: Journal<Offense>,
    pub(super) rng: Rng,
    pub(super) codes: Vec<String>,
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        let mut employees = Employee::named();
        let others = options.employees.saturating_sub(employees.len());
        employees.extend((0..others).map(Employee::made_up));
        let mut machines = Machine::named();
        let others = options.machines.saturating_sub(machines.len());
        machines.extend((0..others).map(|place| Machine::made_up(place, options.slots)));
        let mut report: Vec<ReportRow> = (0..options.report_rows).map(ReportRow::made_up).collect();
        report.push(ReportRow::of_document());
        let reservation = Reservation::of_document();
        Self {
            employees,
            machines,
            lockers: vec![Locker::of_document()],
            codes: reservation.codes.iter().map(|code| code.code.clone()).collect(),
            reservations: vec![reservation],
            report,
            transactions: Vec::new(),
            journal: Journal::new(options.faults.clone()),
            rng: Rng::new(0x1A7E_C400),
            options,
        }
    }

    /// Returns the employee with a number.
    #[must_use]
    pub fn employee(&self, number: &str) -> Option<&Employee> {
        self.employees.iter().find(|employee| employee.number == number)
    }

    /// Returns the reservation with an ID, in any case of letters.
    #[must_use]
    pub fn reservation(&self, id: &str) -> Option<&Reservation> {
        self.reservations.iter().find(|reservation| reservation.id.eq_ignore_ascii_case(id))
    }

    /// Returns the selections of a machine that are free; `None` where no machine with lockers has the serial.
    #[must_use]
    pub fn free_selections(&self, serial: &str) -> Option<Vec<u32>> {
        let locker = self.lockers.iter().find(|locker| locker.serial == serial)?;
        let is_free =
            |selection: &u32| !self.reservations.iter().any(|one| one.serial == serial && one.selection == *selection);
        Some(locker.selections.iter().copied().filter(is_free).collect())
    }

    /// Returns every access code that was given out, valid or not. The address of a bar code has the code in it.
    #[must_use]
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// Returns the client's secret and all tokens given out.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        std::iter::once(&self.options.client_secret).chain(self.journal.issued()).cloned().collect()
    }

    /// Returns the number of tokens that are neither revoked nor expired.
    #[must_use]
    pub fn tokens_live(&self) -> usize {
        self.journal.tokens_live(self.validity())
    }

    pub(super) fn validity(&self) -> Validity {
        Validity { lifetime: self.options.token_lifetime, calls: self.options.token_calls }
    }
}
