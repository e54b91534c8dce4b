mod iqtech;
mod looked_up;
mod lookups;
mod secrets;

use std::path::Path;

use super::report::Report;
use super::section::Section;
use super::*;
use crate::iqr;
use crate::mapping::{Width, Widths};
use crate::web;

fn parse(source: &str) -> Result<Config, ConfigError> {
    Config::parse(source, Path::new("/etc/w.toml"))
}

fn problems(source: &str) -> Vec<(usize, usize, String)> {
    match parse(source) {
        Err(ConfigError::Invalid(problems)) => {
            problems.list.into_iter().map(|problem| (problem.line, problem.column, problem.message)).collect()
        }
        other => panic!("{source}: {other:?}"),
    }
}

/// Returns everything that a config says, as text. Endpoints are compared by what they do, not by how they are kept.
fn content(source: &str) -> String {
    let mut config = parse(source).unwrap();
    let endpoints = std::mem::take(&mut config.iqr.endpoints);
    let shown = iqr::Operation::ALL.map(|operation| {
        let endpoint = endpoints.get(operation);
        (operation, endpoint.method(), endpoint.path_template(), endpoint.format())
    });
    format!("{shown:#?} {config:#?}")
}

/// The example with all of its commented settings made real.
fn uncommented_example() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(setting) if setting.starts_with(|c: char| c.is_ascii_lowercase()) => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    EXAMPLE.lines().map(line).collect()
}

#[test]
fn shows_the_built_in_defaults_in_the_example() {
    assert_eq!(content(EXAMPLE), content(""));
    assert_eq!(content(&uncommented_example()), content(""));
    assert_eq!(uncommented_example().matches("\ninventory_get = ").count(), 1);
}

#[test]
fn leaves_no_setting_out_of_the_example() {
    let (table, mut report) = Report::parse("");
    let mut known = Vec::new();
    Section::read_root(table.get_ref(), &mut report, |root| {
        Config::read(root, Path::new("/x"));
        known = root.known_keys();
    });
    let example = uncommented_example();
    for key in known {
        assert!(example.contains(&format!("\n{key} = ")) || example.contains(&format!("{key}]\n")), "{key}");
    }
}

#[test]
fn names_only_built_in_fields_in_the_example() {
    let (_, list) = EXAMPLE.split_once("Known are:\n").unwrap();
    let (list, _) = list.split_once("# and every slot").unwrap();
    let names: Vec<_> =
        list.split([',', '\n']).map(|name| name.trim_matches(['#', ' '])).filter(|name| !name.is_empty()).collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        assert!(slots_of_template(name).is_empty(), "{name}");
    }
}

fn slots_of_template(field: &str) -> Vec<AssumedSlot> {
    parse(&format!("templates.description = '{{{field}}}'")).unwrap().slots
}

#[test]
fn defaults_to_the_published_interface() {
    let config = parse("").unwrap();
    assert_eq!(config.store.database, Path::new("/var/lib/wipeos/wipeos.db"));
    assert_eq!(config.store.inventory_id_slot, "Inventory ID");
    assert_eq!(config.ledger.path, Path::new("/var/lib/wipeos-iqr/ledger.db"));
    assert_eq!(config.ledger.keep.as_secs(), 90 * 24 * 3600);
    assert_eq!(config.iqr.signin_url, "https://signin.iqreseller.com");
    assert_eq!(config.iqr.api_url, "https://api.iqreseller.com");
    assert_eq!(config.api_key_file, Path::new("/etc/wipeos-iqr/api-key"));
    assert_eq!((config.iqr.asset_creator.as_str(), config.iqr.connections), ("WOS", 4));
    assert_eq!((config.iqr.request_timeout.as_secs(), config.iqr.session_lifetime.as_secs()), (30, 600));
    let sync = &config.sync;
    assert_eq!((sync.time_budget.as_secs(), sync.full_comparison_every.as_secs()), (110, 3600));
    assert_eq!((sync.retry_max_delay.as_secs(), sync.verify_writes), (3600, true));
    assert_eq!(
        (sync.serial_check, sync.comments, sync.reassign),
        (SerialCheck::Hold, CommentMode::Changed, Reassign::Always)
    );
    assert_eq!(sync.placeholders, ["TBD API", "TBD"]);
    assert_eq!(config.rules.category.laptop, "COMPUTER");
    assert_eq!(config.rules.order.len(), 10);
    assert_eq!(config.watch, WatchConfig::default());
}

