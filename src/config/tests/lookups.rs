//! `[iqmetrix]` and `[lookup]`.

use std::path::Path;
use std::time::Duration;

use super::{parse, problems};
use crate::config::iqtech::Databases;
use crate::config::report::Report;
use crate::config::section::Section;
use crate::config::{EXAMPLE, iqmetrix, iqtech, lookups, read};
use crate::iqmetrix::Auth;

/// The least that the section must say.
pub(super) const SECTION: &str = "[iqmetrix]\nclient_id = 'c'\nusername = 'u'\n";

/// Returns the commented sections of the example with all of their settings in force.
pub(super) fn example_in_force() -> String {
    let (_, sections) = EXAMPLE.split_once("# [iqmetrix]\n").unwrap();
    let setting = |line: &str| Some(format!("{}\n", line.strip_prefix("# ").filter(|line| is_toml(line))?));
    format!("[iqmetrix]\n{}", sections.lines().filter_map(setting).collect::<String>())
}

/// Returns the example with a section of a service and these keys of it in force.
pub(super) fn example_with(section: &str, keys: &[&str]) -> String {
    let mut is_within = false;
    let mut line = |line: &str| {
        let setting = line.strip_prefix("# ").filter(|line| is_toml(line)).unwrap_or_default();
        if setting.starts_with('[') {
            is_within = setting == format!("[{section}]");
        }
        let key = setting.split(" =").next().unwrap();
        let is_named = setting.starts_with('[') || keys.contains(&key);
        format!("{}\n", if is_within && is_named { setting } else { line })
    };
    EXAMPLE.lines().map(&mut line).collect()
}

fn is_toml(line: &str) -> bool {
    line.parse::<toml::Table>().is_ok()
}

#[test]
fn asks_no_service_without_a_section() {
    let config = parse("").unwrap();
    assert_eq!((&config.iqmetrix, &config.iqtech, config.services()), (&None, &None, vec![]));
    let lookup = &config.lookup;
    assert_eq!([lookup.budget, lookup.retry, lookup.wait].map(|time| time.as_secs()), [10, 600, 86_400]);
    let alone = parse("lookup.budget = '1s'").unwrap();
    assert_eq!((alone.iqmetrix, alone.lookup.budget), (None, Duration::from_secs(1)));
}

#[test]
fn shows_the_defaults_of_the_commented_sections() {
    let shown = parse(&example_in_force()).unwrap();
    let names = "[iqmetrix]\nclient_id = 'YOUR CLIENT ID'\nusername = 'YOUR USER NAME'";
    let built_in = parse(names).unwrap();
    assert_eq!((&shown.iqmetrix, &shown.lookup), (&built_in.iqmetrix, &built_in.lookup));
    let settings = built_in.iqmetrix.unwrap();
    assert_eq!(settings.url, "https://dataconnect.iqmetrix.net");
    assert_eq!(settings.token_url, "https://accounts.iqmetrix.net/v1/oauth2/token");
    assert_eq!((settings.imei_slot.as_str(), settings.companies.len()), ("IMEI", 0));
    assert_eq!((settings.batch, settings.connections, settings.request_timeout.as_secs()), (100, 4, 10));
    let Auth::Password { client_id, username } = settings.auth else { panic!() };
    assert_eq!((client_id.as_str(), username.as_str()), ("YOUR CLIENT ID", "YOUR USER NAME"));
    for (path, start) in [
        (settings.paths.companies.to_string(), "partner/relationships?Response={response}"),
        (settings.paths.dealers.to_string(), "partner/relationships/dealers?Response={response}"),
        (settings.paths.imei.to_string(), "partner/ingrammicro/imei?CompanyID={company}&IMEI={imeis}"),
    ] {
        assert!(path.starts_with(start), "{path}");
    }
}

#[test]
fn needs_three_lines_of_the_example_to_ask_iqmetrix() {
    let config = parse(&example_with("iqmetrix", &["client_id", "username"])).unwrap();
    assert!(config.iqmetrix.is_some() && config.looked_up().is_empty());
}

