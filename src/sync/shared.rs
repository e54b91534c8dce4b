//! State that the workers share.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks. The state that a panicked worker has left is sound: every change of it is one step.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