#[test]
fn takes_user_defined_fields_for_narrow_without_a_width() {
    let widths = |source: &str| parse(source).unwrap().rules.widths;
    let of = |description, extended_description| Widths {
        description: Width::from_chars(description),
        extended_description: Width::from_chars(extended_description),
        ..widths("")
    };
    assert_eq!(widths(""), of(60, 0));
    assert_eq!(widths("iqr.fields.description = 'userdefined2'"), of(35, 0));
    assert_eq!(widths("iqr.fields.extended_description = 'userdefined2'"), of(60, 35));
    let given =
        "[iqr]\nfields.description = 'userdefined1'\nwidths = { description = 50, extended_description = 4000 }";
    assert_eq!(widths(given), of(50, 4000));
}

#[test]
fn warns_of_an_item_number_that_iqr_may_cut() {
    let warnings =
        |width: u16| parse(&format!("iqr.widths.item_number = {width}")).unwrap().warnings().collect::<Vec<_>>();
    assert_eq!((warnings(30), warnings(20)), (Vec::new(), Vec::new()));
    for width in [0, 31] {
        assert!(
            warnings(width)[0].contains("1:26: `iqr.widths.item_number` is more than the 30"),
            "{:?}",
            warnings(width)
        );
    }
}

#[test]
fn notices_a_changed_width_in_what_was_sent() {
    assert_ne!(parse("iqr.widths.description = 50").unwrap().fingerprint, parse("").unwrap().fingerprint);
}

