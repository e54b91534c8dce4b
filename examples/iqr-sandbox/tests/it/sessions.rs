use std::time::Duration;

use iqr_sandbox::{Options, Token};

use crate::client::{Client, start};

const READ: &str = "Inventory/JSON/GetInventoryById?Id=41";

#[test]
fn opens_uses_and_ends_a_session() {
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
fn refuses_other_and_revoked_keys() {
    let (sandbox, mut client) = start(Options::default());
    assert_eq!(client.sign_in("another").status, 401);
    let key = sandbox.api_key();
    sandbox.state().options.api_key = "new".to_owned();
    assert_eq!(client.sign_in(&key).status, 401);
    assert_eq!((sandbox.counters().sign_ins, sandbox.counters().sign_ins_refused), (3, 2));
}

#[test]
fn refuses_a_body_that_is_no_sign_in() {
    let (_sandbox, mut client) = start(Options::default());
    for body in ["", "{}", r#"{"apitoken":"x"}"#, "<xml/>"] {
        let answer = client.send("POST", "/api/IntegrationAPI/Session", "", body.as_bytes()).unwrap();
        assert_eq!(answer.status, 400, "{body}");
    }
}

#[test]
fn refuses_and_counts_absent_blank_and_unknown_tokens() {
    let (sandbox, mut client) = start(Options::default());
    for token in ["", "iqr-session-token: \r\n", "iqr-session-token: unknown\r\n"] {
        assert_eq!(client.send("GET", &format!("/webapi.svc/{READ}"), token, b"").unwrap().status, 401);
    }
    assert_eq!((sandbox.counters().empty_tokens, sandbox.counters().dead_tokens), (2, 1));
}

#[test]
fn expires_a_session_by_time_with_the_chosen_status() {
    let (sandbox, mut client) = start(Options { expired_status: 404, ..Options::default() });
    sandbox.state().options.session_lifetime = Duration::ZERO;
    assert_eq!(client.get(READ).status, 404);
    assert_eq!(sandbox.state().sessions_open(), 0);
}

#[test]
fn expires_a_session_after_its_calls() {
    let (sandbox, mut client) = start(Options { session_calls: Some(2), ..Options::default() });
    let statuses = [0; 3].map(|_| client.get(READ).status);
    assert_eq!(statuses, [200, 200, 401]);
    assert_eq!(Client::signed_in(&sandbox).get(READ).status, 200);
}

#[test]
fn ends_all_sessions_on_request() {
    let (sandbox, mut client) = start(Options::default());
    assert_eq!(sandbox.state().sessions_open(), 1);
    sandbox.state().expire_sessions();
    assert_eq!((client.get(READ).status, sandbox.state().sessions_open()), (401, 0));
    assert_eq!(client.sign_out().status, 401);
}
