//! Refusals as if the session had ended: at most one new session, and then the answer is about the call.

use super::*;

/// Treats a refused write as a pass does: reads the asset, and writes once more.
fn write_and_read(iqr: &Iqr, number: u32) -> Result<(), Error> {
    for _ in 0..4 {
        iqr.asset(&id(number))?;
        match iqr.update(&id(number), &[(Field::Comments, "x")]) {
            Err(error) if error.outcome() == Outcome::Unknown => {}
            result => return result,
        }
    }
    panic!("a refused write is tried again without end");
}

#[test]
fn reports_write_refused_by_new_session_too() {
    for refusal in [403, 404] {
        let server = Server::start(move |seen| (seen.letter() == 'W').then(|| status(refusal)));
        let iqr = server.client();
        for number in 1..=5 {
            let error = write_and_read(&iqr, number).unwrap_err();
            assert_eq!((error.scope(), crate::iqr::reason(&error).code()), (Scope::ThisRecord, "refused"), "{refusal}");
        }
        assert_eq!(server.letters(), ["SGWSDGW", &"GW".repeat(4)].concat(), "{refusal}");
    }
}

#[test]
fn ends_pass_if_api_user_may_not_write() {
    let server = Server::start(|seen| (seen.letter() == 'W').then(|| status(401)));
    let iqr = server.client();
    assert!(matches!(write_and_read(&iqr, 1), Err(Error::CredentialRefused { .. })));
    assert!(matches!(write_and_read(&iqr, 2), Err(Error::CredentialRefused { .. })));
    assert_eq!(server.letters(), "SGWSDGW");
}

#[test]
fn spends_one_session_on_asset_that_may_not_be_written() {
    for refusal in [401, 403, 404] {
        let is_locked = |seen: &SeenRequest| seen.letter() == 'W' && seen.body.contains(">13<");
        let server = Server::start(move |seen| is_locked(seen).then(|| status(refusal)));
        let iqr = server.client();
        write_and_read(&iqr, 1).unwrap();
        iqr.asset(&id(13)).unwrap();
        assert_eq!(iqr.update(&id(13), &[(Field::Comments, "x")]).unwrap_err().outcome(), Outcome::Unknown);
        write_and_read(&iqr, 2).unwrap();
        for _ in 0..4 {
            let error = write_and_read(&iqr, 13).unwrap_err();
            assert_eq!((error.scope(), crate::iqr::reason(&error).code()), (Scope::ThisRecord, "refused"), "{refusal}");
            write_and_read(&iqr, 3).unwrap();
        }
        assert_eq!(server.letters().matches('S').count(), 2, "{refusal}: {}", server.letters());
    }
}

#[test]
fn renews_session_once_for_login_page() {
    let login = || answer(302, "Location: /login\r\n", "");
    let rows = [(vec![login()], "ok", "SGGSDG"), (vec![login(), login()], "bad-answer", "SGGSDG")];
    for (replies, expected, letters) in rows {
        let server = Server::answering([vec![body("null")], replies].concat());
        let iqr = server.client();
        _ = iqr.asset(&id(1));
        assert_eq!((reason(iqr.asset(&id(7))), server.letters().as_str()), (expected, letters));
    }
}
