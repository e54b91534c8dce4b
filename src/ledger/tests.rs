use std::fs;

use super::*;
use crate::model::{
    ClientId, IdRule, InventoryId, LookedUp, LookupOrigin, PrintedValue, Registration, Sent, Timestamp,
};
use crate::store::Fingerprint;

const DAY: i64 = 24 * 3600;

/// The work of an appliance in some years, straight into the ledger.
struct Years {
    days: i64,
    passes_a_day: i64,
    machines_a_day: i64,
    /// WipeOS forgets its clients after this many days.
    clients_live: i64,
    keep_days: i64,
}

/// A file and what is written to it.
struct Desk {
    folder: tempfile::TempDir,
    ledger: RunLedger,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = RunLedger::open(&folder.path().join("ledger.db")).unwrap();
        Self { folder, ledger }
    }

    fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        self.ledger.connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    /// A pass that had something to do and sent `clients`, each to an asset of its number.
    fn pass(&mut self, at: Timestamp, clients: std::ops::Range<i64>) {
        let pass = self.ledger.start_pass(at).unwrap();
        for client in clients {
            self.send(client, at);
        }
        self.ledger
            .finish_pass(pass, at, PassEnd::Aborted(&"the network is down; ".repeat(4)), PassTotals::default())
            .unwrap();
    }

    fn send(&mut self, client: i64, at: Timestamp) {
        let record = SentRecord {
            client_id: ClientId(client),
            registration: Registration::default(),
            inventory_id: client.to_string(),
            fingerprint: Some(Fingerprint { updated: 1, wipes: 2, logs: 3 }),
            digest: [7; 16],
            at,
        };
        let line = "Wipe - Z2AX7K1B: PASS, NIST SP 800-88 Clear, 2023-03-24\n";
        let changes = [("description", 1), ("extended_description", 2), ("comments", 8)].map(|(field, lines)| {
            ChangeRecord { field: field.to_owned().into(), before: line.to_owned(), after: line.repeat(lines) }
        });
        let sent = Sent { lines: vec![1; 12], ..Sent::default() };
        self.ledger.record_sent(&record, Some(&sent), &changes).unwrap();
    }

    /// The end of a pass, as `sync` makes it.
    fn tidy(&mut self, now: Timestamp, keep_days: i64) {
        let cutoff = now.plus_seconds(-keep_days * DAY);
        self.ledger.prune(cutoff, now).unwrap();
        self.ledger.forget_lone_assets(cutoff).unwrap();
    }

    /// Size of the file once it is closed, in bytes.
    fn close(self) -> u64 {
        drop(self.ledger);
        fs::metadata(self.folder.path().join("ledger.db")).unwrap().len()
    }
}

fn day(number: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_700_000_000_000).plus_seconds(number * DAY)
}

impl Years {
    /// Lives through them; the size of the file at the end, in bytes.
    fn live(&self) -> u64 {
        let mut desk = Desk::new();
        let mut next = 1;
        for number in 0..self.days {
            for pass in 0..self.passes_a_day {
                let at = day(number).plus_seconds(pass * DAY / self.passes_a_day);
                let share = self.machines_a_day * (pass + 1) / self.passes_a_day;
                let first = next;
                next = 1 + number * self.machines_a_day + share;
                desk.pass(at, first..next);
                desk.tidy(at, self.keep_days);
            }
            let gone = (number - self.clients_live) * self.machines_a_day;
            (gone + 1..=gone + self.machines_a_day)
                .filter(|client| *client > 0)
                .for_each(|client| desk.ledger.forget(ClientId(client)).unwrap());
        }
        self.assert_bounded(&desk);
        desk.close()
    }

    fn assert_bounded(&self, desk: &Desk) {
        let kept = self.keep_days + 1;
        assert!(desk.count("pass") <= kept * self.passes_a_day, "{} passes", desk.count("pass"));
        assert!(desk.count("change") <= kept * self.machines_a_day, "{} changes", desk.count("change"));
        // One round over all assets may take some days.
        let known = (self.clients_live + self.keep_days + 10) * self.machines_a_day;
        assert!(desk.count("asset") <= known, "{} assets", desk.count("asset"));
    }
}

#[test]
fn keeps_file_from_growing_with_time() {
    let size = |days| Years { days, passes_a_day: 24, machines_a_day: 30, clients_live: 6, keep_days: 2 }.live();
    let (short, long) = (size(15), size(30));
    assert!(long < short + short / 10, "{short} bytes, then {long}");
}

/// A pass every two minutes for three years, each of them with something to record, and fifty machines on each day.
#[test]
#[ignore = "takes minutes; run it with --release"]
fn stays_below_fifty_mebibytes_in_three_years() {
    let years = Years { days: 1095, passes_a_day: 720, machines_a_day: 50, clients_live: 3650, keep_days: 90 };
    let size = years.live();
    assert!(size < 50 << 20, "{size} bytes");
}

