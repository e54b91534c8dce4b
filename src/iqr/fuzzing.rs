//! Every decoder of answers on any bytes: for the fuzzer, and for `cargo test`, which tries some.

use super::settings::FieldNames;
use super::wire;
use crate::model::{IdRule, InventoryId};
use crate::web::Redactor;

/// Decodes `body` as each kind of answer.
///
/// # Panics
///
/// When an answer is taken for what it is not: another asset, a token that is no header.
pub fn decode(body: &[u8]) {
    let Ok(id) = InventoryId::parse(Some("413800"), IdRule::Digits) else { return };
    let redactor = &Redactor::default();
    if let Ok(Some(asset)) = wire::asset(body, &id, &FieldNames::default(), redactor) {
        assert!(asset.inventory_id.trim().trim_start_matches('0').starts_with("413800"), "another asset");
    }
    if let Ok(token) = wire::session_token(body, redactor) {
        assert!(token.expose().bytes().all(|byte| byte.is_ascii_graphic()), "no header");
    }
    if let Ok(items) = wire::items(body, redactor) {
        assert!(items.iter().all(|item| !item.item_number.is_empty()), "an item without a number");
    }
    let _ = (wire::categories(body, redactor), wire::verdict(body, redactor));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decode;

    /// Nearly an answer: its words, in any order.
    const WORDS: &str = r#"(\{|\}|\[|\]|"|:|,|"(i|I)nventory(id|ID)":|413800|4138000|"data":|null|-1e9|"\\u0000"|"item"|<a>|\\|\PC){0,40}"#;

    proptest! {
        #[test]
        fn decodes_any_bytes_without_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            decode(&body);
        }

        #[test]
        fn decodes_texts_like_answers_without_panic(body in WORDS) {
            decode(body.as_bytes());
        }
    }
}
