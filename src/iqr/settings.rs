//! The settings of the client: hosts, limits, times and names.

use std::time::Duration;

use thiserror::Error;

use super::endpoint::Endpoints;
use crate::web::HttpSettings;

/// The settings for one IQR tenant. The config has checked every value.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `https://host[:port]` of the sign-in host, without a slash at the end; `http` for loopback only.
    pub signin_url: String,
    /// The same of the data host.
    pub api_url: String,
    /// The largest number of requests in flight, and of connections to a host: 1 to 16.
    pub connections: u8,
    /// Longest time of one request, from the lookup of the name to the last byte of the answer.
    pub request_timeout: Duration,
    /// The time for which a session is valid; it is renewed a little earlier.
    pub session_lifetime: Duration,
    /// Headers that every request carries besides our own; each passed [`check_header`].
    pub headers: Vec<(String, String)>,
    /// The endpoint of each operation.
    pub endpoints: Endpoints,
    /// The names of the fields on the wire.
    pub fields: FieldNames,
    /// The default asset creator of new master items.
    pub asset_creator: String,
}

/// Largest answer that is read, after decompression, in bytes. An asset with 100 kB of comments is far below it.
const MAX_ANSWER: u64 = 2 * 1024 * 1024;

impl Settings {
    /// The URLs that tell one tenant from another, however they are written: in lower case up to the path, and without
    /// the port that the scheme has anyway. The data host is the first word.
    #[must_use]
    pub fn tenant(&self) -> String {
        format!("{} {}", normalized(&self.api_url), normalized(&self.signin_url))
    }

    pub(super) fn http(&self) -> HttpSettings<'_> {
        HttpSettings {
            urls: [&self.signin_url, &self.api_url],
            connections: self.connections,
            timeout: self.request_timeout,
            headers: &self.headers,
            max_answer: MAX_ANSWER,
        }
    }
}

fn normalized(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of an address within brackets are no port's.
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()),
        _ => (authority.as_str(), None),
    };
    let usual: u16 = if scheme == "http" { 80 } else { 443 };
    let port = port.filter(|port| *port != usual).map(|port: u16| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{}{port}{}", host.trim_end_matches('.'), path.trim_end_matches('/'))
}

/// A field of an asset that this program may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// "Description" (specification, step 8c i).
    Description,
    /// "Extended Description" (step 8c ii).
    ExtendedDescription,
    /// "Inventory Comments" (step 8c iii).
    Comments,
}

/// The names of the three fields on the wire, in reads and writes alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldNames {
    description: String,
    extended_description: String,
    comments: String,
}

/// The reason why a name or header of the config cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The name is not an element name, or it is the name of another field.
    #[error("`{0}` cannot be the name of a field: lower-case letters and digits only, and no field of another meaning")]
    FieldName(String),
    /// Two fields would overwrite each other.
    #[error("two fields have the name `{0}`")]
    SameFieldName(String),
    /// The header is not a header name, or the program itself sets it.
    #[error("`{0}` cannot be set: it is no header name, or the program sets it itself")]
    HeaderName(String),
    /// A line break or another character that a header cannot hold. The value is not repeated: it may be secret.
    #[error("the value of header `{0}` holds a character that no header can")]
    HeaderValue(String),
}

/// Fields that mean something else; writing text there would damage the asset.
const TAKEN: [&str; 14] = [
    "inventoryid",
    "item",
    "itemid",
    "itemnumber",
    "mfgr",
    "mfgrid",
    "serialnumber",
    "warehouse",
    "location",
    "quantity",
    "unitcost",
    "status",
    "poid",
    "condition",
];

/// Headers of the connection, of the session and of the body.
const RESERVED: [&str; 8] = [
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "iqr-session-token",
    "transfer-encoding",
    "user-agent",
];

impl FieldNames {
    /// Checks names for the three fields, such as `description` or `userdefined1`.
    ///
    /// # Errors
    ///
    /// [`SettingsError::FieldName`] and [`SettingsError::SameFieldName`].
    pub fn new(description: &str, extended_description: &str, comments: &str) -> Result<Self, SettingsError> {
        let names = [description, extended_description, comments];
        if let Some(name) = names.into_iter().find(|name| !is_field_name(name)) {
            return Err(SettingsError::FieldName(name.to_owned()));
        }
        if description == extended_description || description == comments {
            return Err(SettingsError::SameFieldName(description.to_owned()));
        }
        if extended_description == comments {
            return Err(SettingsError::SameFieldName(comments.to_owned()));
        }
        let [description, extended_description, comments] = names.map(str::to_owned);
        Ok(Self { description, extended_description, comments })
    }

    /// The name of a field.
    #[must_use]
    pub fn of(&self, field: Field) -> &str {
        match field {
            Field::Description => &self.description,
            Field::ExtendedDescription => &self.extended_description,
            Field::Comments => &self.comments,
        }
    }
}

impl Default for FieldNames {
    fn default() -> Self {
        Self {
            description: "description".to_owned(),
            extended_description: "extendeddescription".to_owned(),
            comments: "inventorycomments".to_owned(),
        }
    }
}

/// Whether one of our fields may have this name on the wire.
#[must_use]
pub fn is_field_name(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && !TAKEN.contains(&name)
}

/// Checks an extra header of the config.
///
/// # Errors
///
/// [`SettingsError::HeaderName`] and [`SettingsError::HeaderValue`].
pub fn check_header(name: &str, value: &str) -> Result<(), SettingsError> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let reserved = RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved));
    if name.is_empty() || !name.bytes().all(is_token) || reserved {
        return Err(SettingsError::HeaderName(name.to_owned()));
    }
    if !value.bytes().all(|byte| byte == b'\t' || byte == b' ' || byte.is_ascii_graphic()) {
        return Err(SettingsError::HeaderValue(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_field_to_user_defined_ones_only() {
        assert!(FieldNames::new("userdefined1", "userdefined2", "inventorycomments").is_ok());
        for name in ["serialnumber", "inventoryid", "Description", "a b", "<x>", "", "1a"] {
            let refused = FieldNames::new(name, "userdefined1", "userdefined2");
            assert_eq!(refused, Err(SettingsError::FieldName(name.to_owned())));
        }
        for (a, b, c) in [("x", "x", "y"), ("x", "y", "x"), ("y", "x", "x")] {
            assert_eq!(FieldNames::new(a, b, c), Err(SettingsError::SameFieldName("x".to_owned())));
        }
    }

    #[test]
    fn refuses_headers_that_break_lines_or_replace_ours() {
        assert_eq!(check_header("X-Tenant", "shop 1"), Ok(()));
        for name in ["", "a b", "a:b", "x\r\ny", "Authorization", "IQR-Session-Token", "Content-Length"] {
            assert_eq!(check_header(name, "v"), Err(SettingsError::HeaderName(name.to_owned())));
        }
        assert!(matches!(check_header("a", "b\r\nc: d"), Err(SettingsError::HeaderValue(_))));
    }

    #[test]
    fn spells_a_url_one_way_however_it_is_written() {
        let rows = [
            ("https://API.iqreseller.com:443/", "https://api.iqreseller.com"),
            ("https://api.iqreseller.com.//", "https://api.iqreseller.com"),
            ("https://api.iqreseller.com:0443/V2/", "https://api.iqreseller.com/V2"),
            ("https://api.iqreseller.com:8443", "https://api.iqreseller.com:8443"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://127.0.0.1:443", "http://127.0.0.1:443"),
            ("http://[::1]", "http://[::1]"),
            ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ];
        for (written, meant) in rows {
            assert_eq!(normalized(written), meant, "{written}");
        }
    }
}