#[test]
fn records_all_of_an_outcome_or_nothing() {
    let mut desk = Desk::new();
    let intent = |client: i64| Intent {
        inventory_id: InventoryId::parse(Some(&(700_000 + client).to_string()), IdRule::Digits).unwrap(),
        client_id: ClientId(client),
        comments_before: String::new(),
        sent: Sent::default(),
        at: day(0),
    };
    let path = desk.folder.path().join("ledger.db");
    let open = || {
        let open = Ledger::open(&path).unwrap().unwrap().open_intents().unwrap();
        open.iter().map(|intent| intent.client_id.0).collect::<Vec<_>>()
    };
    let refusal = "CREATE TRIGGER refusal BEFORE INSERT ON intent WHEN NEW.client_id = 4
                   BEGIN SELECT RAISE(ABORT, 'refused'); END";
    desk.ledger.write(|connection| connection.execute_batch(refusal)).unwrap();
    let mut begin = |clients: &[i64]| {
        desk.ledger.atomically(|ledger| clients.iter().try_for_each(|client| ledger.begin_write(&intent(*client))))
    };
    begin(&[1, 2]).unwrap();
    assert_eq!(open(), [1, 2]);
    begin(&[3, 4, 5]).unwrap_err();
    assert_eq!(open(), [1, 2]);
    begin(&[6]).unwrap();
    assert_eq!(open(), [1, 2, 6]);
}

#[test]
fn returns_the_printed_values_of_writes_and_assets() {
    let mut desk = Desk::new();
    let value = |field, key| PrintedValue { field, origin: LookupOrigin { slot: 1, key, settings: u64::MAX } };
    let id = InventoryId::from_record("700001".to_owned());
    for printed in [vec![], LookedUp::ALL.into_iter().zip(0..).map(|(field, key)| value(field, key)).collect()] {
        let sent = Sent { printed: printed.clone(), ..Sent::default() };
        let (inventory_id, comments_before) = (id.clone(), String::new());
        let intent = Intent { inventory_id, client_id: ClientId(1), comments_before, sent, at: day(1) };
        desk.ledger.begin_write(&intent).unwrap();
        assert_eq!(desk.ledger.intent(&id).unwrap().unwrap().sent.printed, printed);
        desk.ledger.settle_intent(&intent, Some(&intent.sent), None).unwrap();
        assert_eq!(desk.ledger.asset(&id).unwrap().unwrap().sent.printed, printed);
    }
}

#[test]
fn prunes_old_history_in_steps_and_keeps_the_rest() {
    let mut desk = Desk::new();
    for client in 1..=400 {
        desk.pass(day(0), client..client + 1);
    }
    desk.pass(day(50), 401..402);
    desk.tidy(day(89), 90);
    assert_eq!((desk.count("pass"), desk.count("change")), (401, 401), "nothing is old yet");
    desk.tidy(day(91), 90);
    assert_eq!(desk.count("pass"), 401 - 256, "one step");
    for _ in 0..5 {
        desk.tidy(day(91), 90);
    }
    assert_eq!((desk.count("pass"), desk.count("change")), (1, 1));
    assert_eq!(desk.count("asset"), 401, "what was sent is known as long as its client is");
}

/// The first passes were made while the clock was ahead: what came after them goes all the same, and they with it.
#[test]
fn prunes_history_dated_by_a_clock_that_was_ahead() {
    let mut desk = Desk::new();
    for client in 1..=300 {
        desk.pass(day(9000), client..client + 1);
    }
    for client in 301..=700 {
        desk.pass(day(0), client..client + 1);
    }
    desk.pass(day(200), 701..702);
    for _ in 0..20 {
        desk.tidy(day(200), 90);
    }
    assert_eq!((desk.count("pass"), desk.count("change")), (1, 1));
}

#[test]
fn writes_nothing_where_nothing_is_old() {
    let mut desk = Desk::new();
    desk.pass(day(0), 1..20);
    desk.tidy(day(1), 90);
    let writes = |desk: &Desk| desk.ledger.connection.total_changes();
    let before = writes(&desk);
    desk.tidy(day(2), 90);
    assert_eq!(writes(&desk), before);
}

#[test]
fn returns_space_after_most_history_is_pruned() {
    let mut desk = Desk::new();
    for start in (1..8000).step_by(100) {
        desk.pass(day(0), start..start + 100);
    }
    let pages = |desk: &Desk, name: &str| -> i64 {
        desk.ledger.connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
    };
    let full = pages(&desk, "page_count");
    for _ in 0..200 {
        desk.tidy(day(100), 90);
    }
    assert_eq!(desk.count("change"), 0);
    let (left, free) = (pages(&desk, "page_count"), pages(&desk, "freelist_count"));
    assert!(left < full / 2 && free * 4 <= left.max(4 * SPARE), "{full} pages, then {left} with {free} free");
}

/// Empty pages that may stay in any file.
const SPARE: i64 = 256;

#[test]
fn forgets_asset_without_client_after_its_time() {
    let mut desk = Desk::new();
    desk.pass(day(0), 1..4);
    desk.ledger.forget(ClientId(2)).unwrap();
    let known = |desk: &Desk| {
        ["1", "2", "3"].map(|id| {
            let id = InventoryId::parse(Some(id), IdRule::Digits).unwrap();
            desk.ledger.asset(&id).unwrap().is_some()
        })
    };
    desk.tidy(day(80), 90);
    assert_eq!(known(&desk), [true; 3], "another record of the machine may still come");
    desk.tidy(day(91), 90);
    assert_eq!(known(&desk), [true, false, true]);
}
