//! Rights that the process gives up for the sake of the key that it holds.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Forbids core dumps, which would hold the key and the session token. The limit keeps the kernel from writing a file. The
/// attribute keeps it from handing a dump to a program, which the limit does not, and other processes of this account from
/// reading the memory.
pub fn forbid_core_dumps() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        log::debug!("the size of core dumps cannot be limited: {error}");
    }
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        log::debug!("core dumps cannot be forbidden: {error}");
    }
}
