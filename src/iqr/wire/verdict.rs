//! Judges the answer to a write: HTTP 200 alone proves nothing.
//!
//! The answers are undocumented: nothing at all, `<string>text</string>`, elements named `Result`, `Message` or
//! `Error`, or the JSON twins. Only what stands under such a name is read as a statement; an echo of the record is not,
//! for its comments may well say "failed".

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::complaint::{Asked, is_complaint, without_harmless_phrases};
use crate::web::{Redactor, Verdict, is_html};

/// Names under which an answer states what it did.
const STATEMENTS: [&str; 9] =
    ["result", "message", "error", "exception", "fault", "reason", "detail", "status", "string"];

/// Judges the body of a 2xx answer.
pub(in crate::iqr) fn verdict(body: &[u8], redactor: &Redactor) -> Verdict {
    match judged(body) {
        Verdict::Taken => Verdict::Taken,
        Verdict::Refused(said) => Verdict::Refused(redactor.quote(&said)),
        Verdict::Unreadable(said) => Verdict::Unreadable(redactor.quote(&said)),
    }
}

/// The texts of the verdict are as the service said them.
fn judged(body: &[u8]) -> Verdict {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if is_html(body) {
        return Verdict::Unreadable(format!("it answered with a web page: {}", String::from_utf8_lossy(body)));
    }
    let Ok(text) = std::str::from_utf8(body) else {
        return Verdict::Unreadable("the answer is not text".to_owned());
    };
    match text.bytes().next() {
        None => Verdict::Taken,
        Some(b'<') => of_xml(text),
        Some(b'{' | b'[' | b'"') => of_json(text),
        Some(_) => of_statement("", text),
    }
}

fn of_statement(name: &str, text: &str) -> Verdict {
    // Nearly every answer.
    if text.trim().eq_ignore_ascii_case("ok") {
        return Verdict::Taken;
    }
    let lower = text.trim().to_lowercase();
    let rest = without_harmless_phrases(&lower);
    let is_nothing = ["", "0", "false", "none", "null", "ok", "success"].contains(&rest.trim());
    let is_error = name.contains("error") || name.contains("exception") || name.contains("fault");
    let is_refused = if is_error { !is_nothing } else { lower == "false" || is_complaint(text, Asked::Write) };
    if is_refused { Verdict::Refused(text.to_owned()) } else { Verdict::Taken }
}

fn of_json(text: &str) -> Verdict {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => of_value("", &value, 0),
        Err(error) => Verdict::Unreadable(format!("the answer is no whole JSON: {error}")),
    }
}

/// `name` is that of the nearest key, in lower case; the empty one is the answer itself.
fn of_value(name: &str, value: &Value, depth: u8) -> Verdict {
    let is_statement = name.is_empty() || STATEMENTS.iter().any(|statement| name.contains(statement));
    match value {
        Value::String(text) if is_statement => of_statement(name, text),
        Value::Bool(false) if name.is_empty() || name.contains("result") || name == "status" => {
            Verdict::Refused("false".to_owned())
        }
        Value::Bool(true) if name.contains("error") => Verdict::Refused(format!("{name}: true")),
        Value::Object(object) if depth < 8 => {
            first_refusal(object.iter().map(|(key, value)| of_value(&key.to_lowercase(), value, depth + 1)))
        }
        Value::Array(list) if depth < 8 => first_refusal(list.iter().map(|value| of_value(name, value, depth + 1))),
        _ => Verdict::Taken,
    }
}

fn first_refusal(mut verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.find(|verdict| *verdict != Verdict::Taken).unwrap_or(Verdict::Taken)
}

fn of_xml(text: &str) -> Verdict {
    match elements(text) {
        Ok(elements) => first_refusal(elements.iter().map(|(name, text)| of_element(name, text))),
        Err(problem) => Verdict::Unreadable(format!("the answer is no whole XML: {problem}")),
    }
}

