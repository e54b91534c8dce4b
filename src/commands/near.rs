//! An inventory ID that no client has, and those near it that some client does have: a digit swapped, missing, too many or
//! wrong.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::config::StoreConfig;
use crate::iqr::BootTime;
use crate::model::{IdRule, InventoryId};
use crate::store::{self, Store};

/// Most that are named.
const MOST: usize = 5;

/// How long is looked for them: without the index on the slots' values each question reads them all.
const PATIENCE: Duration = Duration::from_secs(2);

/// IDs that some client has and that differ from `id` by one slip of the finger, the likeliest slips first.
///
/// # Errors
///
/// When the appliance's database cannot be read.
pub fn existing(store: &Store, config: &StoreConfig, id: &InventoryId) -> Result<Vec<String>, store::Error> {
    let end = BootTime::now() + PATIENCE;
    let mut found = Vec::new();
    for variant in variants(id.as_str(), config.id_rule) {
        if found.len() == MOST || end.left().is_zero() {
            break;
        }
        if !store.claimants(&config.inventory_id_slot, &variant, &variant)?.is_empty() {
            found.push(variant);
        }
    }
    Ok(found)
}

/// What `id` may have been meant for, each once.
fn variants(id: &str, rule: IdRule) -> Vec<String> {
    let id: Vec<char> = id.chars().collect();
    let alphabet: Vec<char> = match rule {
        IdRule::Digits => ('0'..='9').collect(),
        IdRule::Alphanumeric => ('0'..='9').chain('A'..='Z').chain('a'..='z').collect(),
    };
    let slips = swapped(&id).chain(shortened(&id)).chain(changed(&id, &alphabet)).chain(lengthened(&id, &alphabet));
    let mut met = BTreeSet::from([id.iter().collect::<String>()]);
    slips
        .filter_map(|slip| InventoryId::parse(Some(&String::from_iter(slip)), rule).ok())
        .map(|id| id.to_string())
        .filter(|id| met.insert(id.clone()))
        .collect()
}

fn swapped(id: &[char]) -> impl Iterator<Item = Vec<char>> {
    (1..id.len()).map(|at| {
        let mut slip = id.to_vec();
        slip.swap(at - 1, at);
        slip
    })
}

fn shortened(id: &[char]) -> impl Iterator<Item = Vec<char>> {
    (0..id.len()).map(|at| {
        let mut slip = id.to_vec();
        slip.remove(at);
        slip
    })
}

fn changed(id: &[char], alphabet: &[char]) -> impl Iterator<Item = Vec<char>> {
    (0..id.len()).flat_map(move |at| {
        alphabet.iter().map(move |letter| {
            let mut slip = id.to_vec();
            slip[at] = *letter;
            slip
        })
    })
}

fn lengthened(id: &[char], alphabet: &[char]) -> impl Iterator<Item = Vec<char>> {
    (0..=id.len()).flat_map(move |at| {
        alphabet.iter().map(move |letter| {
            let mut slip = id.to_vec();
            slip.insert(at, *letter);
            slip
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_single_slip_of_an_id_is_among_its_variants() {
        let variants = variants("413800", IdRule::Digits);
        for slip in ["143800", "41380", "41380", "413801", "4138000", "9413800", "413080"] {
            assert!(variants.iter().any(|variant| variant == slip), "{slip}");
        }
        assert!(!variants.iter().any(|variant| variant == "413800"), "the ID itself is no slip");
        let distinct: BTreeSet<_> = variants.iter().collect();
        assert_eq!(distinct.len(), variants.len());
    }

    #[test]
    fn a_variant_is_always_an_id() {
        assert!(variants("1", IdRule::Digits).iter().all(|id| !id.is_empty() && id != "0"));
        let longest = "9".repeat(18);
        assert!(variants(&longest, IdRule::Digits).iter().all(|id| id.len() <= 18));
        assert!(variants("A1", IdRule::Alphanumeric).iter().any(|id| id == "1A"));
    }
}
