//! Every form in which a service may repeat a secret.

use proptest::prelude::*;

use super::*;

const KEY: &str = "Zk93+Lm/4Qx7Rt+Vb2Hs/9Wn5Yc8Jd0==";

fn redactor() -> Redactor {
    let redactor = Redactor::default();
    redactor.add(&Secret::new(KEY));
    redactor
}

fn base64(bytes: &[u8], alphabet: [char; 2]) -> String {
    let letters: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(alphabet).collect();
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let starts = (0..bytes.len() * 8).step_by(6);
    let text = starts.map(|start| letters[(start..start + 6).fold(0, |value, at| value << 1 | bit(at) as usize)]);
    text.collect()
}

fn each(text: &str, form: impl Fn(u8) -> String) -> String {
    text.bytes().map(form).collect()
}

fn marks(text: &str, form: impl Fn(u8) -> String) -> String {
    each(text, |byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { form(byte) })
}

/// The forms in which services repeat a key, by their names.
fn escapes_of(key: &str) -> Vec<(&'static str, String)> {
    let named = |byte: u8| match byte {
        b'+' => "&plus;".to_owned(),
        b'/' => "&sol;".to_owned(),
        _ => "&equals;".to_owned(),
    };
    let percent = marks(key, |byte| format!("%{byte:02X}"));
    vec![
        ("plain", key.to_owned()),
        ("lower", key.to_lowercase()),
        ("upper", key.to_uppercase()),
        ("without padding", key.trim_end_matches('=').to_owned()),
        ("url", percent.clone()),
        ("url, lower", marks(key, |byte| format!("%{byte:02x}"))),
        ("url, all", each(key, |byte| format!("%{byte:02X}"))),
        ("url, twice", percent.replace('%', "%25")),
        ("url, thrice", percent.replace('%', "%2525")),
        ("url of IIS", marks(key, |byte| format!("%u{byte:04x}"))),
        ("in a query", format!("?key={percent}&x=1")),
        ("html, named", marks(key, named)),
        ("html, decimal", marks(key, |byte| format!("&#{byte};"))),
        ("html, hex", each(key, |byte| format!("&#x{byte:X};"))),
        ("html, without its end", marks(key, |byte| format!("&#{byte} "))),
        ("html of url", percent.replace('%', "&#37;")),
    ]
}

/// The same in the forms of programs, and in parts.
fn parts_of(key: &str) -> Vec<(&'static str, String)> {
    let (front, end) = key.split_at(key.len() / 2 + 1);
    vec![
        ("json", key.replace('/', "\\/").replace('+', "\\u002b")),
        ("json, all", each(key, |byte| format!("\\u{byte:04X}"))),
        ("json, twice", key.replace('/', "\\\\/").replace('+', "\\\\u002B")),
        ("script", each(key, |byte| format!("\\x{byte:02x}"))),
        ("rust", marks(key, |byte| format!("\\u{{{byte:x}}}"))),
        ("octal", each(key, |byte| format!("\\{byte:03o}"))),
        ("hex", each(key, |byte| format!("{byte:02x}"))),
        ("hex, upper", each(key, |byte| format!("{byte:02X}"))),
        ("hex, colons", each(key, |byte| format!("{byte:02X}:"))),
        ("hex, blanks", each(key, |byte| format!("{byte:02x} "))),
        ("hex, 0x", each(key.trim_end_matches('='), |byte| format!("0x{byte:02x}, "))),
        ("quoted-printable", format!("{}=\r\n{}", front.replace('=', "=3D"), end.replace('=', "=3D"))),
        ("quoted-printable, all", each(key, |byte| format!("={byte:02X}"))),
        ("a blank", format!("{front} {end}")),
        ("a line end", format!("{front}\r\n\t{end}")),
        ("an escaped line end", format!("{front}\\r\\n{end}")),
        ("a tag", format!("{front}<b>{end}")),
        ("tags", format!("{front}</td><td class=\"x1y2\">{end}")),
        ("an escaped tag", format!("{front}&lt;b&gt;{end}")),
        ("a tag escaped for JSON", format!("{front}\\u003cbr\\u003e{end}")),
        ("an invisible letter", format!("{front}\u{200b}{end}")),
        ("wide", each(key, |byte| format!("{}\0", char::from(byte)))),
        ("decimal", each(key, |byte| format!("{byte}, "))),
        ("the first half", front.to_owned()),
        ("the last half", end.to_owned()),
    ]
}

