//! Fields whose values other services have.

use std::collections::BTreeSet;

use super::lookups::SECTION;
use super::{parse, problems};
use crate::config::Config;
use crate::model::LookedUp;
use crate::model::LookupService::Iqmetrix as IQMETRIX;

fn slots(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn shown(config: &Config, existing: &[&str]) -> String {
    config.check_slots(Some(&slots(existing))).map_or_else(|error| error.to_string(), |()| String::new())
}

#[test]
fn knows_looked_up_fields_with_the_section_only() {
    for template in [
        "[templates]\ndescription = '{imei purchaseDate}'",
        "[templates.extended_description]\nmacbook = '{IMEI Purchase Date|none}'",
        "[templates.attributes]\nBought = '{IMEI  Purchase  Date}'",
    ] {
        let config = parse(&format!("{SECTION}{template}")).unwrap();
        assert_eq!(config.looked_up(), [LookedUp::ImeiPurchaseDate], "{template}");
        assert!(config.assumed_slots().is_empty(), "{template}");
        let without = parse(template).unwrap();
        assert_eq!(without.looked_up(), [], "{template}");
        assert_eq!(without.rules.looked_up(), [LookedUp::ImeiPurchaseDate], "{template}");
        assert_eq!(shown(&without, &["IMEI PURCHASE DATE"]), "", "a slot of that name");
        let message = shown(&without, &["Location"]);
        let end = "; a slot that is yet to be used can be listed in `store.slots`; a field that iQmetrix has needs the \
                   section [iqmetrix]";
        assert!(
            message.contains("which is neither built in nor a slot of WipeOS") && message.ends_with(end),
            "{message}"
        );
    }
}

#[test]
fn names_each_looked_up_field_once() {
    let both = "[templates]\ndescription = '{IMEI Return Date} {IMEI Purchase Date}'\n\
                attributes = { a = '{IMEI Return Date}', b = '{IMEI}' }";
    let found = parse(&format!("{SECTION}{both}")).unwrap();
    assert_eq!(found.looked_up(), [LookedUp::ImeiPurchaseDate, LookedUp::ImeiReturnDate]);
    let none = parse(&format!("{SECTION}[templates]\ndescription = '{{Model}} {{IMEI}}'"));
    assert_eq!(none.unwrap().looked_up(), []);
}

#[test]
fn takes_the_imei_slot_for_a_slot_that_exists() {
    let template = "[templates]\ndescription = '{Device IMEI}'";
    let config = parse(&format!("{SECTION}imei_slot = 'Device IMEI'\n{template}")).unwrap();
    assert!(config.assumed_slots().is_empty());
    assert_eq!(parse(template).unwrap().assumed_slots().len(), 1);
}

#[test]
fn suggests_a_looked_up_field_with_the_section_only() {
    let template = "[templates]\ndescription = '{IMEI Purchase Day}'\n";
    let near = "did you mean `{IMEI Purchase Date}`?";
    assert!(shown(&parse(&format!("{SECTION}{template}")).unwrap(), &[]).ends_with(near));
    assert!(!shown(&parse(template).unwrap(), &[]).contains(near));
    let comments = "[templates.comments]\nwipe = 'Wipe: {Wipe Result} {IMEI Purchase Day}'\n";
    assert!(!shown(&parse(&format!("{SECTION}{comments}")).unwrap(), &[]).contains(near));
}

#[test]
fn refuses_looked_up_fields_in_what_cannot_be_taken_back() {
    for (template, expected) in [
        ("[templates.comments]\nwipe = 'Wipe: {Wipe Result}, {IMEI Return Date}'", "5:31: `templates.comments.wipe`"),
        (
            "[templates.comments]\ndiagnostics = '{imei return date}{Test}: {Result}'",
            "5:17: `templates.comments.diagnostics`",
        ),
        ("[master_item]\ndescription = '{Model} {IMEI Return Date}'", "5:25: `master_item.description`"),
    ] {
        for source in
            [format!("{SECTION}{template}"), format!("{SECTION}{template}\n[store]\nslots = ['IMEI Return Date']")]
        {
            let found = problems(&source);
            let (line, column, message) = &found[0];
            let place = format!("{line}:{column}: {message}");
            assert!(found.len() == 1 && place.starts_with(&format!("{expected} has the field `{{")), "{place}");
            for words in ["which iQmetrix may answer later", "cannot be taken back", "`templates.attributes`"] {
                assert!(place.contains(words), "{place}");
            }
        }
        let without = parse(template).unwrap();
        assert_eq!(shown(&without, &["IMEI Return Date"]), "");
        assert!(!shown(&without, &[]).contains("[iqmetrix]"), "the section would not help here");
    }
}

#[test]
fn changes_the_fingerprint_only_with_what_is_looked_up() {
    let fingerprint = |source: &str| parse(source).unwrap().fingerprint;
    let template = "[templates]\ndescription = '{Model} {IMEI Return Date}'\n";
    let with = |settings: &str| fingerprint(&format!("{SECTION}{settings}\n{template}"));
    assert_eq!(fingerprint(SECTION), fingerprint(""), "no field is looked up");
    assert_eq!(fingerprint("lookup.budget = '1s'"), fingerprint(""));
    assert_ne!(with(""), fingerprint(template), "a slot of that name before");
    assert_ne!(with("imei_slot = 'Device'"), with(""));
    for settings in ["batch = 1", "connections = 1", "companies = [1]", "url = 'https://x'", "password_file = 'x'"] {
        assert_eq!(with(settings), with(""), "{settings}");
    }
}

#[test]
fn digests_how_iqmetrix_is_asked_but_not_for_the_origin() {
    let config = |settings: &str| parse(&format!("{SECTION}{settings}")).unwrap();
    let (settings, origin) =
        (|config: &Config| config.lookup_settings(IQMETRIX), |config: &Config| config.lookup_origin(IQMETRIX));
    let before = config("");
    assert_eq!(settings(&config("# a comment")), settings(&before));
    for changed in ["batch = 1", "connections = 1", "request_timeout = '1s'", "password_file = 'x'"] {
        let now = config(changed);
        assert_ne!(settings(&now), settings(&before), "{changed}: it no longer rests");
        assert_eq!(origin(&now), origin(&before), "{changed}: no value is lost to it");
    }
}

#[test]
fn digests_what_iqmetrix_is_asked_and_as_whom() {
    let digest = |source: &str| {
        let config = parse(source).unwrap();
        (config.lookup_settings(IQMETRIX), config.lookup_origin(IQMETRIX))
    };
    let with = |settings: &str| digest(&format!("{SECTION}{settings}"));
    assert_eq!(digest(""), (None, None));
    let changes = [
        "url = 'https://x'",
        "token_url = 'https://x/t'",
        "auth = 'basic'",
        "companies = [1]",
        "companies = [1, 2]",
        "companies = [2, 1]",
        "imei_slot = 'Device'",
        "paths.dealers = 'x'",
    ];
    let users = ["[iqmetrix]\nclient_id = 'c'\nusername = 'v'", "[iqmetrix]\nclient_id = 'd'\nusername = 'u'"];
    let all: Vec<_> = changes.into_iter().chain([""]).map(with).chain(users.map(digest)).collect();
    let (settings, origins): (BTreeSet<_>, BTreeSet<_>) = all.iter().copied().unzip();
    assert_eq!((settings.len(), origins.len()), (all.len(), all.len()), "each differs from all others");
}
