//! The inventory comments are shared with people: no line of theirs is ever lost, and none of ours stands there twice.

use iqr_sandbox::store::Log;
use iqr_sandbox::{Asset, Body, Comments, Fault, Field, Kind, When};

use crate::bench::{Bench, FIRST, client};

/// Lines that people type, also some that look like ours or could break a body.
const TYPED: [&str; 12] = [
    "Missing door, see photo",
    "Memory: 2x8 fitted by Jo",
    "MEMORY: ask Jo",
    "customer wants drives back: YES",
    "  indented by hand",
    "https://intranet/ticket?id=77&x=1",
    "<b>Grade</b> B & \"scratches\" ]]> it's",
    "{Model} {{x}} \\n $(DEFAULT)",
    "Prüfung: größer – 日本 \u{1F600}",
    "Wipe - done by hand: see paper",
    ": a colon first",
    "12.0\"",
];

const WORLDS: [(Comments, &str); 4] = [
    (Comments::Adds, "\"changed\""),
    (Comments::Adds, "\"full\""),
    (Comments::Replaces, "\"changed\""),
    (Comments::Replaces, "\"full\""),
];

fn bench(semantics: Comments, mode: &str) -> Bench {
    let bench = Bench::empty().with("sync", "comments", mode);
    bench.set_comment_semantics(semantics);
    bench.add(&client(0), Asset::new(FIRST));
    if (semantics, mode) == (Comments::Adds, "\"full\"") {
        // Where the config is wrong, the first write on top of a text shows it, see below.
        bench.add(&client(1), Asset::new(FIRST + 1).with(Field::InventoryComments, "lid"));
        bench.sync_with(&["--inventory-id", &(FIRST + 1).to_string()]);
        bench.sandbox.state().edit(FIRST + 1, Field::InventoryComments, "");
    }
    bench
}

/// Adds a retest in the given minute.
fn test_again(bench: &Bench, minute: u32, name: &str, result: &str) {
    let log = Log::of(&format!("2024-05-01 09:{minute:02}:00"), &[(name, result)]);
    bench.store().add_log(1, &log).unwrap();
}

fn type_comments(bench: &Bench, text: &str) {
    bench.sandbox.state().edit(FIRST, Field::InventoryComments, text);
}

/// Asserts that all typed lines are there, in their order.
#[track_caller]
fn assert_typed_stand(bench: &Bench, typed: &[&str], context: &str) {
    let lines = bench.lines(FIRST);
    let there: Vec<&str> = lines.iter().map(String::as_str).filter(|line| typed.contains(line)).collect();
    assert_eq!(there, typed, "{context}: {lines:#?}");
}

/// Returns the value of the newest line of a test.
fn newest(bench: &Bench, name: &str) -> String {
    let lines = bench.lines(FIRST);
    let line = lines.iter().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default();
    line.split(" (").next().unwrap_or_default().to_owned()
}

#[test]
fn keeps_comments_of_people_in_any_position() {
    for (semantics, mode) in WORLDS {
        let context = format!("{semantics:?} {mode}");
        let bench = bench(semantics, mode);
        type_comments(&bench, &TYPED[..6].join("\n"));
        bench.sync_well();
        assert_typed_stand(&bench, &TYPED[..6], &context);
        let ours = bench.seen(FIRST).comments.lines().skip(6).map(str::to_owned).collect::<Vec<_>>();
        assert!(ours.contains(&"Memory: PASS".to_owned()), "{context}: {ours:#?}");

        // Before, between and behind our lines.
        let (front, back) = ours.split_at(2);
        let mixed = [&TYPED[..6], &texts(front), &TYPED[6..9], &texts(back), &TYPED[9..]].concat().join("\n");
        type_comments(&bench, &mixed);
        for (minute, result) in [(1, "FAIL"), (2, "PASS"), (3, "FAIL")] {
            test_again(&bench, minute, "Memory", result);
            bench.sync_well();
            assert_typed_stand(&bench, &TYPED, &context);
            assert_eq!(newest(&bench, "Memory"), result, "{context}: {:#?}", bench.lines(FIRST));
            bench.assert_sound(&context);
        }
        bench.assert_idle(&context);
    }
}

