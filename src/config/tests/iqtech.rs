//! `[iqtech]`, and the two sections of services together.

use std::path::Path;

use super::lookups::{example_in_force, example_with};
use super::{parse, problems};
use crate::config::Config;
use crate::iqtech::{DateFormat, IqtechSettings, Operation, Technician, WillCall};
use crate::model::{LookedUp, LookupService};

/// The least that the section must say.
pub(super) const SECTION: &str = "[iqtech]\nclient_id = 'c'\n";

const NAME: &str = "[templates]\ndescription = '{Model} {technician name|?}'\n";

fn settings(source: &str) -> IqtechSettings {
    parse(&format!("{SECTION}{source}")).unwrap().iqtech.unwrap()
}

/// Returns the message of [`Config::check_slots`] for these slots of the store.
fn shown(config: &Config, existing: &[&str]) -> String {
    let existing: Vec<_> = existing.iter().map(|name| (*name).to_owned()).collect();
    config.check_slots(Some(&existing)).map_or_else(|error| error.to_string(), |()| String::new())
}

#[test]
fn shows_the_defaults_of_iqtech_in_the_example() {
    let shown = parse(&example_in_force()).unwrap().iqtech.unwrap();
    let built_in = settings("");
    assert_eq!(IqtechSettings { client_id: "c".to_owned(), ..shown }, built_in);
    assert_eq!(built_in, IqtechSettings { client_id: "c".to_owned(), ..IqtechSettings::default() });
    assert_eq!((built_in.url.as_str(), built_in.page_size), ("https://integration.iqtechportal.com", 100));
    assert_eq!(built_in.token_url, "https://account.iqtechportal.com/connect/token");
    assert_eq!((built_in.connections, built_in.request_timeout.as_secs(), built_in.scope.as_str()), (2, 10, ""));
    assert_eq!((built_in.will_call, built_in.date_format), (WillCall::Current, DateFormat::MonthDayYear));
    assert_eq!((built_in.technician, built_in.technician_slot.as_str()), (Technician::Off, ""));
    assert_eq!(
        (built_in.custody.as_path(), built_in.machine.as_str()),
        (Path::new("/var/lib/wipeos-iqr/custody.jsonl"), "")
    );
}

#[test]
fn needs_two_lines_of_the_example_to_ask_iqtech() {
    let config = parse(&example_with("iqtech", &["client_id"])).unwrap();
    assert_eq!(
        (config.iqtech.is_some(), config.looked_up(), config.services()),
        (true, &[][..], vec![LookupService::Iqtech])
    );
}

#[test]
fn runs_what_the_section_of_iqtech_says() {
    let found = settings(
        "url = 'http://127.0.0.1:8080/'\ntoken_url = 'http://localhost:1/token/'\nscope = 'api'\nwill_call = '1'\n\
         date_format = 'MM/DD/YYYY'\npage_size = 1\nconnections = 8\nrequest_timeout = '1s'\nmachine = 'WTN1'\n\
         technician = 'number'\ntechnician_slot = 'Badge'\ncustody = 'record'\n\
         paths.locker_report = '/r?p={page}&f={from}&t={to}&s={serial}'\n",
    );
    assert_eq!((found.url.as_str(), found.token_url.as_str()), ("http://127.0.0.1:8080", "http://localhost:1/token/"));
    assert_eq!((found.scope.as_str(), found.machine.as_str()), ("api", "WTN1"));
    assert_eq!((found.will_call, found.date_format), (WillCall::Previous, DateFormat::MonthDayYearSlashes));
    assert_eq!((found.page_size, found.connections, found.request_timeout.as_secs()), (1, 8, 1));
    assert_eq!((found.technician, found.technician_slot.as_str()), (Technician::Number, "Badge"));
    assert_eq!(found.custody, Path::new("/etc/record"), "a relative path starts at the folder of the config");
    assert_eq!(found.paths.of(Operation::LockerReport).to_string(), "r?p={page}&f={from}&t={to}&s={serial}");
    assert_eq!(found.paths.of(Operation::LockerFree).to_string(), "api/WillCall/GetReservableSelections/{serial}");
    assert_eq!(settings("technician = 'badge'\nscope = ' '\nmachine = ''\ntechnician_slot = ' '").scope, "");
}

