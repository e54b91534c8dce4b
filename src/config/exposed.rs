//! Refuses a secret in a setting: wherever it stands, some message would repeat it.

use toml::de::{DeTable, DeValue};

use super::key_shape::looks_like_a_key;
use super::report::Report;
use super::secret_name::SecretName;
use crate::secret::Secret;

/// The fewest characters of a password that is searched for within the settings.
const MIN_PART: usize = 8;
/// The fewest characters of a password that is compared with each setting as a whole.
const MIN_WHOLE: usize = 6;

/// The search for one secret in the values of a config.
struct Search<'s> {
    name: SecretName,
    /// The secret in lower case: a host is the same in whatever case, and without the padding of a key.
    folded: String,
    /// The secret as it is, where it is compared with whole values only: words that people write stand in many places.
    whole: Option<&'s str>,
}

/// Notes every value that holds the secret.
pub(super) fn refuse(table: &DeTable<'_>, name: SecretName, secret: &Secret, report: &mut Report<'_>) {
    if let Some(search) = Search::new(name, secret.expose()) {
        search.refuse_in(table, "", report);
    }
}

impl<'s> Search<'s> {
    /// Returns the search for a secret, or `None` for one that is too short to be distinguished from what people write.
    fn new(name: SecretName, secret: &'s str) -> Option<Self> {
        let folded = secret.trim_end_matches('=').to_ascii_lowercase();
        let (is_part, is_whole) = match name {
            SecretName::ApiKey => (looks_like_a_key(&folded), false),
            SecretName::IqmetrixClientSecret
            | SecretName::IqmetrixPassword
            | SecretName::IqmetrixBasicToken
            | SecretName::IqtechClientSecret => {
                (looks_like_a_key(&folded) || is_unlike_words(secret), secret.chars().count() >= MIN_WHOLE)
            }
        };
        (is_part || is_whole).then(|| Self { name, folded, whole: (!is_part).then_some(secret) })
    }

    fn is_in(&self, text: &str) -> bool {
        match self.whole {
            Some(whole) => text.trim() == whole,
            None => text.to_ascii_lowercase().contains(&self.folded),
        }
    }

    fn refuse_in(&self, table: &DeTable<'_>, path: &str, report: &mut Report<'_>) {
        for (name, value) in table {
            let path = if path.is_empty() { name.get_ref().to_string() } else { format!("{path}.{}", name.get_ref()) };
            if !may_hold(self.name, &path) {
                self.refuse_value(value.get_ref(), value.span().start, &path, report);
            }
        }
    }

    fn refuse_value(&self, value: &DeValue<'_>, offset: usize, path: &str, report: &mut Report<'_>) {
        match value {
            DeValue::String(text) if self.is_in(text) => report.refuse(
                offset,
                format!(
                    "this is the {} itself; take it out (the program sends it where it belongs), and {}, for configs are \
                     shown to people",
                    self.name,
                    self.name.renewal()
                ),
            ),
            DeValue::Array(list) => {
                list.iter().for_each(|entry| self.refuse_value(entry.get_ref(), entry.span().start, path, report));
            }
            DeValue::Table(table) => self.refuse_in(table, path, report),
            _ => {}
        }
    }
}

/// Whether a setting may hold the secret: the name of its file may be its name, and headers, which go to IQR alone, are
/// shown nowhere.
fn may_hold(name: SecretName, path: &str) -> bool {
    path == name.setting() || (name == SecretName::ApiKey && path == "iqr.headers")
}

/// Whether a password is no word that people write in a config: it has both letters and digits, or a mark that names do
/// not have.
fn is_unlike_words(text: &str) -> bool {
    let has_mark = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !"-_./,:\\{}()\"'".contains(c);
    text.chars().count() >= MIN_PART
        && (text.chars().any(has_mark)
            || (text.chars().any(char::is_alphabetic) && text.chars().any(|c| c.is_ascii_digit())))
}
