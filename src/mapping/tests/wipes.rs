//! Tests of which wipe of a drive counts where times cannot be true.

use proptest::prelude::*;

use super::*;

/// The time when the machines of these tests are read.
const READ_AT: &str = "2026-03-01 12:00:00";

fn read_at() -> Timestamp {
    READ_AT.parse().unwrap()
}

fn time(text: &str) -> Option<Timestamp> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

/// A wipe by a method that demands no verification.
fn timed(id: i64, result: &str, started: &str, finished: &str) -> Wipe {
    let times = (time(started), time(finished));
    Wipe { method: text("Zeros"), started_at: times.0, finished_at: times.1, ..wipe(id, result, None) }
}

fn machine_with(wipes: Vec<Wipe>) -> Machine {
    Machine { read_at: read_at(), drives: vec![drive("S1", wipes)], ..machine() }
}

fn value(wipes: Vec<Wipe>) -> String {
    value_at(read_at(), wipes)
}

fn value_at(read_at: Timestamp, wipes: Vec<Wipe>) -> String {
    let lines = lines(&Machine { read_at, ..machine_with(wipes) }, &rules());
    lines.first().map(|line| line.strip_prefix("Wipe - S1: ").unwrap().to_owned()).unwrap_or_default()
}

#[test]
fn shows_an_end_that_cannot_be_true_as_unknown() {
    for (started, finished, date) in [
        ("2026-02-01 10:00:00", "2026-02-01 11:00:00", "2026-02-01"),
        ("", "2026-02-01 11:00:00", "2026-02-01"),
        ("2026-02-01 11:00:00.900", "2026-02-01 11:00:00", "2026-02-01"),
        ("", "2026-03-02 12:00:00", "2026-03-02"),
        ("", "2005-01-01 00:00:00", "2005-01-01"),
        ("1970-01-01 00:00:03", "2026-02-01 11:00:00", "2026-02-01"),
        ("2026-01-02 11:00:00", "2026-02-01 11:00:00", "2026-02-01"),
        ("2026-01-02 10:59:59", "2026-02-01 11:00:00", "date unknown"),
        ("", "1971-01-02 00:00:00", "date unknown"),
        ("", "1980-01-01 00:05:00", "date unknown"),
        ("", "1999-12-31 23:00:00", "date unknown"),
        ("", "2002-01-01 00:00:00", "date unknown"),
        ("", "2004-12-31 23:59:59", "date unknown"),
        ("2026-02-01 11:00:00", "2026-02-01 10:59:59", "date unknown"),
        ("", "1970-01-01 00:00:00", "date unknown"),
        ("", "1970-12-31 23:59:59", "date unknown"),
        ("1970-01-01 00:00:03", "1970-01-01 00:40:00", "date unknown"),
        ("", "0000-01-01 00:00:00", "date unknown"),
        ("", "2026-03-02 12:00:01", "date unknown"),
        ("2026-02-01 11:00:00", "2062-02-01 11:00:00", "date unknown"),
        ("", "9999-12-31 23:59:59", "date unknown"),
    ] {
        let value = value(vec![timed(1, "pass", started, finished)]);
        assert_eq!(value, format!("PASS, Zeros, {date}"), "{started} to {finished}");
        assert!(is_result_value(&value));
    }
    let line = &map(&machine_with(vec![timed(1, "pass", "", "1970-01-01 00:00:00")]), &rules()).comments[0];
    assert_eq!(line.at, None);
}

#[test]
fn prints_no_end_from_years_before_its_client() {
    for (created, finished, date) in [
        ("2026-02-01 09:00:00", "2009-01-01 00:10:00", "date unknown"),
        ("2026-02-01 09:00:00", "2015-01-01 00:10:00", "date unknown"),
        ("2026-02-01 09:00:00", "2021-06-01 10:00:00", "2021-06-01"),
        ("2016-02-01 09:00:00", "2015-01-01 00:10:00", "2015-01-01"),
        ("", "2015-01-01 00:10:00", "2015-01-01"),
    ] {
        let machine = Machine { created_at: time(created), ..machine_with(vec![timed(1, "pass", "", finished)]) };
        assert_eq!(lines(&machine, &rules()), [format!("Wipe - S1: PASS, Zeros, {date}")], "{created}");
    }
}

