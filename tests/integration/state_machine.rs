//! A state machine: WipeOS edits its store, people edit IQR, passes meet faults and are killed, all at random from a
//! seed. After each clean pass both sides agree, a further pass sends no request, no line is there twice, and no line
//! of a person is gone.
//!
//! `$WIPEOS_TEST_ROUNDS` sets the number of rounds, `$WIPEOS_TEST_SEED` the first seed; a failure prints both and the
//! actions.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use iqr_sandbox::rng::Rng;
use iqr_sandbox::store::{ID_SLOT, Log, Wipe};
use iqr_sandbox::{Asset, Comments, Fault, Field, Kind, When};
use rusqlite::params;
use rustix::process::Signal;

use crate::bench::{Bench, FIRST, client};

/// Number of assets in IQR, more than there are clients at first.
const ASSETS: i64 = 8;
const CLIENTS: i64 = 5;

const TESTS: [&str; 5] = ["Memory", "Display", "Ethernet", "USB", "Keyboard"];
/// Results of a test; the last ones are unknown to any program.
const RESULTS: [&str; 7] = ["PASS", "FAIL", "Passed", "SKIPPED", "", "Loud (again)", "PASS (2024-04-01 10:00)"];
const KNOWN_RESULTS: usize = 5;
const WIPE_RESULTS: [&str; 4] = ["Success", "Failed", "Aborted", "Frobbed"];
const KNOWN_WIPE_RESULTS: usize = 3;
const METHODS: [&str; 3] = ["NIST SP 800-88 Clear", "DoD 5220.22-M", ""];

/// Lines that people type; the number makes each line unique.
const TYPED: [&str; 5] =
    ["lid cracked, photo", "Memory: by Jo, slot", "USB: ask Jo,", "<b>&amp; ]]>", "Wipe - on paper: sheet"];

/// A world that goes through rounds.
struct World {
    bench: Bench,
    rng: Rng,
    /// Lines of people, by asset, that no pass may remove.
    typed: BTreeMap<i64, Vec<String>>,
    /// Counter for everything that must be unique.
    count: i64,
    /// Actions of this round.
    actions: Vec<String>,
    name: String,
    /// Whether the ledger is deleted now and then. It alone knows whose a line with an unknown word is once the client
    /// is gone too, so only known words are used then.
    loses_ledger: bool,
    /// Keys of deleted clients: a new client may have got one.
    deleted: BTreeSet<i64>,
    /// Whether IQR denied that it has an asset: an asset that was left is not reported then.
    hid_assets: bool,
}

impl World {
    fn new(comments: Comments, mode: &str, seed: u64, loses_ledger: bool) -> Self {
        let bench = Bench::empty().with("sync", "comments", mode).with("iqr", "request_timeout", "\"500ms\"");
        bench.set_comment_semantics(comments);
        bench.sandbox.state().add_assets((0..ASSETS + 40).map(|number| Asset::new(FIRST + number)));
        (0..CLIENTS).for_each(|number| _ = bench.store().add(&client(number)).unwrap());
        let name = format!("{comments:?}, {mode}, seed {seed}");
        Self {
            bench,
            rng: Rng::new(seed),
            typed: BTreeMap::new(),
            count: 0,
            actions: Vec::new(),
            name,
            loses_ledger,
            deleted: BTreeSet::new(),
            hid_assets: false,
        }
    }

    fn note(&mut self, what: String) {
        self.actions.push(what);
    }

    fn next_count(&mut self) -> i64 {
        self.count += 1;
        self.count
    }

    /// Returns a time long ago, lately, or in the future: WipeOS's clock is unreliable.
    fn time(&mut self) -> String {
        let year = self.rng.pick(&[2009, 2023, 2024, 2024, 2031]);
        let (day, minute) = (self.rng.between(1, 28), self.rng.between(0, 59));
        format!("{year}-04-{day:02} 10:{minute:02}:00")
    }

    fn client(&mut self) -> Option<i64> {
        let nth = i64::try_from(self.rng.bits() >> 1).unwrap();
        let sql = "SELECT id FROM client ORDER BY id LIMIT 1 OFFSET ?1 % max(1, (SELECT count(*) FROM client))";
        self.bench.store().connection().query_row(sql, [nth], |row| row.get(0)).ok()
    }

    fn asset(&mut self) -> i64 {
        FIRST + self.rng.between(0, ASSETS - 1)
    }

    /// Changes something in WipeOS.
    fn edit_store(&mut self) {
        let Some(client) = self.client() else { return };
        let (at, kind) = (self.time(), self.rng.below(12));
        match kind {
            0 | 1 => self.set(client, "memory_bytes", self.count + 1, &at),
            2 => self.set(client, "webcam", self.count % 2, &at),
            3 => self.edit_model(client, &at),
            4 | 5 => self.add_wipe(client, &at),
            6 | 7 => self.add_log(client, &at),
            8 => self.take_log_away(),
            9 => self.move_to_other_asset(client, &at),
            10 => self.add_client(&at),
            _ => self.delete_client(client),
        }
    }

