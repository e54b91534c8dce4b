//! Bodies of writes: `<request><inventories><inventory>…` or `{"inventories":[{…}]}`, as records of named texts.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use serde_json::Value;

use crate::answer::Format;

/// One record of a write: names as sent (case counts), values decoded.
pub(crate) type Record = Vec<(String, String)>;

/// The body cannot be read as what the operation takes; the service answers its `Request Error` page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The records of `collection` (`inventories`, `items`).
pub(crate) fn records(body: &[u8], format: Format, collection: &str) -> Result<Vec<Record>, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| Unreadable)?;
    let records = match format {
        Format::Json => json_records(text, collection)?,
        Format::Xml => xml_records(text, collection)?,
    };
    if records.is_empty() { Err(Unreadable) } else { Ok(records) }
}

fn json_records(text: &str, collection: &str) -> Result<Vec<Record>, Unreadable> {
    let value: Value = serde_json::from_str(text).map_err(|_| Unreadable)?;
    let records = value.get(collection).and_then(Value::as_array).ok_or(Unreadable)?;
    records.iter().map(json_record).collect()
}

fn json_record(value: &Value) -> Result<Record, Unreadable> {
    let members = value.as_object().ok_or(Unreadable)?;
    members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| Ok((name.clone(), scalar(value)?)))
        .collect()
}

fn scalar(value: &Value) -> Result<String, Unreadable> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(Unreadable),
    }
}

/// The element names from the root to where the reader is, and the records so far.
#[derive(Default)]
struct XmlState {
    open: Vec<String>,
    records: Vec<Record>,
}

const RECORD_DEPTH: usize = 3;
const FIELD_DEPTH: usize = 4;

fn xml_records(text: &str, collection: &str) -> Result<Vec<Record>, Unreadable> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut state = XmlState::default();
    loop {
        match reader.read_event().map_err(|_| Unreadable)? {
            Event::Start(start) => state.open(start.name().as_ref(), collection)?,
            Event::End(_) => state.close(),
            // Line ends in the text are one LF each, by XML's own rules; those behind a character reference stay.
            Event::Text(text) => state.add(&text.xml10_content())?,
            Event::CData(text) => state.add(&text.xml10_content())?,
            Event::GeneralRef(reference) => state.add(&resolve(&reference)?)?,
            Event::Eof if state.open.is_empty() => return Ok(state.records),
            Event::Decl(_) | Event::Comment(_) => {}
            _ => return Err(Unreadable),
        }
    }
}

impl XmlState {
    fn open(&mut self, name: &str, collection: &str) -> Result<(), Unreadable> {
        self.open.push(name.to_owned());
        match self.open.len() {
            1 if name != "request" => return Err(Unreadable),
            2 if name != collection => return Err(Unreadable),
            RECORD_DEPTH => self.records.push(Record::new()),
            FIELD_DEPTH => self.records.last_mut().ok_or(Unreadable)?.push((name.to_owned(), String::new())),
            depth if depth > FIELD_DEPTH => return Err(Unreadable),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
    }

    fn add(&mut self, text: &str) -> Result<(), Unreadable> {
        if !text.chars().all(is_xml_char) {
            return Err(Unreadable);
        }
        if self.open.len() == FIELD_DEPTH {
            let field = self.records.last_mut().and_then(|record| record.last_mut()).ok_or(Unreadable)?;
            field.1.push_str(text);
            return Ok(());
        }
        if text.trim().is_empty() { Ok(()) } else { Err(Unreadable) }
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, Unreadable> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| Unreadable)? {
        return Ok(character.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned).ok_or(Unreadable)
}

/// The characters that XML 1.0 allows, also behind a character reference.
fn is_xml_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::{Record, Unreadable, records};
    use crate::answer::Format;

    fn xml(fields: &str) -> Result<Vec<Record>, Unreadable> {
        let body = format!("<request><inventories><inventory>{fields}</inventory></inventories></request>");
        records(body.as_bytes(), Format::Xml, "inventories")
    }

    fn one(name: &str, value: &str) -> Vec<Record> {
        vec![vec![(name.to_owned(), value.to_owned())]]
    }

    #[test]
    fn parses_xml_and_json_alike() {
        let json = r#"{"inventories":[{"location":"A & \"B\" <1>\n2"}]}"#;
        assert_eq!(records(json.as_bytes(), Format::Json, "inventories"), Ok(one("location", "A & \"B\" <1>\n2")));
        assert_eq!(
            xml("<location>A &amp; &quot;B&quot; &lt;1&gt;&#10;2</location>"),
            Ok(one("location", "A & \"B\" <1>\n2"))
        );
    }

    #[test]
    fn keeps_blanks_and_line_ends_in_a_field() {
        assert_eq!(xml("<a> 1\r\n2&#13; </a>"), Ok(one("a", " 1\n2\r ")));
        assert_eq!(xml("<a/>"), Ok(one("a", "")));
    }

    #[test]
    fn refuses_what_xml_forbids_raw_and_as_a_reference() {
        for text in ["\u{1b}", "&#27;", "&#0;", "\u{fffe}", "&nbsp;", "<b/>", "&"] {
            assert_eq!(xml(&format!("<a>{text}</a>")), Err(Unreadable), "{text:?}");
        }
    }

    #[test]
    fn refuses_cut_foreign_and_empty_bodies() {
        for body in ["", "<request><inventories>", "<x/>", "<request><items><item/></items></request>", "{}", "text"] {
            assert_eq!(records(body.as_bytes(), Format::Xml, "inventories"), Err(Unreadable), "{body:?}");
            assert_eq!(records(body.as_bytes(), Format::Json, "inventories"), Err(Unreadable), "{body:?}");
        }
    }
}
