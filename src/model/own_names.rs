//! Serial numbers that repeat another text of the record they stand in.

use super::serial::{identifies_machine, letters_and_digits};

/// The names that a record gives its machine: maker, model, version, family and SKU.
///
/// A serial number that is one of them, or whole words of one, is what all machines of a model have there. The asset tag
/// is no such name: many makers' firmware repeats the serial number in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnNames {
    /// The words of each name, as letters and digits in lower case.
    names: Vec<Vec<String>>,
}

impl OwnNames {
    /// Collects the names of a machine: its maker, model, version, family and SKU.
    #[must_use]
    pub fn from_texts(texts: [Option<&str>; 5]) -> Self {
        let [maker, model, version, family, sku] = texts.map(|text| words(text.unwrap_or_default()));
        // A name may be put together from two of them: `ZOTACZBOXCI320NANO`.
        let brand = maker.iter().take(1).cloned().collect();
        let names = [[brand, model.clone()], [maker, family.clone()], [family, model], [version, sku]];
        let joined = |[one, other]: [Vec<String>; 2]| [one, other].concat();
        Self { names: names.into_iter().map(joined).collect() }
    }

    /// Whether a serial number identifies this machine: it is no filler, long enough, and none of the machine's names.
    ///
    /// Everything that takes a serial number as evidence asks this function: whether two records are one machine, and
    /// whether the serial number in IQR contradicts the machine's.
    #[must_use]
    pub fn is_identified_by(&self, serial: &str) -> bool {
        identifies_machine(serial) && !self.has(&letters_and_digits(serial))
    }

    /// Whether these letters and digits are whole words of a name, which stand side by side.
    fn has(&self, bare: &str) -> bool {
        let begins = |words: &[String]| {
            let rest = words.iter().try_fold(bare, |rest, word| match rest {
                "" => Some(""),
                _ => rest.strip_prefix(word.as_str()),
            });
            rest == Some("")
        };
        self.names.iter().any(|words| (0..words.len()).any(|at| begins(&words[at..])))
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
}
