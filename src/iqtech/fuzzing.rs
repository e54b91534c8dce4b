//! Every decoder of answers on any bytes: for the fuzzer, and for `cargo test`, which tries some.

use serde_json::Value;

use super::decode;
use super::envelope::{Form, Verdict, decode as envelope};
use crate::web::{Bad, Redactor};

/// Decodes `body` as each kind of answer, under statuses of each kind.
///
/// # Panics
///
/// When a write is taken for done whose answer does not say so, or does not have a status of success.
pub fn decode(body: &[u8]) {
    let redactor = &Redactor::default();
    // A name may also be written in escapes.
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    let is_said = text.contains("success") || text.contains('\\');
    for status in [200, 400, 404, 500] {
        read(status, body, Form::Envelope, |result| decode::employees(result, redactor));
        read(status, body, Form::Lookup, |result| decode::found(result, redactor));
        read(status, body, Form::Bare, |result| decode::reservations(result, redactor));
        read(status, body, Form::Bare, decode::selections);
        read(status, body, Form::Bare, |result| decode::report(result, redactor));
        read(status, body, Form::Envelope, |result| decode::machines(result, redactor));
        read(status, body, Form::Envelope, |result| decode::transactions(result, redactor));
        let done = [
            read(status, body, Form::Write, |result| decode::nothing(result, redactor)),
            read(status, body, Form::Write, |result| decode::reserved(result, redactor)),
            read(status, body, Form::Write, |result| decode::message(result, redactor)),
        ];
        assert!(!done.contains(&true) || (status == 200 && is_said), "taken for done under {status}");
    }
}

/// Returns whether the answer is what was asked for.
fn read<T>(status: u16, body: &[u8], form: Form, read: impl FnOnce(&Value) -> Result<T, Bad>) -> bool {
    match envelope(status, body, form, read) {
        Verdict::Done(_) => true,
        Verdict::None | Verdict::Refused(_) | Verdict::Failing | Verdict::NotUnderstood(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decode;

    /// Nearly an answer: its words, in any order.
    const WORDS: &str = r#"(\{|\}|\[|\]|"|:|,|"isSuccess":true|"isSuccess":false|"result":|"items":|"metaData":|"hasNextPage":|"machine":|"machinePlanogram":|"transactionReport":|"transactionDetails":|"employeeNumber":"1"|"language":0|null|-1e9|"error":|"errors":|"message":|<html>|\PC){0,40}"#;

    /// A result with any members.
    const RESULT: &str = r#"\{"isSuccess":true,"result":(null|\[\]|\{("items":(null|\[(\{\}|5)?\])|"metaData":\{"hasNextPage":(1|"x"|true)\}|"transactionReport":(5|\{\})|"message":(7|"x"|\[\])|"accessCodes":\[\{"accessCodes":5\}\])?\})\}"#;

    proptest! {
        #[test]
        fn decodes_any_bytes_without_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            decode(&body);
        }

        #[test]
        fn decodes_texts_like_answers_without_panic(body in WORDS) {
            decode(body.as_bytes());
        }

        #[test]
        fn decodes_results_of_any_members_without_panic(body in RESULT) {
            decode(body.as_bytes());
        }
    }
}