#[test]
fn leaves_no_setting_out_of_the_commented_sections() {
    let source = format!("{SECTION}{}", super::iqtech::SECTION);
    let (table, mut report) = Report::parse(&source);
    let folder = Path::new("/x");
    let mut known = Vec::new();
    Section::read_root(table.get_ref(), &mut report, |root| {
        root.section("iqmetrix", |section| {
            iqmetrix::read_iqmetrix(section, folder);
            known.extend(section.known_keys());
        });
        let ledger = root.section("ledger", |section| read::ledger(section, folder, folder));
        root.section("iqtech", |section| {
            iqtech::read_iqtech(section, folder, &Databases { store: folder, ledger: &ledger });
            known.extend(section.known_keys());
        });
        root.section("lookup", |section| {
            lookups::lookup(section);
            known.extend(section.known_keys());
        });
    });
    assert_eq!(known.iter().filter(|key| **key != "paths").count(), 30, "{known:?}");
    let example = example_in_force();
    for key in known {
        assert!(example.contains(&format!("\n{key} = ")) || example.contains(&format!("{key}]\n")), "{key}");
    }
}

#[test]
fn runs_what_the_sections_say() {
    let config = parse(
        "[iqmetrix]\nurl = 'http://127.0.0.1:8080/'\ntoken_url = 'http://localhost:1/token/'\nauth = 'basic'\n\
         companies = [21_090, 14170]\nimei_slot = 'Device IMEI'\nbatch = 110\nconnections = 8\nrequest_timeout = '1s'\n\
         paths.imei = '/x/{imeis}?c={company}'\n[lookup]\nbudget = '60s'\nretry = '1s'\nwait = '1h'\n",
    )
    .unwrap();
    let settings = config.iqmetrix.unwrap();
    assert_eq!((settings.url.as_str(), settings.auth), ("http://127.0.0.1:8080", Auth::Basic));
    assert_eq!(settings.token_url, "http://localhost:1/token/");
    assert_eq!((settings.companies.as_slice(), settings.imei_slot.as_str()), (&[21_090, 14_170][..], "Device IMEI"));
    assert_eq!((settings.batch, settings.connections, settings.request_timeout.as_secs()), (110, 8, 1));
    assert_eq!(settings.paths.imei.to_string(), "x/{imeis}?c={company}");
    assert_eq!((config.lookup.budget.as_secs(), config.lookup.wait.as_secs()), (60, 3600));
}

