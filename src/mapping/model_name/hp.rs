//! HP's names: the part number where a name stands for many models, and no part number where it stands for one.

use crate::mapping::maker_prefix::without_maker;

/// Returns HP's name, with the part number where it is needed: some hundred models are called `HP Notebook` and `HP
/// Pavilion Notebook`, and only the part number distinguishes them.
pub(super) fn name(product: &str, sku: &str) -> String {
    let name = product_name(product);
    match part_number(sku) {
        Some(number) if names_a_kind_only(&name) => format!("{name} {number}"),
        _ => name,
    }
}

/// Whether a name is that of a line, or ends with a kind of machine and has no number but the size of a screen
/// (`ENVY x360 Convertible`, `15 Notebook PC`): many models have it.
fn names_a_kind_only(name: &str) -> bool {
    const LINES: [&str; 9] =
        ["compaq", "elitebook", "envy", "omen", "pavilion", "presario", "probook", "spectre", "stream"];
    const KINDS: [&str; 6] = ["notebook", "laptop", "desktop", "all-in-one", "convertible", "detachable"];
    let lower = name.to_ascii_lowercase();
    let lower = lower.strip_suffix(" pc").unwrap_or(&lower);
    let is_kind = lower.rsplit(' ').next().is_some_and(|last| KINDS.contains(&last));
    LINES.contains(&lower) || (is_kind && !lower.split(' ').any(is_model_number))
}

fn is_model_number(word: &str) -> bool {
    let is_inches = word.parse().is_ok_and(|inches: u8| (10..=18).contains(&inches));
    word.contains(|character: char| character.is_ascii_digit()) && !matches!(word, "x360" | "x2") && !is_inches
}

/// `N9E13UA` of `N9E13UA#ABA`: what stands behind it is the country. Refurbished ones have an eighth letter
/// (`N5R45UAR`).
fn part_number(sku: &str) -> Option<&str> {
    let (number, _) = sku.split_once('#').unwrap_or((sku, ""));
    let fits = number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
    (matches!(number.len(), 7 | 8) && fits && has_digit).then_some(number)
}

fn product_name(product: &str) -> String {
    const TAILS: [&str; 9] = [
        "Notebook PC",
        "Notebook AI PC",
        "Notebook Next Gen AI PC",
        "Next Gen AI PC",
        "NB PC",
        "Laptop PC",
        "Tablet PC",
        "Business PC",
        "Notebook Computer",
    ];
    let name = without_sku(without_maker(without_enterprise(product), &["HP", "Hewlett-Packard"]));
    // A "Mini PC" is a thing, a "Mini" is not.
    let is_name = |rest: &&str| {
        let lower = rest.to_ascii_lowercase();
        !lower.ends_with("mini") && !lower.ends_with(" notebook")
    };
    let before_tail = TAILS.into_iter().find_map(|tail| without_tail(name, tail));
    before_tail.or_else(|| without_tail(name, "PC").filter(is_name)).unwrap_or(name).to_owned()
}

/// `ProLiant DL360 Gen10` of `HPE ProLiant DL360 Gen10`. Before a hyphen `HPE` is a family of desktops: `HPE-521it`.
fn without_enterprise(product: &str) -> &str {
    let after =
        |maker: &str| product.split_at_checked(maker.len()).filter(|(start, _)| start.eq_ignore_ascii_case(maker));
    let rest = ["HPE ", "Hewlett Packard Enterprise "].into_iter().find_map(after).map(|(_, rest)| rest);
    rest.unwrap_or(product)
}

/// `Presario V5000` of `Presario V5000 (EW835EA#ABU)`, `p6200la` of `NY518AA-ABM p6200la`: the SKU has a field of its
/// own.
fn without_sku(name: &str) -> &str {
    let bracketed = name.rsplit_once('(').and_then(|(rest, last)| Some((rest.trim_end(), last.strip_suffix(')')?)));
    let leading = || name.split_once(' ').and_then(|(first, rest)| Some((rest, first.split_once('-')?.0)));
    match bracketed.or_else(leading) {
        Some((rest, sku)) if !rest.is_empty() && is_part_number(sku) => rest,
        _ => name,
    }
}

/// HP's part numbers: `DX438AV`, and with the country behind it `EW835EA#ABU`.
fn is_part_number(text: &str) -> bool {
    let (number, country) = text.split_once('#').unwrap_or((text, ""));
    let fits = |(place, byte): (usize, u8)| {
        if matches!(place, 2..=4) { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() }
    };
    matches!(number.len(), 6..=8) && number.bytes().enumerate().all(fits) && country.len() <= 3
}

/// Returns the text before `tail`, if that stands at the end as words of its own, and if enough is left to be a name
/// (`15` of `15 Notebook PC` is the size of a screen).
fn without_tail<'a>(text: &'a str, tail: &str) -> Option<&'a str> {
    let (rest, end) = text.split_at_checked(text.len().checked_sub(tail.len())?)?;
    let rest = end.eq_ignore_ascii_case(tail).then(|| rest.strip_suffix(' '))??;
    Some(rest.trim_end()).filter(|rest| rest.len() >= 3)
}

#[cfg(test)]
mod tests {
    use super::super::{Firmware, LenovoModel, model_name};

    #[test]
    fn gives_an_hp_named_by_its_kind_its_part_number() {
        for (product, sku, expected) in [
            ("HP Notebook", "W4X36EA#ACB", "Notebook W4X36EA"),
            ("HP Notebook", "1AC90PA#ACJ", "Notebook 1AC90PA"),
            ("HP Pavilion Notebook", "N5R45UAR#ABL", "Pavilion Notebook N5R45UAR"),
            ("OMEN by HP Laptop", "X1G87UA", "OMEN by HP Laptop X1G87UA"),
            ("HP ENVY x360 Convertible", "1KT40EA#ABD", "ENVY x360 Convertible 1KT40EA"),
            ("HP All-in-One", "4AQ31EA#UUG", "All-in-One 4AQ31EA"),
            ("HP Pavilion x2 Detachable", "T9N86EA#ABZ", "Pavilion x2 Detachable T9N86EA"),
            ("HP 15 Notebook PC", "K1X44EA#ABU", "15 Notebook PC K1X44EA"),
            ("HP 250 Notebook PC", "K1X44EA#ABU", "250"),
            ("HP Pavilion Laptop PC", "K1X44EA#ABU", "Pavilion K1X44EA"),
            ("HP Elite Slice", "K1X44EA#ABU", "Elite Slice"),
            ("HP Pavilion Notebook", "To be filled by O.E.M.", "Pavilion Notebook"),
            ("HP Notebook", "103C_5335KV", ""),
            ("HP Laptop 15-bs0xx", "2CV48UA#ABA", "Laptop 15-bs0xx"),
            ("HP EliteBook 840 G8 Notebook PC", "3G2J9EA#ABU", "EliteBook 840 G8"),
            ("To be filled by O.E.M.", "W4X36EA#ACB", ""),
        ] {
            let firmware = Firmware { model: Some(product), sku: Some(sku), ..Firmware::default() };
            assert_eq!(model_name("HP", &firmware, LenovoModel::Name), expected, "{product} {sku}");
        }
    }
}
