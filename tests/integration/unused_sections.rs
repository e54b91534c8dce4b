//! A section of a service whose values no text names: nothing is asked there.

use iqr_sandbox::iqmetrix::Options;

use crate::bench::Bench;

#[track_caller]
fn assert_asks_nothing(bench: &Bench, context: &str) {
    let (report, requests) = bench.lookups_of(|| bench.sync_well());
    assert_eq!((report.count("sent"), requests), (3, vec![]), "{context}");
    bench.assert_idle(context);
    bench.assert_iqmetrix_sound(0, context);
}

#[test]
fn asks_iqmetrix_nothing_where_no_text_names_it() {
    let by_password = Bench::empty().and_iqmetrix(Options::default()).and_phones(3);
    assert_asks_nothing(&by_password, "password");
    let by_token = Bench::empty().and_iqmetrix_by_basic_token(Options::default()).and_phones(3);
    assert_asks_nothing(&by_token, "basic token");
}
