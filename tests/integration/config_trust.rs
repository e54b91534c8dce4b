//! Configs of another account, or that another account can change, decide nothing, and no key goes where they say.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::bench::{Bench, FIRST, Run, quoted, run};

/// Number of an account that is neither root nor the one that runs the tests.
const STRANGER: u32 = 54_321;

/// Commands that would send the key.
const COMMANDS: [&[&str]; 3] = [&["sync"], &["auth-test"], &["preview", "700001", "--remote"]];

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Returns whether files can be given away here: by root alone.
fn can_give_away() -> bool {
    let folder = tempfile::tempdir().unwrap();
    chown(folder.path(), Some(STRANGER), None).is_ok() || crate::traced_program::skipped("the right to give files away")
}

#[track_caller]
fn assert_refused(bench: &Bench, run: &Run, words: &str) {
    assert_eq!((run.code, bench.sandbox.counters().requests), (Some(3), 0), "{run:#?}");
    assert!(run.stderr.contains(words), "{words}: {run:#?}");
}

/// Builds a command that searches for its config, in this folder.
fn searching(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("wipeos-iqr"));
    command.env_clear().env("HOME", folder).current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

#[test]
fn refuses_a_named_config_that_others_may_write() {
    for (folder, file, words) in [
        (0o755, 0o666, "it can be written by others (mode 0666); run: chmod o-w "),
        (0o757, 0o600, "its folder can be written by others (mode 0757); run: chmod o-w "),
        (0o1777, 0o622, "it can be written by others (mode 0622); run: chmod o-w "),
    ] {
        for arguments in COMMANDS {
            let bench = Bench::with_clients(1);
            set_mode(&bench.config(), file);
            set_mode(&bench.path(""), folder);
            assert_refused(&bench, &bench.run(arguments), words);
            let mut by_variable = searching(&bench.path(""), arguments);
            by_variable.env("WIPEOS_IQR_CONFIG", bench.config());
            assert_refused(&bench, &run(by_variable), words);
        }
    }
}

#[test]
fn uses_a_config_that_only_its_owner_may_write() {
    for (folder, file) in [(0o755, 0o644), (0o1777, 0o600), (0o700, 0o664), (0o775, 0o640)] {
        let bench = Bench::with_clients(1);
        set_mode(&bench.config(), file);
        set_mode(&bench.path(""), folder);
        bench.sync_well();
    }
    let bench = Bench::with_clients(1);
    symlink(bench.config(), bench.path("link.toml")).unwrap();
    let run = run({
        let mut command = searching(&bench.path(""), &["sync"]);
        command.arg("--config").arg("link.toml");
        command
    });
    assert_eq!((run.code, bench.writes(FIRST) > 0), (Some(0), true), "{run:#?}");
}

#[test]
fn refuses_a_config_of_another_account() {
    if !can_give_away() {
        return;
    }
    for arguments in COMMANDS {
        let bench = Bench::with_clients(1);
        set_mode(&bench.path(""), 0o1777);
        chown(bench.config(), Some(STRANGER), None).unwrap();
        let words = format!("it belongs to another account ({STRANGER})");
        assert_refused(&bench, &bench.run(arguments), &words);
        assert_refused(&bench, &bench.run(arguments), &format!("chown root {}", bench.config().display()));
        symlink(bench.config(), bench.path("link.toml")).unwrap();
        assert_refused(&bench, &bench.run(&[arguments, &["--config", "link.toml"][..]].concat()[..]), &words);
    }
    let bench = Bench::with_clients(1);
    set_mode(&bench.config(), 0o664);
    chown(bench.config(), None, Some(STRANGER)).unwrap();
    assert_refused(&bench, &bench.run(&["sync"]), "run: chmod g-w ");
}