/// Lines of `[iqtech]` behind its first two, and where and how they are refused.
const MISTAKES: &[(&str, &str)] = &[
    ("technican = 'badge'", "3:1: `iqtech.technican` is not a setting; did you mean `technician`?"),
    (
        "url = 'http://integration.iqtechportal.com'",
        "3:7: `iqtech.url` must begin with https:// (http:// is for services on this machine only)",
    ),
    ("token_url = 'https://x'", "3:13: `iqtech.token_url` must be a URL with the path of the endpoint"),
    ("scope = 1", "3:9: `iqtech.scope` must be a string, not a whole number"),
    ("will_call = '2'", "3:13: `iqtech.will_call` must be \"2.0\" or \"1\""),
    (
        "date_format = 'DD-MM-YYYY'",
        "3:15: `iqtech.date_format` must be \"MM-DD-YYYY\", \"YYYY-MM-DD\" or \"MM/DD/YYYY\"",
    ),
    ("page_size = 0", "3:13: `iqtech.page_size` must be from 1 to 100"),
    ("page_size = 101", "3:13: `iqtech.page_size` must be from 1 to 100"),
    ("connections = 9", "3:15: `iqtech.connections` must be from 1 to 8"),
    ("request_timeout = '0s'", "3:19: `iqtech.request_timeout` must be longer than zero"),
    ("machine = \"a\\nb\"", "3:11: `iqtech.machine` must not hold control characters"),
    ("technician = 'Badge'", "3:14: `iqtech.technician` must be \"off\", \"badge\" or \"number\""),
    (
        "technician_slot = 'Technician Name'",
        "3:19: `iqtech.technician_slot` must be a slot that technicians fill in, and this is a field that is looked up by \
         it",
    ),
    ("custody = ' '", "3:11: `iqtech.custody` must not be blank"),
    (
        "custody = '/var/lib/wipeos-iqr/ledger.db'",
        "3:11: `iqtech.custody` must be a file of its own, and this is a database",
    ),
    ("client_secret_file = ''", "3:22: `iqtech.client_secret_file` must not be blank"),
    ("paths = 'x'", "3:9: `iqtech.paths` must be a table, not a string"),
    ("paths.employe_list = 'x'", "3:7: `iqtech.paths.employe_list` is not a setting; did you mean `employee_list`?"),
    ("paths.employee_list = 'x?s={size}'", "3:23: `iqtech.paths.employee_list` must hold {page}"),
    ("paths.employee_update = 'x'", "3:25: `iqtech.paths.employee_update` must hold {number}"),
    (
        "paths.employee_add = 'x/{number}'",
        "3:22: `iqtech.paths.employee_add` holds a placeholder, and none can be filled in here",
    ),
    (
        "paths.machine_list = '{serial}'",
        "3:22: `iqtech.paths.machine_list` holds a placeholder that cannot be filled in here; known here: {page}, {size}",
    ),
    (
        "paths.transactions = '//x'",
        "3:22: `iqtech.paths.transactions` must be a path relative to `iqtech.url`, of printable ASCII without blanks",
    ),
];

fn messages(source: &str) -> Vec<String> {
    let places = problems(source).into_iter();
    places.map(|(line, column, message)| format!("{line}:{column}: {message}")).collect()
}

#[test]
fn places_each_mistake_of_iqtech() {
    for (line, expected) in MISTAKES {
        assert_eq!(messages(&format!("{SECTION}{line}")), [*expected], "{line}");
    }
    for (source, expected) in [
        ("iqtech = 1", "1:10: `iqtech` must be a table, not a whole number"),
        ("[iqtech]\n", "1:2: `iqtech` has no `client_id`, which must be set"),
        ("[iqtech]\nclient_id = ' '", "2:13: `iqtech.client_id` must not be blank"),
        ("[iqtech]\nclient_id = 1", "2:13: `iqtech.client_id` must be a string, not a whole number"),
    ] {
        assert_eq!(messages(source), [expected], "{source}");
    }
}

#[test]
fn needs_every_placeholder_but_the_size_of_a_page() {
    for operation in Operation::ALL {
        for placeholder in operation.placeholders() {
            let path = operation.usual_path(WillCall::Current).replace(&format!("{{{placeholder}}}"), "x");
            let source = format!("{SECTION}paths.{} = '{path}'", operation.key());
            match *placeholder {
                "size" => assert!(parse(&source).is_ok(), "{source}"),
                _ => assert!(messages(&source)[0].ends_with(&format!("must hold {{{placeholder}}}")), "{source}"),
            }
        }
    }
}

#[test]
fn reports_the_mistakes_of_both_sections_together() {
    let source = "[iqtech]\n[iqmetrix]\nclient_id = 'c'\nusername = 'u'\nbatch = 111\nconnections = 9\n\
                  clientid = 'x'\n[iqmetrix.paths]\nfoo = 'x'\nimei = 'x'\n[templates.comments]\n\
                  diagnostics = '{Test}: {Result} {Technician Name}'\n";
    let lines: Vec<_> = problems(source).into_iter().map(|(line, _, _)| line).collect();
    assert_eq!(lines, [1, 5, 6, 7, 9, 10, 12]);
}

