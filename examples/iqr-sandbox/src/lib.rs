//! An IQ Reseller API in memory.
