//! The shape of a key.

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
