//! The settings of `[iqmetrix]`; the config has checked every value.

use std::time::Duration;

use crate::secret::Secret;
use crate::web::PathTemplate;

/// The settings of the client of Data Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `https://host[:port]` of Data Connect, without a slash at the end; `http` for loopback only.
    pub url: String,
    /// The URL of the token endpoint, path included.
    pub token_url: String,
    /// The way to the credential.
    pub auth: Auth,
    /// The companies that are asked, in this order; empty: those that the service lists.
    pub companies: Vec<i64>,
    /// The slot of the inventory item menu that holds the IMEI.
    pub imei_slot: String,
    /// The number of IMEIs in one request: 1 to 110.
    pub batch: u16,
    /// The largest number of requests at once: 1 to 8. The service counts the requests of all callers of one company.
    pub connections: u8,
    /// Longest time of one request, from the lookup of the name to the last byte of the answer.
    pub request_timeout: Duration,
    /// The paths of the three calls.
    pub paths: Paths,
}

/// The way to the credential of Data Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// A token by the password grant of OAuth 2.0.
    Password {
        /// The client of the onboarding package.
        client_id: String,
        /// The user.
        username: String,
    },
    /// A basic token that was issued before.
    Basic,
}

/// The secrets of [`Auth`].
#[derive(Debug, Clone)]
pub enum Secrets {
    /// Those of [`Auth::Password`].
    Password {
        /// The client's secret.
        client_secret: Secret,
        /// The user's password.
        password: Secret,
    },
    /// The token of [`Auth::Basic`].
    Basic(Secret),
}

/// The paths of the three calls, relative to [`Settings::url`]. A pair of the query whose placeholder has no value is
/// left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The companies in partner relationships; may have `{response}`.
    pub companies: PathTemplate,
    /// Their dealers; may have `{response}`.
    pub dealers: PathTemplate,
    /// Devices by IMEI; must have `{company}` and `{imeis}`, may have `{response}`.
    pub imei: PathTemplate,
}

impl Paths {
    /// The placeholders that the path of a list may have.
    pub const OF_LISTS: &'static [&'static str] = &["response"];
    /// The placeholders that the path of devices may have; it must have the first two.
    pub const OF_DEVICES: &'static [&'static str] = &["company", "imeis", "response"];
}