#[test]
fn maps_a_machine_the_same_on_another_day() {
    let wipes = vec![timed(1, "fail", "", "1970-01-01 00:00:00"), timed(2, "pass", "", "2026-02-01 10:00:00")];
    let machine = machine_with(wipes);
    let later = Machine { read_at: time("2027-01-01 00:00:00").unwrap(), ..machine.clone() };
    assert_eq!(map(&machine, &rules()), map(&later, &rules()));
}

#[test]
fn takes_no_wipe_for_the_newest_by_an_untrue_end() {
    const UNSET: &str = "1970-01-01 01:00:00";
    const FUTURE: &str = "2062-01-01 00:00:00";
    let (early, late) = ("2026-02-01 10:00:00", "2026-02-01 11:00:00");
    for (wipes, expected) in [
        // A pass without a true end outranks no other.
        (vec![timed(1, "fail", "", early), timed(2, "pass", late, UNSET)], "FAIL, Zeros, 2026-02-01"),
        (vec![timed(1, "fail", "", early), timed(2, "pass", late, FUTURE)], "FAIL, Zeros, 2026-02-01"),
        (vec![timed(1, "odd", "", early), timed(2, "pass", late, early)], "odd, Zeros, 2026-02-01"),
        (vec![timed(1, "aborted", "", ""), timed(2, "pass", late, FUTURE)], "FAIL, Zeros"),
        (vec![timed(1, "pass", "", early), timed(2, "pass", late, FUTURE)], "PASS, Zeros, 2026-02-01"),
        // Nor does one hide behind a pass that it may have come after.
        (vec![timed(1, "pass", "", early), timed(2, "fail", "", UNSET)], "FAIL, Zeros, date unknown"),
        (vec![timed(1, "pass", "", early), timed(2, "", "", FUTURE)], "UNKNOWN, Zeros, date unknown"),
        (vec![timed(1, "fail", late, UNSET), timed(2, "pass", "", early)], "FAIL, Zeros, date unknown"),
        (vec![timed(1, "fail", "", FUTURE), timed(2, "pass", "", early)], "FAIL, Zeros, date unknown"),
        // It is older by its key and by every time of a clock that was set.
        (vec![timed(1, "fail", early, UNSET), timed(2, "pass", "", late)], "PASS, Zeros, 2026-02-01"),
        (vec![timed(1, "fail", UNSET, UNSET), timed(2, "pass", "", late)], "PASS, Zeros, 2026-02-01"),
        (vec![timed(1, "fail", early, early), timed(2, "pass", UNSET, late)], "PASS, Zeros, 2026-02-01"),
        // Of two that weigh the same the one with a true end is shown.
        (vec![timed(1, "fail", "", early), timed(2, "fail", late, FUTURE)], "FAIL, Zeros, 2026-02-01"),
        (vec![timed(1, "odd", "", early), timed(2, "fail", late, FUTURE)], "FAIL, Zeros, date unknown"),
        (vec![timed(1, "fail", "", early), timed(2, "skipped", "", FUTURE)], "FAIL, Zeros, 2026-02-01"),
    ] {
        assert_eq!(value(wipes.clone()), expected, "{wipes:#?}");
    }
}

