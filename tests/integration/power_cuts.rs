//! A power cut in mid-pass: the program is killed at a request, and only the synced part of its writes to the ledger is
//! sure to remain. The rest may be gone, whole or in part.
//!
//! strace records every write and every sync. The ledger's files are rebuilt from that, in several ways, and the next
//! passes continue with what is left.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use iqr_sandbox::Comments;
use iqr_sandbox::store::Log;
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::{Bench, FIRST, LATER, Seen};
use crate::fault_proxy::{FaultProxy, Reply, reach};
use crate::traced_program::{has_strace, wants_every_place, wrapped};

const CLIENTS: i64 = 5;
const FILES: [&str; 2] = ["ledger.db", "ledger.db-wal"];
const CALLS: &str = "trace=pwrite64,fdatasync,fsync,ftruncate,unlink";

/// Fate of the writes that were not synced.
#[derive(Debug, Clone, Copy)]
enum Disk {
    Dropped,
    Kept,
    /// Keeps the first so many in a hundred.
    Prefix(usize),
    /// Keeps every other one.
    Subset,
    /// Keeps all, the last one by half.
    Torn,
}

const DISKS: [Disk; 6] = [Disk::Dropped, Disk::Kept, Disk::Prefix(30), Disk::Prefix(70), Disk::Subset, Disk::Torn];

/// A write to a file.
#[derive(Debug, Clone)]
enum Write {
    At(u64, Vec<u8>),
    Length(u64),
    Unlink,
}

/// A file before the pass, and the pass's operations on it.
#[derive(Debug, Default)]
struct File {
    synced: Option<Vec<u8>>,
    unsynced: Vec<Write>,
}

impl File {
    fn apply(content: &mut Option<Vec<u8>>, write: &Write) {
        match write {
            Write::At(offset, bytes) => {
                let content = content.get_or_insert_default();
                let start = usize::try_from(*offset).unwrap();
                content.resize(content.len().max(start + bytes.len()), 0);
                content[start..start + bytes.len()].copy_from_slice(bytes);
            }
            Write::Length(length) => content.get_or_insert_default().resize(usize::try_from(*length).unwrap(), 0),
            Write::Unlink => *content = None,
        }
    }

    fn sync(&mut self) {
        for write in self.unsynced.drain(..) {
            Self::apply(&mut self.synced, &write);
        }
    }

    fn after_cut(&self, disk: Disk) -> Option<Vec<u8>> {
        let many = self.unsynced.len();
        let mut kept: Vec<Write> = match disk {
            Disk::Dropped => Vec::new(),
            Disk::Kept | Disk::Torn => self.unsynced.clone(),
            Disk::Prefix(percent) => self.unsynced[..many * percent / 100].to_vec(),
            Disk::Subset => self.unsynced.iter().step_by(2).cloned().collect(),
        };
        if let (Disk::Torn, Some(Write::At(_, bytes))) = (disk, kept.last_mut()) {
            bytes.truncate(bytes.len() / 2);
        }
        let mut content = self.synced.clone();
        for write in &kept {
            Self::apply(&mut content, write);
        }
        content
    }
}

/// Reads the operations on the ledger's files from the log of strace.
fn files_of(folder: &Path, before: &BTreeMap<&'static str, Option<Vec<u8>>>) -> BTreeMap<&'static str, File> {
    let content = |name: &&'static str| File { synced: before[name].clone(), unsynced: Vec::new() };
    let mut files: BTreeMap<&str, File> = FILES.iter().map(|name| (*name, content(name))).collect();
    let mut syncing: BTreeMap<&str, &str> = BTreeMap::new();
    let log = fs::read_to_string(folder.join("calls")).unwrap();
    for line in log.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if call.starts_with("<... f") && call.ends_with("= 0") {
            if let Some(name) = syncing.remove(thread) {
                files.get_mut(name).unwrap().sync();
            }
            continue;
        }
        // What ends the path in strace's words.
        let is_of = |name: &&&str| {
            let path = in_hex(&folder.join(name).display().to_string());
            ['>', '"'].iter().any(|end| call.contains(&format!("{path}{end}")))
        };
        let (Some(name), Some((call, rest))) = (FILES.iter().find(is_of), call.split_once('(')) else { continue };
        let file = files.get_mut(name).unwrap();
        match call {
            "pwrite64" => file.unsynced.push(pwrite(rest)),
            "fdatasync" | "fsync" if rest.ends_with("= 0") => file.sync(),
            "fdatasync" | "fsync" => _ = syncing.insert(thread, name),
            "ftruncate" => file.unsynced.push(Write::Length(number_behind(rest, ", "))),
            "unlink" => file.unsynced.push(Write::Unlink),
            other => panic!("{other}"),
        }
    }
    files
}

/// Formats a path as `strace -xx` prints it.
fn in_hex(path: &str) -> String {
    path.bytes().fold(String::new(), |hex, byte| hex + &format!("\\x{byte:02x}"))
}

/// Parses `3<path>, "\x41...", 4096, 0) = 4096`, or the same of a call that was struck.
fn pwrite(rest: &str) -> Write {
    let (_, rest) = rest.split_once(", \"").unwrap();
    let (bytes, rest) = rest.split_once("\", ").unwrap();
    let hex = |code: &str| u8::from_str_radix(code, 16).unwrap();
    Write::At(number_behind(rest, ", "), bytes.split("\\x").skip(1).map(hex).collect())
}

fn number_behind(text: &str, separator: &str) -> u64 {
    let (_, number) = text.split_once(separator).unwrap();
    let end = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().unwrap()
}

/// The state before the pass that is struck.
#[derive(Debug, Clone, Copy)]
struct World {
    comments: Comments,
    mode: &'static str,
    verify: &'static str,
    /// Whether the clients were sent before, and have news.
    has_news: bool,
}

