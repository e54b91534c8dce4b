//! Finds the slot of the inventory item menu that holds IQR's inventory IDs, by the values that technicians type into
//! it. Pure.
//!
//! IQR's IDs are numbers of several digits, and each asset has its own: so a slot whose values are mostly such numbers,
//! and mostly different ones, is a candidate. IDs with letters cannot be distinguished from serial numbers, so a
//! proposal of such IDs is never called clear.

use std::collections::HashSet;

use crate::model::{IdRule, InventoryId};
use crate::store::SlotSample;

/// The fewest digits of an ID: a shorter number is a count or a place.
const MIN_ID_DIGITS: usize = 4;

/// The fewest values from which a proposal can be clear.
const MIN_CLEAR_VALUES: usize = 10;

/// Counts of the values of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The slot's name.
    pub name: String,
    /// The number of values that are not blank.
    pub filled: usize,
    /// The number of values that are numbers that could be IDs.
    pub numbers: usize,
    /// The number of values that are words of letters and digits that could be IDs.
    pub words: usize,
    /// The number of different values.
    pub different: usize,
    /// An example of the values, the likeliest if there is one.
    pub example: Option<String>,
}

/// The slot to propose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The slot's name.
    pub name: String,
    /// The rule that the slot's values follow.
    pub rule: IdRule,
    /// The reason why a person has to check; `None` where the proposal is clear.
    pub doubt: Option<Doubt>,
}

/// The reason why a proposal is not clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// The values of these slots look like IDs too.
    Others(Vec<String>),
    /// There are few values to judge by.
    Few,
    /// The values have letters in them, as serial numbers have.
    Letters,
}

impl Slot {
    /// Counts what was typed into a slot.
    #[must_use]
    pub fn from_sample(sample: &SlotSample) -> Self {
        let is = |rule| move |value: &&String| could_be_id(value, rule);
        let values = &sample.values;
        let likest = values.iter().find(is(IdRule::Digits)).or_else(|| values.iter().find(is(IdRule::Alphanumeric)));
        Self {
            name: sample.name.clone(),
            filled: values.len(),
            numbers: values.iter().filter(is(IdRule::Digits)).count(),
            words: values.iter().filter(is(IdRule::Alphanumeric)).count(),
            different: values.iter().collect::<HashSet<_>>().len(),
            example: likest.or(values.first()).cloned(),
        }
    }

    /// Whether most values could be IDs, and most are different. Some slips of technicians and some machines that came
    /// twice are usual.
    fn is_candidate(&self, rule: IdRule) -> bool {
        let fitting = if rule == IdRule::Digits { self.numbers } else { self.words };
        // A name that no config can hold cannot be proposed.
        let can_be_written = !self.name.chars().any(char::is_control);
        can_be_written && self.filled > 0 && fitting * 10 >= self.filled * 7 && self.different * 10 >= self.filled * 7
    }

    fn is_named_so(&self) -> bool {
        let name = self.name.to_lowercase();
        name.contains("inventory") || name.contains("iqr")
    }
}

fn could_be_id(value: &str, rule: IdRule) -> bool {
    let is_long_enough = |id: InventoryId| id.as_str().len() >= MIN_ID_DIGITS;
    value.bytes().any(|byte| byte.is_ascii_digit()) && InventoryId::parse(Some(value), rule).is_ok_and(is_long_enough)
}

/// The slot whose values look like inventory IDs; `None` where no slot's do.
#[must_use]
pub fn propose(slots: &[Slot]) -> Option<Proposal> {
    propose_by(slots, IdRule::Digits).or_else(|| propose_by(slots, IdRule::Alphanumeric))
}

fn propose_by(slots: &[Slot], rule: IdRule) -> Option<Proposal> {
    let candidates: Vec<&Slot> = slots.iter().filter(|slot| slot.is_candidate(rule)).collect();
    let best = *candidates.iter().max_by_key(|slot| (slot.is_named_so(), slot.filled))?;
    let others: Vec<String> =
        candidates.iter().filter(|slot| slot.name != best.name).map(|slot| slot.name.clone()).collect();
    let doubt = if !others.is_empty() {
        Some(Doubt::Others(others))
    } else if rule == IdRule::Alphanumeric {
        Some(Doubt::Letters)
    } else {
        (best.filled < MIN_CLEAR_VALUES).then_some(Doubt::Few)
    };
    Some(Proposal { name: best.name.clone(), rule, doubt })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(name: &str, values: impl IntoIterator<Item = impl ToString>) -> Slot {
        Slot::from_sample(&SlotSample {
            name: name.to_owned(),
            values: values.into_iter().map(|it| it.to_string()).collect(),
        })
    }

    fn ids(name: &str) -> Slot {
        slot(name, 413_800..413_850)
    }

    #[test]
    fn proposes_different_numbers_whatever_the_slot_is_called() {
        let slots = [
            slot("Location", vec!["DOCK 4"; 50]),
            slot("Purchase order", vec!["20231117"; 50]),
            slot("Keys missing", 0..50),
            ids("Field 3"),
            slot("Notes", Vec::<String>::new()),
        ];
        assert_eq!(propose(&slots), Some(Proposal { name: "Field 3".to_owned(), rule: IdRule::Digits, doubt: None }));
    }

    #[test]
    fn finds_the_slot_despite_slips_and_repeated_machines() {
        let typed = (413_800..413_840).map(|id| id.to_string());
        let slips = ["n/a", "ask Jo", "413801", "413802", "IQR 413803"].map(str::to_owned);
        let found = propose(&[slot("ID", typed.chain(slips))]).unwrap();
        assert_eq!((found.name.as_str(), found.doubt), ("ID", None));
    }

    #[test]
    fn proposes_the_slot_with_the_name_of_two_and_doubts_it() {
        for (first, second) in [("Asset Tag", "Inventory ID"), ("IQR number", "Zebra label")] {
            let found = propose(&[ids(first), ids(second)]).unwrap();
            let (best, other) = if first == "IQR number" { (first, second) } else { (second, first) };
            assert_eq!((found.name.as_str(), found.doubt), (best, Some(Doubt::Others(vec![other.to_owned()]))));
        }
    }

    #[test]
    fn doubts_few_values_and_values_with_letters() {
        assert_eq!(propose(&[slot("ID", [413_800, 413_801])]).unwrap().doubt, Some(Doubt::Few));
        let letters = propose(&[slot("ID", (100..150).map(|number| format!("A{number}")))]).unwrap();
        assert_eq!((letters.rule, letters.doubt), (IdRule::Alphanumeric, Some(Doubt::Letters)));
    }

    #[test]
    fn proposes_nothing_where_no_slot_looks_like_it() {
        assert_eq!(propose(&[]), None);
        assert_eq!(propose(&[slot("Inventory ID", ["", "DOCK 4"]), slot("Grade", ["A", "B", "A"])]), None);
        assert_eq!(propose(&[ids("\u{1b}[2J")]), None, "no config can hold such a name");
    }
}