#[test]
fn prints_the_graver_result_where_keys_and_times_disagree() {
    let at = |hours: i64| read_at().plus_seconds(hours * 3600);
    let wipe = |id, result: &str, start: i64, end: i64| Wipe {
        started_at: Some(at(start)),
        finished_at: Some(at(end)),
        ..timed(id, result, "", "")
    };
    for (first, second, expected) in [
        // The normal cases.
        (("fail", -3, -2), ("pass", -1, 0), "PASS"),
        (("pass", -3, -2), ("fail", -1, 0), "FAIL"),
        (("odd", -3, -2), ("pass", -1, 0), "PASS"),
        // Local time was stored, of one wipe or of both.
        (("pass", 8, 9), ("fail", -2, -1), "FAIL"),
        (("fail", 8, 9), ("pass", -2, -1), "FAIL"),
        (("pass", -2, -1), ("fail", -10, -9), "FAIL"),
        (("fail", 5, 6), ("pass", 7, 8), "PASS"),
        // One end is ahead, by any time.
        (("pass", -2, 24), ("fail", -1, 0), "FAIL"),
        (("pass", -2, 2 * 24), ("fail", -1, 0), "FAIL"),
        (("pass", -2, 30 * 24), ("fail", -1, 0), "FAIL"),
        (("pass", -2, 365 * 24), ("odd", -1, 0), "odd"),
        (("fail", -2, 365 * 24), ("pass", -1, 0), "FAIL"),
        (("fail", -2, -1), ("pass", 0, 365 * 24), "FAIL"),
        // The keys and the ends agree, the starts do not.
        (("fail", -1, 0), ("pass", -2, 1), "FAIL"),
    ] {
        let wipes = vec![wipe(1, first.0, first.1, first.2), wipe(2, second.0, second.1, second.2)];
        for days in [0, 1, 2, 40, 400, 40_000] {
            let value = value_at(read_at().plus_seconds(days * 86_400 + 12), wipes.clone());
            assert_eq!(value.split(',').next(), Some(expected), "{first:?} {second:?} after {days} days");
        }
    }
}

#[test]
fn hides_no_failure_that_a_reset_clock_dated() {
    for finished in [
        "1971-01-02 00:00:00",
        "1980-01-01 00:05:00",
        "1999-12-31 10:00:00",
        "2000-01-01 00:00:00",
        "2002-01-01 03:00:00",
        "2009-01-01 00:00:00",
        "2015-01-01 12:00:00",
        "2026-01-19 00:00:00",
    ] {
        let pass = timed(1, "pass", "", "2026-01-20 10:00:00");
        let value = value(vec![pass.clone(), timed(2, "fail", "", finished)]);
        assert!(value.starts_with("FAIL, "), "{finished}: {value}");
        let value = super::wipes::value(vec![Wipe { id: 3, ..pass }, timed(2, "fail", "", finished)]);
        assert_eq!(value, "PASS, Zeros, 2026-01-20", "{finished}");
    }
}

#[test]
fn hides_no_failure_by_an_end_years_after_its_client() {
    for (edited, second, expected) in [
        ("2026-02-01 09:00:00", "2062-02-02 10:00:00", "FAIL, Zeros, 2026-02-01"),
        ("2026-02-01 09:00:00", "2026-02-02 10:00:00", "PASS, Zeros, 2026-02-02"),
        ("2023-02-01 09:00:00", "2026-02-02 10:00:00", "PASS, Zeros, 2026-02-02"),
    ] {
        let wipes = vec![timed(1, "fail", "", "2026-02-01 10:00:00"), timed(2, "pass", "", second)];
        let machine = Machine { updated_at: time(edited), ..machine_with(wipes) };
        for read_at in [READ_AT, "2070-01-01 00:00:00"] {
            let machine = Machine { read_at: time(read_at).unwrap(), ..machine.clone() };
            assert_eq!(lines(&machine, &rules()), [format!("Wipe - S1: {expected}")], "{edited} {second}");
        }
    }
}

