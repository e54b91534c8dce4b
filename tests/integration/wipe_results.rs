//! Wipes on the line of a drive, and what is fitted, from the store to IQR.

use std::collections::BTreeSet;

use iqr_sandbox::Asset;
use iqr_sandbox::store::{Battery, Client, Disk, Wipe};

use crate::bench::{Bench, FIRST, client};

#[expect(clippy::unnecessary_wraps, reason = "the fields that it fills are options")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Creates a verified wipe by a method that demands it, with this end.
fn wipe(result: &str, finished_at: &str) -> Wipe {
    Wipe {
        method: text("US DoD 5220.22-M (ECE)"),
        result: text(result),
        verified: Some(true),
        started_at: None,
        finished_at: text(finished_at),
    }
}

/// Creates a bench with one machine whose drive has these wipes, and sends it.
fn bench_with(wipes: Vec<Wipe>) -> Bench {
    let bench = Bench::empty();
    let disk = Disk { media: text("HDD"), serial_number: text("S1"), wipes, ..Disk::default() };
    bench.add(&Client { disks: vec![disk], ..client(0) }, Asset::new(FIRST));
    bench.sync_well();
    bench
}

/// Returns the lines of the drive, in their order.
fn said(bench: &Bench) -> Vec<String> {
    let lines = bench.lines(FIRST);
    lines.iter().filter_map(|line| line.strip_prefix("Wipe - S1: ").map(str::to_owned)).collect()
}

/// Adds a wipe and sends; asserts that the last line is the expected one, and that a further pass has nothing to send.
#[track_caller]
fn assert_then(bench: &Bench, wipe: &Wipe, expected: &str) {
    bench.store().add_wipe(1, 0, wipe).unwrap();
    let preview = bench.run(&["preview", &FIRST.to_string(), "--json"]).json();
    let mapped = preview["mapped"]["comments"].as_array().unwrap();
    let wanted = format!("Wipe - S1: {expected}");
    assert!(mapped.iter().any(|line| line == wanted.as_str()), "{mapped:?}");
    bench.sync_well();
    let said = said(bench);
    assert_eq!(said.last().unwrap(), expected);
    let unique: BTreeSet<&String> = said.iter().collect();
    assert_eq!(unique.len(), said.len(), "{said:?}");
    bench.assert_idle(expected);
}

#[test]
fn shows_an_untrue_end_as_unknown_and_hides_no_failure_by_it() {
    let bench = bench_with(vec![wipe("Success", "2999-01-01 00:00:00")]);
    assert_eq!(said(&bench), ["PASS, US DoD 5220.22-M (ECE), date unknown"]);
    assert_then(&bench, &wipe("Failed", "2024-05-02 10:00:00"), "FAIL, US DoD 5220.22-M (ECE), 2024-05-02");
    assert_then(&bench, &wipe("Success", "1970-01-01 00:00:07"), "FAIL, US DoD 5220.22-M (ECE), 2024-05-02");
    let page = bench.run(&["preview", &FIRST.to_string()]).stdout;
    assert!(page.contains("! one that may be newer") && page.contains("which cannot be true"), "{page}");
    assert_then(&bench, &wipe("Success", "2024-05-03 10:00:00"), "PASS, US DoD 5220.22-M (ECE), 2024-05-03");
}

#[test]
fn says_pass_only_of_a_plain_and_verified_result() {
    let bench = bench_with(vec![wipe("PASS (2 bad sectors)", "2024-05-01 10:00:00")]);
    assert_eq!(said(&bench), ["UNKNOWN (PASS (2 bad sectors)), US DoD 5220.22-M (ECE), 2024-05-01"]);
    let unverified = |method: &str, day| Wipe { method: text(method), verified: Some(false), ..wipe("pass", day) };
    assert_then(&bench, &unverified("AR 380-19", "2024-05-02 10:00:00"), "NOT VERIFIED, AR 380-19, 2024-05-02");
    let page = bench.run(&["preview", &FIRST.to_string()]).stdout;
    assert!(page.contains("! not verified: US Army AR 380-19"), "{page}");
    assert_then(&bench, &unverified("Zeros", "2024-05-03 10:00:00"), "PASS, Zeros, 2024-05-03");
}

