//! Which wipe of a drive counts where times cannot be true.

use proptest::prelude::*;

use super::*;

/// When the machines of these tests are read.
const READ_AT: &str = "2026-03-01 12:00:00";

fn time(text: &str) -> Option<Timestamp> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

/// A wipe by a method that demands no verification.
fn timed(id: i64, result: &str, started: &str, finished: &str) -> Wipe {
    let times = (time(started), time(finished));
    Wipe { method: text("Zeros"), started_at: times.0, finished_at: times.1, ..wipe(id, result, None) }
}

fn machine_with(wipes: Vec<Wipe>) -> Machine {
    Machine { read_at: time(READ_AT), drives: vec![drive("S1", wipes)], ..machine() }
}

fn value(wipes: Vec<Wipe>) -> String {
    let lines = lines(&machine_with(wipes), &rules());
    lines.first().map(|line| line.strip_prefix("Wipe - S1: ").unwrap().to_owned()).unwrap_or_default()
}

#[test]
fn shows_an_end_that_cannot_be_true_as_unknown() {
    for (started, finished, date) in [
        ("2026-02-01 10:00:00", "2026-02-01 11:00:00", "2026-02-01"),
        ("", "2026-02-01 11:00:00", "2026-02-01"),
        ("2026-02-01 11:00:00.900", "2026-02-01 11:00:00", "2026-02-01"),
        ("", "2026-03-02 12:00:00", "2026-03-02"),
        ("", "1971-01-01 00:00:00", "1971-01-01"),
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
fn takes_a_future_end_as_true_where_no_clock_was_read() {
    let machine = Machine { read_at: None, ..machine_with(vec![timed(1, "pass", "", "2062-02-01 11:00:00")]) };
    assert_eq!(lines(&machine, &rules()), ["Wipe - S1: PASS, Zeros, 2062-02-01"]);
}

#[test]
fn maps_a_machine_the_same_on_another_day() {
    let wipes = vec![timed(1, "fail", "", "1970-01-01 00:00:00"), timed(2, "pass", "", "2026-02-01 10:00:00")];
    let machine = machine_with(wipes);
    let later = Machine { read_at: time("2027-01-01 00:00:00"), ..machine.clone() };
    assert_eq!(map(&machine, &rules()), map(&later, &rules()));
}

#[test]
fn never_takes_a_wipe_for_the_newest_by_an_untrue_end() {
    const UNSET: &str = "1970-01-01 01:00:00";
    const FUTURE: &str = "2062-01-01 00:00:00";
    let (early, late) = ("2026-02-01 10:00:00", "2026-02-01 11:00:00");
    for (wipes, expected) in [
        // A pass without a true end outranks no other.
        (vec![timed(1, "fail", "", early), timed(2, "pass", late, UNSET)], "FAIL, Zeros, 2026-02-01"),
        (vec![timed(1, "fail", "", early), timed(2, "pass", "", FUTURE)], "FAIL, Zeros, 2026-02-01"),
        (vec![timed(1, "odd", "", early), timed(2, "pass", late, early)], "odd, Zeros, 2026-02-01"),
        (vec![timed(1, "aborted", "", ""), timed(2, "pass", "", FUTURE)], "FAIL, Zeros"),
        (vec![timed(1, "pass", "", early), timed(2, "pass", late, FUTURE)], "PASS, Zeros, 2026-02-01"),
        // Nor does one hide behind a pass that it may have come after.
        (vec![timed(1, "pass", "", early), timed(2, "fail", "", UNSET)], "FAIL, Zeros, date unknown"),
        (vec![timed(1, "pass", "", early), timed(2, "", "", FUTURE)], "UNKNOWN, Zeros, date unknown"),
        (vec![timed(1, "fail", late, UNSET), timed(2, "pass", "", early)], "FAIL, Zeros, date unknown"),
        // It is older by its key, and by its start where that is known.
        (vec![timed(1, "fail", "", FUTURE), timed(2, "pass", "", early)], "PASS, Zeros, 2026-02-01"),
        (vec![timed(1, "fail", early, UNSET), timed(2, "pass", "", late)], "PASS, Zeros, 2026-02-01"),
        (vec![timed(1, "fail", UNSET, UNSET), timed(2, "pass", "", late)], "PASS, Zeros, 2026-02-01"),
        // Of two that weigh the same the one with a true end is told.
        (vec![timed(1, "fail", "", early), timed(2, "fail", late, FUTURE)], "FAIL, Zeros, 2026-02-01"),
        (vec![timed(1, "odd", "", early), timed(2, "fail", late, FUTURE)], "FAIL, Zeros, date unknown"),
        (vec![timed(1, "fail", "", early), timed(2, "skipped", "", FUTURE)], "FAIL, Zeros, 2026-02-01"),
    ] {
        assert_eq!(value(wipes.clone()), expected, "{wipes:#?}");
    }
}

#[test]
fn tells_which_wipes_may_be_newer_than_the_told_one() {
    let now = time(READ_AT);
    let wipes = vec![
        timed(1, "fail", "", "2026-02-01 10:00:00"),
        timed(2, "pass", "", "2062-01-01 00:00:00"),
        timed(3, "", "2026-02-02 10:00:00", ""),
    ];
    let story = WipeStory::of(&wipes, now);
    let keys = |wipes: &[&Wipe]| wipes.iter().map(|wipe| wipe.id).collect::<Vec<_>>();
    assert_eq!(story.told.map(|wipe| wipe.id), Some(1));
    assert_eq!((story.before, keys(&story.undated), keys(&story.after)), (0, vec![2], vec![3]));
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
    is_pass && (wipe.verified != Some(false) || wipe.method.as_deref() == Some("Zeros"))
}

/// Whether a wipe ended: it has an end and was run, or it failed.
fn ended(wipe: &Wipe) -> bool {
    let result = wipe.result.as_deref().unwrap_or_default();
    ["fail", "aborted"].contains(&result) || (wipe.finished_at.is_some() && result != "skipped")
}

fn credible(time: Option<Timestamp>) -> Option<Timestamp> {
    time.filter(|time| (1971..=2026).contains(&time.date_text()[..4].parse::<i32>().unwrap()))
        .filter(|time| time.seconds_since(READ_AT.parse().unwrap()) <= 86_400)
}

fn true_end(wipe: &Wipe) -> Option<Timestamp> {
    let end = credible(wipe.finished_at)?;
    wipe.started_at.is_none_or(|start| start <= end).then_some(end)
}

proptest! {
    #[test]
    fn prints_pass_only_where_no_later_wipe_may_have_failed(wipes in prop::collection::vec(any_wipe(), 0..6), turn in 0..6_usize) {
        let mut wipes = wipes;
        for (wipe, id) in wipes.iter_mut().zip(1..) {
            wipe.id = id;
        }
        let value = value(wipes.clone());
        let says_pass = value.to_uppercase().starts_with("PASS");
        let counting: Vec<&Wipe> = wipes.iter().filter(|wipe| ended(wipe)).collect();
        prop_assert_eq!(value.is_empty(), counting.is_empty());
        let newest_pass = counting.iter().filter(|wipe| passed(wipe)).filter_map(|wipe| Some((true_end(wipe)?, wipe.id))).max();
        for wipe in counting.iter().filter(|wipe| says_pass && !passed(wipe)) {
            let is_older = newest_pass.is_some_and(|(end, id)| match true_end(wipe) {
                Some(other) => (other, wipe.id) < (end, id),
                None => wipe.id < id && credible(wipe.started_at).is_none_or(|start| start < end),
            });
            prop_assert!(is_older, "{} hides {:?} of {:#?}", value, wipe, wipes);
        }
        // Nor is a pass denied that is the newest beyond doubt.
        if counting.iter().all(|wipe| passed(wipe)) && !counting.is_empty() {
            prop_assert!(says_pass, "{} of {:#?}", value, wipes);
        }
        let shown = value.rsplit(", ").next().unwrap_or_default();
        let mut ends = wipes.iter().filter(|wipe| wipe.finished_at.is_some_and(|end| end.date_text() == shown));
        prop_assert!(ends.clone().next().is_none() || ends.any(|wipe| true_end(wipe).is_some()), "{} of {:#?}", value, wipes);
        // The order in which the rows are read decides nothing.
        let mut turned = wipes.clone();
        turned.rotate_left(turn.min(wipes.len()));
        prop_assert_eq!(super::wipes::value(turned), value);
    }
}