    fn set(&mut self, client: i64, column: &str, value: i64, at: &str) {
        let value = if column == "memory_bytes" { (self.next_count() + value) << 30 } else { value };
        self.note(format!("client {client}: {column} = {value} at {at}"));
        self.bench.store().edit(client, column, &value.to_string(), at).unwrap();
    }

    fn edit_model(&mut self, client: i64, at: &str) {
        let model = format!("OptiPlex {}", 9000 + self.rng.below(6));
        self.note(format!("client {client} is an {model} at {at}"));
        self.bench.store().edit(client, "model", &model, at).unwrap();
    }

    fn add_wipe(&mut self, client: i64, at: &str) {
        let is_over = !self.rng.chance(250);
        let words = if self.loses_ledger { &WIPE_RESULTS[..KNOWN_WIPE_RESULTS] } else { &WIPE_RESULTS };
        let (result, method) = (self.rng.pick(words), self.rng.pick(&METHODS));
        let wipe = Wipe {
            method: Some(method.to_owned()),
            result: is_over.then(|| result.to_owned()),
            verified: Some(self.rng.chance(500)),
            started_at: Some(at.to_owned()),
            finished_at: is_over.then(|| at.to_owned()),
        };
        self.note(format!("client {client}: {wipe:?}"));
        self.bench.store().add_wipe(client, 0, &wipe).unwrap();
    }

    fn add_log(&mut self, client: i64, at: &str) {
        let words = if self.loses_ledger { &RESULTS[..KNOWN_RESULTS] } else { &RESULTS };
        let mut tests = Vec::new();
        for _ in 0..self.rng.between(1, 3) {
            tests.push((self.rng.pick(&TESTS), self.rng.pick(words)));
        }
        self.note(format!("client {client}: log {tests:?} at {at}"));
        self.bench.store().add_log(client, &Log::of(at, &tests)).unwrap();
    }

    fn take_log_away(&mut self) {
        self.note("a log is taken away".to_owned());
        let sql = "DELETE FROM diagnostics_log WHERE id = (SELECT max(id) FROM diagnostics_log)";
        self.bench.store().connection().execute(sql, []).unwrap();
    }

    /// Sets another asset in the ID slot; now and then one of another client, or none.
    fn move_to_other_asset(&mut self, client: i64, at: &str) {
        let id = match self.rng.below(6) {
            0 => String::new(),
            1 => "A-17".to_owned(),
            _ => self.asset().to_string(),
        };
        self.note(format!("client {client} has inventory ID {id:?} at {at}"));
        self.bench.store().set_slot(client, ID_SLOT, &id, at).unwrap();
    }

    fn add_client(&mut self, at: &str) {
        let number = self.next_count() % 40;
        let new = client(ASSETS + number);
        let id = self.bench.store().add(&iqr_sandbox::store::Client { updated_at: at.to_owned(), ..new }).unwrap();
        self.note(format!("client {id} is new, for asset {}, of {at}", FIRST + ASSETS + number));
    }

    fn delete_client(&mut self, client: i64) {
        let store = self.bench.store();
        let count: i64 = store.connection().query_row("SELECT count(*) FROM client", [], |row| row.get(0)).unwrap();
        if count > 3 {
            self.note(format!("client {client} is deleted"));
            // Its key may be given to a new client, which must not inherit what hung on it.
            for table in ["client_slot", "battery", "disk", "diagnostics_log"] {
                store.connection().execute(&format!("DELETE FROM {table} WHERE client_id = ?1"), [client]).unwrap();
            }
            store.delete(client).unwrap();
            self.deleted.insert(client);
        }
    }

    /// Changes something in IQR as a person does.
    fn edit_iqr(&mut self) {
        let id = self.asset();
        match self.rng.below(5) {
            0 | 1 => self.type_line(id, false),
            2 => self.type_line(id, true),
            3 => self.take_line_away(id),
            _ => self.type_behind(id),
        }
    }

    fn type_line(&mut self, id: i64, on_top: bool) {
        let line = format!("{} {}", self.rng.pick(&TYPED), self.next_count());
        self.note(format!("asset {id}: {line:?} is typed{}", if on_top { " on top" } else { "" }));
        let text = self.bench.seen(id).comments;
        let lines = if on_top { [line.as_str(), text.as_str()] } else { [text.as_str(), line.as_str()] };
        let text = lines.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join("\n");
        self.bench.sandbox.state().edit(id, Field::InventoryComments, &text);
        self.typed.entry(id).or_default().push(line);
    }