/// A config, and where and how it is refused.
const MISTAKES: &[(&str, &str)] = &[
    ("[store]\n databse = \"/x\"", "2:2: `store.databse` is not a setting; did you mean `database`?"),
    ("colour = 1", "1:1: `colour` is not a setting"),
    ("[stor]\n", "1:2: `stor` is not a setting; did you mean `store`?"),
    ("store = 5", "1:9: `store` must be a table, not a whole number"),
    ("[[sync]]", "1:1: `sync` must be a table, not a list"),
    ("store.database = false", "1:18: `store.database` must be a string, not true or false"),
    ("[store]\ninventory_id_slot = \" \"", "2:21: `store.inventory_id_slot` must not be blank"),
    ("store.inventory_id = \"numbers\"", "1:22: `store.inventory_id` must be \"digits\" or \"alphanumeric\""),
    ("store.slots = [\"a\", 1]", "1:21: `store.slots[1]` must be a string, not a whole number"),
    ("ledger.path = \"/var/lib/wipeos/wipeos.db\"", "1:15: `ledger.path` must not be the WipeOS database"),
    ("ledger.keep = \"23h\"", "1:15: `ledger.keep` must be at least \"1d\""),
    ("iqr.widths.description = -1", "1:26: `iqr.widths.description` must be from 0 to 65535"),
    ("iqr.widths.descripton = 1", "1:12: `iqr.widths.descripton` is not a setting; did you mean `description`?"),
    (
        "metrics.textfile = \"/var/x.txt\"",
        "1:20: `metrics.textfile` must be the path of a file whose name ends with \".prom\"",
    ),
    ("metrics.file = \"/var/x.prom\"", "1:9: `metrics.file` is not a setting"),
    ("monitor.ping_url = \"hc-ping.com/x\"", "1:20: `monitor.ping_url` must be a URL that begins with https://"),
    (
        "monitor.ping_url = \"ftp://hc/x\"",
        "1:20: `monitor.ping_url` must be a URL that begins with https:// or http://",
    ),
    (
        "report.html = \"/var/lib/wipeos/wipeos.db\"",
        "1:15: `report.html` must be the path of a file whose name ends with \".html\"",
    ),
    ("report.html = 1", "1:15: `report.html` must be a string, not a whole number"),
    ("iqr.connections = 17", "1:19: `iqr.connections` must be from 1 to 16"),
    ("iqr.connections = 0", "1:19: `iqr.connections` must be from 1 to 16"),
    ("iqr.connections = -1", "1:19: `iqr.connections` must be from 1 to 16"),
    ("iqr.connections = 4.0", "1:19: `iqr.connections` must be a whole number, not a number with a fraction"),
    ("sync.verify_writes = \"yes\"", "1:22: `sync.verify_writes` must be true or false, not a string"),
    ("sync.serial_check = \"no\"", "1:21: `sync.serial_check` must be \"hold\", \"warn\" or \"off\""),
    ("sync.time_budget = \"0s\"", "1:20: `sync.time_budget` must be longer than zero"),
    (
        "sync.time_budget = 110",
        "1:20: `sync.time_budget` must be a length of time such as \"30s\", \"10m\", \"1h\" or \"90d\"",
    ),
    (
        "iqr.api_url = \"http://api.iqreseller.com\"",
        "1:15: `iqr.api_url` must begin with https:// (http:// is for services on this machine only)",
    ),
    ("[iqr.endpoints]\ninventory_get = { path = \"x\" }", "2:26: `iqr.endpoints.inventory_get.path` must hold {id}"),
    (
        "[iqr.endpoints]\ninventory_get = { method = \"POST\" }",
        "2:28: `iqr.endpoints.inventory_get.method` cannot be POST: a read is a GET, so that a dry run is one",
    ),
    (
        "[iqr.endpoints]\ninventry_get = {}",
        "2:1: `iqr.endpoints.inventry_get` is not a setting; did you mean `inventory_get`?",
    ),
    (
        "[iqr.fields]\ncomments = \"serialnumber\"",
        "2:12: `iqr.fields.comments` must be the name of a field in IQR that has no other meaning, in lower case, such as \
             \"userdefined1\"",
    ),
    (
        "[iqr.fields]\ncomments = \"description\"",
        "1:6: `iqr.fields` names one field twice: the texts would overwrite each other",
    ),
    (
        "[iqr.headers]\n\"IQR-Session-Token\" = \"x\"",
        "2:23: `iqr.headers.IQR-Session-Token` cannot be set: it is no name of a header, or the program sets that header itself",
    ),
    (
        "[templates]\ndescription = \"{Model} {Procesor}\"",
        "2:25: `templates.description` has the unknown field `{Procesor}`; did you mean `{Processor}`? (a slot of that name \
             would have to be listed in `store.slots`)",
    ),
    ("x = \"a", "1:7: this is not TOML: invalid basic string, expected `\"`"),
];

#[test]
fn places_each_mistake_by_line_and_column() {
    for (source, expected) in MISTAKES {
        let shown: Vec<_> =
            problems(source).iter().map(|(line, column, message)| format!("{line}:{column}: {message}")).collect();
        assert_eq!(shown, [*expected], "{source}");
    }
}

#[test]
fn reports_all_mistakes_in_the_order_of_the_file() {
    let source = "[sync]\ntime_budget = 5\ncoments = \"full\"\n[store]\ndatabase = 1\ninventory_id = digits\n[iqr]\nconnections = 99\n";
    let found: Vec<_> = problems(source).into_iter().map(|(line, _, message)| (line, message)).collect();
    for (line, key) in [(2, "time_budget"), (3, "coments"), (5, "database"), (6, "TOML"), (8, "connections")] {
        assert!(found.iter().any(|(at, message)| *at == line && message.contains(key)), "{key}: {found:?}");
    }
    assert!(found.is_sorted_by_key(|(line, _)| *line), "{found:?}");
    let message = parse(source).unwrap_err().to_string();
    assert!(message.contains("/etc/w.toml:2:15: `sync.time_budget` must be"), "{message}");
}

