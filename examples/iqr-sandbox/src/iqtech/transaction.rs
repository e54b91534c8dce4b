//! Transactions: made when they are asked for, so that any number of them takes no memory.

use std::ops::Range;

use serde_json::{Value, json};

use super::dates::{DAY, day_number, format_time};
use super::machine::Machine;

/// A transaction of a vending machine. It has no ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// `transactionDateAndTime`, as it goes out.
    pub at: String,
    /// The `serialNo` of the machine.
    pub serial: String,
    /// `machineName`.
    pub machine_name: String,
    /// `employeeName`: last name, comma, first name.
    pub employee: String,
    /// `employeeNumber`.
    pub employee_number: String,
    /// `productName`.
    pub product: String,
    /// `itemNumber`.
    pub item_number: String,
    /// `selection`.
    pub selection: String,
    /// `dispensedQuantity`; `qtyTaken` is the same as a text.
    pub quantity: i64,
    /// `assetNumber`.
    pub asset: Option<String>,
    /// `userLimit`: questions and responses.
    pub answers: Vec<(String, String)>,
    /// `department`.
    pub department: String,
}

/// The serials of machines with transactions; the first one is that of the document's transaction.
const SERIALS: [&str; 3] = ["WTN42246641120164005", Machine::SERIALS[0], Machine::SERIALS[1]];
/// Seconds from one made-up transaction back to the next.
const STEP: i64 = 613;

/// The time of the newest made-up transaction: 2024-04-25T18:46:51.
fn newest() -> i64 {
    day_number(2024, 4, 25) * DAY + 18 * 3600 + 46 * 60 + 51
}

impl Transaction {
    /// Creates the transaction of the document.
    #[must_use]
    pub fn of_document() -> Self {
        Self {
            at: "2024-04-25T18:46:51.6717682".to_owned(),
            serial: SERIALS[0].to_owned(),
            machine_name: "Test Machine Waukee Keypad-1".to_owned(),
            employee: "Murphy, Paul".to_owned(),
            employee_number: "12354".to_owned(),
            product: "Phase 6".to_owned(),
            item_number: "66".to_owned(),
            selection: "100".to_owned(),
            quantity: 1,
            asset: None,
            answers: vec![("TESTING".to_owned(), "2".to_owned())],
            department: "Service".to_owned(),
        }
    }

    /// Makes up a transaction: everything depends on its place, from 0, alone. Place 0 is that of the document; each
    /// further one is about ten minutes older. Times have 7, 6 or no digits behind the second.
    #[must_use]
    pub fn made_up(place: u64) -> Self {
        let document = Self::of_document();
        let Some(back) = i64::try_from(place).ok().filter(|place| *place > 0) else { return document };
        let fraction = [".6717682", ".045444", ""][usize::try_from(place % 7 % 3).unwrap_or_default()];
        let machine = usize::try_from(place % 3).unwrap_or_default();
        Self {
            at: format_time(newest() - back * STEP) + fraction,
            serial: SERIALS[machine].to_owned(),
            employee_number: (100_000 + place % 200).to_string(),
            selection: (100 + place % 20).to_string(),
            quantity: 1 + back % 3,
            answers: vec![("TESTING".to_owned(), (1_000 + place).to_string())],
            ..document
        }
    }

    pub(super) fn machine_details(&self) -> Value {
        json!({
            "serialNo": self.serial,
            "organization": "EMS",
            "account": "Mason Testing :)",
            "machineName": self.machine_name,
            "location": "Waukee Test Office",
        })
    }

    pub(super) fn details(&self) -> Value {
        let answer = |(question, response): &(String, String)| json!({ "question": question, "response": response });
        json!({
            "transactionDateAndTime": self.at,
            "employeeName": self.employee,
            "employeeNumber": self.employee_number,
            "productName": self.product,
            "productGroup": "Phase Releases ",
            "productGroupName": null,
            "offlinePurchase": "No",
            "selection": self.selection,
            "manufacturerName": null,
            "manufacturerItemNumber": null,
            "dispensedQuantity": self.quantity,
            "secondPersonAuth": " ",
            "batchDetails": [{ "lotNumber": null, "expDate": null, "qtyTaken": self.quantity.to_string() }],
            "userLimit": self.answers.iter().map(answer).collect::<Vec<Value>>(),
            "pricePerItem": 0.0,
            "total": 0.0,
            "itemNumber": self.item_number,
            "takenWeight": null,
            "assetNumber": self.asset,
            "department": self.department,
            "packageQuantity": 1,
            "packagePrice": 0.0,
        })
    }
}

/// The places of the made-up transactions that a question is about: an arithmetic sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    first: u64,
    step: u64,
    pub(super) count: u64,
}

impl Places {
    /// Finds the places among the first `total` that lie in the days and on the machine.
    pub(super) fn find(total: u64, days: &Range<i64>, serial: Option<&str>) -> Self {
        let place = |seconds: i64| u64::try_from(seconds.div_euclid(STEP) + 1).unwrap_or_default();
        // A place is in the days if its time is before their end, and not before their start.
        let from = place(newest().saturating_sub(days.end.saturating_mul(DAY)));
        let until = place(newest().saturating_sub(days.start.saturating_mul(DAY))).min(total);
        let (first, step) = match serial.map(|serial| SERIALS.iter().position(|one| *one == serial)) {
            None => (from, 1),
            Some(None) => (until, 1),
            Some(Some(machine)) => (from + (machine as u64 + 3 - from % 3) % 3, 3),
        };
        Self { first, step, count: until.saturating_sub(first).div_ceil(step) }
    }

    /// Returns the transaction at an index of the sequence.
    pub(super) fn get(self, index: u64) -> Transaction {
        Transaction::made_up(self.first + self.step * index)
    }
}

#[cfg(test)]
mod tests {
    use super::super::dates::{day_number, day_of};
    use super::{Places, SERIALS, Transaction};

    fn check(days: std::ops::Range<i64>, serial: Option<&str>) -> u64 {
        let total = 700;
        let is_in = |transaction: &Transaction| {
            let day = day_of(&transaction.at).unwrap();
            days.contains(&day) && serial.is_none_or(|serial| serial == transaction.serial)
        };
        let expected: Vec<Transaction> = (0..total).map(Transaction::made_up).filter(is_in).collect();
        let places = Places::find(total, &days, serial);
        let found: Vec<Transaction> = (0..places.count).map(|index| places.get(index)).collect();
        assert_eq!(found, expected, "{days:?} {serial:?}");
        places.count
    }

    #[test]
    fn finds_the_transactions_of_days_and_machines() {
        let day = day_number(2024, 4, 25);
        for serial in [None, Some(SERIALS[0]), Some(SERIALS[2]), Some("WTN0")] {
            for days in [0..i64::MAX / 100_000, day..day + 1, day - 2..day - 1, day + 1..day + 2, day - 1..day - 1] {
                check(days, serial);
            }
        }
        assert!(check(day - 1..day, None) > 100 && check(i64::MIN / 100_000..i64::MAX / 100_000, None) == 700);
    }
}