    /// Removes a line of a person, as its author.
    fn take_line_away(&mut self, id: i64) {
        let Some(line) = self.typed.get_mut(&id).and_then(Vec::pop) else { return };
        self.note(format!("asset {id}: {line:?} is taken away"));
        let mut lines = self.bench.lines(id);
        lines.retain(|other| *other != line);
        self.bench.sandbox.state().edit(id, Field::InventoryComments, &lines.join("\n"));
    }

    /// Appends a person's text to our description.
    fn type_behind(&mut self, id: i64) {
        let text = self.bench.seen(id).extended_description;
        if !text.is_empty() && !text.contains(", see") {
            self.note(format!("asset {id}: a word behind the extended description"));
            self.bench.sandbox.state().edit(id, Field::ExtendedDescription, &format!("{text}, see photo"));
        }
    }

    /// Runs a pass that may be disturbed.
    fn rough_pass(&mut self) {
        match self.rng.below(7) {
            0 => {}
            1 | 2 => self.faulty_pass(),
            3 => self.busy_pass(),
            4 => self.ended_pass(Signal::TERM),
            _ => self.ended_pass(Signal::KILL),
        }
        if self.loses_ledger && self.rng.chance(250) {
            self.note("the ledger is deleted".to_owned());
            self.bench.forget_ledger();
        }
    }

    fn faulty_pass(&mut self) {
        let kinds = [
            Kind::status(500),
            Kind::status(503),
            Kind::status(400),
            Kind::status(404),
            Kind::status(401),
            Kind::Reset,
            Kind::Close,
            Kind::Truncated,
            Kind::AsIs,
            Kind::html_ok(),
            Kind::OtherInventoryId,
            Kind::error_text(),
        ];
        let kind = kinds[usize::try_from(self.rng.below(kinds.len() as u64)).unwrap()].clone();
        let (skip, times) = (self.rng.below(30), self.rng.pick(&[1, 1, 1, 3, 100]));
        let fault = Fault::new(When::Always, kind).skip(skip).times(times);
        let fault =
            if self.rng.chance(500) { fault.and(When::Method("POST".to_owned())).after_commit() } else { fault };
        self.note(format!("a pass with {fault:?}"));
        self.hid_assets |= format!("{fault:?}").contains("404");
        self.bench.sandbox.set_faults(vec![fault]);
        self.bench.sync();
        self.bench.sandbox.set_faults(Vec::new());
    }

    fn ended_pass(&mut self, signal: Signal) {
        let moment = Duration::from_micros(self.rng.below(90_000));
        self.note(format!("a pass that gets {signal:?} after {moment:?}"));
        let pass = self.bench.spawn(&["sync"]);
        std::thread::sleep(moment);
        pass.signal(signal);
        pass.finish();
    }

