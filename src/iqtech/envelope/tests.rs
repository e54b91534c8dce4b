//! The envelopes of the vendor's document, repaired by hand where they are no JSON as printed, and others like them.

use serde_json::{Value, json};

use super::*;

const NO_EMPLOYEES: &str = "No employees found matching the query.";

/// Decodes with a result that must be an object or a list, and returns the verdict in a word or two.
fn verdict(status: u16, body: &str, form: Form) -> String {
    let read = |result: &Value| match result {
        Value::Object(_) | Value::Array(_) => Ok(result.clone()),
        Value::Null if form == Form::Write => Ok(Value::Null),
        other => Err(Bad::Passing(format!("{other}"))),
    };
    match decode(status, body.as_bytes(), form, read) {
        Verdict::Done(_) => "done".to_owned(),
        Verdict::None => "none".to_owned(),
        Verdict::Refused(words) => format!("refused: {words}"),
        Verdict::Failing => "failing".to_owned(),
        Verdict::NotUnderstood(_) => "not understood".to_owned(),
    }
}

/// Asserts the verdict under each status.
#[track_caller]
fn assert_verdict(statuses: &[u16], body: &Value, form: Form, expected: &str) {
    for status in statuses {
        assert_eq!(verdict(*status, &body.to_string(), form), expected, "{status} {form:?} {body}");
    }
}

fn error(id: &Value, message: &str) -> Value {
    json!({"errorId": id, "message": message})
}

fn exception(message: &str, inner: &Value) -> Value {
    json!({"stackTrace": null, "message": message, "innerException": inner})
}

#[test]
fn decodes_every_envelope_of_success() {
    let meta = json!({"hasNextPage": true, "lastItemOnPage": 12, "itemEnd": 20});
    let page = json!({"items": [{"a": 1}], "metaData": meta});
    let tail = |result: Value| json!({"result": result, "isSuccess": true, "success": null, "errors": null, "error": null, "exception": null});
    let p1 = json!({"result": page, "isSuccess": true, "errors": null, "error": null, "exception": null});
    let r1 = json!({"result": [{"language": 0}], "isSuccess": true, "errorStatusVal": 0, "success": null, "errors": null, "error": null, "exception": null});
    let c1 = json!({"isSuccess": true, "success": null, "errors": null, "error": null, "exception": null});
    for (body, form) in [
        (p1, Form::Envelope),
        (tail(page.clone()), Form::Envelope),
        (tail(json!({"transactionReport": page})), Form::Envelope),
        (r1, Form::Lookup),
        (tail(json!({"reserveLockerId": "e395e821", "accessCodes": []})), Form::Write),
        (tail(json!({"message": "Reservation Recalled Successfully"})), Form::Write),
        (c1, Form::Write),
        (json!([{"selection": 164}]), Form::Bare),
        (json!([162, 166]), Form::Bare),
        (json!({"accountName": "Mason Testing :)", "hasNextPage": false, "machineDetails": []}), Form::Bare),
        (json!({"ISSUCCESS": "True", "Result": {}}), Form::Envelope),
        (json!({"isSuccess": 1, "result": {}}), Form::Envelope),
        (json!({"result": {"items": []}}), Form::Envelope),
        (json!({"isSuccess": null, "success": true}), Form::Write),
        (json!({"isSuccess": true, "unknown": {"a": []}}), Form::Write),
    ] {
        assert_verdict(&[200, 201, 299], &body, form, "done");
    }
}

#[test]
fn decodes_every_envelope_of_refusal_under_any_status() {
    let tail = |error: &Value, exception: &Value| json!({"isSuccess": false, "success": null, "errors": null, "error": error, "exception": exception});
    let with_result = |mut body: Value| {
        body["result"] = Value::Null;
        body
    };
    let blank = exception("", &Value::Null);
    for id in [json!(500), json!(400), json!("400"), json!(-1), json!(null), json!("x"), json!([])] {
        let known = error(&id, "Employee number already exists!");
        let f1 = json!({"isSuccess": false, "success": null, "errors": null, "error": known});
        let f2 = tail(&known, &Value::Null);
        for (body, form) in [(f1, Form::Write), (f2.clone(), Form::Write), (with_result(f2), Form::Bare)] {
            assert_verdict(
                &[200, 400, 404, 408, 409, 500, 503],
                &body,
                form,
                "refused: Employee number already exists!",
            );
        }
    }
    let f6 = tail(&Value::Null, &exception("Invalid Selection", &blank));
    assert_verdict(&[200, 400, 404, 500], &f6, Form::Write, "refused: Invalid Selection");
    assert_verdict(&[200, 400, 404, 500], &with_result(f6), Form::Envelope, "refused: Invalid Selection");
    let f7 = json!({
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": "00-1071d4b7",
        "errors": {"reservationLockerId": ["The value '00000000' is not valid."]},
    });
    for form in [Form::Envelope, Form::Lookup, Form::Write, Form::Bare] {
        let words = "refused: reservationLockerId: The value '00000000' is not valid.";
        assert_verdict(&[200, 400, 422, 500], &f7, form, words);
    }
}

