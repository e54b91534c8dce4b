//! The API key and the session token appear nowhere but in the requests that need them.

use std::fs;

use iqr_sandbox::{Body, Fault, Kind, Sandbox, When};

use crate::bench::{self, Bench, Run};

const KEY: &str = "c2VjcmV0K2tleS9vZi90aGlzK3Rlc3QrYW5kL25vK290aGVyPT0=";

fn bench() -> Bench {
    let bench = Bench::with_clients(3);
    KEY.clone_into(&mut bench.sandbox.state().options.api_key);
    bench.write_key(KEY);
    bench
}

/// Returns the first tokens of any sandbox, which are made from a seed.
pub fn tokens() -> Vec<String> {
    use std::io::{Read, Write};
    let sandbox = Sandbox::start(iqr_sandbox::Options::default());
    let body = serde_json::json!({ "APIToken": sandbox.api_key() }).to_string();
    (0..6)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(sandbox.address()).unwrap();
            let head = format!(
                "POST /api/IntegrationAPI/Session HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            let token = answer.split("\"Data\":\"").nth(1).unwrap().split('"').next().unwrap();
            token.to_owned()
        })
        .collect()
}

#[track_caller]
fn assert_silent(bench: &Bench, run: &Run, context: &str) {
    let mut texts = vec![("stdout".to_owned(), run.stdout.clone()), ("stderr".to_owned(), run.stderr.clone())];
    for name in ["ledger.db", "ledger.db-wal", "ledger.db.lock"] {
        if let Ok(bytes) = fs::read(bench.path(name)) {
            texts.push((name.to_owned(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    let mut secrets = tokens();
    secrets.push(KEY.to_owned());
    for (place, text) in texts {
        for secret in &secrets {
            // Also a part of it is too much.
            assert!(!text.contains(&secret[..20]), "{context}: a secret in {place}: {text}");
            assert!(!text.contains(&secret[secret.len() - 20..]), "{context}: a secret in {place}: {text}");
        }
    }
}

#[test]
fn reveals_no_secret_whatever_happens() {
    let echo = |code, text: String| Kind::Status { code, headers: Vec::new(), body: Body::Text(text) };
    let session = || When::Path("api/IntegrationAPI".to_owned());
    let data = || When::Path("webapi.svc".to_owned());
    let rows = [
        ("all goes well", vec![]),
        ("a session refused for ever", vec![Fault::new(data(), Kind::status(401))]),
        ("the sign-in fails", vec![Fault::new(session(), Kind::status(500))]),
        ("the sign-in's answer is cut", vec![Fault::new(session(), Kind::Truncated).after_commit()]),
        ("the sign-in's answer is of another type", vec![Fault::new(session(), Kind::WrongType)]),
        ("the sign-out fails", vec![Fault::new(session(), Kind::Reset).skip(1)]),
        ("nothing is answered", vec![Fault::new(When::Always, Kind::Close)]),
        ("IQR repeats the key", vec![Fault::new(session(), echo(400, format!("bad key {KEY}")))]),
        ("IQR repeats the token", vec![Fault::new(data(), echo(500, format!("bad token {}", tokens()[0])))]),
        ("IQR refuses with the token", vec![Fault::new(data(), echo(400, format!("bad token {}", tokens()[0])))]),
    ];
    for (context, faults) in rows {
        for command in ["sync", "auth-test"] {
            let bench = bench();
            bench.sandbox.set_faults(faults.clone());
            assert_silent(&bench, &bench.run(&["-vv", command, "--json"]), context);
        }
    }
}

#[test]
fn refuses_a_malformed_key_without_showing_it() {
    for key in [format!("{KEY} {KEY}"), format!("{KEY}\u{7}")] {
        let bench = bench();
        bench.write_key(&key);
        let run = bench.run(&["-vv", "sync", "--json"]);
        assert_eq!(run.code, Some(3), "{run:#?}");
        assert_silent(&bench, &run, "a malformed key");
    }
}

/// A source of a key.
#[derive(Debug, Clone, Copy)]
enum Source {
    File,
    Environment,
    Credential,
}

impl Source {
    const ALL: [Self; 3] = [Self::File, Self::Environment, Self::Credential];

    /// Runs a command with this key; returns the run and the name of the source in messages.
    fn run(self, bench: &Bench, key: &str, arguments: &[&str]) -> (Run, &'static str) {
        let mut command = bench.command(arguments);
        fs::remove_file(bench.path("api-key")).unwrap_or_default();
        let name = match self {
            Self::File => {
                bench.write_key(key);
                "/api-key"
            }
            Self::Environment => {
                command.env("WIPEOS_IQR_API_KEY", key);
                "$WIPEOS_IQR_API_KEY"
            }
            Self::Credential => {
                fs::create_dir_all(bench.path("credentials")).unwrap();
                fs::write(bench.path("credentials/iqr-api-key"), key).unwrap();
                command.env("CREDENTIALS_DIRECTORY", bench.path("credentials"));
                "/credentials/iqr-api-key"
            }
        };
        (bench::run(command), name)
    }
}

#[test]
fn names_what_is_in_an_unclean_key_and_asks_nothing() {
    let (front, end) = KEY.split_at(26);
    let bench = bench();
    for (key, expected) in [
        (format!("\"{KEY}\""), "has a straight double quote (\") at character 1;"),
        (format!("'{KEY}'\n"), "has a straight single quote (') at character 1;"),
        (format!("\u{feff}\u{201c}{KEY}\u{201d}"), "has a left curly double quote (U+201C) at character 2;"),
        (format!("{front}\u{200b}{end}"), "has a zero-width space (U+200B) at character 27;"),
        (format!(" {KEY}\u{200d}"), "has a zero-width joiner (U+200D) at character 54;"),
        (format!("{front}\u{feff}{end}"), "has a byte order mark (U+FEFF) at character 27;"),
        (format!("{front}\u{ad}{end}"), "has a soft hyphen (U+00AD) at character 27;"),
        (format!("{front}\u{a0}{end}"), "has a non-breaking blank (U+00A0) at character 27;"),
        (format!("\u{202d}{KEY}"), "has a left-to-right override (U+202D) at character 1;"),
        (format!("{front} {end}\n"), "has a blank at character 27;"),
        (format!("{front}\t{end}"), "has a tab (U+0009) at character 27;"),
        (format!("{front}\n{end}"), "has a line end (U+000A) at character 27;"),
        (format!("{front}\u{7}{end}"), "has a control character (U+0007) at character 27;"),
    ] {
        for source in Source::ALL {
            for command in ["sync", "auth-test"] {
                let (run, name) = source.run(&bench, &key, &["-vv", command, "--json"]);
                let context = format!("{source:?}, {command}, {expected}: {run:#?}");
                assert_eq!(run.code, Some(3), "{context}");
                let told = [run.stdout.as_str(), &run.stderr].concat().replace("\\\"", "\"");
                assert!(told.contains(&format!("{name} {expected}")), "{context}");
                assert_silent(&bench, &run, &context);
                assert!(KEY.as_bytes().windows(8).all(|part| !told.contains(std::str::from_utf8(part).unwrap())));
            }
        }
    }
    assert_eq!(bench.sandbox.counters().requests, 0);
    let json = Source::File.run(&bench, &format!("\"{KEY}\""), &["auth-test", "--json"]).0.json();
    let failed = json["steps"].as_array().unwrap().iter().find(|step| step["verdict"] == "failed").unwrap();
    assert_eq!(failed["step"], "API key", "{json:#}");
}

#[test]
fn uses_a_key_with_a_mark_in_front_and_white_space_around() {
    for source in Source::ALL {
        for key in [format!("\u{feff}{KEY}\r\n"), format!("\n\t {KEY} \n\n"), format!("\u{feff}\r\n{KEY}")] {
            let bench = bench();
            let (run, _) = source.run(&bench, &key, &["sync", "--json"]);
            assert_eq!(run.code, Some(0), "{source:?}: {run:#?}");
            assert!(bench.sandbox.counters().requests > 0);
            assert_silent(&bench, &run, "a key with a mark in front");
        }
    }
}

#[test]
fn refuses_a_key_file_in_utf_16() {
    let bench = bench();
    let bytes: Vec<u8> = [0xfeff].into_iter().chain(KEY.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    bench.write_key("");
    fs::write(bench.path("api-key"), bytes).unwrap();
    let run = bench.run(&["sync"]);
    assert_eq!((run.code, bench.sandbox.counters().requests), (Some(3), 0), "{run:#?}");
    assert!(run.stderr.contains("is saved as UTF-16") && run.stderr.contains("save it as UTF-8"), "{run:#?}");
}

#[test]
fn refuses_a_key_file_that_is_too_long() {
    let bench = bench();
    bench.write_key(&"B".repeat(64 * 1024 + 1));
    let run = bench.run(&["sync"]);
    assert_eq!((run.code, bench.sandbox.counters().requests), (Some(3), 0), "{run:#?}");
    assert!(run.stderr.contains("has more than 64 KiB"), "{run:#?}");
}

#[test]
fn finds_an_unclean_key_in_a_setting() {
    for key in [format!("\u{feff}{KEY}\n"), format!("\"{KEY}\""), format!("{KEY}\u{200b}")] {
        for source in Source::ALL {
            let bench = bench().with("ledger", "path", &format!("{KEY:?}"));
            let (run, _) = source.run(&bench, &key, &["status"]);
            assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{source:?}: {run:#?}");
            assert!(run.stderr.contains("this is the API key itself; take it out"), "{run:#?}");
            assert_silent(&bench, &run, "an unclean key in a setting");
        }
    }
}

/// Paths, hosts, names and templates are shown in some message.
#[test]
fn refuses_a_key_in_a_setting_without_showing_it() {
    let path = format!("Inventory/JSON/GetInventoryById?Key={KEY}&Id={{id}}");
    let host = format!("\"https://{}.invalid\"", KEY.trim_end_matches('='));
    for (section, key, value) in [
        ("iqr.endpoints", "inventory_get", format!("{{ path = {path:?} }}")),
        ("store", "database", format!("{KEY:?}")),
        ("ledger", "path", format!("{KEY:?}")),
        ("templates", "description", format!("\"{{{KEY}}}\"")),
        ("iqr", "api_url", host),
    ] {
        let bench = bench().with(section, key, &value);
        for command in [&["sync", "-vv"][..], &["preview", "700001", "-vv"], &["auth-test"], &["status"]] {
            let run = bench.run(command);
            assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run:#?}");
            assert!(run.stderr.contains("this is the API key itself; take it out"), "{run:#?}");
            assert_silent(&bench, &run, &format!("{key}, {command:?}"));
        }
    }
}

#[test]
fn refuses_a_key_in_the_config_file_without_showing_it() {
    let bench = bench().with("iqr", "api_key", &format!("{KEY:?}"));
    let run = bench.run(&["-vv", "sync"]);
    assert_eq!(run.code, Some(3), "{run:#?}");
    assert_silent(&bench, &run, "a key in the config");
}

#[test]
fn leaves_no_core_dump_that_would_hold_the_key() {
    use std::os::unix::fs::MetadataExt;

    let bench = bench();
    bench.sandbox.set_faults(vec![Fault::new(When::Nth(1), Kind::SilentHead(bench::PATIENCE))]);
    let owner = if rustix::process::geteuid().is_root() { 54_321 } else { rustix::process::geteuid().as_raw() };
    let mut command = bench.command(&["sync"]);
    if rustix::process::geteuid().is_root() {
        // Every process of root's is root's, whatever may be read of it.
        let given = std::process::Command::new("chown").args(["-R", "54321"]).arg(bench.path("")).status().unwrap();
        assert!(given.success());
        std::os::unix::process::CommandExt::uid(&mut command, owner);
    }
    let pass = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn();
    let mut pass = pass.unwrap();
    while bench.sandbox.counters().requests == 0 && pass.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let process = format!("/proc/{}", pass.id());
    let limits = fs::read_to_string(format!("{process}/limits")).unwrap();
    let of_memory = fs::metadata(format!("{process}/maps")).unwrap().uid();
    pass.kill().unwrap();
    pass.wait().unwrap();
    let core: Vec<&str> =
        limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap().split_whitespace().collect();
    assert_eq!(core, ["0", "0", "bytes"], "{limits}");
    assert_eq!(of_memory, 0, "only root reads its memory, where {owner} runs it");
}
