//! Offenses of which an iQ Tech accuses its clients.

/// Something that a client must never do. The request is refused, but for a secret, a cookie and a page that is too
/// long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offense {
    /// The client's secret, a token or an access code stands in the URL, in plain or percent-encoded.
    SecretInUrl,
    /// A cookie was sent.
    Cookie,
    /// A token request is no form.
    NoForm,
    /// A token request has a field that the grant does not know.
    FormField(String),
    /// The path is no operation.
    Path(String),
    /// The operation of the path does not have this verb.
    Method(String),
    /// The query has a name that the operation does not know, has it twice, or has a value that the name cannot have.
    Query(String),
    /// The page is longer than the 100 rows that the document allows. The answer has 100.
    PageSize(u64),
    /// A lookup has no filter.
    NoFilter,
    /// The body has a field that the operation does not know, lacks one that it needs, or has a value of another type.
    Body(String),
    /// The body of a write is no JSON object, or its type is not that of JSON.
    NoJson,
    /// The request has a body, and the operation has none.
    NeedlessBody,
    /// A write does not say how long its body is.
    NoLength,
}