/// All of them, and those in base64.
fn forms_of(key: &str) -> Vec<(String, String)> {
    let all = escapes_of(key).into_iter().chain(parts_of(key));
    let mut forms: Vec<_> = all.map(|(name, form)| (name.to_owned(), form)).collect();
    for (phase, before) in ["", "k", "k:"].into_iter().enumerate() {
        for (alphabet, letters) in [("standard", ['+', '/']), ("url", ['-', '_'])] {
            let whole = base64(format!("{before}{key}").as_bytes(), letters);
            forms.push((format!("base64 {alphabet}, phase {phase}"), whole.clone()));
            forms.push((format!("base64 {alphabet}, phase {phase}, padded"), format!("{whole}==")));
            let lines = whole.as_bytes().chunks(20).map(|line| String::from_utf8_lossy(line).into_owned());
            forms.push((format!("base64 {alphabet}, phase {phase}, lines"), lines.collect::<Vec<_>>().join("\r\n")));
            let unpadded = base64(format!("{before}{}", key.trim_end_matches('=')).as_bytes(), letters);
            forms.push((format!("base64 {alphabet}, phase {phase}, of an unpadded one"), unpadded));
            let lower = base64(format!("{before}{}", key.to_lowercase()).as_bytes(), letters);
            forms.push((format!("base64 {alphabet}, phase {phase}, of lower case"), lower));
        }
    }
    forms.extend(encoded_twice(key));
    forms
}

/// Base64 and hexadecimal of what was encoded before.
fn encoded_twice(key: &str) -> Vec<(String, String)> {
    let wide = |order: [usize; 2]| key.bytes().flat_map(move |byte| order.map(|at| [byte, 0][at])).collect::<Vec<_>>();
    let inner = [
        ("wide text", wide([0, 1])),
        ("wide text of the other order", wide([1, 0])),
        ("base64", format!("{}==", base64(key.as_bytes(), ['+', '/'])).into_bytes()),
        ("base64 of URLs", base64(key.as_bytes(), ['-', '_']).into_bytes()),
        ("an escaped key", marks(key, |byte| format!("%{byte:02X}")).into_bytes()),
    ];
    let mut forms = Vec::new();
    for (name, bytes) in inner {
        let digits =
            |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]));
        forms.push((format!("hex of {name}"), bytes.iter().flat_map(digits).collect()));
        for before in ["", "k", "k:"] {
            let whole = [before.as_bytes(), &bytes].concat();
            forms.push((format!("base64 of {name} behind {before:?}"), base64(&whole, ['+', '/'])));
        }
    }
    forms
}

/// The longest run of a form's own characters that is left in a text.
fn left_of(form: &str, text: &str) -> usize {
    let form = form.as_bytes();
    let is_left = |length: &usize| form.windows(*length).any(|part| memmem::find(text.as_bytes(), part).is_some());
    (1..=form.len()).take_while(is_left).last().unwrap_or_default()
}

#[test]
fn redacts_every_form_of_a_key() {
    let redactor = redactor();
    for (name, form) in forms_of(KEY) {
        for (before, behind) in [("bad key ", " was refused"), ("{\"k\":\"", "\"}"), ("", "")] {
            let text = format!("{before}{form}{behind}");
            let clean = redactor.redact(&text);
            assert!(clean.contains(REDACTED) && redactor.is_secret_in(&text), "{name}: {clean}");
            assert!(left_of(&form, &clean) < 8, "{name}: {clean}");
            assert!(clean.starts_with(before) && clean.ends_with(behind), "{name}: {clean}");
            let quoted = redactor.quote(&text);
            assert!(left_of(&form, &quoted) < 8, "{name}: {quoted}");
        }
    }
}