/// Lines of `[iqmetrix]` behind its first three, and where and how they are refused.
const MISTAKES: &[(&str, &str)] = &[
    ("batc = 1", "4:1: `iqmetrix.batc` is not a setting; did you mean `batch`?"),
    (
        "url = 'http://dataconnect.iqmetrix.net'",
        "4:7: `iqmetrix.url` must begin with https:// (http:// is for services on this machine only)",
    ),
    ("url = 'https://x/?a=1'", "4:7: `iqmetrix.url` must be a URL without blanks, `?` and `#`"),
    (
        "token_url = 'http://10.0.0.1/token'",
        "4:13: `iqmetrix.token_url` must begin with https:// (http:// is for services on this machine only)",
    ),
    ("token_url = 'https://x/'", "4:13: `iqmetrix.token_url` must be a URL with the path of the endpoint"),
    ("token_url = 'https://u:p@x/t'", "4:13: `iqmetrix.token_url` must not hold a user name or password"),
    ("auth = 'Basic'", "4:8: `iqmetrix.auth` must be \"password\" or \"basic\""),
    ("companies = 14170", "4:13: `iqmetrix.companies` must be a list of whole numbers, not a whole number"),
    ("companies = [1, '2']", "4:17: `iqmetrix.companies[1]` must be a whole number, not a string"),
    ("companies = [1, 0]", "4:17: `iqmetrix.companies[1]` must be from 1 to 9223372036854775807"),
    ("companies = [-1]", "4:14: `iqmetrix.companies[0]` must be from 1 to 9223372036854775807"),
    ("companies = [3, 1, 3]", "4:20: `iqmetrix.companies[2]` stands in the list already"),
    ("imei_slot = ' '", "4:13: `iqmetrix.imei_slot` must not be blank"),
    (
        "imei_slot = 'IMEI Return Date'",
        "4:13: `iqmetrix.imei_slot` must be a slot that technicians fill in, and this is a field that is looked up by it",
    ),
    ("batch = 0", "4:9: `iqmetrix.batch` must be from 1 to 110"),
    ("batch = 111", "4:9: `iqmetrix.batch` must be from 1 to 110"),
    ("connections = 9", "4:15: `iqmetrix.connections` must be from 1 to 8"),
    ("request_timeout = '0s'", "4:19: `iqmetrix.request_timeout` must be longer than zero"),
    ("client_secret_file = ''", "4:22: `iqmetrix.client_secret_file` must not be blank"),
    ("password_file = 1", "4:17: `iqmetrix.password_file` must be a string, not a whole number"),
    ("paths = 1", "4:9: `iqmetrix.paths` must be a table, not a whole number"),
    ("paths.imeis = 'x'", "4:7: `iqmetrix.paths.imeis` is not a setting; did you mean `imei`?"),
    ("paths.imei = 'x?IMEI={imeis}'", "4:14: `iqmetrix.paths.imei` must hold {company}"),
    ("paths.imei = 'x?c={company}'", "4:14: `iqmetrix.paths.imei` must hold {imeis}"),
    (
        "paths.imei = '{imei}{company}'",
        "4:14: `iqmetrix.paths.imei` holds a placeholder that cannot be filled in here; known here: {company}, {imeis}, \
         {response}",
    ),
    (
        "paths.dealers = '{company}'",
        "4:17: `iqmetrix.paths.dealers` holds a placeholder that cannot be filled in here; known here: {response}",
    ),
    (
        "paths.companies = 'https://x/y'",
        "4:19: `iqmetrix.paths.companies` must be a path relative to `iqmetrix.url`, of printable ASCII without blanks",
    ),
];

#[test]
fn places_each_mistake_of_the_sections() {
    let messages = |source: &str| {
        let places = problems(source).into_iter();
        places.map(|(line, column, message)| format!("{line}:{column}: {message}")).collect::<Vec<_>>()
    };
    for (line, expected) in MISTAKES {
        assert_eq!(messages(&format!("{SECTION}{line}")), [*expected], "{line}");
    }
    for (source, expected) in [
        ("iqmetrix = 1", &["1:12: `iqmetrix` must be a table, not a whole number"][..]),
        ("[lookup]\nbudget = '999ms'", &["2:10: `lookup.budget` must be from \"1s\" to \"60s\""]),
        ("[lookup]\nbudget = '61s'", &["2:10: `lookup.budget` must be from \"1s\" to \"60s\""]),
        (
            "[lookup]\nretry = 5",
            &["2:9: `lookup.retry` must be a length of time such as \"30s\", \"10m\", \"1h\" or \"90d\""],
        ),
        ("[lookup]\nwaits = '1s'", &["2:1: `lookup.waits` is not a setting; did you mean `wait`?"]),
        (
            "[iqmetrix]\nclient_id = ' '",
            &[
                "1:2: `iqmetrix` has no `username`, which must be set where `auth` is \"password\"",
                "2:13: `iqmetrix.client_id` must not be blank where `auth` is \"password\"",
            ],
        ),
        (
            "[iqmetrix]\nclient_id = 1\nusername = 'a\\nb'\nauth = 5",
            &[
                "2:13: `iqmetrix.client_id` must be a string, not a whole number",
                "4:8: `iqmetrix.auth` must be a string, not a whole number",
            ],
        ),
    ] {
        assert_eq!(messages(source), expected, "{source}");
    }
    assert!(parse("[iqmetrix]\nauth = 'basic'\nclient_id = ''").is_ok());
}

#[test]
fn reports_mistakes_of_the_sections_with_all_others() {
    let source = "colour = 1\n[sync]\ntime_budget = 5\n[iqmetrix]\nbatch = 0\nauth = 'x'\n[lookup]\nbudget = '2h'\n";
    let lines: Vec<_> = problems(source).into_iter().map(|(line, _, _)| line).collect();
    assert_eq!(lines, [1, 3, 4, 4, 5, 6, 8]);
}
