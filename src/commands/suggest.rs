//! Suggests existing IDs for an inventory ID that no client has: IDs with a digit swapped, missing, too many or wrong,
//! with letters that look like digits, marks between them, or upper for lower case.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::clock::BootTime;
use crate::config::StoreConfig;
use crate::model::{IdRule, InventoryId};
use crate::store::{self, Store};

/// The number of IDs that are suggested.
const MAX_SUGGESTIONS: usize = 5;

/// The time that the search may take: without the index on the slots' values each question reads them all.
const MAX_SEARCH_TIME: Duration = Duration::from_secs(2);

/// The length, in characters, up to which a text is taken for an ID with a slip in it.
const MAX_ID_LENGTH: usize = 40;

/// Returns IDs that some client has and that differ from `typed` by one slip of the finger, the likeliest slips first.
/// Fails when the appliance's database cannot be read.
pub fn existing(store: &Store, config: &StoreConfig, typed: &str) -> Result<Vec<String>, store::Error> {
    let end = BootTime::now() + MAX_SEARCH_TIME;
    let mut found = Vec::new();
    for variant in variants(typed, config.id_rule) {
        if found.len() == MAX_SUGGESTIONS || end.left().is_zero() {
            break;
        }
        if !store.claimants(&config.inventory_id_slot, &variant, &variant)?.is_empty() {
            found.push(variant);
        }
    }
    Ok(found)
}

/// Returns those of `ids` that differ from `typed` by one slip of the finger, the likeliest slips first.
#[must_use]
pub fn among(typed: &str, rule: IdRule, ids: &[&str]) -> Vec<String> {
    variants(typed, rule).into_iter().filter(|variant| ids.contains(&variant.as_str())).take(MAX_SUGGESTIONS).collect()
}

/// Returns the end of a message that says that no client has an ID.
#[must_use]
pub fn hint(ids: &[String]) -> String {
    match ids {
        [] => String::new(),
        [id] => format!("; did you mean {id}?"),
        ids => format!("; did you mean one of {}?", ids.join(", ")),
    }
}

/// Returns the IDs that may have been meant by `typed`, each once.
fn variants(typed: &str, rule: IdRule) -> Vec<String> {
    let id: Vec<char> = typed.trim().chars().collect();
    if id.len() > MAX_ID_LENGTH {
        return Vec::new();
    }
    let alphabet: Vec<char> = match rule {
        IdRule::Digits => ('0'..='9').collect(),
        IdRule::Alphanumeric => ('0'..='9').chain('A'..='Z').chain('a'..='z').collect(),
    };
    let ids = |slips: &mut dyn Iterator<Item = Vec<char>>| -> Vec<String> {
        let texts = slips.map(String::from_iter);
        texts.filter_map(|text| InventoryId::parse(Some(&text), rule).ok()).map(|id| id.to_string()).collect()
    };
    let likely = ids(&mut misread(&id, rule).into_iter().chain(swapped(&id)).chain(shortened(&id)));
    let others = ids(&mut changed(&id, &alphabet).chain(lengthened(&id, &alphabet)));
    let mut met = BTreeSet::from([id.iter().collect::<String>()]);
    [likely, misspelled(&id, rule), others].into_iter().flatten().filter(|id| met.insert(id.clone())).collect()
}

/// Returns the texts that a technician may have typed for this ID and that are no IDs: such a client is held, and is
/// searched for under the ID that it should have.
fn misspelled(id: &[char], rule: IdRule) -> Vec<String> {
    if rule != IdRule::Digits || !id.iter().all(char::is_ascii_digit) {
        return Vec::new();
    }
    let text: String = id.iter().collect();
    let mut slips = vec![text.replace('0', "O"), text.replace('0', "o"), format!("#{text}")];
    let letters: Vec<char> = ('A'..='Z').chain('a'..='z').filter(|letter| digit_like(*letter) != *letter).collect();
    for (at, digit) in id.iter().enumerate() {
        let (before, after) = text.split_at(at);
        let like = letters.iter().filter(|letter| digit_like(**letter) == *digit);
        slips.extend(like.map(|letter| format!("{before}{letter}{}", &after[1..])));
        if at > 0 {
            slips.extend(['-', ' ', '.'].map(|mark| format!("{before}{mark}{after}")));
        }
    }
    slips
}