#[test]
fn leaves_other_texts_as_they_are() {
    let redactor = redactor();
    for text in [
        "",
        "Wipe - Z2AX7K1B: PASS, NIST SP 800-88 Clear, 2023-03-24\r\nMemory: PASS",
        "Zk93+Lm/4Q",
        "<p>100% &amp; more \\u00e9</p>",
        "Zk93 Lm 4Qx 8 Rt Vb2H 8 9Wn5Yc8Jd0",
    ] {
        assert!(matches!(redactor.redact(text), Cow::Borrowed(same) if same == text), "{text}");
        assert!(!redactor.is_secret_in(text), "{text}");
    }
    assert_eq!(redactor.redact("é Zk93+Lm/4Qx7Rt+Vb2Hs/9Wn5Yc8Jd0==é"), "é (secret)é");
}

#[test]
fn redacts_a_quoted_secret_before_it_is_cut() {
    let redactor = redactor();
    for length in 150..210 {
        let quoted = redactor.quote(&format!("{}{KEY}", "x ".repeat(length / 2)));
        assert!(left_of(KEY, &quoted) < 4, "{quoted}");
    }
    let far = format!("{}{KEY}", "<i>".repeat(600));
    assert_eq!(redactor.quote_bytes(far.as_bytes()), REDACTED);
    assert_eq!(redactor.quote(&format!("{}<style>p</style>{}", &KEY[..9], &KEY[9..])), REDACTED);
}

#[test]
fn redacts_a_key_with_marks_of_escapes_in_it() {
    for key in ["Ab<cd>ef%41gh&amp;ijk", "a=41b=3Dc0x41d\\u0041e", "%41%42%43%44%45%46%47%48"] {
        let redactor = Redactor::default();
        redactor.add(&Secret::new(key));
        let escaped = [key.to_owned(), key.replace('%', "%25").replace('&', "%26"), key.replace('&', "&amp;")];
        for text in escaped {
            let quoted = redactor.quote(&format!("bad key {text}!"));
            assert_eq!(quoted, "bad key (secret)!", "{key} as {text}");
        }
    }
}

#[test]
fn matches_a_short_secret_exactly() {
    let redactor = Redactor::default();
    for secret in ["Ab1-x9z", "pin", ""] {
        redactor.add(&Secret::new(secret));
    }
    assert_eq!(
        redactor.redact("token Ab1-x9z, Ab1-x9z; AB1-X9Z Ab1 x9z pin"),
        "token (secret), (secret); AB1-X9Z Ab1 x9z pin"
    );
}

proptest! {
    #[test]
    fn redacts_any_text(text in "(\\PC|[%&=\\\\<>#;xu0-9A-Fa-f+/{}]|Zk93\\+Lm/4Qx7Rt|\\r\\n){0,60}") {
        let redactor = redactor();
        let clean = redactor.redact(&text);
        prop_assert_eq!(clean.contains(REDACTED), redactor.is_secret_in(&text));
        let _ = redactor.quote(&text);
    }

    #[test]
    fn finds_a_key_wherever_it_stands(key in "[A-Za-z0-9+/]{20,44}={0,2}", before in "\\PC{0,20}", behind in "\\PC{0,20}") {
        prop_assume!(forms::letters(key.as_bytes()).len() >= MIN_FUZZY_LENGTH);
        let redactor = Redactor::default();
        redactor.add(&Secret::new(key.as_str()));
        let text = format!("{before} {key} {behind}");
        prop_assert!(!redactor.redact(&text).contains(key.trim_end_matches('=')), "{text}");
    }
}