#[test]
fn repeats_nothing_that_was_written() {
    let secret = "wKq9sEcReT0a1b2c3d4e5f6g7h8i9j0kLmNoPqRsTuVwXyZ";
    let everywhere = [
        "api_key = \"?\"",
        "[iqr]\napi_key = \"?\"",
        "[iqr]\napi_key = ?",
        "[iqr]\napi_key = '?",
        "[iqr]\n?",
        "[iqr]\n?==",
        "[iqr]\n? = 1",
        "[iqr]\napi_key_file = [\"?\"]",
        "[iqr]\napi_url = \"?\"",
        "[iqr]\napi_url = \"https://?@host\"",
        "[iqr]\nconnections = \"?\"",
        "[iqr]\nrequest_timeout = \"?\"",
        "[iqr.headers]\nX = \"?\\n\"",
        "[iqr.headers]\nHost = \"?\"",
        "[iqr.fields]\ncomments = \"?\"",
        "[iqr.endpoints]\ninventory_get = \"?\"",
        "[iqr.endpoints]\ninventory_get = { path = \"? {id}\" }",
        "[iqr.endpoints]\ninventory_get = { path = \"{?}{id}\" }",
        "[iqr.endpoints]\ninventory_get = { method = \"?\", format = \"?\" }",
        "[sync]\nserial_check = \"?\"",
        "[templates]\ndescription = \"{?\"",
    ];
    for source in everywhere.map(|source| source.replace('?', secret)) {
        let error = parse(&source).unwrap_err();
        let shown = format!("{error} {error:#} {error:?}");
        assert!(!shown.contains(&secret[..12]), "{source}\n{shown}");
    }
}

#[test]
fn says_where_a_key_in_the_config_belongs() {
    for source in ["api_key = 'x'", "[iqr]\napi_key = 'x'", "[iqr]\nAPIToken = 'x'", "[store]\npassword = 'x'"] {
        let found = problems(source);
        assert!(
            found[0].2.contains("does not belong in this file") && found[0].2.contains("api_key_file"),
            "{found:?}"
        );
    }
}

#[test]
fn refuses_fields_that_are_neither_built_in_nor_slots() {
    let config = parse("[templates]\ndescription = '{Model} {asset  grade}'").unwrap();
    let slots = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert!(config.check_slots(Some(&slots(&["Notes", "Asset Grade"]))).is_ok());
    let shown = |existing: Option<&[String]>| config.check_slots(existing).unwrap_err().to_string();
    assert!(shown(Some(&slots(&["Asset Grades"]))).contains("did you mean `{Asset Grades}`?"));
    assert!(shown(None).contains("/etc/w.toml:2:25: `templates.description` has the field"), "{}", shown(None));
    let declared = parse(
        "[templates]\ndescription = '{Model} {asset grade} {procesor}'\n[store]\nslots = ['Asset Grade', 'Procesor']",
    );
    assert!(declared.unwrap().check_slots(None).is_ok());
    assert!(parse("").unwrap().assumed_slots().is_empty());
}

