use std::collections::HashSet;

use iqr_sandbox::samples::{self, DELL_ID, PANASONIC_ID, TYPED_TAIL, two_screens};
use iqr_sandbox::{Asset, Field};

fn asset(id: i64) -> Asset {
    two_screens().assets.into_iter().find(|asset| asset.inventory_id == id).unwrap()
}

#[test]
fn has_both_screens_with_lines_of_people() {
    assert_eq!(asset(DELL_ID).comment_lines().len(), 2);
    assert_eq!(asset(PANASONIC_ID).comment_lines().len(), 1);
    assert!(asset(PANASONIC_ID).text(Field::ExtendedDescription).ends_with(TYPED_TAIL));
    assert_eq!((DELL_ID, asset(DELL_ID).text(Field::SerialNumber)), (413_800, "D09F6Y1"));
}

#[test]
fn has_a_reason_for_every_held_client() {
    let samples = two_screens();
    let held: Vec<i64> = samples.held.iter().map(|&(key, _)| key).collect();
    assert_eq!(held, (3..=i64::try_from(samples.clients.len()).unwrap()).collect::<Vec<_>>());
    let reasons: HashSet<&str> = samples.held.iter().map(|&(_, reason)| reason).collect();
    assert_eq!(reasons.len(), 5);
}

#[test]
fn has_unique_serial_numbers_in_samples() {
    let serials: HashSet<_> = two_screens().clients.into_iter().map(|client| client.serial_number).collect();
    assert_eq!(serials.len(), two_screens().clients.len());
    assert_eq!(samples::panasonic().batteries.len(), 2);
}