impl World {
    fn bench(self) -> Bench {
        let bench = Bench::with_clients(CLIENTS).with("sync", "comments", self.mode);
        let bench = bench.with("sync", "verify_writes", self.verify).with("iqr", "connections", "2");
        bench.set_comment_semantics(self.comments);
        for id in FIRST..FIRST + CLIENTS {
            bench.sandbox.state().type_comment(id, "typed by Jo");
        }
        bench
    }

    fn begin(self, bench: &Bench) {
        if self.has_news {
            bench.sync_well();
            edit(bench, 16, "Fan");
        }
    }
}

/// Gives each client other memory and a new test.
fn edit(bench: &Bench, gigabytes: i64, test: &str) {
    let store = bench.store();
    for client in 1..=CLIENTS {
        store.add_log(client, &Log::of(LATER, &[(test, "PASS")])).unwrap();
        store.edit(client, "memory_bytes", &(gigabytes << 30).to_string(), LATER).unwrap();
    }
}

/// Returns the assets, with their lines in a fixed order.
fn assets(bench: &Bench) -> BTreeMap<i64, Seen> {
    let sorted = |seen: Seen| {
        let mut lines: Vec<&str> = seen.comments.lines().collect();
        lines.sort_unstable();
        Seen { comments: lines.join("\n"), ..seen.clone() }
    };
    bench.all_seen().into_iter().map(|(id, seen)| (id, sorted(seen))).collect()
}

fn expected(world: World, is_edited_after: bool) -> BTreeMap<i64, Seen> {
    let bench = world.bench();
    world.begin(&bench);
    bench.sync_well();
    if is_edited_after {
        edit(&bench, 64, "Display");
        bench.sync_well();
    }
    assets(&bench)
}

/// Cuts the power at the `nth` request; returns whether the pass came so far.
fn cut(world: World, disk: Disk, nth: u64, is_edited_after: bool, expected: &BTreeMap<i64, Seen>) -> bool {
    let mut bench = world.bench();
    let (number, strike_at) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(u64::MAX)));
    let (struck, is_struck) = mpsc::channel();
    let proxy = FaultProxy::start(bench.sandbox.address(), {
        let (number, strike_at) = (Arc::clone(&number), Arc::clone(&strike_at));
        move |asked| {
            let answer = asked.answer();
            if number.fetch_add(1, Ordering::SeqCst) + 1 >= strike_at.load(Ordering::SeqCst) {
                _ = struck.send(());
                return Reply::Silence;
            }
            Reply::Keep(answer)
        }
    });
    reach(&mut bench, &proxy.url());
    world.begin(&bench);
    let read = |name: &'static str| (name, fs::read(bench.path(name)).ok());
    let before = FILES.map(read).into_iter().collect();
    strike_at.store(number.load(Ordering::SeqCst) + nth, Ordering::SeqCst);
    let log = bench.path("calls");
    let wrapper = ["strace", "-f", "-y", "-xx", "-s", "10000000", "-e", CALLS, "-o", log.to_str().unwrap(), "--"];
    let mut pass = wrapped(&bench, &wrapper, &["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let is_cut = loop {
        if is_struck.recv_timeout(std::time::Duration::from_millis(5)).is_ok() {
            break true;
        }
        if pass.try_wait().unwrap().is_some() {
            break false;
        }
    };
    if !is_cut {
        return false;
    }
    // strace dies with what it traces.
    for child in children_of(pass.id()) {
        _ = kill_process(child, Signal::KILL);
    }
    pass.wait().unwrap();
    strike_at.store(u64::MAX, Ordering::SeqCst);
    for (name, file) in files_of(bench.path("calls").parent().unwrap(), &before) {
        match file.after_cut(disk) {
            Some(content) => fs::write(bench.path(name), content).unwrap(),
            None => _ = fs::remove_file(bench.path(name)),
        }
    }
    _ = fs::remove_file(bench.path("ledger.db-shm"));
    if is_edited_after {
        edit(&bench, 64, "Display");
    }
    let context = format!("{world:?}, {disk:?}, request {nth}, edited after: {is_edited_after}");
    bench.sync();
    bench.sync_well();
    assert_eq!(&assets(&bench), expected, "{context}");
    bench.assert_sound(&context);
    bench.assert_idle(&context);
    true
}

fn children_of(process: u32) -> Vec<Pid> {
    let told = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    told.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
}

const WORLDS: [World; 4] = [
    World { comments: Comments::Adds, mode: "\"changed\"", verify: "true", has_news: false },
    World { comments: Comments::Adds, mode: "\"changed\"", verify: "false", has_news: true },
    World { comments: Comments::Replaces, mode: "\"full\"", verify: "true", has_news: true },
    World { comments: Comments::Replaces, mode: "\"changed\"", verify: "false", has_news: true },
];

#[test]
fn survives_power_cuts_at_any_request() {
    if !has_strace() {
        return;
    }
    let step = if wants_every_place() { 1 } else { 5 };
    thread::scope(|scope| {
        for (seed, world) in WORLDS.into_iter().enumerate() {
            scope.spawn(move || {
                for is_edited_after in [true, false] {
                    let expected = expected(world, is_edited_after);
                    let places = (1 + seed as u64..).step_by(step);
                    let cut_at = |(turn, nth): (usize, u64)| {
                        cut(world, DISKS[turn % DISKS.len()], nth, is_edited_after, &expected)
                    };
                    let cuts = places.enumerate().take(200).take_while(|place| cut_at(*place)).count();
                    // How many writes are read back is a matter of timing.
                    assert!(cuts >= 2, "{world:?}: only {cuts}");
                }
            });
        }
    });
}
