use std::time::Duration;

use iqr_sandbox::{Options, Token};

use crate::client::{Client, start};

const READ: &str = "Inventory/JSON/GetInventoryById?Id=41";

#[test]
fn a_session_is_opened_used_and_ended() {
    let (sandbox, mut client) = start(Options::default());
    assert_eq!(client.get(READ).status, 200);
    assert_eq!(client.sign_out().status, 200);
    assert_eq!(client.get(READ).status, 401);
    let counters = sandbox.counters();
    assert_eq!((counters.sign_ins, counters.sessions_opened, counters.sessions_closed), (1, 1, 1));
    assert_eq!((counters.dead_tokens, counters.connections), (1, 1));
    let tokens: Vec<Token> = sandbox.requests().iter().map(|request| request.token).collect();
    assert_eq!(tokens, [Token::Absent, Token::Live(1), Token::Live(1), Token::Dead(1)]);
}

#[test]
fn another_key_is_refused_and_a_key_can_be_revoked() {
    let (sandbox, mut client) = start(Options::default());
    assert_eq!(client.sign_in("another").status, 401);
    let key = sandbox.api_key();
    sandbox.state().options.api_key = "new".to_owned();
    assert_eq!(client.sign_in(&key).status, 401);
    assert_eq!((sandbox.counters().sign_ins, sandbox.counters().sign_ins_refused), (3, 2));
}

#[test]
fn a_body_that_is_no_sign_in_is_a_bad_request() {
    let (_sandbox, mut client) = start(Options::default());
    for body in ["", "{}", r#"{"apitoken":"x"}"#, "<xml/>"] {
        let answer = client.send("POST", "/api/IntegrationAPI/Session", "", body.as_bytes()).unwrap();
        assert_eq!(answer.status, 400, "{body}");
    }
}

#[test]
fn absent_blank_and_unknown_tokens_are_refused_and_counted() {
    let (sandbox, mut client) = start(Options::default());
    for token in ["", "iqr-session-token: \r\n", "iqr-session-token: unknown\r\n"] {
        assert_eq!(client.send("GET", &format!("/webapi.svc/{READ}"), token, b"").unwrap().status, 401);
    }
    assert_eq!((sandbox.counters().empty_tokens, sandbox.counters().dead_tokens), (2, 1));
}

#[test]
fn a_session_expires_by_time_with_the_status_of_the_switch() {
    let (sandbox, mut client) = start(Options { expired_status: 404, ..Options::default() });
    sandbox.state().options.session_lifetime = Duration::ZERO;
    assert_eq!(client.get(READ).status, 404);
    assert_eq!(sandbox.state().sessions_open(), 0);
}

#[test]
fn a_session_expires_after_its_calls_and_a_new_one_lives() {
    let (sandbox, mut client) = start(Options { session_calls: Some(2), ..Options::default() });
    let statuses = [0; 3].map(|_| client.get(READ).status);
    assert_eq!(statuses, [200, 200, 401]);
    assert_eq!(Client::signed_in(&sandbox).get(READ).status, 200);
}

#[test]
fn all_sessions_can_be_ended_from_the_other_side() {
    let (sandbox, mut client) = start(Options::default());
    assert_eq!(sandbox.state().sessions_open(), 1);
    sandbox.state().expire_sessions();
    assert_eq!((client.get(READ).status, sandbox.state().sessions_open()), (401, 0));
    assert_eq!(client.sign_out().status, 401);
}