#[test]
fn counts_a_wipe_without_an_end_as_not_passed_unless_it_runs() {
    let early = "2026-02-01 10:00:00";
    for (result, expected) in [
        ("", "PASS, Zeros, 2026-02-01"),
        ("Running", "PASS, Zeros, 2026-02-01"),
        ("in progress (3 %)", "in progress (3 %), Zeros"),
        ("In Progress 3%", "PASS, Zeros, 2026-02-01"),
        ("queued", "PASS, Zeros, 2026-02-01"),
        ("skipped", "PASS, Zeros, 2026-02-01"),
        ("Timeout", "Timeout, Zeros"),
        ("device lost", "device lost, Zeros"),
        ("Failed", "FAIL, Zeros"),
        ("success", "UNKNOWN, Zeros"),
        ("\u{3a1}ASS", "UNKNOWN (\\u{3a1}ASS), Zeros"),
        ("\u{200b}", "UNKNOWN (\\u{200b}), Zeros"),
    ] {
        for started in ["2026-02-02 10:00:00", ""] {
            let wipes = vec![timed(1, "pass", "", early), timed(2, result, started, "")];
            assert_eq!(value(wipes), expected, "{result:?}, begun {started:?}");
        }
        let before = vec![timed(1, result, "2026-01-31 10:00:00", ""), timed(2, "pass", "", early)];
        assert_eq!(value(before), "PASS, Zeros, 2026-02-01", "{result:?}");
    }
}

#[test]
fn lists_wipes_that_may_be_newer_than_the_shown_one() {
    let wipes = vec![
        timed(1, "pass", "", "2026-01-01 10:00:00"),
        timed(2, "fail", "", "2026-02-01 10:00:00"),
        timed(3, "pass", "2026-02-01 11:00:00", "2062-01-01 00:00:00"),
        timed(4, "", "2026-02-02 10:00:00", ""),
    ];
    let machine = machine_with(wipes);
    let history = WipeHistory::from_wipes(&machine.drives[0].wipes, &machine);
    let keys = |wipes: &[&Wipe]| wipes.iter().map(|wipe| wipe.id).collect::<Vec<_>>();
    assert_eq!(history.shown.map(|wipe| wipe.id), Some(2));
    assert_eq!((history.before, keys(&history.uncertain), keys(&history.after)), (1, vec![3], vec![4]));
}

/// Times that are the same, near each other, and of every kind that cannot be true.
fn any_time() -> impl Strategy<Value = Option<Timestamp>> {
    let credible =
        (0..6_i64).prop_map(|hour| Some("2026-02-01 00:00:00".parse::<Timestamp>().unwrap().plus_seconds(hour * 3600)));
    let odd = prop::sample::select(vec![
        "",
        "1970-01-01 00:00:00",
        "1970-06-01 00:00:00",
        "2026-03-02 12:00:01",
        "2100-01-01 00:00:00",
    ]);
    prop_oneof![3 => credible, 2 => odd.prop_map(time)]
}

fn any_wipe() -> impl Strategy<Value = Wipe> {
    let result = prop::sample::select(vec![
        "pass",
        "Success",
        "fail",
        "aborted",
        "",
        "skipped",
        "PASS (2 bad sectors)",
        "odd",
        "running",
    ]);
    let method = prop::sample::select(vec!["Zeros", "DoD 5220.22-M (ECE)", "AR 380-19", ""]);
    let verified = prop::sample::select(vec![None, Some(false), Some(true)]);
    (result, method, verified, any_time(), any_time()).prop_map(
        |(result, method, verified, started_at, finished_at)| Wipe {
            id: 0,
            method: text(method),
            result: text(result),
            verified,
            started_at,
            finished_at,
        },
    )
}

/// Whether a wipe is known to have passed, in plain words and apart from the code under test.
fn passed(wipe: &Wipe) -> bool {
    let is_pass = ["pass", "Success"].contains(&wipe.result.as_deref().unwrap_or_default());
    is_pass && wipe.finished_at.is_some() && (wipe.verified != Some(false) || wipe.method.as_deref() == Some("Zeros"))
}

/// Whether a wipe ended: it was run, and has an end or a result that no running wipe has.
fn ended(wipe: &Wipe) -> bool {
    let result = wipe.result.as_deref().unwrap_or_default();
    result != "skipped" && (wipe.finished_at.is_some() || !["", "running"].contains(&result))
}

