//! Tests the program as it is shipped, against real files, real sockets and real processes.
//!
//! Every test has a [`bench::Bench`]: a folder, a WipeOS database in it, an IQR in memory on a loopback port, and a
//! config that joins them. Only [`fuzz_properties`] calls the program as a library; everything else runs the binary.
//!
//! Helpers
//! - [`bench`]: folder, store, IQR, config and program of a test
//! - [`bench_iqmetrix`]: an iQmetrix beside IQR, and clients with an IMEI
//! - [`bench_iqtech`]: an iQ Tech beside IQR, and clients of a technician
//! - [`fault_proxy`]: an HTTP or TLS server in front of the sandbox that spoils chosen answers
//! - [`traced_program`]: the program under strace, in a mount namespace, or with another clock
//!
//! What is sent
//! - [`due_clients`]: the criteria by which a client is due
//! - [`full_sweep`]: `sync --full`, in one pass or in several
//! - [`held_clients`]: clients that are held, and what releases them
//! - [`duplicate_ids`]: two clients with one inventory ID
//! - [`left_behind`]: assets whose machine got another inventory ID
//! - [`comments`]: inventory comments that are shared with people
//! - [`changed_semantics`]: a tenant that appended to the comments and now replaces them
//! - [`master_items`]: search, reuse and creation of master items
//! - [`column_widths`]: texts that are wider than their columns
//! - [`wipe_results`]: the results of wipes on the line of a drive
//! - [`unused_sections`]: sections of services whose values no text names
//! - [`real_machines`]: machines with the values of real firmware
//! - [`two_appliances`]: two appliances on one asset
//! - [`tenants`]: a config or key that leads to another tenant
//!
//! Faults of IQR and of the network
//! - [`server_faults`]: the consequence of each faulty answer
//! - [`server_outages`]: a server that stays down
//! - [`request_faults`]: a fault at each request of a pass in turn
//! - [`transient_faults`]: faults that must leave few clients behind
//! - [`request_limits`]: tenants that answer 429
//! - [`late_writes`]: writes that IQR carries out after the program gave up on them
//! - [`http_framing`]: broken HTTP and JSON, and mixed-up answers
//! - [`tls`]: certificates and broken TLS
//! - [`session_expiry`]: passes that outlast their session
//!
//! Faults of the appliance
//! - [`races`]: changes of the store, the clock and the process during a pass
//! - [`signals_and_kills`]: SIGINT, SIGTERM, and SIGKILL at any moment
//! - [`strace_kill`]: SIGKILL at each system call
//! - [`power_cuts`]: a power cut at each request
//! - [`state_machine`]: random edits, faults and kills
//! - [`ledger_faults`]: failing, full and read-only disks of the ledger
//! - [`ledger_upkeep`]: size and history of the ledger
//! - [`endless_store`]: views without an end, and clients with too many rows
//! - [`read_only_store`]: a store in a read-only folder
//! - [`replaced_store`]: a store that was written anew
//!
//! Commands and what people see
//! - [`auth_test`]: `auth-test`, its probe and its write test
//! - [`missing_slots`]: slots that the config names and machines lack
//! - [`iqmetrix`]: `iqmetrix companies`, `dealers` and `imei`
//! - [`iqtech`]: `iqtech employee`, `machine` and `transactions`
//! - [`iqtech_lockers`]: `iqtech locker`: the check of an asset, reservations, the custody record
//! - [`iqtech_writes`]: changes at iQ Tech whose outcome is unknown
//! - [`dry_run`]: `sync --dry-run` and `preview --remote`
//! - [`asset_status`]: `status ID` of one asset
//! - [`status_reasons`]: every reason in `status`, `--json` and the page
//! - [`exit_codes`]: exit codes for locks, broken configs and unusable files
//! - [`lookup_settings`]: changed settings of iQmetrix after dates were sent
//! - [`lookups`]: values that a pass looks up at iQmetrix
//! - [`lookups_shown`]: where these values and their service are shown
//! - [`technicians`]: the names that a pass looks up at iQ Tech, and where they are shown
//! - [`logs`]: the lines of the log, and their priority for journald
//! - [`monitoring`]: pings, metrics and the page
//! - [`failed_starts`]: monitoring of passes that cannot begin or end early
//!
//! Secrets and rights
//! - [`secrets`]: keys and tokens in any output
//! - [`redaction`]: keys and tokens that a service repeats
//! - [`config_trust`]: configs, key files and proxies of other accounts
//! - [`symlinks`]: links in place of the files that are written
//! - [`systemd_unit`]: the system call filter of the unit
//!
//! Sources and texts
//! - [`docs`]: README and the pages below `docs/`
//! - [`manuals`]: manual pages, completions and the package
//! - [`fuzz_properties`]: the properties of the fuzz targets
//! - [`invariants`]: rules that are read off the sources
#![expect(clippy::unwrap_used, reason = "a test ends where it goes wrong")]

mod asset_status;
mod auth_test;
mod bench;
mod bench_iqmetrix;
mod bench_iqtech;
mod changed_semantics;
mod column_widths;
mod comments;
mod config_trust;
mod docs;
mod dry_run;
mod due_clients;
mod duplicate_ids;
mod endless_store;
mod exit_codes;
mod failed_starts;
mod fault_proxy;
mod full_sweep;
mod fuzz_properties;
mod held_clients;
mod http_framing;
mod invariants;
mod iqmetrix;
mod iqtech;
mod iqtech_lockers;
mod iqtech_writes;
mod late_writes;
mod ledger_faults;
mod ledger_upkeep;
mod left_behind;
mod logs;
mod lookup_settings;
mod lookups;
mod lookups_shown;
mod manuals;
mod master_items;
mod missing_slots;
mod monitoring;
mod power_cuts;
mod races;
mod read_only_store;
mod real_machines;
mod redaction;
mod replaced_store;
mod request_faults;
mod request_limits;
mod secrets;
mod server_faults;
mod server_outages;
mod session_expiry;
mod signals_and_kills;
mod state_machine;
mod status_reasons;
mod strace_kill;
mod symlinks;
mod systemd_unit;
mod technicians;
mod tenants;
mod tls;
mod traced_program;
mod transient_faults;
mod two_appliances;
mod unused_sections;
mod wipe_results;
