//! A text that must not be seen.

mod clean;
mod text;

pub use clean::{MAX_SECRET_BYTES, SecretError, SecretForm};
pub use text::Secret;