#[test]
fn runs_what_the_file_says() {
    let config = parse(
        "store.database = 'data/w.db'\n[iqr]\napi_url = 'http://127.0.0.1:8080/'\n[iqr.headers]\nb = '2'\na = '1'\n\
         [iqr.endpoints]\ninventory_update = { path = 'Up/JSON', format = 'json' }\n[templates.attributes]\nZ = '{Model}'\nA = 'x'\n\
         [master_item.category]\ndefault = 'PC'\nlaptop = 'NB'\n[manufacturers]\n'Dell Inc.' = 'DELL'\n",
    )
    .unwrap();
    assert_eq!(config.store.database, Path::new("/etc/data/w.db"));
    assert_eq!(config.iqr.api_url, "http://127.0.0.1:8080");
    assert_eq!(config.iqr.headers, [("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())]);
    let update = config.iqr.endpoints.get(iqr::Operation::InventoryUpdate);
    assert_eq!((update.method(), update.format()), (web::Method::Post, iqr::Format::Json));
    assert_eq!(config.rules.attributes.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Z", "A"]);
    assert_eq!((config.rules.category.desktop.as_str(), config.rules.category.laptop.as_str()), ("PC", "NB"));
    assert_eq!(config.rules.aliases.short_form("Dell Inc."), "DELL");
}

#[test]
fn changes_the_fingerprint_only_with_what_is_sent_or_held() {
    let fingerprint = |source: &str| parse(source).unwrap().fingerprint;
    let built_in = fingerprint("");
    for source in
        ["# a remark", "sync.time_budget = '1s'", "store.database = '/x'", "iqr.connections = 1", "iqr.headers.a = 'b'"]
    {
        assert_eq!(fingerprint(source), built_in, "{source}");
    }
    for source in [
        "store.inventory_id_slot = 'UID'",
        "store.inventory_id = 'alphanumeric'",
        "iqr.api_url = 'https://other'",
        "iqr.asset_creator = 'X'",
        "iqr.fields.comments = 'userdefined1'",
        "sync.serial_check = 'off'",
        "sync.comments = 'full'",
        "templates.description = '{Model}'",
        "templates.extended_description.laptop = 'x'",
        "templates.comments.order = []",
        "master_item.reassign = 'never'",
        "master_item.category.laptop = 'NOTEBOOK'",
        "manufacturers.x = 'X'",
        "models.lenovo = 'machine-type'",
    ] {
        assert_ne!(fingerprint(source), built_in, "{source}");
    }
}

#[test]
fn gives_a_maker_one_short_form_and_no_filler() {
    let refused = |source: &str| parse(source).map(|_| ()).unwrap_err().to_string();
    let message = refused("[manufacturers]\n'Dell Inc.' = 'DELL'\n'DELL INC' = 'EMC'\n");
    for words in [":3:", "the same name as one above", "`DELL`"] {
        assert!(message.contains(words), "{message}");
    }
    let message = refused("[manufacturers]\n'Acme' = 'To be filled by O.E.M.'\n");
    assert!(message.contains("the filler text `To be filled by O.E.M.`"), "{message}");
    assert!(parse("[manufacturers]\n'Dell Inc.' = 'DELL'\n'DELL INC' = 'DELL'\n").is_ok());
}

#[test]
fn warns_of_comments_in_a_narrow_field() {
    assert_eq!(parse("iqr.fields.description = 'userdefined1'").unwrap().warnings().count(), 0);
    let warnings: Vec<_> = parse("\niqr.fields.comments = 'userdefined1'").unwrap().warnings().collect();
    assert_eq!(warnings.len(), 1);
    for words in [":2:23: `iqr.fields.comments`", "35 characters", "inventorycomments"] {
        assert!(warnings[0].contains(words), "{warnings:?}");
    }
}

#[test]
fn looks_for_the_named_the_local_and_the_system_file() {
    let named = Path::new("/named");
    assert_eq!(locate(Some(named), |_| false).unwrap(), named);
    assert_eq!(locate(Some(Path::new("")), |_| true).unwrap(), Path::new(LOCAL));
    assert_eq!(locate(None, |_| true).unwrap(), Path::new(LOCAL));
    assert_eq!(locate(None, |path| path != Path::new(LOCAL)).unwrap(), Path::new(SYSTEM));
    let message = locate(None, |_| false).unwrap_err().to_string();
    assert!(message.contains(LOCAL) && message.contains(SYSTEM) && message.contains("wipeos-iqr init"), "{message}");
}

#[test]
fn distinguishes_files_with_a_mark_from_files_without_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    let load = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Config::load(&path)
    };
    assert!(load(b"\xef\xbb\xbf[store]\r\ninventory_id = \"digits\"\r\n").is_ok());
    assert!(load(b"[store]\n# \xff").unwrap_err().to_string().contains(":2:3: this is not UTF-8 text"));
    assert!(matches!(Config::load(&folder.path().join("none")), Err(ConfigError::NotFound(_))));
    assert!(matches!(Config::load(folder.path()), Err(ConfigError::Unreadable { .. })));
}
