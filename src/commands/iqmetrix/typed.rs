//! IMEIs as they are typed, or stand in a file.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;

use crate::commands::Usage;
use crate::iqmetrix::Imei;

/// The largest file of IMEIs that is read, in bytes.
const MAX_FILE: u64 = 32 * 1024 * 1024;

/// The IMEIs to ask for, each once and in the order typed, and the texts that are none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub imeis: Vec<Imei>,
    pub not_asked: Vec<NotAsked>,
}

/// A text that is no IMEI: it never leaves the machine.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct NotAsked {
    pub typed: String,
    pub why: &'static str,
}

impl Typed {
    /// Sorts texts into IMEIs and others.
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut typed, mut met) = (Self::default(), HashSet::new());
        for text in texts {
            match Imei::parse(text) {
                Some(imei) if met.insert(imei.clone()) => typed.imeis.push(imei),
                Some(_) => {}
                None => typed.not_asked.push(NotAsked { typed: text.to_owned(), why: why(text) }),
            }
        }
        typed
    }

    /// Reads a file that has one IMEI a line, or several with commas or semicolons between them; `-` is stdin.
    ///
    /// # Errors
    ///
    /// [`Usage`] when the file cannot be read or is too large.
    pub fn read(path: &Path) -> Result<Self, Usage> {
        let unreadable = |error: io::Error| Usage(format!("{} cannot be read: {error}", path.display()));
        let input: Box<dyn Read> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(unreadable)?)
        };
        let mut bytes = Vec::new();
        input.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(Usage(format!("{} is larger than {} MiB", path.display(), MAX_FILE / 1024 / 1024)));
        }
        let text = String::from_utf8_lossy(&bytes);
        let texts = text.trim_start_matches('\u{feff}').split(['\n', '\r', ',', ';']);
        let bare = texts.map(|text| text.trim().trim_matches(['"', '\'']).trim());
        Ok(Self::from_texts(bare.filter(|text| !text.is_empty())))
    }
}

/// Returns the reason why a text is no IMEI.
fn why(text: &str) -> &'static str {
    let rest: Vec<char> = text.chars().filter(|it| !it.is_whitespace() && !matches!(it, '-' | '/' | '.')).collect();
    if rest.is_empty() {
        "it is blank"
    } else if !rest.iter().all(char::is_ascii_digit) {
        "it has other characters than digits"
    } else if rest.len() == 15 {
        "its check digit is wrong"
    } else {
        "it has not 15 digits, nor the 16 of an IMEISV"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(typed: &Typed) -> (Vec<&str>, Vec<(&str, &str)>) {
        let others = typed.not_asked.iter().map(|other| (other.typed.as_str(), &other.why[..10]));
        (typed.imeis.iter().map(Imei::as_str).collect(), others.collect())
    }

    #[test]
    fn sorts_texts_into_imeis_and_others() {
        let texts = ["01-449700-238431-3", "0144970023843139", "01449700238431", "014497002384314", "ABC", " "];
        let typed = Typed::from_texts(texts);
        let others = vec![
            ("01449700238431", "it has not"),
            ("014497002384314", "its check "),
            ("ABC", "it has oth"),
            (" ", "it is blan"),
        ];
        assert_eq!(shown(&typed), (vec!["014497002384313"], others));
    }

    #[test]
    fn reads_files_by_lines_commas_and_semicolons() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("imeis");
        std::fs::write(&path, "\u{feff}IMEI\r\n\"014497002384313\";490154203237518,\r\n\r\n014497002384313\n\u{ff}")
            .unwrap();
        let typed = Typed::read(&path).unwrap();
        let (imeis, others) = shown(&typed);
        assert_eq!(imeis, ["014497002384313", "490154203237518"]);
        assert_eq!(others.iter().map(|(typed, _)| *typed).collect::<Vec<_>>(), ["IMEI", "\u{ff}"]);
        for path in [folder.path(), &folder.path().join("none")] {
            assert!(Typed::read(path).is_err(), "{path:?}");
        }
    }
}