/// Returns the readings of the ID with digits for the letters they were taken for, without marks between digits, and in
/// the other case, where letters belong to an ID.
fn misread(id: &[char], rule: IdRule) -> Vec<Vec<char>> {
    let bare = || id.iter().copied().filter(char::is_ascii_alphanumeric);
    match rule {
        IdRule::Digits => vec![bare().map(digit_like).collect()],
        IdRule::Alphanumeric => vec![
            bare().collect(),
            bare().map(|letter| letter.to_ascii_uppercase()).collect(),
            bare().map(|letter| letter.to_ascii_lowercase()).collect(),
        ],
    }
}

fn digit_like(letter: char) -> char {
    match letter.to_ascii_uppercase() {
        'O' | 'D' | 'Q' => '0',
        'I' | 'L' => '1',
        'Z' => '2',
        'S' => '5',
        'G' => '6',
        'B' => '8',
        _ => letter,
    }
}

fn swapped(id: &[char]) -> impl Iterator<Item = Vec<char>> {
    (1..id.len()).map(move |at| edited(id, |slip| slip.swap(at - 1, at)))
}

fn shortened(id: &[char]) -> impl Iterator<Item = Vec<char>> {
    (0..id.len()).map(move |at| edited(id, |slip| _ = slip.remove(at)))
}

fn changed(id: &[char], alphabet: &[char]) -> impl Iterator<Item = Vec<char>> {
    (0..id.len()).flat_map(move |at| alphabet.iter().map(move |letter| edited(id, |slip| slip[at] = *letter)))
}

fn lengthened(id: &[char], alphabet: &[char]) -> impl Iterator<Item = Vec<char>> {
    (0..=id.len()).flat_map(move |at| alphabet.iter().map(move |letter| edited(id, |slip| slip.insert(at, *letter))))
}

fn edited(id: &[char], edit: impl FnOnce(&mut Vec<char>)) -> Vec<char> {
    let mut slip = id.to_vec();
    edit(&mut slip);
    slip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_every_single_slip_of_an_id() {
        let variants = variants("413800", IdRule::Digits);
        for slip in ["143800", "41380", "41380", "413801", "4138000", "9413800", "413080"] {
            assert!(variants.iter().any(|variant| variant == slip), "{slip}");
        }
        assert!(!variants.iter().any(|variant| variant == "413800"), "the ID itself is no slip");
        let distinct: BTreeSet<_> = variants.iter().collect();
        assert_eq!(distinct.len(), variants.len());
    }

    #[test]
    fn sees_through_letters_like_digits_and_marks_between() {
        for typed in ["4138OO", "4I38oo", "413-800", "413 800", "#413800", "41380O "] {
            assert_eq!(variants(typed, IdRule::Digits).first().map(String::as_str), Some("413800"), "{typed}");
        }
        assert!(variants("41e800", IdRule::Digits).iter().any(|id| id == "413800"), "a letter that is like no digit");
        assert!(variants("abc12", IdRule::Alphanumeric).iter().any(|id| id == "ABC12"));
        assert!(variants(&"O".repeat(10_000), IdRule::Digits).is_empty());
    }

    #[test]
    fn finds_a_misspelled_id_under_the_right_one() {
        let variants = variants("413800", IdRule::Digits);
        for typed in ["4138OO", "4138oO", "4138O0", "4I3800", "4l3800", "413-800", "413 800", "#413800", "41380o"] {
            let is_met = variants.iter().any(|variant| variant == typed);
            assert_eq!(is_met, typed != "4138oO", "{typed}: one slip, or the same slip throughout");
        }
    }

    #[test]
    fn finds_ids_of_a_list_that_are_one_slip_away() {
        let ids = ["413801", "999999", "143800"];
        assert_eq!(among("413800", IdRule::Digits, &ids), ["143800", "413801"]);
        assert_eq!(among("4138O1", IdRule::Digits, &ids), ["413801"]);
        assert!(among("1", IdRule::Digits, &ids).is_empty());
    }

    #[test]
    fn suggests_only_ids_for_what_is_no_id() {
        assert!(variants("x", IdRule::Digits).iter().all(|id| !id.is_empty() && id != "0"));
        let longest = "9".repeat(18);
        let digits = |id: &String| id.chars().all(|letter| letter.is_ascii_digit());
        assert!(variants(&longest, IdRule::Digits).iter().filter(|id| digits(id)).all(|id| id.len() <= 18));
        assert!(variants("A1", IdRule::Alphanumeric).iter().any(|id| id == "1A"));
    }
}
