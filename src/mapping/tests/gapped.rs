//! Texts with gaps for looked-up values that a machine lacks.

use super::*;
use crate::model::{LookedUp, LookedUpValue, LookupState};

fn known(field: LookedUp, text: &str) -> LookedUpValue {
    let state = LookupState::Known;
    LookedUpValue { field, key: String::new(), state, text: Some(text.to_owned()), asked_at: None, is_answered: true }
}

/// Whether a machine without values is mapped to a text that is `shown`, but for values in it.
fn is_found(source: &str, shown: &str) -> bool {
    let rules = Rules { description: template(source), ..rules() };
    let update = map(&Machine { model: text("CF-33"), ..machine() }, &rules);
    update.named.description.gapped.iter().any(|gapped| !gapped.values_in(shown).is_empty())
}

#[test]
fn leaves_gaps_for_each_set_of_missing_values() {
    let separated = "{Model}, {IMEI Purchase Date}, {imei return date}; {IMEI Purchase Date|never} ({Technician Name})";
    for (source, shown, expected) in [
        (separated, "CF-33, 2016, 2017; 2016 (JW)", true),
        (separated, "CF-33, 2016, 2016 ()", true),
        (separated, "CF-33, 2017; never ()", true),
        (separated, "CF-33, never (JW)", true),
        (separated, "CF-33, never ()", false),
        (separated, "CF-31, 2016, 2016 ()", false),
        ("{Model}", "CF-33, 2016", false),
        ("{Model} {Asset Tag} {IMEI Purchase Date}", "CF-33 2016", true),
        ("{Model}{IMEI Purchase Date}{IMEI Return Date}", "CF-3320162017", true),
        ("{IMEI Purchase Date|?}", "2016", true),
        ("{Model}\u{1}{IMEI Purchase Date}", "CF-33\u{1}2016", false),
    ] {
        assert_eq!(is_found(source, shown), expected, "{shown:?} for {source:?}");
    }
}

#[test]
fn leaves_no_gap_for_a_value_that_is_printed() {
    let rules = Rules { description: template("{IMEI Purchase Date|?} {IMEI Return Date|?}"), ..rules() };
    let gapped = |looked_up| map(&Machine { looked_up, ..machine() }, &rules).named.description.gapped;
    let (bought, back) = (known(LookedUp::ImeiPurchaseDate, "2016"), known(LookedUp::ImeiReturnDate, "2017"));
    assert_eq!(gapped(Vec::new()).len(), 3);
    assert_eq!(gapped(vec![bought.clone(), back]), []);
    let [text] = &gapped(vec![bought])[..] else { panic!("one text") };
    assert_eq!(text.values_in("2016 2017"), [LookedUp::ImeiReturnDate]);
    assert!(text.values_in("2015 2017").is_empty());
}