fn of_set_clock(time: Option<Timestamp>) -> Option<Timestamp> {
    time.filter(|time| *time >= "2005-01-01 00:00:00".parse().unwrap())
}

fn true_end(wipe: &Wipe) -> Option<Timestamp> {
    let end = of_set_clock(wipe.finished_at).filter(|end| *end <= read_at().plus_seconds(86_400))?;
    let has_length = |start: Timestamp| start <= end && end <= start.plus_seconds(30 * 86_400);
    of_set_clock(wipe.started_at).is_none_or(has_length).then_some(end)
}

/// Whether no key and no time speaks against the order of these two.
fn in_order(one: &Wipe, other: &Wipe) -> bool {
    let starts = [one, other].map(|wipe| of_set_clock(wipe.started_at));
    let agrees = |one: Option<Timestamp>, other: Option<Timestamp>| one.is_none() || other.is_none() || one <= other;
    one.id < other.id
        && agrees(starts[0], starts[1])
        && agrees(one.finished_at, other.finished_at)
        && agrees(starts[0], other.finished_at)
}

fn numbered(mut wipes: Vec<Wipe>) -> Vec<Wipe> {
    for (wipe, id) in wipes.iter_mut().zip(1..) {
        wipe.id = id;
    }
    wipes
}

/// Returns the result word of the line, without method and date.
fn word(value: &str) -> &str {
    value.split(", ").next().unwrap_or_default()
}

proptest! {
    #[test]
    fn prints_pass_only_where_no_later_wipe_may_have_failed(
        wipes in prop::collection::vec(any_wipe(), 0..6),
        turn in 0..6_usize,
    ) {
        let wipes = numbered(wipes);
        let value = value(wipes.clone());
        let says_pass = value.to_uppercase().starts_with("PASS");
        let counting: Vec<&Wipe> = wipes.iter().filter(|wipe| ended(wipe)).collect();
        prop_assert_eq!(value.is_empty(), counting.is_empty());
        let (good, bad): (Vec<&Wipe>, Vec<&Wipe>) = counting.into_iter().partition(|wipe| passed(wipe));
        let is_newest = |good: &&Wipe| bad.iter().all(|bad| true_end(good).is_some() && in_order(bad, good));
        // Nor is a pass denied that is the newest beyond doubt.
        prop_assert_eq!(says_pass, good.iter().any(is_newest), "{} of {:#?}", value, wipes);
        let shown = value.rsplit(", ").next().unwrap_or_default();
        let mut ends = wipes.iter().filter(|wipe| wipe.finished_at.is_some_and(|end| end.date_text() == shown));
        prop_assert!(ends.clone().next().is_none() || ends.any(|wipe| true_end(wipe).is_some()), "{} of {:#?}", value, wipes);
        // The order in which the rows are read decides nothing.
        let mut turned = wipes.clone();
        turned.rotate_left(turn.min(wipes.len()));
        prop_assert_eq!(super::wipes::value(turned), value);
    }

    #[test]
    fn prints_another_result_only_when_an_end_comes_true(
        wipes in prop::collection::vec(any_wipe(), 0..6),
        edited in any_time(),
        reads in prop::array::uniform2(-40_000..40_000_i64),
    ) {
        let machine = Machine { updated_at: edited, ..machine_with(numbered(wipes)) };
        let values = reads.map(|hours| {
            let machine = Machine { read_at: read_at().plus_seconds(hours * 3600), ..machine.clone() };
            lines(&machine, &rules()).join("")
        });
        let earlier = read_at().plus_seconds(reads[0].min(reads[1]) * 3600 + 86_400);
        let wipes = || machine.drives.iter().flat_map(|drive| &drive.wipes);
        let is_one_ahead = wipes().any(|wipe| wipe.finished_at.is_some_and(|end| end > earlier));
        prop_assert!(is_one_ahead || word(&values[0]) == word(&values[1]), "{:?}: {:#?}", values, machine.drives);
    }
}
