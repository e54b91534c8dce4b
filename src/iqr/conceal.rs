//! A server may repeat what it was sent. The key and the tokens are taken out of every answer before anything reads it,
//! so that no message, log or record can hold them.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use memchr::memmem;

use crate::secret::Secret;

/// What stands in the place of a secret.
const CONCEALED: &[u8] = b"(secret)";

/// A shorter text is in too many answers by chance, and no secret.
const SHORTEST: usize = 8;

/// The secrets of this pass, in the forms in which a server may repeat them.
#[derive(Default)]
pub(super) struct Concealed {
    forms: Mutex<Vec<Form>>,
}

/// One form of a secret, and the search for it: every answer is searched for all of them.
struct Form {
    text: Secret,
    search: memmem::Finder<'static>,
}

impl Concealed {
    /// From now on this text is taken out of answers.
    pub fn add(&self, secret: &Secret) {
        let text = secret.expose();
        if text.len() < SHORTEST {
            return;
        }
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        for form in forms_of(text) {
            let search = memmem::Finder::new(&form).into_owned();
            let text = Secret::new(form);
            if forms.iter().all(|known| known.text != text) {
                forms.push(Form { text, search });
            }
        }
    }

    /// The body of an answer without any secret.
    pub fn take_out(&self, mut body: Vec<u8>) -> Vec<u8> {
        let forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        for form in forms.iter() {
            if let Cow::Owned(clean) = replaced(&body, &form.search) {
                body = clean;
            }
        }
        body
    }
}

/// As it is, and escaped as in JSON (of several habits), URLs and XML.
fn forms_of(text: &str) -> [String; 6] {
    let percent = |text: &str, digits: fn(u8) -> String| {
        text.bytes()
            .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { digits(byte) })
            .collect()
    };
    [
        text.to_owned(),
        text.replace('/', "\\/"),
        text.replace('+', "\\u002B"),
        text.replace('+', "\\u002b"),
        percent(text, |byte| format!("%{byte:02X}")),
        percent(text, |byte| format!("%{byte:02x}")),
    ]
}

fn replaced<'a>(body: &'a [u8], secret: &memmem::Finder<'_>) -> Cow<'a, [u8]> {
    if secret.find(body).is_none() {
        return Cow::Borrowed(body);
    }
    let mut clean = Vec::new();
    let mut from = 0;
    for at in secret.find_iter(body) {
        clean.extend_from_slice(&body[from..at]);
        clean.extend_from_slice(CONCEALED);
        from = at + secret.needle().len();
    }
    clean.extend_from_slice(&body[from..]);
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_taken_out_in_whichever_form_it_is_repeated() {
        let concealed = Concealed::default();
        concealed.add(&Secret::new("ab+cd/efgh=="));
        for form in
            ["ab+cd/efgh==", "ab+cd\\/efgh==", "ab\\u002Bcd/efgh==", "ab%2Bcd%2Fefgh%3D%3D", "ab%2bcd%2fefgh%3d%3d"]
        {
            let body = concealed.take_out(format!("bad token {form}, {form}!").into_bytes());
            assert_eq!(String::from_utf8(body).unwrap(), "bad token (secret), (secret)!", "{form}");
        }
        assert_eq!(concealed.take_out(b"ab+cd".to_vec()), b"ab+cd");
    }
}