#[test]
fn takes_refused_lookup_for_none_whatever_its_words() {
    let refused = |words: &str, id: &Value| json!({"result": null, "isSuccess": false, "errorStatusVal": 0, "success": null, "errors": null, "error": error(id, words), "exception": null});
    for words in [NO_EMPLOYEES, "", "Keine"] {
        for id in [json!(400), json!(404), json!("500")] {
            assert_verdict(&[200, 400, 404, 500], &refused(words, &id), Form::Lookup, "none");
        }
    }
    let body = refused(NO_EMPLOYEES, &json!(400));
    assert_verdict(&[400], &body, Form::Envelope, &format!("refused: {NO_EMPLOYEES}"));
    let without = |name: &str| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    assert_verdict(&[400], &without("errorStatusVal"), Form::Lookup, &format!("refused: {NO_EMPLOYEES}"));
    assert_verdict(&[400], &without("result"), Form::Lookup, "none");
    let mut failed = body.clone();
    failed["error"] = Value::Null;
    failed["exception"] = exception("no database", &Value::Null);
    assert_verdict(&[400, 500], &failed, Form::Lookup, "refused: no database");
    assert_verdict(&[200], &json!({"isSuccess": true, "result": []}), Form::Lookup, "done");
}

#[test]
fn finds_words_of_refusal_in_their_order() {
    let deep = exception("", &exception("outer", &exception(" deepest ", &exception("", &Value::Null))));
    for (body, words) in [
        (json!({"error": {"message": "a"}, "exception": {"message": "b"}}), "a"),
        (json!({"error": {"message": " "}, "exception": {"message": "b"}}), "b"),
        (json!({"error": "plain"}), "plain"),
        (json!({"error": {"message": 7}}), "7"),
        (json!({"Error": {"Message": "A"}}), "A"),
        (json!({"exception": deep}), "deepest"),
        (json!({"errors": {"a": ["x", "y"], "": ["z"], "b": "w", "c": []}, "title": "t"}), "a: x y; z; b: w"),
        (json!({"errors": {}, "title": "t"}), "t"),
        (json!({"title": "t"}), "t"),
        (json!({"error": [], "exception": [], "title": []}), "Bad Request"),
        (json!({}), "Bad Request"),
    ] {
        let mut body = body;
        body["isSuccess"] = json!(false);
        assert_verdict(&[400], &body, Form::Write, &format!("refused: {words}"));
    }
    assert_verdict(&[200], &json!({"isSuccess": false}), Form::Write, "refused: the service gave no reason");
}

#[test]
fn refuses_to_guess_at_contradictions() {
    let done = json!({"isSuccess": true, "result": {}});
    assert_verdict(&[400, 404, 409, 500, 503], &done, Form::Write, "not understood");
    assert_verdict(&[400, 500], &json!({"isSuccess": true, "result": []}), Form::Lookup, "not understood");
    for body in [
        json!({"isSuccess": true, "result": {}, "error": {"message": "a"}}),
        json!({"isSuccess": true, "result": {}, "exception": {"message": "a"}}),
        json!({"isSuccess": "maybe", "result": {}}),
        json!({"isSuccess": 2, "result": {}}),
        json!({"isSuccess": [], "result": {}}),
        json!({"result": {}}),
        json!({}),
        json!([]),
        json!("done"),
        json!(null),
    ] {
        assert_verdict(&[200], &body, Form::Write, "not understood");
    }
    for body in [json!({}), json!({"result": null}), json!({"isSuccess": true, "result": 5}), json!([]), json!(1)] {
        assert_verdict(&[200], &body, Form::Envelope, "not understood");
    }
}

#[test]
fn understands_no_answer_that_is_no_json() {
    for form in [Form::Envelope, Form::Lookup, Form::Write, Form::Bare] {
        for body in
            ["", " \r\n", "<html><body>Log in</body></html>", "OK", "{\"isSuccess\":true,}", "{\"isSuccess\":tr"]
        {
            assert_eq!(verdict(200, body, form), "not understood", "{form:?} {body}");
            assert_eq!(verdict(500, body, form), "failing", "{form:?} {body}");
            assert_eq!(verdict(502, body, form), "failing", "{form:?} {body}");
            assert_eq!(verdict(404, body, form), "refused: Not Found", "{form:?} {body}");
            assert_eq!(verdict(401, body, form), "failing", "{form:?} {body}");
            assert_eq!(verdict(429, body, form), "failing", "{form:?} {body}");
            assert_eq!(verdict(302, body, form), "failing", "{form:?} {body}");
        }
    }
    assert_eq!(verdict(200, "\u{feff} {\"isSuccess\":true}\r\n", Form::Write), "done");
    // No refusal of this API, but the words of a gateway in front of it.
    let gateway = json!({"error": {"code": "x", "message": "upstream"}});
    assert_verdict(&[500, 502, 503], &gateway, Form::Write, "failing");
}

#[test]
fn decodes_any_text_without_panic() {
    use proptest::prelude::*;
    let words =
        r#"(\{|\}|\[|\]|"isSuccess":|true|false|null|,|"error":|"message":|"x"|"errors":|"result":|400|\PC){0,30}"#;
    let forms = [Form::Envelope, Form::Lookup, Form::Write, Form::Bare];
    proptest!(|(body in words, status in 100u16..600, form in 0..forms.len())| {
        verdict(status, &body, forms[form]);
    });
}