fn of_element(name: &str, text: &str) -> Verdict {
    let is_statement = STATEMENTS.iter().any(|statement| name.contains(statement));
    match text.trim().is_empty() {
        false if is_statement || name == "text" => of_statement(name, text),
        false if name == "boolean" && text.trim() == "false" => Verdict::Refused("false".to_owned()),
        _ => Verdict::Taken,
    }
}

/// Every element that holds text, its name in lower case and without its prefix.
fn elements(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut reader = Reader::from_str(text);
    let (mut open, mut found) = (Vec::<(String, String)>::new(), Vec::new());
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                let name = tag.local_name().as_ref().to_lowercase();
                open.push((name, String::new()));
            }
            Event::Text(part) => push(&mut open, &part.xml10_content()),
            Event::CData(part) => push(&mut open, &part.xml10_content()),
            Event::GeneralRef(_) => push(&mut open, " "),
            Event::End(_) => found.extend(open.pop().filter(|(_, text)| !text.trim().is_empty())),
            Event::Eof if open.is_empty() => return Ok(found),
            Event::Eof => return Err("it ends inside an element".to_owned()),
            _ => {}
        }
    }
}

fn push(open: &mut [(String, String)], text: &str) {
    if let Some((_, held)) = open.last_mut() {
        held.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_answer_that_reports_nothing_bad() {
        let taken = [
            "",
            " \r\n",
            "OK",
            "\"OK\"",
            "true",
            "null",
            "{}",
            "[]",
            "<string>Updated</string>",
            "<string/>",
            r#"<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">1 record updated</string>"#,
            "<response><Result>Success</Result><Error></Error></response>",
            "<r><Error>0</Error></r>",
            "<int>1</int>",
            "<r><Errors>No errors</Errors></r>",
            r#"{"Result":"Success","Error":null}"#,
            r#"{"Error":"","Message":"Saved"}"#,
            r#"{"inventoryid":1,"inventorycomments":"Memory: FAIL, error 5"}"#,
            "Updated with 0 errors",
            "<inventory><inventorycomments>Wipe failed</inventorycomments></inventory>",
            "12345",
            r#"{"HasErrors":false}"#,
        ];
        for body in taken {
            assert_eq!(verdict(body.as_bytes(), &Redactor::default()), Verdict::Taken, "{body}");
        }
    }

    #[test]
    fn finds_refusal_behind_success_status() {
        let refused = [
            "<string>Category not found</string>",
            "<r><Error>Unknown category</Error></r>",
            "<r><Error>42</Error></r>",
            "<string>Object reference not set to an instance of an object.</string>",
            "Specified cast is not valid",
            "<Fault><Reason><Text xml:lang=\"en\">Invalid inventory</Text></Reason></Fault>",
            "<boolean>false</boolean>",
            r#"{"Error":"no such item"}"#,
            r#"{"d":{"Message":"Update failed"}}"#,
            "\"Access denied\"",
            "false",
            r#"{"Result":[{"Message":"Item could not be created"}]}"#,
            "<a:Result xmlns:a=\"x\"><![CDATA[Error 5]]></a:Result>",
            r#"{"HasErrors":true}"#,
            r#"{"Result":false}"#,
        ];
        for body in refused {
            assert!(matches!(verdict(body.as_bytes(), &Redactor::default()), Verdict::Refused(_)), "{body}");
        }
        assert_eq!(
            verdict(b"<string>Bad\n\x1b category error</string>", &Redactor::default()),
            Verdict::Refused("Bad \\u{1b} category error".into())
        );
    }

    #[test]
    fn treats_foreign_answers_as_no_proof() {
        let bodies = ["<html>Login</html>", "<string>Upd", "{\"Result\":", "<a><b></a>", "\"half"];
        for body in bodies {
            assert!(matches!(verdict(body.as_bytes(), &Redactor::default()), Verdict::Unreadable(_)), "{body}");
        }
        assert!(matches!(verdict(b"\xff\xfe", &Redactor::default()), Verdict::Unreadable(_)));
    }
}
