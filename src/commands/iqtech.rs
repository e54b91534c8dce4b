//! `iqtech`: employees, lockers, machines and transactions of iQ Tech, for support staff. A pass uses none of it.

mod assignee;
mod connection;
mod custody;
mod employee_changes;
mod employee_update;
mod employees;
mod gate;
mod journal;
mod lockers;
mod machines;
mod outcome;
mod pin;
mod progress;
mod reservations;
mod reserve;
mod transactions;

use anyhow::Result;

use super::Exit;
use crate::cli::{EmployeeCommand, Global, IqtechArgs, IqtechCommand, LockerCommand, MachineCommand};

/// Runs a command of the group.
///
/// # Errors
///
/// [`ConfigError::NoSection`](crate::config::ConfigError::NoSection) where the config does not say how to ask iQ Tech,
/// [`super::Usage`] for arguments that make no sense, [`super::NotFound`] where nothing is found,
/// [`super::OutcomeUnknown`] for a write that may have been done, [`crate::custody::Error`] where the custody record
/// cannot be used; otherwise what kept iQ Tech from being asked.
pub fn run(global: &Global, args: &IqtechArgs) -> Result<Exit> {
    match &args.command {
        IqtechCommand::Employee(command) => employee(global, command),
        IqtechCommand::Locker(command) => locker(global, command),
        IqtechCommand::Machine(MachineCommand::List(args)) => machines::list(global, args),
        IqtechCommand::Machine(MachineCommand::Show(args)) => machines::show(global, args),
        IqtechCommand::Transactions(args) => transactions::run(global, args),
    }
}

fn employee(global: &Global, command: &EmployeeCommand) -> Result<Exit> {
    match command {
        EmployeeCommand::List(args) => employees::list(global, args),
        EmployeeCommand::Lookup(args) => employees::look_up(global, args),
        EmployeeCommand::Add(args) => employee_changes::add(global, args),
        EmployeeCommand::Update(args) => employee_update::run(global, args),
        EmployeeCommand::Status(args) => employee_changes::set_status(global, args),
        EmployeeCommand::Pin(args) => pin::run(global, args),
    }
}

fn locker(global: &Global, command: &LockerCommand) -> Result<Exit> {
    match command {
        LockerCommand::Free(args) => lockers::free(global, args),
        LockerCommand::Status(args) => lockers::status(global, args),
        LockerCommand::Reserve(args) => reserve::run(global, args),
        LockerCommand::Resend(args) => reservations::resend(global, args),
        LockerCommand::Recall(args) => reservations::recall(global, args),
        LockerCommand::Report(args) => lockers::report(global, args),
        LockerCommand::Custody(args) => custody::run(global, args),
    }
}