#[test]
fn reads_a_flag_that_is_a_word() {
    for (word, expected) in [
        ("'f'", "NOT VERIFIED"),
        ("'skipped'", "NOT VERIFIED"),
        ("X'01'", "NOT VERIFIED"),
        ("2", "NOT VERIFIED"),
        ("'t'", "PASS"),
        ("' '", "PASS"),
    ] {
        let bench = Bench::empty();
        let disk =
            Disk { serial_number: text("S1"), wipes: vec![wipe("pass", "2024-05-01 10:00:00")], ..Disk::default() };
        bench.add(&Client { disks: vec![disk], ..client(0) }, Asset::new(FIRST));
        bench.store().connection().execute(&format!("UPDATE wipe SET verified = {word}"), []).unwrap();
        bench.sync_well();
        assert_eq!(said(&bench), [format!("{expected}, US DoD 5220.22-M (ECE), 2024-05-01")], "{word}");
    }
}

#[test]
fn sends_what_is_fitted_and_nothing_that_is_lent() {
    let bench = Bench::empty().with("templates.comments", "wipe", "\"Wipe - {Drive Serial}: {Wipe Result}\"");
    let disk = |model: &str, media: &str, bytes| Disk {
        model: text(model),
        media: text(media),
        serial_number: text(model),
        size_bytes: Some(bytes),
        wipes: vec![wipe("pass", "2024-05-01 10:00:00")],
        ..Disk::default()
    };
    let machine = Client {
        chassis_type: Some(10),
        processor: text("Not Installed"),
        memory_bytes: Some(14_506_252_042),
        optical_drive: text("iDRAC Virtual CD"),
        webcam: None,
        screen_inches: None,
        batteries: vec![
            Battery { health_percent: Some(255), cycles: None },
            Battery { health_percent: Some(76), cycles: None },
        ],
        disks: vec![
            disk("Maxtor 6L250S0", "HDD", 251_000_193_024),
            disk("APPLE SSD AP0512M", "NVMe", 500_277_792_768),
            disk("AMI Virtual HDISK0", "HDD", 1 << 30),
        ],
        ..client(0)
    };
    bench.add(&machine, Asset::new(FIRST));
    bench
        .store()
        .connection()
        .execute("UPDATE battery SET health_percent = 76.2349 WHERE health_percent = 76", [])
        .unwrap();
    bench.sync_well();
    assert_eq!(bench.seen(FIRST).extended_description, "/13.5GB/250GB,512GB, HDD,NVMe/None/?,76%//");
    let lines = bench.lines(FIRST).join("\n");
    assert!(lines.contains("Wipe - Maxtor 6L250S0: PASS") && !lines.contains("Virtual"), "{lines}");
    let page = bench.run(&["preview", &FIRST.to_string()]).stdout;
    assert!(page.contains("virtual, so not fitted"), "{page}");
}

#[test]
fn takes_back_a_pass_that_a_wipe_without_an_end_followed() {
    let bench = bench_with(vec![wipe("Success", "2024-05-01 10:00:00")]);
    let newer = Wipe { finished_at: None, started_at: text("2024-05-02 10:00:00"), ..wipe("Running", "") };
    assert_then(&bench, &newer, "PASS, US DoD 5220.22-M (ECE), 2024-05-01");
    let page = bench.run(&["preview", &FIRST.to_string()]).stdout;
    assert!(page.contains("a newer wipe has not ended"), "{page}");
    // The row gets a result and no end: none of its times helps.
    bench.store().connection().execute("UPDATE wipe SET result = 'Timeout' WHERE result = 'Running'", []).unwrap();
    bench.sync_well();
    assert_eq!(said(&bench).last().unwrap(), "Timeout, US DoD 5220.22-M (ECE)");
    bench.assert_idle("a wipe without an end");
}

#[test]
fn shows_the_letters_of_a_result_that_only_looks_like_a_pass() {
    let bench = bench_with(vec![wipe("\u{3a1}ASS", "2024-05-01 10:00:00")]);
    assert_eq!(said(&bench), ["UNKNOWN (\\u{3a1}ASS), US DoD 5220.22-M (ECE), 2024-05-01"]);
    assert_then(
        &bench,
        &wipe("PA\u{200b}SS", "2024-05-02 10:00:00"),
        "UNKNOWN (PA\\u{200b}SS), US DoD 5220.22-M (ECE), 2024-05-02",
    );
}
