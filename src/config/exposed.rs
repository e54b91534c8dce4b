//! Refuses the API key in a setting: wherever it stands, some message would repeat it.

use toml::de::{DeTable, DeValue};

use super::report::Report;
use crate::secret::Secret;

/// Settings that may hold the key: the name of its file may be its name, and headers are shown nowhere.
const MAY_HOLD_KEY: [&str; 2] = ["iqr.api_key_file", "iqr.headers"];

/// Notes every value that holds the key.
pub(super) fn refuse(table: &DeTable<'_>, key: &Secret, report: &mut Report<'_>) {
    // A host is the same in whatever case, and without the padding of a key.
    let key = Secret::new(key.expose().trim_end_matches('=').to_ascii_lowercase());
    if looks_like_a_key(key.expose()) {
        refuse_in(table, "", &key, report);
    }
}

fn refuse_in(table: &DeTable<'_>, path: &str, key: &Secret, report: &mut Report<'_>) {
    for (name, value) in table {
        let path = if path.is_empty() { name.get_ref().to_string() } else { format!("{path}.{}", name.get_ref()) };
        if !MAY_HOLD_KEY.contains(&path.as_str()) {
            refuse_value(value.get_ref(), value.span().start, &path, key, report);
        }
    }
}

fn refuse_value(value: &DeValue<'_>, offset: usize, path: &str, key: &Secret, report: &mut Report<'_>) {
    match value {
        DeValue::String(text) if text.to_ascii_lowercase().contains(key.expose()) => report.refuse(
            offset,
            "this is the API key itself; take it out (the program sends it where it belongs), and let IQR make a new \
             one, for configs are shown to people"
                .to_owned(),
        ),
        DeValue::Array(list) => {
            list.iter().for_each(|entry| refuse_value(entry.get_ref(), entry.span().start, path, key, report));
        }
        DeValue::Table(table) => refuse_in(table, path, key, report),
        _ => {}
    }
}

/// Whether a text may be a key, and is no word that people write: long, with several digits among letters.
pub(super) fn looks_like_a_key(text: &str) -> bool {
    let is_of_keys = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // `iqr-api-key-2024` is the name of a key.
    let fewest = if text.to_ascii_lowercase().contains("key") { (24, 5) } else { (16, 2) };
    text.len() >= fewest.0
        && digits >= fewest.1
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.bytes().all(is_of_keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_a_key_from_what_people_write() {
        for (text, is_key) in [
            ("Zx9Kq2LmP0aBcD3eFgH4", true),
            ("Zx9Kq2LmP0aBcD3eFgH4==", true),
            ("key-3ax6xnjp29jd6fds4gc373sgvjxteol0", true),
            ("q7Zr81mWxT0bLpV4nYcE9sKd", true),
            ("api-key", false),
            ("iqr-api-key-2024", false),
            ("extended_description", false),
            ("Appliance-Warehouse-2", false),
            ("a text of 20 words and more", false),
        ] {
            assert_eq!(looks_like_a_key(text), is_key, "{text}");
        }
    }
}
