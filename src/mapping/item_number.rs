//! The model as an item number: upper case, and no wider than the column that holds it.

/// Characters that IQR keeps of an item number. Of a wider one it would give back another text than was sent, and the
/// asset would differ for ever from what it shall be.
pub const ITEM_NUMBER_WIDTH: usize = 30;

/// The item number of a model that is one line. It is cut at the column's width and not at a word: the last word is what
/// tells the models of one family apart.
pub(super) fn item_number(model: &str) -> String {
    // Upper case first: it can be longer (`ß`).
    let number = model.to_uppercase();
    fitted(&number).to_owned()
}

fn fitted(number: &str) -> &str {
    let end = number.char_indices().nth(ITEM_NUMBER_WIDTH).map_or(number.len(), |(end, _)| end);
    number[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::clean::one_line;
    use super::*;

    #[test]
    fn a_wide_number_is_cut_at_the_width_of_the_column() {
        for (model, number) in [
            ("OptiPlex 9010", "OPTIPLEX 9010"),
            ("ENVY x360 Convertible 15-dr1xx", "ENVY X360 CONVERTIBLE 15-DR1XX"),
            ("ENVY x360 Convertible 15-dr1xxx", "ENVY X360 CONVERTIBLE 15-DR1XX"),
            ("ProDesk 600 G6 Small Form Factor", "PRODESK 600 G6 SMALL FORM FACT"),
            ("ZBook Fury 15 G7 Mobile Workst PC", "ZBOOK FURY 15 G7 MOBILE WORKST"),
            ("ROG ZEPHYRUS G14 GA401II_GA401II", "ROG ZEPHYRUS G14 GA401II_GA401"),
            ("300E4A/300E5A/300E7A/3430EA/3530EA", "300E4A/300E5A/300E7A/3430EA/35"),
            ("12345678901234567890 12345678901", "12345678901234567890 123456789"),
            ("1234567890123456789 12345678901", "1234567890123456789 1234567890"),
        ] {
            assert_eq!(item_number(model), number, "{model}");
        }
    }

    #[test]
    fn the_width_counts_characters_of_the_upper_case() {
        assert_eq!(item_number(&"ß".repeat(16)), "S".repeat(ITEM_NUMBER_WIDTH));
        assert_eq!(item_number(&"€".repeat(31)), "€".repeat(ITEM_NUMBER_WIDTH));
    }

    proptest! {
        #[test]
        fn any_model_fits_and_stays_one_line(model in "(\\PC| |ß|WORD){0,60}") {
            let number = item_number(&one_line(&model));
            prop_assert!(number.chars().count() <= ITEM_NUMBER_WIDTH);
            prop_assert_eq!(one_line(&number), number.as_str());
            prop_assert_eq!(item_number(&number), number);
        }
    }
}
