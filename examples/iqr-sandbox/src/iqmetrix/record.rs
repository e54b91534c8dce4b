//! Offenses of which an iQmetrix accuses its clients.

/// Something that a client must never do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offense {
    /// `Auth=` stands in the URL. The request is refused.
    AuthInUrl,
    /// A secret stands in the URL, in plain or percent-encoded.
    SecretInUrl,
    /// A text that is no IMEI was asked for.
    InvalidImei(String),
    /// An IMEI was asked for twice in one request.
    RepeatedImei(String),
    /// A refresh token was exchanged, which revokes the access token of another run.
    RefreshGrant,
    /// A body of another type than a form came to the token endpoint.
    NoForm,
    /// The session cookie was kept and sent.
    Cookie,
    /// A data call with another verb than GET.
    Method(String),
}