#[test]
fn skips_a_config_that_others_may_write_in_the_search() {
    let bench = Bench::with_clients(1);
    let local = bench.path("wipeos-iqr.toml");
    fs::copy(bench.config(), &local).unwrap();
    set_mode(&bench.path(""), 0o777);
    for arguments in COMMANDS {
        let run = run(searching(&bench.path(""), arguments));
        assert!(run.stderr.contains("warning: the config ./wipeos-iqr.toml is not used: its folder "), "{run:#?}");
        assert!(run.stderr.contains("; the search goes on without it"), "{run:#?}");
        assert_eq!(bench.sandbox.counters().requests, 0, "{run:#?}");
    }
    set_mode(&bench.path(""), 0o755);
    let run = run(searching(&bench.path(""), &["sync"]));
    assert_eq!((run.code, run.stderr.as_str(), bench.writes(FIRST) > 0), (Some(0), "", true), "{run:#?}");
}

#[test]
fn refuses_a_key_file_that_another_account_decides_on() {
    let mut bench = Bench::with_clients(1);
    fs::create_dir(bench.path("open")).unwrap();
    fs::rename(bench.path("api-key"), bench.path("open/api-key")).unwrap();
    bench.set("iqr", "api_key_file", &quoted(&bench.path("open/api-key")));
    set_mode(&bench.path("open"), 0o777);
    assert_refused(&bench, &bench.run(&["sync"]), "the API key file ");
    assert_refused(&bench, &bench.run(&["sync"]), "its folder can be written by others (mode 0777); run: chmod o-w ");
    set_mode(&bench.path("open"), 0o1777);
    if can_give_away() {
        chown(bench.path("open/api-key"), Some(STRANGER), None).unwrap();
        assert_refused(&bench, &bench.run(&["sync"]), "it belongs to another account");
        chown(bench.path("open/api-key"), Some(0), None).unwrap();
    }
    bench.sync_well();
}

/// Without the proxy that an administrator meant, all would go directly.
#[test]
fn sends_nothing_past_a_proxy_that_cannot_be_used() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("\"https://{}\"", listener.local_addr().unwrap());
    let bench = Bench::with_clients(1).with("iqr", "api_url", &url).with("iqr", "signin_url", &url);
    for (name, value) in [
        ("HTTPS_PROXY", "http://shop:Pa#ssw0rd@proxy.example:3128"),
        ("https_proxy", "htp://proxy.example:3128/Pa"),
        ("HTTPS_PROXY", "socks5://Pa:Pa@proxy.example"),
        ("HTTPS_PROXY", "http://proxy.example:70000"),
    ] {
        for arguments in COMMANDS {
            let mut command = bench.command(arguments);
            command.env(name, value);
            let run = run(command);
            let told = [run.stdout.as_str(), &run.stderr].concat();
            assert_eq!(run.code, Some(3), "{value}: {run:#?}");
            assert!(
                told.contains(&format!("${name} is not the URL of an HTTP proxy, and nothing is sent past it")),
                "{told}"
            );
            assert!(!told.contains("Pa") && !told.contains("proxy.example"), "{told}");
        }
    }
    assert!(listener.accept().is_err(), "no connection came");
    let mut offline = bench.command(&["status"]);
    offline.env("HTTPS_PROXY", "htp://x");
    assert_eq!(run(offline).code, Some(0), "what sends nothing needs no proxy");
}

#[test]
fn escapes_json_for_terminals() {
    let harmful = "Pallet \u{9b}2J\u{202e}7\u{200b}\u{7f}\u{2066}\u{ad}\u{e0041}\u{feff}";
    let bench = Bench::with_clients(1);
    bench.store().edit(1, "technician", harmful, crate::bench::LATER).unwrap();
    bench.store().add(&crate::bench::client(1).with_inventory_id(&format!("x{harmful}"))).unwrap();
    let mut texts = String::new();
    for arguments in [&["sync", "--json"][..], &["status", "--json"], &["preview", "700001", "--json"], &["status"]] {
        let run = bench.run(arguments);
        assert!(!arguments.contains(&"--json") || run.json().is_object(), "{run:#?}");
        texts += &run.stdout;
    }
    let raw = texts
        .chars()
        .find(|character| harmful.contains(*character) && !character.is_ascii_graphic() && *character != ' ');
    assert_eq!(raw, None, "{texts}");
    let sync = bench.run(&["sync", "--json", "--retry"]).json();
    assert!(sync["items"][0]["inventory_id"].as_str().unwrap().contains("\u{9b}2J\u{202e}7"), "{sync:#}");
}