#[test]
fn names_the_section_that_a_technician_name_needs() {
    let without = parse(NAME).unwrap();
    assert_eq!(without.looked_up(), []);
    assert_eq!(shown(&without, &["Technician NAME"]), "", "a slot of that name");
    let message = shown(&without, &["Location"]);
    let place = message.contains(":2:25: `templates.description` has the field `{technician name}`");
    let end = "a field that iQ Tech has needs the section [iqtech]";
    assert!(place && message.ends_with(end), "{message}");
    let other = parse(&format!("{}{NAME}", super::lookups::SECTION)).unwrap();
    assert!(shown(&other, &[]).ends_with(end), "the section of another service is of no help");
}

#[test]
fn looks_technicians_up_by_badge_or_number_only() {
    for technician in ["badge", "number"] {
        let config = parse(&format!("{SECTION}technician = '{technician}'\n{NAME}")).unwrap();
        assert_eq!((config.looked_up(), config.assumed_slots()), (&[LookedUp::TechnicianName][..], &[][..]));
    }
    for off in ["", "technician = 'off'\n"] {
        let found = messages(&format!("{SECTION}{off}{NAME}"));
        let expected = "`templates.description` has the field `{technician name}`, and `iqtech.technician` is \"off\"; set it \
                        to \"badge\" or \"number\"";
        assert!(found.len() == 1 && found[0].ends_with(expected), "{found:?}");
        let comment = messages(&format!(
            "{SECTION}{off}[templates.comments]\nwipe = 'Wipe: {{Wipe Result}} {{Technician Name}}'"
        ));
        assert!(comment[0].contains("which iQ Tech may answer later"), "{comment:?}");
    }
}

#[test]
fn takes_the_technician_slot_for_a_slot_that_exists() {
    let template = "[templates]\ndescription = '{My Badge}'";
    let config = parse(&format!("{SECTION}technician_slot = 'My Badge'\n{template}")).unwrap();
    assert!(config.assumed_slots().is_empty());
    assert_eq!(parse(&format!("{SECTION}{template}")).unwrap().assumed_slots().len(), 1);
}

#[test]
fn changes_the_fingerprint_only_with_the_key_of_a_technician() {
    let fingerprint = |source: &str| parse(source).unwrap().fingerprint;
    let with = |settings: &str| fingerprint(&format!("{SECTION}technician = 'badge'\n{settings}\n{NAME}"));
    assert_eq!(fingerprint(SECTION), fingerprint(""), "no field is looked up");
    assert_ne!(with(""), fingerprint(NAME), "a slot of that name before");
    assert_ne!(with("technician_slot = 'Badge'"), with(""));
    assert_ne!(fingerprint(&format!("{SECTION}technician = 'number'\n{NAME}")), with(""));
    for settings in ["page_size = 1", "machine = 'WTN1'", "url = 'https://x'", "custody = 'x'", "will_call = '1'"] {
        assert_eq!(with(settings), with(""), "{settings}");
    }
    let dates = "[templates]\ndescription = '{IMEI Return Date}'\n";
    let of_iqmetrix = format!("{}{dates}", super::lookups::SECTION);
    assert_eq!(fingerprint(&format!("{SECTION}{of_iqmetrix}")), fingerprint(&of_iqmetrix), "no field of iQ Tech");
}

#[test]
fn digests_what_a_pass_takes_from_iqtech() {
    let config = |settings: &str| parse(&format!("{SECTION}{settings}")).unwrap();
    let digests =
        |config: &Config| (config.lookup_settings(LookupService::Iqtech), config.lookup_origin(LookupService::Iqtech));
    let before = digests(&config(""));
    for settings in ["connections = 1", "request_timeout = '1s'", "client_secret_file = 'x'"] {
        let now = digests(&config(settings));
        assert!(now.0 != before.0 && now.1 == before.1, "{settings}: it no longer rests, and no value is lost to it");
    }
    for settings in
        ["will_call = '1'", "date_format = 'YYYY-MM-DD'", "page_size = 1", "machine = 'W'", "custody = '/c'"]
    {
        assert_eq!(digests(&config(settings)), before, "{settings}: for commands only");
    }
    let now = digests(&config("url = 'https://x'"));
    assert!(now.0 != before.0 && now.1 != before.1);
}

#[test]
fn digests_each_section_for_its_own_service() {
    let digests = |source: &str| {
        let config = parse(source).unwrap();
        LookupService::ALL.map(|service| config.lookup_settings(service))
    };
    let both = format!("{}{SECTION}", super::lookups::SECTION);
    let changed = digests(&format!("{both}technician = 'badge'"));
    assert!(changed[0] == digests(&both)[0] && changed[1] != digests(&both)[1]);
    assert_eq!(digests(SECTION)[0], None);
    assert_eq!(parse(SECTION).unwrap().services(), [LookupService::Iqtech]);
    assert_eq!(parse(&both).unwrap().services(), LookupService::ALL);
}
