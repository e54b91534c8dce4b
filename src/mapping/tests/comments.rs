//! The truth of the comment lines.

use super::*;

fn wiped(drives: Vec<Drive>) -> Vec<String> {
    lines(&Machine { drives, ..machine() }, &rules())
}

#[test]
fn decides_each_test_by_the_newest_log_with_a_result() {
    let diagnostics = vec![
        log(7, "12:00", &[("DISPLAY", "skipped"), ("USB", "pass")]),
        log(3, "09:00", &[("usb", "FAILED"), ("Memory", "ok"), ("Display", "Passed"), ("Webcam", "")]),
        log(5, "10:00", &[("Memory", "Error"), ("Lid", "2x8 by Jo")]),
    ];
    let mut rules = rules();
    let machine = Machine { diagnostics, ..machine() };
    assert_eq!(lines(&machine, &rules), ["Memory: FAIL", "Display: PASS", "usb: PASS", "Lid: 2x8 by Jo"]);
    rules.untested = Untested::Blank;
    let with_blanks = ["Memory: FAIL", "Display: PASS", "Motherboard:", "usb: PASS", "Webcam:", "Lid: 2x8 by Jo"];
    assert_eq!(lines(&machine, &rules), with_blanks);
}

#[test]
fn decides_equal_times_by_key_and_one_log_by_gravity() {
    let diagnostics = vec![log(2, "09:00", &[("A", "fail")]), log(1, "09:00", &[("A", "pass"), ("B", "pass")])];
    assert_eq!(lines(&Machine { diagnostics, ..machine() }, &rules()), ["A: FAIL", "B: PASS"]);
    for results in [["pass", "fail"], ["fail", "pass"]] {
        let diagnostics = vec![log(1, "09:00", &[("A", results[0]), ("a", results[1])])];
        assert_eq!(lines(&Machine { diagnostics, ..machine() }, &rules()), ["A: FAIL"]);
    }
}

#[test]
fn decides_by_the_newest_ended_wipe() {
    let (pass, fail) = ("PASS, NIST SP 800-88 Clear, 2026-01-02", "FAIL, NIST SP 800-88 Clear, 2026-01-02");
    let aborted = Wipe { started_at: Some(at("11:00")), ..wipe(3, "aborted", None) };
    let cases: Vec<(Vec<Wipe>, Option<&str>)> = vec![
        (vec![wipe(1, "success", Some("10:00"))], Some(pass)),
        (vec![wipe(1, "success", Some("10:00")), wipe(2, "failed", Some("11:00"))], Some(fail)),
        (vec![wipe(1, "failed", Some("11:00")), wipe(2, "success", Some("10:00"))], Some(fail)),
        (vec![wipe(1, "success", Some("10:00")), wipe(2, "failed", Some("10:00"))], Some(fail)),
        (vec![wipe(1, "failed", Some("10:00")), wipe(2, "success", None)], Some(fail)),
        (vec![wipe(1, "success", Some("10:00")), aborted.clone()], Some("FAIL, NIST SP 800-88 Clear")),
        (vec![wipe(1, "success", Some("10:00")), wipe(2, "aborted", None)], Some("FAIL, NIST SP 800-88 Clear")),
        // Started while the first one ran: when it was broken off is not known, so it is not taken for the older one.
        (vec![wipe(1, "success", Some("12:00")), aborted.clone()], Some("FAIL, NIST SP 800-88 Clear")),
        (vec![aborted.clone(), wipe(4, "success", Some("12:00"))], Some(pass)),
        (vec![wipe(1, "success", Some("10:00")), wipe(2, "running", None)], Some(pass)),
        (vec![wipe(1, "failed", Some("10:00")), wipe(2, "skipped", Some("11:00"))], Some(fail)),
        // It says what it came to, and not that it ended.
        (vec![wipe(1, "success", None)], Some("UNKNOWN, NIST SP 800-88 Clear")),
        (vec![wipe(1, "", None)], None),
        (vec![wipe(1, "", Some("10:00"))], Some("UNKNOWN, NIST SP 800-88 Clear, 2026-01-02")),
        (vec![wipe(1, "Verified with errors", Some("10:00"))], Some(fail)),
        (vec![wipe(1, "Completed", Some("10:00"))], Some("Completed, NIST SP 800-88 Clear, 2026-01-02")),
        (Vec::new(), None),
    ];
    for (wipes, expected) in cases {
        let expected: Vec<String> = expected.iter().map(|value| format!("Wipe - S1: {value}")).collect();
        assert_eq!(wiped(vec![drive("S1", wipes.clone())]), expected, "{wipes:?}");
    }
}

