//! Keys and tokens that a service repeats, in whatever form and part of an answer: no output, no page and no file holds
//! them, and a field that holds one is neither written nor stored.

use std::fs;

use iqr_sandbox::{Asset, Body, Fault, Field, Kind, When};

use crate::bench::{Bench, FIRST, Run, client};

const KEY: &str = "Wm8+Xt4/Hc2Zp7+Kd6Vn/9Rb3Qs5Lf1Gj0==";

/// Upper bound for the letters and digits of a secret that may appear in a row.
const MAX_LEFT: usize = 11;

fn bench(clients: i64) -> Bench {
    let bench = Bench::with_clients(clients);
    KEY.clone_into(&mut bench.sandbox.state().options.api_key);
    bench.write_key(KEY);
    bench
}

fn base64(text: &str) -> String {
    let letters: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*b"+/").collect();
    let bits: Vec<usize> =
        text.bytes().flat_map(|byte| (0..8).rev().map(move |bit| usize::from(byte >> bit & 1))).collect();
    let group = |bits: &[usize]| (0..6).fold(0, |value, at| value << 1 | bits.get(at).copied().unwrap_or(0));
    bits.chunks(6).map(|bits| char::from(letters[group(bits)])).collect()
}

fn each(text: &str, form: impl Fn(u8) -> String) -> String {
    text.bytes().map(form).collect()
}

fn marks(text: &str, form: impl Fn(u8) -> String) -> String {
    each(text, |byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { form(byte) })
}

