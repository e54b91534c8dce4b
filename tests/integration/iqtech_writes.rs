//! Changes at iQ Tech whose answer is lost, late or not understood, and commands that are killed before it comes.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use iqr_sandbox::iqtech::{Echo, Encoding, Place, Reservation};
use iqr_sandbox::{Fault, Kind, When};
use rustix::process::Signal;
use rustix::pty::OpenptFlags;
use serde_json::json;

use crate::bench::{Bench, PATIENCE, Run, Running};
use crate::bench_iqtech::data_requests;
use crate::iqtech::with_stdin;
use crate::iqtech_lockers::{RESERVE, bench, events, record};

/// A change: its arguments, the path that it is sent to, and the command that shows whether it was made.
type Change = (Vec<&'static str>, &'static str, &'static str);

fn changes() -> Vec<Change> {
    let add = ["iqtech", "employee", "add", "--number", "7", "--first", "A", "--last", "B", "--department", "C"];
    let update = ["iqtech", "employee", "update", "1000", "--badge", "5", "--yes"];
    let resend = ["iqtech", "locker", "resend", "--reservation", Reservation::ID];
    let recall = ["iqtech", "locker", "recall", "--reservation", Reservation::ID];
    let lookup = "iqtech employee lookup --number";
    vec![
        (add.to_vec(), "api/Employee", lookup),
        (update.to_vec(), "api/Employee/1000", lookup),
        (vec!["iqtech", "employee", "status", "1000", "inactive"], "api/Employee/UpdateEmployeeStatus", lookup),
        (vec!["iqtech", "employee", "pin", "1000"], "api/Employee/UpdateEmployeeSetPin", "try the new PIN"),
        (RESERVE.to_vec(), "api/2.0/WillCall/AddReservation", "iqtech locker status"),
        (resend.to_vec(), "api/2.0/WillCall/SendNewCode", "iqtech locker status"),
        (recall.to_vec(), "api/2.0/WillCall/RecallReservation", "iqtech locker status"),
    ]
}

fn make(bench: &Bench, arguments: &[&str]) -> Run {
    with_stdin(bench, arguments, "1111\n273846\n")
}

#[test]
fn ends_with_code_8_if_the_answer_to_a_change_is_lost() {
    for kind in [Kind::Close, Kind::Reset, Kind::status(502), Kind::html_ok(), Kind::Empty, Kind::Cut] {
        for (arguments, path, check) in changes() {
            let bench = bench();
            let fault = Fault::new(When::Path(path.to_owned()), kind.clone()).after_commit();
            bench.iqtech().set_faults(vec![fault]);
            let (run, requests) = bench.iqtech_requests_of(|| make(&bench, &arguments));
            assert_eq!((run.code, run.stdout.contains("done")), (Some(8), false), "{kind:?}: {run:#?}");
            assert!(run.stderr.contains(check), "{kind:?}: {run:#?}");
            let path = format!("/{path}");
            let sent = requests.iter().filter(|it| it.method != "GET" && it.target.starts_with(&path)).count();
            assert_eq!(sent, 1, "{kind:?}: {arguments:?} is sent once");
            let is_locker = arguments[1] == "locker";
            let expected: &[&str] = if is_locker { &["begun", "unknown"] } else { &[] };
            assert_eq!(events(&bench), expected, "{kind:?}: {arguments:?}");
        }
    }
}

#[test]
fn tells_a_change_that_was_not_made_from_an_unknown_one() {
    for (status, code) in [(401, 4), (403, 4), (429, 5)] {
        for (arguments, path, _) in changes() {
            let bench = bench();
            bench.iqtech().set_faults(vec![Fault::new(When::Path(path.to_owned()), Kind::status(status))]);
            let (run, requests) = bench.iqtech_requests_of(|| make(&bench, &arguments));
            // The look-up before an update has a path of its own.
            assert_eq!(run.code, Some(code), "{status}: {arguments:?}: {run:#?}");
            assert_eq!(data_requests(&requests).iter().filter(|request| request.method != "GET").count(), 1);
            let expected: &[&str] = if arguments[1] == "locker" { &["begun", "refused"] } else { &[] };
            assert_eq!(events(&bench), expected, "{status}: {arguments:?}");
        }
    }
}

/// Runs a command on a terminal of its own, where these texts are typed, each when its prompt is shown; returns what
/// the terminal showed, and the exit code.
fn on_terminal(bench: &Bench, arguments: &[&str], typed: &[(&str, &str)]) -> (String, Option<i32>) {
    use std::io::Read;

    let terminal = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    rustix::pty::grantpt(&terminal).and_then(|()| rustix::pty::unlockpt(&terminal)).unwrap();
    let name = rustix::pty::ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let end = || File::options().read(true).write(true).open(&name).unwrap();
    let mut child = bench.command(arguments).stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
    let mut terminal = File::from(terminal);
    let mut shown = String::new();
    let mut buffer = [0; 1024];
    for (prompt, text) in typed {
        let begin = shown.len();
        while !shown[begin..].contains(prompt) {
            let count = terminal.read(&mut buffer).unwrap();
            shown.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
        terminal.write_all(text.as_bytes()).unwrap();
    }
    // The last end is closed with the command: then a read fails.
    while let Ok(count @ 1..) = terminal.read(&mut buffer) {
        shown.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    (shown, child.wait().unwrap().code())
}

#[test]
fn asks_for_pins_on_a_terminal_without_showing_them() {
    let bench = bench();
    let pin = ["iqtech", "employee", "pin", "1000"];
    let typed = [("Old PIN: ", "1111\n"), ("New PIN: ", "9\u{7f}273846\r")];
    let (shown, code) = on_terminal(&bench, &pin, &typed);
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("1111") && !shown.contains("273846") && !shown.contains('9'), "{shown}");
    assert_eq!(bench.iqtech().state().employee("1000").unwrap().pin, "273846");
    let ((shown, code), requests) =
        bench.iqtech_requests_of(|| on_terminal(&bench, &pin, &[("Old PIN: ", "1111\n"), ("New PIN: ", "\u{3}")]));
    assert_eq!((code, requests.len()), (Some(1), 0), "{shown}");
}

#[test]
fn asks_before_an_update_on_a_terminal() {
    let bench = bench();
    let update = ["iqtech", "employee", "update", "1000", "--department", "X"];
    for (answer, code, puts) in [("n\n", 1, 0), ("\n", 1, 0), ("y\n", 0, 1)] {
        let ((shown, found), requests) =
            bench.iqtech_requests_of(|| on_terminal(&bench, &update, &[("Change employee 1000? [y/N] ", answer)]));
        assert_eq!(found, Some(code), "{answer:?}: {shown}");
        assert!(shown.contains("No Restrictions") && shown.contains("may end a suspension"), "{shown}");
        let sent = data_requests(&requests).iter().filter(|request| request.method == "PUT").count();
        assert_eq!(sent, puts, "{answer:?}: {shown}");
    }
}

#[test]
fn leaves_a_begun_line_if_killed_before_the_answer() {
    let bench = bench();
    let path = "api/2.0/WillCall/AddReservation";
    let silent = Fault::new(When::Path(path.to_owned()), Kind::SilentHead(PATIENCE)).after_commit();
    bench.iqtech().set_faults(vec![silent]);
    let command = bench.spawn(&RESERVE);
    let started = Instant::now();
    while !bench.iqtech().requests().iter().any(|request| request.target.contains("AddReservation")) {
        assert!(started.elapsed() < PATIENCE, "the command should ask");
        std::thread::sleep(Duration::from_millis(1));
    }
    command.signal(Signal::KILL);
    command.finish();
    assert_eq!(events(&bench), ["begun"]);
    bench.iqtech().set_faults(Vec::new());
    let run = bench.run(&["iqtech", "locker", "custody", "--asset", "700001", "--json"]);
    assert_eq!((run.code, &run.json()["custody"]), (Some(0), &json!(record(&bench))), "{run:#?}");
}

#[test]
fn appends_whole_lines_from_commands_at_once() {
    let bench = bench();
    let commands: Vec<_> = (0..6).map(|_| bench.spawn(&RESERVE)).collect();
    let done = commands.into_iter().map(Running::finish).filter(|run| run.code == Some(0)).count();
    let lines = record(&bench);
    let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!((count("begun"), count("done")), (count("done") + count("refused"), done), "{lines:#?}");
    assert!(done >= 3, "{lines:#?}");
}

#[test]
fn shows_no_secret_that_iqtech_repeats() {
    let places = [
        Place::Error(400),
        Place::Error(500),
        Place::Exception(500),
        Place::Problem,
        Place::Text(400),
        Place::TokenError(400),
        Place::Message,
        Place::Names,
    ];
    for place in places {
        let bench = bench();
        bench.iqtech().state().options.quirks.echo = Some(Echo { place, encoding: Encoding::Plain });
        for (arguments, ..) in changes() {
            let run = make(&bench, &[&arguments[..], &["-vv"]].concat());
            let custody = std::fs::read_to_string(bench.path("custody.jsonl")).unwrap_or_default();
            let state = bench.iqtech().state();
            // What a token endpoint says of codes that this program never got is not known to be a code.
            let codes = state.codes().iter().filter(|_| place != Place::TokenError(400)).cloned();
            let pins = ["273846".to_owned()];
            for secret in state.secrets().into_iter().chain(codes).chain(pins) {
                assert!(!run.stderr.contains(&secret), "{place:?}: {secret}: {run:#?}");
                assert!(!custody.contains(&secret), "{place:?}: {secret}: {custody}");
            }
            for secret in state.secrets() {
                assert!(!run.stdout.contains(&secret), "{place:?}: {secret}: {run:#?}");
            }
        }
    }
}