#[test]
fn prints_no_pass_without_a_demanded_verification() {
    for (method, verified, expected) in [
        ("NIST SP 800-88 Purge", Some(false), "NOT VERIFIED"),
        ("DoD 5220.22-M", Some(false), "NOT VERIFIED"),
        ("IEEE 2883-2022 Clear", Some(false), "NOT VERIFIED"),
        ("HMG Infosec Standard 5", Some(false), "NOT VERIFIED"),
        ("One pass of zeros", Some(false), "PASS"),
        ("NIST SP 800-88 Purge", Some(true), "PASS"),
        ("NIST SP 800-88 Purge", None, "PASS"),
    ] {
        let wipe = Wipe { method: text(method), verified, ..wipe(1, "success", Some("10:00")) };
        assert_eq!(wiped(vec![drive("S1", vec![wipe])]), [format!("Wipe - S1: {expected}, {method}, 2026-01-02")]);
    }
    // NULL contradicts the word `success` of no method, not even of one without a name.
    let unsaid = Wipe { method: None, verified: None, ..wipe(1, "success", Some("10:00")) };
    assert_eq!(wiped(vec![drive("S1", vec![unsaid])]), ["Wipe - S1: PASS, 2026-01-02"]);
    let nameless = Wipe { method: None, verified: Some(false), ..wipe(1, "success", Some("10:00")) };
    assert_eq!(wiped(vec![drive("S1", vec![nameless])]), ["Wipe - S1: NOT VERIFIED, 2026-01-02"]);
}

#[test]
fn leads_no_line_with_a_sign_before_a_pass() {
    for (result, method, expected) in [
        ("-", "Pass 1 zeros", "UNKNOWN (-, Pass 1 zeros, 2026-01-02)"),
        ("?", "pass of zeros", "UNKNOWN (?, pass of zeros, 2026-01-02)"),
        ("***", "Passes: 3", "UNKNOWN (***, Passes: 3, 2026-01-02)"),
        ("\u{2714}", "Pass 1", "UNKNOWN (\u{2714}, Pass 1, 2026-01-02)"),
        ("odd", "Pass 1", "odd, Pass 1, 2026-01-02"),
        ("-", "Zeros", "-, Zeros, 2026-01-02"),
        ("fail", "Pass 1", "FAIL, Pass 1, 2026-01-02"),
    ] {
        let wipe = Wipe { method: text(method), ..wipe(1, result, Some("10:00")) };
        assert_eq!(wiped(vec![drive("S1", vec![wipe])]), [format!("Wipe - S1: {expected}")]);
    }
    let mut rules = rules();
    rules.diagnostics_line = Template::parse("{Test}: {Result} {Test}", Scope::Test).unwrap();
    let machine = Machine { diagnostics: vec![log(1, "09:00", &[("Passage", "--")])], ..machine() };
    assert_eq!(lines(&machine, &rules), ["Passage: UNKNOWN (-- Passage)"]);
}

/// Drives of these serials and models in the places from 0 on, each with a wipe that failed.
fn placed(drives: &[(&str, &str)]) -> Vec<Drive> {
    let wipes = vec![Wipe { method: None, finished_at: None, ..wipe(1, "failed", None) }];
    let one = |(position, (serial, model)): (i64, &(&str, &str))| Drive {
        position,
        model: text(model),
        ..drive(serial, wipes.clone())
    };
    (0..).zip(drives).map(one).collect()
}

#[test]
fn distinguishes_drives_without_a_serial() {
    let drives = [("A:1", "M"), ("SN", ""), ("sn", ""), ("", "M1"), ("", "M2"), ("", "M2"), ("0000", "")];
    let names = ["A-1", "SN drive 1", "sn drive 2", "M1 drive 3", "M2 drive 4", "M2 drive 5", "drive 6"];
    assert_eq!(wiped(placed(&drives)), names.map(|name| format!("Wipe - {name}: FAIL")));
}

#[test]
fn keeps_the_name_of_a_drive_without_a_serial() {
    let drives = placed(&[("S1", ""), ("", "WD10EZEX"), ("", "WD10EZEX"), ("", "")]);
    let all = wiped(drives.clone());
    for out in 0..drives.len() {
        let (mut left, mut expected) = (drives.clone(), all.clone());
        left.remove(out);
        expected.remove(out);
        assert_eq!(wiped(left), expected, "without {out}");
    }
    for (drive, line) in drives.into_iter().zip(all) {
        assert_eq!(wiped(vec![drive]), [line], "alone");
    }
}

