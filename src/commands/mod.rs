//! One file per command: gather, call, print.

pub mod init;
