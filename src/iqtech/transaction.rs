//! Transactions: what was drawn from a machine. None has an ID.

use time::Date;

use super::dates;
use super::row::Row;
use crate::web::Bad;

/// A filter of the transactions; what is not set does not count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransactionFilter {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
    /// The serial number of the machine.
    pub serial: Option<String>,
}

/// A transaction, with the machine at which it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Transaction {
    /// The serial number of the machine.
    pub serial: Option<String>,
    /// The organization.
    pub organization: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The name of the machine.
    pub machine_name: Option<String>,
    /// The location of the machine.
    pub location: Option<String>,
    /// The time as the service has it, without a zone.
    pub at: Option<String>,
    /// The employee: `Last, First`.
    pub employee: Option<String>,
    /// The employee number.
    pub employee_number: Option<String>,
    /// The product.
    pub product: Option<String>,
    /// The group of the product.
    pub product_group: Option<String>,
    /// Another name of that group.
    pub product_group_name: Option<String>,
    /// Whether the machine was offline: the word of the service, such as `No`.
    pub offline: Option<String>,
    /// The selection.
    pub selection: Option<String>,
    /// The manufacturer.
    pub manufacturer: Option<String>,
    /// The manufacturer's number of the product.
    pub manufacturer_item_number: Option<String>,
    /// The number of pieces.
    pub quantity: Option<i64>,
    /// The second person who agreed.
    pub second_person: Option<String>,
    /// The batches that the pieces are of.
    pub batches: Vec<Batch>,
    /// What the employee was asked, and answered.
    pub answers: Vec<Answer>,
    /// The price of a piece.
    pub price: Option<f64>,
    /// The price of all pieces.
    pub total: Option<f64>,
    /// The number of the product.
    pub item_number: Option<String>,
    /// The weight that was taken.
    pub weight: Option<String>,
    /// The number of an asset; the document does not say of which.
    pub asset: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The number of pieces in a package.
    pub package_quantity: Option<i64>,
    /// The price of a package.
    pub package_price: Option<f64>,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The number of its lot.
    pub lot: Option<String>,
    /// The day on which it expires.
    pub expires: Option<String>,
    /// The number of pieces of it.
    pub quantity: Option<i64>,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question.
    pub question: Option<String>,
    /// The answer.
    pub response: Option<String>,
}

impl Transaction {
    /// Decodes the transactions of one machine.
    pub(super) fn list(row: Row<'_>) -> Result<Vec<Self>, Bad> {
        let machine = row.object("machineDetails")?.unwrap_or(row);
        row.list("transactionDetails")?.into_iter().map(|row| Self::from_row(row, machine)).collect()
    }

    fn from_row(row: Row<'_>, machine: Row<'_>) -> Result<Self, Bad> {
        Ok(Self {
            serial: machine.trimmed("serialNo")?,
            organization: machine.trimmed("organization")?,
            account: machine.trimmed("account")?,
            machine_name: machine.trimmed("machineName")?,
            location: machine.trimmed("location")?,
            at: row.trimmed("transactionDateAndTime")?.map(|time| dates::kept(&time)),
            employee: row.trimmed("employeeName")?,
            employee_number: row.trimmed("employeeNumber")?,
            product: row.trimmed("productName")?,
            product_group: row.trimmed("productGroup")?,
            product_group_name: row.trimmed("productGroupName")?,
            offline: row.trimmed("offlinePurchase")?,
            selection: row.trimmed("selection")?,
            manufacturer: row.trimmed("manufacturerName")?,
            manufacturer_item_number: row.trimmed("manufacturerItemNumber")?,
            quantity: row.number("dispensedQuantity")?,
            second_person: row.trimmed("secondPersonAuth")?,
            batches: row.list("batchDetails")?.into_iter().map(Batch::from_row).collect::<Result<_, _>>()?,
            answers: row.list("userLimit")?.into_iter().map(Answer::from_row).collect::<Result<_, _>>()?,
            price: row.amount("pricePerItem")?,
            total: row.amount("total")?,
            item_number: row.trimmed("itemNumber")?,
            weight: row.trimmed("takenWeight")?,
            asset: row.trimmed("assetNumber")?,
            department: row.trimmed("department")?,
            package_quantity: row.number("packageQuantity")?,
            package_price: row.amount("packagePrice")?,
        })
    }
}

impl Batch {
    fn from_row(row: Row<'_>) -> Result<Self, Bad> {
        Ok(Self {
            lot: row.trimmed("lotNumber")?,
            expires: row.trimmed("expDate")?.map(|time| dates::kept(&time)),
            quantity: row.number("qtyTaken")?,
        })
    }
}

impl Answer {
    fn from_row(row: Row<'_>) -> Result<Self, Bad> {
        Ok(Self { question: row.trimmed("question")?, response: row.trimmed("response")? })
    }
}