    /// Runs a pass while WipeOS writes.
    fn busy_pass(&mut self) {
        self.note("while a pass runs:".to_owned());
        let mut pass = self.bench.spawn(&["sync"]);
        while !pass.has_ended() {
            self.edit_store();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.note("the pass has ended".to_owned());
    }

    fn context(&self) -> String {
        format!("{}\n{:#?}", self.name, self.actions)
    }

    /// Runs one clean pass and asserts what must hold after it.
    fn assert_settles(&mut self) {
        // Who failed because of a fault may have to wait: that is another test's matter.
        let report = self.bench.sync_with(&["--retry"]);
        let context = format!("{}\n{report:#?}", self.context());
        let left = report.count("failed") + report.count("deferred");
        assert_eq!((report.code, left), (Some(0), 0), "{context}");
        self.bench.assert_sound(&context);
        self.assert_typed_stand(&context);
        self.assert_agree(&context);
        self.assert_left_behind(&context);
        self.bench.assert_idle(&context);
    }

    fn assert_typed_stand(&self, context: &str) {
        for (id, typed) in &self.typed {
            let lines = self.bench.lines(*id);
            for line in typed {
                assert!(lines.contains(line), "asset {id} lost {line:?}: {lines:#?}\n{context}");
            }
        }
    }

    /// Asserts that every client that may be sent is, by its preview, and that its asset shows it.
    fn assert_agree(&self, context: &str) {
        let sql = "SELECT value FROM client_slot JOIN client ON client.id = client_id WHERE name = ?1 GROUP BY value
                   HAVING count(*) = 1";
        let store = self.bench.store();
        let mut statement = store.connection().prepare(sql).unwrap();
        let ids = statement.query_map(params![ID_SLOT], |row| row.get::<_, String>(0)).unwrap();
        for id in ids.map(Result::unwrap).filter_map(|id| id.parse::<i64>().ok()) {
            let run = self.bench.run(&["preview", &id.to_string(), "--json"]);
            assert_eq!(run.code, Some(0), "{run:#?}\n{context}");
            let preview = run.json();
            assert_eq!(preview["held"], serde_json::Value::Null, "{preview:#}\n{context}");
            self.assert_says(id, &preview["mapped"], context);
        }
    }

    /// Returns the text in the slot of a client; `None` if there is none, or if its key may be another machine's.
    fn typed_of(&self, client: i64) -> Option<String> {
        let sql = "SELECT value FROM client_slot WHERE client_id = ?1 AND name = ?2";
        let typed = self.bench.store().connection().query_row(sql, params![client, ID_SLOT], |row| row.get(0));
        typed.ok().filter(|_| !self.deleted.contains(&client))
    }

    /// Asserts that exactly the assets of machines that have another ID by now are reported, with that ID.
    fn assert_left_behind(&self, context: &str) {
        let told: BTreeMap<i64, Option<i64>> =
            self.bench.left_behind().into_iter().map(|(asset, now, _)| (asset, now)).collect();
        let context = format!("told: {told:?}\n{context}");
        for notice in self.bench.notices() {
            let (client, asset) = (notice["client_id"].as_i64().unwrap(), notice["inventory_id"].as_str().unwrap());
            let asset = asset.parse::<i64>().unwrap();
            let Some(typed) = self.typed_of(client).filter(|_| notice["store_replaced_at"].is_null()) else { continue };
            let now = typed.trim().parse().ok();
            assert_eq!((told[&asset], now == Some(asset)), (now, false), "asset {asset} of client {client}: {context}");
        }
        let ledger = rusqlite::Connection::open(self.bench.ledger()).unwrap();
        let sql = "SELECT CAST(inventory_id AS INTEGER), client_id FROM asset WHERE EXISTS
                   (SELECT 1 FROM change WHERE change.inventory_id = asset.inventory_id AND change.client_id = asset.client_id)";
        let mut statement = ledger.prepare(sql).unwrap();
        let assets = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        for (asset, client) in assets.map(Result::<(i64, i64), _>::unwrap) {
            let is_left = self.typed_of(client).is_some_and(|typed| typed.trim().parse() != Ok(asset));
            assert!(!is_left || self.hid_assets || told.contains_key(&asset), "asset {asset} of {client}: {context}");
        }
    }

    fn assert_says(&self, id: i64, mapped: &serde_json::Value, context: &str) {
        let (seen, lines) = (self.bench.seen(id), self.bench.lines(id));
        let context = format!("asset {id}: {seen:#?}\nshould say {mapped:#}\n{context}");
        let text = |name: &str| mapped[name].as_str().unwrap().to_owned();
        assert_eq!((seen.item_number, seen.description), (text("item_number"), text("description")), "{context}");
        assert!(seen.extended_description.starts_with(&text("extended_description")), "{context}");
        for line in mapped["comments"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()) {
            let (name, _) = line.split_once(':').unwrap();
            let typed = self.typed.get(&id);
            let is_ours = |other: &&String| !typed.is_some_and(|typed| typed.contains(other));
            let newest = lines.iter().rfind(|other| other.split(':').next() == Some(name) && is_ours(other));
            let says_it = newest.is_some_and(|newest| *newest == line || newest.starts_with(&format!("{line} (")));
            assert!(says_it, "{line:?}, but the newest line is {newest:?}: {context}");
        }
    }

    fn round(&mut self) {
        self.actions.clear();
        for _ in 0..self.rng.between(1, 4) {
            self.edit_store();
        }
        for _ in 0..self.rng.between(0, 3) {
            self.edit_iqr();
        }
        self.rough_pass();
        self.assert_settles();
    }
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

fn live(comments: Comments, mode: &str, seed: u64, loses_ledger: bool) {
    let seed = number("WIPEOS_TEST_SEED", seed);
    let mut world = World::new(comments, mode, seed, loses_ledger);
    for round in 0..number("WIPEOS_TEST_ROUNDS", 12) {
        world.name = format!("{comments:?}, {mode}, seed {seed}, round {round}");
        world.round();
    }
}

#[test]
fn converges_after_any_events_if_iqr_appends() {
    live(Comments::Adds, "\"changed\"", 0xADD, false);
}

#[test]
fn converges_after_any_events_if_iqr_replaces() {
    live(Comments::Replaces, "\"full\"", 0xF11, false);
}

#[test]
fn converges_after_any_events_if_iqr_replaces_unexpectedly() {
    live(Comments::Replaces, "\"changed\"", 0xC4A, false);
}

#[test]
fn converges_after_any_events_and_a_lost_ledger() {
    live(Comments::Adds, "\"changed\"", 0x105, true);
    live(Comments::Replaces, "\"full\"", 0x106, true);
}
