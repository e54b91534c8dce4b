//! The maker's name in front of a model.

use super::manufacturer::is_legal_form;
use super::placeholder::is_placeholder;

/// Removes the maker's name in front, however often it stands there: it is printed before the model anyway. Returns an
/// empty text if nothing else is there, for a maker is no model.
pub(super) fn without_maker<'a>(product: &'a str, names: &[&str]) -> &'a str {
    let mut rest = product;
    while let Some(shorter) = names.iter().find_map(|name| after_word(rest, name)) {
        rest = shorter;
    }
    let is_none = |rest: &str| rest.len() < product.len() && (is_placeholder(rest) || is_legal_form(rest));
    if names.iter().any(|name| rest.eq_ignore_ascii_case(name)) || is_none(rest) { "" } else { rest }
}

/// Returns the text after `word`, if that stands in front with a blank, a hyphen or an underscore behind it.
pub(super) fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let rest = start.eq_ignore_ascii_case(word).then(|| rest.strip_prefix([' ', '-', '_']))??;
    Some(rest.trim_start()).filter(|rest| !rest.is_empty())
}