#[test]
fn gives_two_drives_in_one_place_two_names() {
    let mut drives = placed(&[("", "M1"), ("", "M1")]);
    drives[1].position = 0;
    assert_eq!(wiped(drives), ["Wipe - M1 drive 0: FAIL", "Wipe - M1 drive 0 2: FAIL"]);
}

#[test]
fn puts_wipe_lines_in_order_and_keeps_their_names() {
    let machine = Machine {
        drives: vec![drive("S1", vec![wipe(1, "failed", Some("10:00"))])],
        diagnostics: vec![log(
            1,
            "09:00",
            &[("Motherboard", "pass"), ("Wipe", "pass"), ("Wipe - S1", "pass"), ("Memory", "pass")],
        )],
        ..machine()
    };
    let update = map(&machine, &rules());
    let lines: Vec<String> = update.comments.iter().map(ToString::to_string).collect();
    let expected = [
        "Memory: PASS",
        "Wipe - S1: FAIL, NIST SP 800-88 Clear, 2026-01-02",
        "Motherboard: PASS",
        "Wipe test: PASS",
        "Wipe - S1 test: PASS",
    ];
    assert_eq!(lines, expected);
    assert_eq!((update.comments[0].at, update.comments[1].at), (Some(at("09:00")), Some(at("10:00"))));
    assert!(update.comments.iter().all(|line| is_result_value(&line.value)));
}

#[test]
fn lists_the_shown_wipe_and_those_that_came_after_it() {
    let cases = [
        (vec![], (None, 0, vec![])),
        (vec![wipe(1, "success", Some("10:00"))], (Some(1), 0, vec![])),
        (vec![wipe(1, "running", None)], (None, 0, vec![1])),
        (vec![wipe(1, "success", Some("10:00")), wipe(2, "", None)], (Some(1), 0, vec![2])),
        (vec![wipe(1, "failed", Some("11:00")), wipe(2, "success", Some("10:00"))], (Some(1), 0, vec![])),
        (
            vec![wipe(1, "success", Some("10:00")), wipe(2, "", None), wipe(3, "ok", Some("12:00"))],
            (Some(3), 2, vec![]),
        ),
        (
            vec![wipe(1, "", Some("10:00")), wipe(2, "skipped", Some("11:00")), wipe(3, "", None)],
            (Some(1), 0, vec![3, 2]),
        ),
    ];
    for (wipes, (expected, before, after)) in cases {
        let history = WipeHistory::from_wipes(&wipes, &machine());
        let keys: Vec<i64> = history.after.iter().map(|wipe| wipe.id).collect();
        assert_eq!((history.shown.map(|wipe| wipe.id), history.before, keys), (expected, before, after), "{wipes:?}");
        assert_eq!(wiped(vec![drive("S1", wipes.clone())]).len(), usize::from(expected.is_some()));
    }
}

#[test]
fn prints_no_name_that_looks_like_another_one() {
    for (name, printed) in [
        ("W\u{200b}ipe - S1", "W\\u{200b}ipe - S1 test"),
        ("W\u{456}pe - S1", "W\\u{456}pe - S1 test"),
        ("\u{ff37}ipe", "\\u{ff37}ipe test"),
        ("(Wipe)", "(Wipe) test"),
        ("Wiper", "Wiper"),
        ("Memory\u{ff1a} PASS", "Memory- PASS"),
        ("Memory\u{200d}", "Memory\\u{200d}"),
        ("M\u{435}mory", "M\\u{435}mory"),
        ("Gr\u{f6}\u{df}e", "Gr\u{f6}\u{df}e"),
        ("\u{41f}\u{430}\u{43c}\u{44f}\u{442}\u{44c} RAM", "\u{41f}\u{430}\u{43c}\u{44f}\u{442}\u{44c} RAM"),
    ] {
        let diagnostics = vec![log(1, "09:00", &[(name, "pass")])];
        assert_eq!(lines(&Machine { diagnostics, ..machine() }, &rules()), [format!("{printed}: PASS")]);
    }
}

#[test]
fn shows_what_is_hidden_in_the_name_of_a_method() {
    let wipe = Wipe { method: text("\u{202e}raelC"), ..wipe(1, "failed", Some("10:00")) };
    assert_eq!(wiped(vec![drive("S1", vec![wipe])]), ["Wipe - S1: FAIL, \\u{202e}raelC, 2026-01-02"]);
}
