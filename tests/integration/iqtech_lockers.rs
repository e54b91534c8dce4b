//! `iqtech locker`: the check of an asset, reservations, and what is recorded of them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use iqr_sandbox::Asset;
use iqr_sandbox::iqtech::{Locker, Options, Reservation};
use iqr_sandbox::store::{Client, Disk, Wipe};
use serde_json::{Value, json};

use crate::bench::{Bench, FIRST, LATER, client};
use crate::bench_iqtech::data_requests;
use crate::iqtech::{assert_fails, json_of};

/// The arguments of a reservation of the first client's asset.
pub const RESERVE: [&str; 8] =
    ["iqtech", "locker", "reserve", "--asset", "700001", "--type", "release", "--assignee=employee:1000"];

/// A bench whose first client is wiped and sent.
pub fn bench() -> Bench {
    let bench = Bench::with_clients(1).and_iqtech(Options::default());
    bench.sync_well();
    bench
}

/// Returns the custody record.
pub fn record(bench: &Bench) -> Vec<Value> {
    let text = fs::read_to_string(bench.path("custody.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns the events of the record, in order.
pub fn events(bench: &Bench) -> Vec<String> {
    record(bench).iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn lists_free_lockers_and_reservations() {
    let bench = bench();
    let (free, requests) = bench.iqtech_requests_of(|| json_of(&bench, &["iqtech", "locker", "free"]));
    assert_eq!((&free["machine"], &free["selections"][0]), (&json!(Locker::SERIAL), &json!("162")));
    let target = &data_requests(&requests)[0].target;
    assert_eq!(*target, format!("/api/2.0/WillCall/GetReservableSelections/{}", Locker::SERIAL));
    let run = bench.run(&["iqtech", "locker", "free"]);
    assert!(run.stdout.starts_with("free selection\n162\n166\n"), "{run:#?}");
    let status = json_of(&bench, &["iqtech", "locker", "status"]);
    let row = json!({"reservation": Reservation::ID, "selection": "164", "status": "Drop Off Pending"});
    assert_eq!(status, json!({"machine": Locker::SERIAL, "reservations": [row]}));
    for command in ["free", "status"] {
        assert_fails(&bench, &["iqtech", "locker", command, "--machine", "WTN7"], 1, "Invalid Serial Number");
    }
    let bench = bench.with("iqtech", "will_call", "\"1\"");
    let (status, requests) = bench.iqtech_requests_of(|| json_of(&bench, &["iqtech", "locker", "status"]));
    assert_eq!(status["reservations"][0]["reservation"], Value::Null);
    let target = &data_requests(&requests)[0].target;
    assert!(target.starts_with("/api/WillCall/"), "{target}");
}

#[test]
fn reports_a_period_page_by_page() {
    let bench = bench();
    let report = ["iqtech", "locker", "report", "--from", "2022-06-21", "--to", "2022-06-21"];
    for revision in ["\"2.0\"", "\"1\""] {
        let bench = Bench::empty().and_iqtech(Options::default()).with("iqtech", "will_call", revision);
        let (found, requests) = bench.iqtech_requests_of(|| json_of(&bench, &report));
        assert_eq!(found["rows"].as_array().unwrap().len(), 130, "{revision}");
        let data = data_requests(&requests);
        assert!(data[0].target.contains("fromDate=06-21-2022&toDate=06-21-2022&pageNumber=1"), "{data:#?}");
        assert!(data[1].target.contains("pageNumber=2"), "{data:#?}");
    }
    let found = json_of(&bench, &["iqtech", "locker", "report", "--from", "2023-12-13", "--to", "2023-12-14"]);
    let row = json!({"machine": "Test Example", "location": "Testing Machines", "type": "Exchange", "selection": "172",
        "product": "Binder clips- Medium", "activity": "Stock Pending", "timestamp": "2023-12-14T00:00:00",
        "local_time": "12/13/2023 06:00 PM", "reserved_by": "Zendesk Webhook: Mason Joblinske", "role": "Drop Off",
        "assignee": "drop", "assignee_type": "Employee"});
    assert_eq!(found["rows"], json!([row]), "{found}");
    assert!(found["account"].is_string(), "{found}");
}

#[test]
fn reserves_the_first_free_locker_and_records_it() {
    let bench = bench();
    let assignees = ["--assignee=employee:1000,role=DropOff,barcode", "--assignee=custom:Jo Ito,email=jo@shop.example"];
    let options = ["--location", "Lab", "--by", "Ann", "--json", "-vv"];
    let reserve = ["iqtech", "locker", "reserve", "--asset", "700001", "--type", "drop-off"];
    let arguments = [&reserve[..], &assignees, &options].concat();
    let (run, requests) = bench.iqtech_requests_of(|| bench.run(&arguments));
    assert_eq!(run.code, Some(0), "{run:#?}");
    let posts: Vec<_> = data_requests(&requests).into_iter().filter(|request| request.method == "POST").collect();
    assert_eq!((posts.len(), posts[0].target.as_str()), (1, "/api/2.0/WillCall/AddReservation"));
    let sent: Value = serde_json::from_str(&posts[0].body).unwrap();
    let expected = json!({"createdbyUser": "Ann", "selection": "162", "reservationType": "DropOff", "sendCode": "NONE",
        "locationName": "Lab", "serialNumber": Locker::SERIAL, "externalReserveLockerDetailList": [
            {"assigneeType": "Employee", "userId": "1000", "role": "DropOff", "sendBarCode": true, "description": "IQR 700001"},
            {"assigneeType": "Custom", "name": "Jo Ito", "email": "jo@shop.example", "description": "IQR 700001"}]});
    assert_eq!(sent, expected);
    let found = run.json();
    assert_eq!((&found["machine"], &found["selection"]), (&json!(Locker::SERIAL), &json!("162")));
    assert_eq!(found["codes"].as_array().unwrap().len(), 2, "{found}");
    let id = bench.iqtech().state().reservations.last().unwrap().id.clone();
    assert_eq!(found["reservation"], json!(id));
    let [begun, done] = &record(&bench)[..] else { panic!("{:#?}", record(&bench)) };
    for (line, event, reservation) in [(begun, "begun", Value::Null), (done, "done", json!(id))] {
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "at",
                "by",
                "action",
                "event",
                "inventory_id",
                "client_id",
                "machine",
                "selection",
                "reservation",
                "type",
                "forced",
                "message"
            ]
        );
        let values = ["by", "action", "event", "inventory_id", "client_id", "machine", "selection", "type", "forced"];
        let expected = json!(["Ann", "reserve", event, "700001", 1, Locker::SERIAL, "162", "drop-off", null]);
        assert_eq!(json!(values.map(|key| &line[key])), expected);
        assert_eq!(line["reservation"], reservation);
    }
    assert_nowhere_but_on_stdout(&bench, &run.stdout, &run.stderr);
    let mode = fs::metadata(bench.path("custody.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o137, 0, "{mode:o}");
    bench.assert_iqtech_sound(1, "reserve");
}

/// Asserts that the codes given out stand on stdout once, and neither on stderr nor in a file beside the program, and
/// that no e-mail address is anywhere.
#[track_caller]
fn assert_nowhere_but_on_stdout(bench: &Bench, stdout: &str, stderr: &str) {
    let codes = bench.iqtech().state().reservations.last().unwrap().codes.clone();
    assert!(!codes.is_empty());
    let files: Vec<Vec<u8>> = ["custody.jsonl", "ledger.db", "ledger.db-wal"]
        .into_iter()
        .filter_map(|name| fs::read(bench.path(name)).ok())
        .collect();
    let is_in = |text: &str, bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    for code in codes {
        for text in [format!("\"{}\"", code.code), code.bar_code.clone()] {
            assert_eq!(stdout.matches(&text).count(), 1, "{text}: {stdout}");
        }
        for text in [&code.code, &code.bar_code] {
            assert!(!stderr.contains(text) && !files.iter().any(|file| is_in(text, file)), "{text}: {stderr}");
        }
    }
    assert!(
        !stderr.contains("jo@shop.example") && !files.iter().any(|file| is_in("jo@shop.example", file)),
        "{stderr}"
    );
}

#[test]
fn prints_codes_of_a_reservation_for_people() {
    let bench = bench();
    let run = bench.run(&[&RESERVE[..], &["--selection", "170"]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:#?}");
    let reservation = bench.iqtech().state().reservations.last().unwrap().clone();
    let code = &reservation.codes[0];
    let expected = format!(
        "reservation  {}\nmachine      {}\nselection    170\nmessage      Reservation added successfully\n\ncode    name  role\n\
         {}  1000  Pickup\nbar code     {}\n",
        reservation.id,
        Locker::SERIAL,
        code.code,
        code.bar_code
    );
    assert_eq!(run.stdout, expected);
    assert_eq!(record(&bench)[0]["by"], json!(format!("uid {}", rustix::process::getuid().as_raw())));
}

#[test]
fn refuses_wrong_numbers_of_assignees_without_a_request() {
    let bench = bench().with("iqtech", "custody", "\"/nowhere/custody\"");
    let connections = bench.iqtech().counters().connections;
    let reserve = ["iqtech", "locker", "reserve", "--asset", "700001", "--type"];
    for (kind, count) in [("release", 2), ("pickup", 1), ("drop-off", 1), ("drop-off", 3), ("exchange", 2)] {
        let assignees = vec!["--assignee=employee:1000"; count];
        assert_fails(&bench, &[&reserve[..], &[kind], &assignees].concat(), 2, "--assignee");
    }
    let run = bench.run(&[&reserve[..], &["release", "--assignee=employee:1,fone=5155550100"]].concat());
    assert!(run.code == Some(2) && !run.stderr.contains("5155550100"), "{run:#?}");
    assert_eq!(bench.iqtech().counters().connections, connections);
    let bench = Bench::with_clients(1).and_iqtech(Options::default()).with("iqtech", "will_call", "\"1\"");
    bench.sync_well();
    for count in 1..=3 {
        let assignees = vec!["--assignee=employee:1000"; count];
        let run = bench.run(&[&reserve[..], &["pickup"], &assignees].concat());
        assert_eq!(run.code, Some(0), "{count}: {run:#?}");
    }
}

#[test]
fn tries_the_next_locker_if_one_was_taken_meanwhile() {
    for (contested, code, posts) in [(1, 0, 2), (2, 0, 3), (3, 1, 3), (5, 1, 3)] {
        let bench = bench();
        let free = [162, 166, 170, 172, 174];
        bench.iqtech().state().options.quirks.contested_selections = free[..contested].iter().copied().collect();
        let (run, requests) = bench.iqtech_requests_of(|| bench.run(&RESERVE));
        let sent = data_requests(&requests).into_iter().filter(|request| request.method == "POST").count();
        assert_eq!((run.code, sent), (Some(code), posts), "{contested}: {run:#?}");
        let expected = ["begun", "refused", "begun", "refused", "begun", if code == 0 { "done" } else { "refused" }];
        let begin = if contested == 1 { 2 } else { 0 };
        assert_eq!(events(&bench), expected[begin..], "{contested}");
    }
    let bench = bench();
    bench.iqtech().state().options.quirks.refused_selections = [162].into();
    assert_fails(&bench, &RESERVE, 1, "Invalid Selection");
    assert_eq!(events(&bench), ["begun", "refused"], "it is still free, so another reason refused it");
    bench.iqtech().state().options.quirks.contested_selections = [170].into();
    assert_fails(&bench, &[&RESERVE[..], &["--selection", "170"]].concat(), 1, "Invalid Selection");
    assert_eq!(events(&bench).len(), 4, "a locker that was named is the only one tried");
    bench.iqtech().state().lockers[0].selections = vec![164];
    assert_fails(&bench, &RESERVE, 7, "no locker");
}

/// Asserts that a reservation of the first client's asset is refused with these words before iQ Tech gets a connection,
/// and that `--force` goes through.
#[track_caller]
fn assert_gated(bench: &Bench, words: &[&str]) {
    let connections = bench.iqtech().counters().connections;
    let run = bench.run(&RESERVE);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:#?}");
    for words in words {
        assert!(run.stderr.contains(words), "{words:?} should be reported: {run:#?}");
    }
    assert_eq!(bench.iqtech().counters().connections, connections, "nothing is sent");
    assert_eq!(record(bench), [] as [Value; 0]);
    let run = bench.run(&[&RESERVE[..], &["--force", "court order"]].concat());
    assert_eq!(run.code, Some(0), "{run:#?}");
    let forced: Vec<Value> = record(bench).iter().map(|line| line["forced"].clone()).collect();
    assert_eq!(forced, ["court order", "court order"]);
}

fn running() -> Wipe {
    Wipe { result: None, finished_at: None, ..wiped_disk().wipes[0].clone() }
}

fn wiped_disk() -> Disk {
    Disk::wiped("SSD", 512_110_190_592, "S1", "NIST SP 800-88 Purge", "2024-04-01 10:00:00")
}

/// A bench with one client that has these drives, which is sent.
fn bench_with_disks(disks: Vec<Disk>) -> Bench {
    let bench = Bench::empty().and_iqtech(Options::default());
    bench.add(&Client { disks, ..client(0) }, Asset::new(FIRST));
    bench.sync_well();
    bench
}

#[test]
fn refuses_a_locker_for_drives_that_are_not_wiped() {
    let with_wipes = |wipes| {
        bench_with_disks(vec![wiped_disk(), Disk { wipes, serial_number: Some("S2".to_owned()), ..wiped_disk() }])
    };
    let passed = || wiped_disk().wipes[0].clone();
    assert_gated(&with_wipes(vec![]), &["S2 was never wiped"]);
    assert_gated(&with_wipes(vec![passed(), running()]), &["a wipe of S2 has not ended"]);
    assert_gated(&with_wipes(vec![running()]), &["a wipe of S2 has not ended"]);
    let failed = Wipe { result: Some("FAIL".to_owned()), ..passed() };
    assert_gated(&with_wipes(vec![passed(), failed.clone()]), &["the newest wipe of S2 reads FAIL"]);
    let unverified = Wipe { verified: Some(false), ..passed() };
    assert_gated(&with_wipes(vec![unverified]), &["the newest wipe of S2 reads NOT VERIFIED"]);
    assert_gated(&bench_with_disks(vec![]), &["no drive"]);
    let optical = Disk { media: Some("DVDRW".to_owned()), wipes: vec![], ..wiped_disk() };
    assert_gated(&bench_with_disks(vec![optical.clone()]), &["no drive"]);
    let later = Wipe { finished_at: Some("2024-04-02 10:00:00".to_owned()), started_at: None, ..passed() };
    for bench in [bench_with_disks(vec![wiped_disk(), optical]), with_wipes(vec![failed, later])] {
        let run = bench.run(&RESERVE);
        assert_eq!(run.code, Some(0), "{run:#?}");
    }
}

#[test]
fn refuses_a_locker_for_assets_that_are_not_sent() {
    let due = Bench::with_clients(1).and_iqtech(Options::default());
    assert_gated(&due, &["is not in IQR yet"]);
    let news = bench();
    news.store().edit(1, "memory_bytes", "1", LATER).unwrap();
    assert_gated(&news, &["is not in IQR yet"]);
    let held = bench();
    held.store().edit(1, "model", "To Be Filled By O.E.M.", LATER).unwrap();
    held.sync();
    assert_gated(&held, &["it is on hold"]);
    let gone = bench();
    gone.store().delete(1).unwrap();
    assert_gated(&gone, &["no machine in WipeOS has inventory ID 700001"]);
    let twice = bench();
    twice.store().add(&client(1).with_inventory_id("700001")).unwrap();
    assert_gated(&twice, &["2 machines in WipeOS have inventory ID 700001"]);
}

#[test]
fn forces_a_locker_for_an_asset_that_cannot_be_checked() {
    let bench = bench();
    fs::remove_file(bench.database()).unwrap();
    assert_fails(&bench, &RESERVE, 6, "wipeos.db");
    let run = bench.run(&[&RESERVE[..], &["--force", "court order"]].concat());
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert_eq!(record(&bench)[1]["forced"], "court order");
    assert_fails(&bench, &[&RESERVE[..], &["--force", " "]].concat(), 2, "--force");
}

#[test]
fn resends_and_recalls_a_reservation_with_its_asset() {
    let bench = bench();
    let reserved = json_of(&bench, &RESERVE);
    let id = reserved["reservation"].as_str().unwrap();
    let resend = ["iqtech", "locker", "resend", "--reservation", id];
    let (found, requests) = bench.iqtech_requests_of(|| json_of(&bench, &resend));
    assert_eq!(
        (&found["machine"], &found["selection"], &found["reservation"]),
        (&json!(Locker::SERIAL), &json!("162"), &json!(id))
    );
    assert_ne!(found["codes"][0]["code"], reserved["codes"][0]["code"]);
    let post = data_requests(&requests)[0];
    assert_eq!(post.target, format!("/api/2.0/WillCall/SendNewCode/{id}"));
    assert_eq!((post.header("content-length"), post.body.as_str()), (Some("0"), ""));
    let recall = ["iqtech", "locker", "recall", "--reservation", id];
    let (found, requests) = bench.iqtech_requests_of(|| json_of(&bench, &recall));
    assert!(found["message"].is_string(), "{found}");
    let post = data_requests(&requests)[0];
    assert_eq!(post.target, format!("/api/2.0/WillCall/RecallReservation?reservationLockerId={id}"));
    assert_eq!(post.body, "{}");
    let lines = record(&bench);
    assert_eq!(lines.len(), 6);
    for line in &lines[2..] {
        let values = ["inventory_id", "client_id", "machine", "selection", "reservation", "type"];
        assert_eq!(json!(values.map(|key| &line[key])), json!(["700001", 1, Locker::SERIAL, "162", id, "release"]));
    }
    assert_fails(&bench, &recall, 1, "Invalid Operation!");
    let malformed = "reservationLockerId: The value '00000000' is not valid.";
    assert_fails(&bench, &["iqtech", "locker", "resend", "--reservation", "00000000"], 1, malformed);
    assert_eq!(events(&bench)[6..], ["begun", "refused", "begun", "refused"]);
    assert_eq!(record(&bench)[9]["message"], malformed);
    bench.assert_iqtech_sound(1, "resend and recall");
}

#[test]
fn recalls_by_the_previous_revision_with_a_country_code() {
    let bench = bench().with("iqtech", "will_call", "\"1\"");
    let recall = ["iqtech", "locker", "recall", "--assignee=user:7,country-code=US", "--reservation", Reservation::ID];
    let (run, requests) = bench.iqtech_requests_of(|| bench.run(&recall));
    assert_eq!(run.code, Some(0), "{run:#?}");
    let sent: Value = serde_json::from_str(&data_requests(&requests)[0].body).unwrap();
    assert_eq!(sent["countryCode"], "US", "{sent}");
    assert_fails(&bench, &recall, 1, "");
}

#[test]
fn shows_the_record_of_an_asset_after_the_ledger_is_gone() {
    let bench = bench();
    json_of(&bench, &RESERVE);
    fs::write(bench.path("torn"), "").unwrap();
    let connections = bench.iqtech().counters().connections;
    let all = json_of(&bench, &["iqtech", "locker", "custody"]);
    assert_eq!(all["custody"], json!(record(&bench)));
    assert_eq!(json_of(&bench, &["iqtech", "locker", "custody", "--asset", " 700001 "]), all);
    assert_eq!(json_of(&bench, &["iqtech", "locker", "custody", "--asset", "700002"]), json!({"custody": []}));
    let status = bench.run(&["status", "700001"]);
    assert!(status.stdout.contains("Lockers, newest first") && status.stdout.contains("reserve done"), "{status:#?}");
    bench.forget_ledger();
    assert_eq!(json_of(&bench, &["iqtech", "locker", "custody"]), all);
    assert_eq!(bench.iqtech().counters().connections, connections, "nobody is asked");
    let path = bench.path("custody.jsonl");
    fs::write(&path, fs::read_to_string(&path).unwrap() + "{\"at\":\"2026-0").unwrap();
    let run = bench.run(&["iqtech", "locker", "custody", "--json"]);
    assert_eq!((run.code, run.json()), (Some(0), all), "{run:#?}");
    assert!(run.stderr.contains("line 3 of ") && run.stderr.contains("is not whole"), "{run:#?}");
    let run = bench.run(&[&RESERVE[..], &["--force", "again"]].concat());
    assert_eq!(run.code, Some(0), "{run:#?}");
    let run = bench.run(&["iqtech", "locker", "custody", "--json"]);
    assert_eq!(run.json()["custody"].as_array().unwrap().len(), 4, "{run:#?}");
}

#[test]
fn sends_no_request_that_cannot_be_recorded() {
    let bench = bench();
    fs::write(bench.path("other"), "text of another").unwrap();
    symlink(bench.path("other"), bench.path("link")).unwrap();
    let connections = bench.iqtech().counters().connections;
    for place in ["link", ".", "none/custody.jsonl", "/dev/full"] {
        let place = bench.path(place);
        let bench = Bench::with_clients(1).and_iqtech(Options::default());
        bench.sync_well();
        let bench = bench.with("iqtech", "custody", &crate::bench::quoted(&place));
        for arguments in [
            &RESERVE[..],
            &["iqtech", "locker", "resend", "--reservation", Reservation::ID],
            &["iqtech", "locker", "recall", "--reservation", Reservation::ID],
        ] {
            assert_fails(&bench, arguments, 6, "custody record");
        }
        assert_eq!(bench.iqtech().counters().connections, 0, "{place:?}");
    }
    assert_eq!(bench.iqtech().counters().connections, connections);
    assert_eq!(fs::read_to_string(bench.path("other")).unwrap(), "text of another");
}
