//! Bodies in JSON: the twin of the XML grammar, and the sign-in.

use serde_json::{Map, Value, json};

use super::record::Record;
use super::text::sendable;
use crate::secret::Secret;

/// `{"APIToken":"<key>"}`
pub(in crate::iqr) fn session_body(key: &str) -> Secret {
    Secret::new(json!({ "APIToken": key }).to_string())
}

pub(super) fn envelope(record: Record, fields: &[(&str, &str)]) -> String {
    let (many, _) = record.names();
    let fields: Map<String, Value> =
        fields.iter().map(|(name, text)| ((*name).to_owned(), value(name, text))).collect();
    json!({ many: [fields] }).to_string()
}

/// The inventory ID is a number where it can be one, as IQR itself writes it.
fn value(name: &str, text: &str) -> Value {
    match text.parse::<u64>() {
        Ok(number) if name == "inventoryid" => number.into(),
        _ => sendable(text).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_json_in_same_order_with_numeric_id() {
        let body = envelope(Record::Inventory, &[("description", "1\u{0}\"\n"), ("inventoryid", "1957")]);
        assert_eq!(body, r#"{"inventories":[{"description":"1\"\n","inventoryid":1957}]}"#);
        assert_eq!(envelope(Record::Item, &[("mfgr", "007")]), r#"{"items":[{"mfgr":"007"}]}"#);
        assert_eq!(session_body("a\"b").expose(), r#"{"APIToken":"a\"b"}"#);
    }
}
