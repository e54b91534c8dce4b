//! The program as it is shipped, against real files, real sockets and real processes.
//!
//! Every test has a [`bench::Bench`]: a folder, a WipeOS database in it, an IQR in memory on a loopback port, and a
//! config that joins them. Nothing of the program is called as a library here, but in [`any_input`]: what holds, holds for
//! the binary.
#![expect(clippy::unwrap_used, reason = "a test ends where it goes wrong")]

mod any_input;
mod auth_test;
mod bench;
mod changed_semantics;
mod comments;
mod consequences;
mod counting;
mod criteria;
mod docs;
mod endless;
mod framing;
mod front;
mod full;
mod held;
mod identity;
mod invariants;
mod items;
mod kills;
mod late_commits;
mod ledger_faults;
mod left_behind;
mod links;
mod locks;
mod logs;
mod long_passes;
mod machine_states;
mod machines;
mod manuals;
mod mounted;
mod power_cuts;
mod races;
mod read_only;
mod reasons;
mod redaction;
mod replaced_store;
mod request_limits;
mod secrets;
mod sick_server;
mod stories;
mod strace_kill;
mod stragglers;
mod systemd_unit;
mod tenants;
mod tls;
mod trust;
mod two_appliances;
mod unbegun;
mod upkeep;
mod watching;
mod widths;
mod wipes;
mod wrapped;
