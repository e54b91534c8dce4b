//! The API key and the session token appear nowhere but in the requests that need them.

use std::fs;

use iqr_sandbox::{Body, Fault, Kind, Sandbox, When};

use crate::bench::{Bench, Run};

const KEY: &str = "c2VjcmV0K2tleS9vZi90aGlzK3Rlc3QrYW5kL25vK290aGVyPT0=";

fn bench() -> Bench {
    let bench = Bench::with_clients(3);
    KEY.clone_into(&mut bench.sandbox.state().options.api_key);
    bench.write_key(KEY);
    bench
}

/// The tokens are made by a seed: the first ones of any sandbox are the same.
fn tokens() -> Vec<String> {
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
fn no_secret_is_told_whatever_happens() {
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
fn a_key_that_is_no_key_is_refused_without_being_shown() {
    for key in [format!("{KEY} {KEY}"), format!("{KEY}\u{7}")] {
        let bench = bench();
        bench.write_key(&key);
        let run = bench.run(&["-vv", "sync", "--json"]);
        assert_eq!(run.code, Some(3), "{run:#?}");
        assert_silent(&bench, &run, "a malformed key");
    }
}

/// Paths, hosts, names and templates are shown, each in some message.
#[test]
fn a_key_in_a_setting_is_refused_without_being_shown() {
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
fn a_key_in_the_config_file_is_refused_without_being_shown() {
    let bench = bench().with("iqr", "api_key", &format!("{KEY:?}"));
    let run = bench.run(&["-vv", "sync"]);
    assert_eq!(run.code, Some(3), "{run:#?}");
    assert_silent(&bench, &run, "a key in the config");
}
