//! Request targets: paths and query names match without regard to case, as the service matches them.

/// A target taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The decoded path, lower case, without a slash at either end.
    pub(crate) path: String,
    /// Query parameters: names in lower case, values as sent, both decoded.
    query: Vec<(String, String)>,
}

impl Target {
    pub(crate) fn parse(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = decode(path, false).trim_matches('/').to_lowercase();
        let query = pairs(query).map(|(name, value)| (name.to_lowercase(), value)).collect();
        Self { path, query }
    }

    /// The first value of a parameter; `name` in lower case.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The decoded names and values of a query or a form.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name, true), decode(value, true))
    })
}

/// Percent-decoding; a `%` that begins no escape stands for itself. In a query, `+` is a blank.
pub(crate) fn decode(text: &str, plus_is_blank: bool) -> String {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' if plus_is_blank => b' ',
            b'%' => escaped(&mut bytes).unwrap_or(b'%'),
            other => other,
        });
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Whether one of the texts stands in the target, in plain or percent-encoded.
pub(crate) fn names_any(target: &str, texts: &[String]) -> bool {
    let decoded = [false, true].map(|plus_is_blank| decode(target, plus_is_blank));
    let is_named = |target: &str| texts.iter().any(|text| target.contains(text.as_str()));
    is_named(target) || decoded.iter().any(|target| is_named(target))
}

fn escaped(bytes: &mut std::str::Bytes<'_>) -> Option<u8> {
    let mut ahead = bytes.clone();
    let high = char::from(ahead.next()?).to_digit(16)?;
    let low = char::from(ahead.next()?).to_digit(16)?;
    *bytes = ahead;
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn ignores_case_of_paths_and_names_and_decodes_values() {
        let target = Target::parse("/WebAPI.svc/MI/JSON/GetItems%42y?ITEMNumber=A%2FB+C%26%C3%A9&x");
        assert_eq!(target.path, "webapi.svc/mi/json/getitemsby");
        assert_eq!(target.query("itemnumber"), Some("A/B C&é"));
        assert_eq!((target.query("x"), target.query("y")), (Some(""), None));
    }

    #[test]
    fn keeps_a_percent_sign_that_begins_no_escape() {
        assert_eq!(Target::parse("/?a=100%25%&b=%zz").query("a"), Some("100%%"));
        assert_eq!(Target::parse("/?a=100%25%&b=%zz").query("b"), Some("%zz"));
    }
}