fn texts(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

#[test]
fn shows_a_retest_last_without_duplicate_lines() {
    for (semantics, mode) in WORLDS {
        let context = format!("{semantics:?} {mode}");
        let bench = bench(semantics, mode);
        type_comments(&bench, "lid cracked");
        bench.sync_well();
        for (minute, result) in (1..).zip(["FAIL", "PASS", "FAIL", "PASS", "PASS", "FAIL"]) {
            test_again(&bench, minute, "Ethernet", result);
            bench.sync_well();
            assert_eq!(newest(&bench, "Ethernet"), result, "{context}: {:#?}", bench.lines(FIRST));
            bench.assert_sound(&context);
            assert_typed_stand(&bench, &["lid cracked"], &context);
        }
        bench.assert_idle(&context);
    }
}

#[test]
fn keeps_edited_line_until_there_is_news() {
    for (semantics, mode) in WORLDS {
        let context = format!("{semantics:?} {mode}");
        let bench = bench(semantics, mode);
        type_comments(&bench, "lid cracked");
        bench.sync_well();
        let edited = bench.seen(FIRST).comments.replace("Memory: PASS", "Memory: PASS after a second try, Jo");
        type_comments(&bench, &edited);

        bench.sync_with(&["--inventory-id", &FIRST.to_string()]);
        assert_eq!(bench.seen(FIRST).comments, edited, "{context}: without news it stays");

        test_again(&bench, 1, "Memory", "FAIL");
        bench.sync_well();
        assert_typed_stand(&bench, &["lid cracked", "Memory: PASS after a second try, Jo"], &context);
        assert_eq!(newest(&bench, "Memory"), "FAIL", "{context}");
        bench.assert_sound(&context);
        bench.assert_idle(&context);
    }
}

#[test]
fn keeps_earlier_result_if_a_log_lacks_the_test() {
    for (semantics, mode) in WORLDS {
        let bench = bench(semantics, mode).with("templates.comments", "untested", "\"blank\"");
        bench.sync_well();
        let before = bench.lines(FIRST);
        assert!(before.contains(&"Memory: PASS".to_owned()) && before.contains(&"Display:".to_owned()), "{before:#?}");
        test_again(&bench, 1, "Memory", "");
        test_again(&bench, 2, "Ethernet", "not tested");
        bench.sync_well();
        assert_eq!(bench.lines(FIRST), before);
        test_again(&bench, 3, "Display", "PASS");
        bench.sync_well();
        assert_eq!(newest(&bench, "Display"), "PASS");
        bench.assert_sound("a test that was run at last");
    }
}

#[test]
fn keeps_comments_with_windows_line_ends() {
    for (semantics, mode) in WORLDS {
        let context = format!("{semantics:?} {mode}");
        let bench = bench(semantics, mode);
        bench.sandbox.state().options.quirks.crlf = true;
        type_comments(&bench, &TYPED.join("\n"));
        bench.sync_well();
        test_again(&bench, 1, "Memory", "FAIL");
        bench.sync_well();
        let lines: Vec<String> = bench.lines(FIRST).iter().map(|line| line.trim_end().to_owned()).collect();
        let there: Vec<&str> = texts(&lines).into_iter().filter(|line| TYPED.contains(line)).collect();
        assert_eq!(there, TYPED, "{context}");
        bench.assert_idle(&context);
    }
}

#[test]
fn restores_lines_at_once_and_names_the_replace_setting() {
    let bench = bench(Comments::Replaces, "\"changed\"").with("sync", "verify_writes", "false");
    type_comments(&bench, &TYPED.join("\n"));
    let report = bench.sync_well();
    assert_typed_stand(&bench, &TYPED, "the first write");
    assert!(report.message(1).contains("comments = \"full\""), "{report:#?}");
    // It is known from now on: no line is lost for a moment.
    test_again(&bench, 1, "Memory", "FAIL");
    bench.sync_well();
    let state = bench.sandbox.state();
    let newest = state.asset(FIRST).unwrap().history.last().unwrap();
    assert!(TYPED.iter().all(|line| newest.fields[0].from.contains(line) && newest.fields[0].to.contains(line)));
}

/// Such a server appends what is sent as the whole text, which cannot be known before it is seen.
#[test]
fn doubles_lines_once_and_names_the_append_setting() {
    let bench = Bench::with_clients(3).with("sync", "comments", "\"full\"").with("iqr", "connections", "1");
    for id in FIRST..FIRST + 3 {
        bench.sandbox.state().edit(id, Field::InventoryComments, "lid cracked");
    }
    let report = bench.sync_well();
    let told = (1..=3).filter(|client| report.message(*client).contains("comments = \"changed\"")).count();
    assert_eq!(told, 1, "{report:#?}");
    let doubled =
        (FIRST..FIRST + 3).filter(|id| bench.lines(*id).iter().filter(|line| *line == "lid cracked").count() > 1);
    assert_eq!(doubled.count(), 1);
}

#[test]
fn warns_of_too_narrow_comments_if_there_is_a_change() {
    let bench = Bench::with_clients(1).with("iqr", "fields", "{ comments = \"userdefined1\" }");
    for arguments in [&["auth-test"][..], &["preview", "700001"], &["sync"]] {
        let run = bench.run(arguments);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert_eq!(said.matches("35 characters").count(), 1, "{arguments:?}: {run:#?}");
    }
    let quiet = Bench::empty().with("iqr", "fields", "{ comments = \"userdefined1\" }").run(&["sync"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""), "nothing is due");
}

/// A line that came back with question marks was stored: if it were sent again, each attempt would add another.
#[test]
fn recognizes_lines_that_a_column_cannot_hold_exactly() {
    for (semantics, mode) in WORLDS {
        let context = format!("{semantics:?} {mode}");
        let bench = bench(semantics, mode);
        bench.sandbox.state().options.quirks.ascii_columns = true;
        type_comments(&bench, "lid cracked");
        for (minute, result) in (1..).zip(["FAIL", "PASS", "FAIL", "läuft  rund", "PASS", "FAIL"]) {
            test_again(&bench, minute, "Lüfter", result);
            bench.sync_well();
            let shown = result.replace('ä', "?").replace("  ", " ");
            assert_eq!(newest(&bench, "L?fter"), shown, "{context}: {:#?}", bench.lines(FIRST));
            bench.assert_sound(&context);
            assert_typed_stand(&bench, &["lid cracked"], &context);
            bench.assert_idle(&context);
        }
        // Nobody knows any more what was sent: nothing of it is sent again.
        let before = bench.lines(FIRST);
        bench.forget_ledger();
        bench.sync_well();
        assert_eq!(bench.lines(FIRST), before, "{context}");
    }
}

/// An answer without comments says nothing about them: a write from it would lose what people typed.
#[test]
fn treats_comments_missing_from_an_answer_as_unknown() {
    for (semantics, mode) in WORLDS {
        let context = format!("{semantics:?} {mode}");
        let bench = bench(semantics, mode);
        type_comments(&bench, "lid cracked");
        bench.sync_well();
        test_again(&bench, 1, "Memory", "FAIL");
        let body = format!(r#"{{"inventoryid":{FIRST},"itemnumber":"OPTIPLEX 9010","mfgr":"DELL"}}"#);
        let read = When::Path("Inventory".to_owned());
        let kind = Kind::Status { code: 200, headers: Vec::new(), body: Body::Json(body) };
        let fault = Fault::new(read, kind).and(When::Id(FIRST)).times(1);
        bench.sandbox.set_faults(vec![fault]);
        bench.sync_well();
        assert_typed_stand(&bench, &["lid cracked"], &context);
        assert_eq!(newest(&bench, "Memory"), "FAIL", "{context}");
        bench.assert_sound(&context);
    }
}

/// Learned semantics hold for one tenant: it may be set up anew, or the config may lead to another.
#[test]
fn keeps_lines_if_comment_semantics_change() {
    for (first, then) in [(Comments::Adds, Comments::Replaces), (Comments::Replaces, Comments::Adds)] {
        let context = format!("{first:?}, then {then:?}");
        let bench = bench(first, "\"changed\"");
        type_comments(&bench, "lid cracked\nbox 7");
        bench.sync_well();
        bench.set_comment_semantics(then);
        bench.add(&client(2), Asset::new(FIRST + 2).with(Field::InventoryComments, "rack 3"));
        test_again(&bench, 1, "Memory", "FAIL");
        bench.sync_well();
        test_again(&bench, 2, "Memory", "PASS");
        bench.sync_well();
        assert!(bench.lines(FIRST).iter().any(|line| line == "lid cracked"), "{context}: {:#?}", bench.lines(FIRST));
        assert!(bench.lines(FIRST + 2).iter().any(|line| line == "rack 3"), "{context}");
        assert_eq!(newest(&bench, "Memory"), "PASS", "{context}: {:#?}", bench.lines(FIRST));
        bench.assert_idle(&context);
    }
}

/// A field that cannot be changed must not keep people's lines away.
#[test]
fn restores_lost_lines_before_judging_the_client() {
    let bench = bench(Comments::Replaces, "\"changed\"");
    bench.sandbox.state().options.quirks.dropped_fields.insert("description".to_owned());
    type_comments(&bench, &TYPED.join("\n"));
    let report = bench.sync();
    assert_eq!(report.fate(1), ("failed", Some("not-verified")), "{report:#?}");
    assert_typed_stand(&bench, &TYPED, "the description does not take");
}

#[test]
fn refuses_to_replace_missing_comments_if_never_sent() {
    for mode in ["\"changed\"", "\"full\""] {
        let bench = bench(Comments::Replaces, mode);
        type_comments(&bench, "lid cracked");
        let body = format!(r#"{{"inventoryid":{FIRST},"itemnumber":"OPTIPLEX 9010","mfgr":"DELL"}}"#);
        let kind = Kind::Status { code: 200, headers: Vec::new(), body: Body::Json(body) };
        let read = When::Path("Inventory".to_owned());
        bench.sandbox.set_faults(vec![Fault::new(read, kind).and(When::Id(FIRST)).times(1)]);
        bench.sync_well();
        assert_typed_stand(&bench, &["lid cracked"], mode);
    }
}

/// A new ledger does not know whose the first line is: a line that this attempt wrote counts as sent.
#[test]
fn writes_a_result_once_beside_one_of_a_person() {
    let bench = Bench::empty().with("sync", "comments", "\"full\"");
    bench.set_comment_semantics(Comments::Replaces);
    bench.add(&client(1), Asset::new(FIRST + 1));
    for line in ["USB: FAIL", "USB: PASS, Jo"] {
        bench.sandbox.state().type_comment(FIRST + 1, line);
    }
    bench.sync_well();
    let lines = bench.lines(FIRST + 1);
    let usb: Vec<&String> = lines.iter().filter(|line| line.starts_with("USB:")).collect();
    assert_eq!(usb, ["USB: PASS", "USB: PASS, Jo"], "{lines:#?}");
    assert_eq!(bench.writes(FIRST + 1), 2, "one of the texts, one of the item");
    bench.assert_idle("beside a person's result");
}
