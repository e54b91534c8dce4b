//! (stand-in)
/// Short forms.
#[derive(Debug, Clone)]
pub struct Aliases;
impl Aliases {
    /// New.
    #[must_use]
    pub fn new(_: &[(String, String)]) -> Self {
        Self
    }
    /// Short.
    #[must_use]
    pub fn short_form(&self, raw: &str) -> String {
        if super::is_placeholder(raw) {
            return String::new();
        }
        raw.split_whitespace().next().unwrap_or_default().to_uppercase()
    }
}
