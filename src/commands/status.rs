//! (to come)
use super::Exit;
use crate::cli::Global;
/// x
/// # Errors
/// x
pub fn run<T>(_: &Global, _: &T) -> anyhow::Result<Exit> {
    Ok(Exit::Done)
}