fn forms(secret: &str) -> Vec<String> {
    let (front, end) = secret.split_at(secret.len() / 2);
    let percent = marks(secret, |byte| format!("%{byte:02X}"));
    vec![
        secret.to_owned(),
        secret.trim_end_matches('=').to_owned(),
        secret.to_uppercase(),
        secret.to_lowercase(),
        base64(secret),
        base64(&format!("x{secret}")),
        base64(&format!("xy{secret}")).replace('+', "-").replace('/', "_"),
        format!("{}==", base64(&format!("Bearer {secret}\r\n"))),
        percent.clone(),
        percent.replace('%', "%25"),
        each(secret, |byte| format!("%{byte:02x}")),
        marks(secret, |byte| format!("&#{byte};")),
        each(secret, |byte| format!("&#x{byte:x};")),
        secret.replace('+', "&plus;").replace('/', "&sol;").replace('=', "&equals;"),
        secret.replace('/', "\\/").replace('+', "\\u002b"),
        each(secret, |byte| format!("\\u{byte:04x}")),
        each(secret, |byte| format!("{byte:02x}")),
        each(secret, |byte| format!("{byte:02X}-")),
        each(secret, |byte| format!("={byte:02X}")),
        format!("{front} {end}"),
        format!("{front}<b>{end}"),
        format!("{front}</b>\r\n<i class='z9'>{end}"),
        format!("{front}&lt;wbr&gt;{end}"),
        format!("{front}\u{200b}{end}"),
        front.to_owned(),
        end.to_owned(),
    ]
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[track_caller]
fn assert_free_of(form: &str, place: &str, text: &str) {
    let (form, text) = (letters(form), letters(text));
    let left = form.as_bytes().windows(MAX_LEFT + 1).map(|part| std::str::from_utf8(part).unwrap());
    for part in left {
        assert!(!text.contains(part), "{place} holds {part} of {form}: {text}");
    }
}

/// Asserts that nothing that a person or a script may see after a run, or that is kept, holds the secret.
#[track_caller]
fn assert_silent(bench: &Bench, run: &Run, form: &str) {
    let status = bench.run(&["status", "--json"]).stdout;
    let page = bench.run(&["status", "--html", "-"]).stdout;
    let mut texts =
        vec![("stdout", run.stdout.clone()), ("stderr", run.stderr.clone()), ("status", status), ("page", page)];
    for name in ["ledger.db", "ledger.db-wal", "ledger.db.lock", "x.prom", "x.html"] {
        if let Ok(bytes) = fs::read(bench.path(name)) {
            texts.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    for (place, text) in &texts {
        assert_free_of(form, place, text);
    }
}

fn answer(code: u16, header: &str, value: &str, body: String) -> Kind {
    let value: String = value.chars().filter(char::is_ascii_graphic).collect();
    Kind::Status { code, headers: vec![(header.to_owned(), value)], body: Body::Text(body) }
}

/// Returns the answers with a text in them that a service may give, with their requests.
fn echoes(form: &str) -> [Fault; 6] {
    let data = || When::Path("webapi.svc".to_owned());
    let session = || When::Path("api/IntegrationAPI".to_owned());
    let said = |before: &str| format!("{before}{form} is not valid");
    [
        Fault::new(data(), answer(400, "Server", form, said("bad key "))),
        Fault::new(data(), answer(500, "WWW-Authenticate", &format!("Key realm={form}"), said("{\"error\":\""))),
        Fault::new(data(), answer(200, "Content-Type", &format!("text/plain;k={form}"), said("<string>Error: "))),
        Fault::new(data(), answer(302, "Location", &format!("/login?key={form}"), said(""))),
        Fault::new(session(), answer(400, "Server", form, said(&"<p>wait</p> ".repeat(36)))),
        Fault::new(session(), answer(200, "Retry-After", form, format!("{{\"{form}\":1,\"{form}\":2}}"))),
    ]
}

#[test]
fn shows_and_keeps_no_form_of_the_key() {
    for (number, form) in forms(KEY).iter().enumerate() {
        for place in [number % 6, (number + 2) % 6] {
            let mut bench = bench(2);
            bench.set("metrics", "textfile", "\"x.prom\"");
            bench.set("report", "html", "\"x.html\"");
            bench.sandbox.set_faults(vec![echoes(form)[place].clone()]);
            let run = bench.run(&["-vv", "sync", "--json"]);
            assert!(matches!(run.code, Some(1 | 5)), "{form}, {place}: {run:#?}");
            assert_silent(&bench, &run, form);
        }
    }
}

#[test]
fn shows_and_keeps_no_form_of_a_token() {
    let token = crate::secrets::tokens().swap_remove(0);
    for (number, form) in forms(&token).iter().enumerate() {
        let bench = self::bench(1);
        bench.sandbox.set_faults(vec![echoes(form)[number % 4].clone()]);
        let run = bench.run(&["-vv", "sync", "--json"]);
        assert!(matches!(run.code, Some(1 | 5)), "{form}: {run:#?}");
        assert_silent(&bench, &run, form);
    }
}

#[test]
fn shows_no_form_of_the_key_in_a_probe() {
    for (number, form) in forms(KEY).iter().enumerate() {
        let bench = bench(1);
        let comments = if number % 2 == 0 { Field::InventoryComments } else { Field::Description };
        bench.sandbox.state().edit(FIRST, comments, form);
        let of_data = Fault::new(When::Path("webapi.svc/Item".to_owned()), echoes(form)[number % 4].clone().kind);
        bench.sandbox.set_faults(vec![of_data]);
        for options in [&["auth-test", "--probe", "700001"][..], &["-vv", "auth-test", "--probe", "700001", "--json"]] {
            assert_silent(&bench, &bench.run(options), form);
        }
    }
}

#[test]
fn fails_an_asset_whose_fields_hold_the_key() {
    for (number, form) in forms(KEY).iter().enumerate() {
        // A half of the key that stands alone is one, too.
        let bench = bench(2);
        let field = [Field::InventoryComments, Field::Description, Field::ExtendedDescription][number % 3];
        let typed = format!("Scratch on lid {form} hinge");
        bench.add(&client(2), Asset::new(FIRST + 2).with(field, typed.as_str()));
        let report = bench.sync();
        assert_eq!((report.code, report.count("sent"), report.count("failed")), (Some(1), 2, 1), "{form}: {report:#?}");
        assert_eq!(report.fate(3), ("failed", Some("bad-answer")), "{form}: {report:#?}");
        assert!(report.message(3).contains("holds the API key or a session token"), "{report:#?}");
        assert_eq!((bench.writes(FIRST + 2), bench.seen(FIRST + 2).comments.contains("PASS")), (0, false), "{form}");
        let run = bench.run(&["-vv", "preview", "700003", "--remote", "--json"]);
        assert_silent(&bench, &run, form);
        bench.sandbox.state().edit(FIRST + 2, field, "Scratch on lid");
        assert_eq!(bench.sync_with(&["--retry"]).count("sent"), 1, "{form}: the text is gone");
    }
}

#[test]
fn leaves_texts_that_are_like_a_key_alone() {
    let bench = bench(1);
    let typed = format!("{} and {}", &KEY[..12], KEY.chars().rev().collect::<String>());
    bench.sandbox.state().edit(FIRST, Field::InventoryComments, &typed);
    bench.sync_well();
    assert!(bench.lines(FIRST).contains(&typed), "{:?}", bench.lines(FIRST));
}
