//! The ledger's tables, and how a file of an older version becomes one of this.

use rusqlite::{Connection, TransactionBehavior};

use super::error::Error;

/// Marks the file as ours ("WIQR"), so that another program's database is never taken for a ledger.
const APPLICATION_ID: i64 = 0x5749_5152;

/// Each step makes version N+1 out of version N; the last one's number is what this program writes.
const MIGRATIONS: &[&str] = &[
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
     -- To which asset each client was last sent, and what marked its state in the same read.
     CREATE TABLE sent (
         client_id INTEGER PRIMARY KEY,
         inventory_id TEXT NOT NULL,
         seen BLOB NOT NULL,
         digest BLOB NOT NULL,
         at INTEGER NOT NULL
     );
     CREATE INDEX sent_inventory_id ON sent(inventory_id);
     -- What was last sent to each asset, from whichever client.
     CREATE TABLE asset (
         inventory_id TEXT PRIMARY KEY,
         client_id INTEGER NOT NULL,
         description BLOB,
         extended_description BLOB,
         lines BLOB NOT NULL,
         at INTEGER NOT NULL
     ) WITHOUT ROWID;
     -- Held and failing clients. next_try is NULL where only news of the client or the config can change the answer.
     CREATE TABLE problem (
         client_id INTEGER PRIMARY KEY,
         inventory_id TEXT,
         held INTEGER NOT NULL,
         reason TEXT NOT NULL,
         message TEXT NOT NULL,
         attempts INTEGER NOT NULL,
         since INTEGER NOT NULL,
         next_try INTEGER,
         seen BLOB
     );
     CREATE INDEX problem_next_try ON problem(next_try) WHERE next_try IS NOT NULL;
     CREATE INDEX problem_inventory_id ON problem(inventory_id);
     -- Writes that were begun and whose end is not recorded: what is being sent, and what the comments were before.
     CREATE TABLE intent (
         client_id INTEGER PRIMARY KEY,
         inventory_id TEXT NOT NULL,
         comments_before TEXT NOT NULL,
         description BLOB,
         extended_description BLOB,
         lines BLOB NOT NULL,
         at INTEGER NOT NULL
     );
     CREATE TABLE master_item (key TEXT PRIMARY KEY, manufacturer TEXT NOT NULL, item_number TEXT NOT NULL) WITHOUT ROWID;
     CREATE TABLE pass (
         id INTEGER PRIMARY KEY,
         started_at INTEGER NOT NULL,
         finished_at INTEGER,
         outcome TEXT,
         message TEXT,
         sent INTEGER NOT NULL DEFAULT 0,
         unchanged INTEGER NOT NULL DEFAULT 0,
         held INTEGER NOT NULL DEFAULT 0,
         failed INTEGER NOT NULL DEFAULT 0,
         deferred INTEGER NOT NULL DEFAULT 0,
         requests INTEGER NOT NULL DEFAULT 0
     );
     -- What was changed in IQR, field by field.
     CREATE TABLE change (
         id INTEGER PRIMARY KEY,
         at INTEGER NOT NULL,
         client_id INTEGER NOT NULL,
         inventory_id TEXT NOT NULL,
         field TEXT NOT NULL,
         before TEXT NOT NULL,
         after TEXT NOT NULL
     );
     CREATE INDEX change_inventory_id ON change(inventory_id);",
    // Whose a line is must be known as long as it stands in IQR. A begun write is a matter of its asset, whichever
    // client has it by then; it is open while no problem of its client sees to it that it is tried again.
    "ALTER TABLE asset ADD COLUMN other_lines BLOB NOT NULL DEFAULT x'';
     ALTER TABLE intent RENAME TO intent_of_client;
     CREATE TABLE intent (
         inventory_id TEXT PRIMARY KEY,
         client_id INTEGER NOT NULL,
         comments_before TEXT NOT NULL,
         description BLOB,
         extended_description BLOB,
         lines BLOB NOT NULL,
         other_lines BLOB NOT NULL,
         at INTEGER NOT NULL,
         is_open INTEGER NOT NULL DEFAULT 1
     ) WITHOUT ROWID;
     CREATE INDEX intent_open ON intent(inventory_id) WHERE is_open;
     CREATE INDEX intent_client_id ON intent(client_id);
     INSERT OR REPLACE INTO intent (inventory_id, client_id, comments_before, description, extended_description, lines,
                                    other_lines, at)
         SELECT inventory_id, client_id, comments_before, description, extended_description, lines, x'', at
         FROM intent_of_client ORDER BY at;
     DROP TABLE intent_of_client;",
    // What is old is found without a walk through what is not.
    "CREATE INDEX pass_started_at ON pass(started_at);
     CREATE INDEX change_at ON change(at);",
    // Only closed writes are looked for by client, and nearly all are deleted before they are: nothing to keep for
    // those.
    "DROP INDEX intent_client_id;
     CREATE INDEX intent_closed ON intent(client_id) WHERE NOT is_open;",
    // Passes and changes are recorded one after the other: the oldest is the first, whatever the clock said.
    "DROP INDEX change_at;
     DROP INDEX pass_started_at;",
    // What was changed at once is asked for at once: [[field, before, after], ...].
    "ALTER TABLE change RENAME TO change_of_field;
     DROP INDEX change_inventory_id;
     CREATE TABLE change (
         id INTEGER PRIMARY KEY,
         at INTEGER NOT NULL,
         client_id INTEGER NOT NULL,
         inventory_id TEXT NOT NULL,
         fields TEXT NOT NULL
     );
     INSERT INTO change (at, client_id, inventory_id, fields)
         SELECT at, client_id, inventory_id, json_group_array(json_array(field, before, after) ORDER BY id)
         FROM change_of_field GROUP BY at, client_id, inventory_id ORDER BY min(id);
     DROP TABLE change_of_field;
     CREATE INDEX change_inventory_id ON change(inventory_id);",
    // A text of ours that arrives late is known again.
    "ALTER TABLE asset ADD COLUMN earlier BLOB NOT NULL DEFAULT x'';
     ALTER TABLE intent ADD COLUMN earlier BLOB NOT NULL DEFAULT x'';",
    // Assets that show what was sent of a machine that has another inventory ID by now, or, where `replaced_at` is set,
    // of one whose client belongs to another machine since the WipeOS database was replaced. What is recorded of a
    // begun write to an asset before the ID of its client is known has that asset in `now`.
    "ALTER TABLE sent ADD COLUMN created_at INTEGER;
     ALTER TABLE sent ADD COLUMN serial_number TEXT;
     CREATE TABLE left_behind (
         inventory_id TEXT PRIMARY KEY,
         client_id INTEGER NOT NULL,
         created_at INTEGER,
         serial_number TEXT,
         sent_at INTEGER NOT NULL,
         now TEXT,
         is_attention INTEGER NOT NULL,
         noticed_at INTEGER NOT NULL,
         replaced_at INTEGER
     ) WITHOUT ROWID;
     CREATE INDEX left_behind_client_id ON left_behind(replaced_at, client_id);",
    // The tables of look-ups stood here; `lookups` makes them where a config has the section of a service.
    "",
    // The looked-up fields that were sent with a value, and where each came from; NULL where none was.
    "ALTER TABLE asset ADD COLUMN printed BLOB;
     ALTER TABLE intent ADD COLUMN printed BLOB;",
];

/// The version that this program reads and writes.
pub(super) const VERSION: usize = MIGRATIONS.len();

/// Brings an open file to this version, under SQLite's own write lock, so that two programs that find an old file do
/// it once.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    if check(connection)? == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = check(&transaction)?;
    for migration in &MIGRATIONS[version..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", u32::try_from(VERSION).unwrap_or(u32::MAX))?;
    transaction.commit()?;
    // What was written anew may be most of the file: it is not to stand in the WAL, too.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// The version of the file: 0 for one that is new and empty. Refuses another program's file and a newer version.
pub(super) fn check(connection: &Connection) -> Result<usize, Error> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application_id, version) = (number("application_id")?, number("user_version")?);
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    match application_id {
        APPLICATION_ID if version > VERSION => Err(Error::Newer { version, ours: VERSION }),
        APPLICATION_ID => Ok(version),
        0 if version == 0 && is_empty(connection)? => Ok(0),
        _ => Err(Error::Foreign),
    }
}

fn is_empty(connection: &Connection) -> Result<bool, Error> {
    Ok(connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::super::{Ledger, RunLedger};
    use super::*;
    use crate::model::{ClientId, InventoryId};

    /// A file as the given version of the program made it.
    fn file_of_version(version: usize) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        MIGRATIONS[..version].iter().for_each(|migration| connection.execute_batch(migration).unwrap());
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", u32::try_from(version).unwrap()).unwrap();
        connection
    }

    fn shape(connection: &Connection) -> Vec<(String, String)> {
        let mut statement =
            connection.prepare("SELECT name, ifnull(sql, '') FROM sqlite_schema ORDER BY name").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn migrates_every_older_version_with_its_rows() {
        let mut fresh = Connection::open_in_memory().unwrap();
        migrate(&mut fresh).unwrap();
        for version in 1..=VERSION {
            let mut old = file_of_version(version);
            old.execute_batch("INSERT INTO pass (started_at) VALUES (7)").unwrap();
            migrate(&mut old).unwrap();
            assert_eq!(check(&old).unwrap(), VERSION, "version {version}");
            assert_eq!(shape(&old), shape(&fresh), "version {version}");
            let kept = old.query_row("SELECT started_at FROM pass", [], |row| row.get(0));
            assert_eq!(kept, Ok(7), "version {version}");
        }
    }

    #[test]
    fn refuses_newer_and_foreign_files() {
        let mut newer = file_of_version(VERSION);
        newer.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(migrate(&mut newer), Err(Error::Newer { version: 99, .. })));
        let mut strange = Connection::open_in_memory().unwrap();
        strange.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(matches!(migrate(&mut strange), Err(Error::Foreign)));
        assert_eq!(shape(&strange).len(), 1);
    }

    /// Made by the first version of this program, in the middle of a write.
    const OF_VERSION_1: &str = "
        INSERT INTO change (id, at, client_id, inventory_id, field, before, after)
            VALUES (5, 1000, 1, '700001', 'description', '', 'X220');
        INSERT INTO change (id, at, client_id, inventory_id, field, before, after)
            VALUES (6, 1000, 1, '700001', 'comments', 'lid \"cracked\"', 'Memory: PASS');
        INSERT INTO change (id, at, client_id, inventory_id, field, before, after)
            VALUES (7, 3000, 1, '700001', 'comments', '', 'Memory: FAIL');
        INSERT INTO sent (client_id, inventory_id, seen, digest, at)
            VALUES (1, '700001', x'', zeroblob(16), 1000);
        INSERT INTO asset (inventory_id, client_id, description, extended_description, lines, at)
            VALUES ('700001', 1, NULL, NULL, x'0100000000000000', 1000);
        INSERT INTO intent (client_id, inventory_id, comments_before, description, extended_description, lines, at)
            VALUES (1, '700001', 'lid cracked', NULL, NULL, x'0200000000000000', 2000);";

    #[test]
    fn migrates_first_version_with_all_its_data() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(MIGRATIONS[0]).unwrap();
        old.execute_batch(OF_VERSION_1).unwrap();
        old.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        drop(old);

        let error = Ledger::open(&path).err().unwrap();
        assert!(matches!(error.unnamed(), Error::Older { .. }), "{error}: a reader cannot bring it up to date");
        let id = InventoryId::from_record("700001".to_owned());
        assert!(RunLedger::open_for_trial(&path).unwrap().intent(&id).unwrap().is_some(), "a dry run has its own");
        assert!(Ledger::open(&path).is_err(), "and leaves the file as it is");
        let ledger = RunLedger::open(&path).unwrap();
        let intent = ledger.intent(&id).unwrap().unwrap();
        assert_eq!((intent.client_id, intent.comments_before.as_str()), (ClientId(1), "lid cracked"));
        assert_eq!(ledger.open_intents().unwrap(), [intent]);
        let sent = ledger.asset(&id).unwrap().unwrap().sent;
        assert_eq!((sent.lines, sent.other_lines), (vec![1], Vec::new()));
        assert!(ledger.sent(ClientId(1)).unwrap().is_some());
        let changes = ledger.changes("700001").unwrap();
        let changes: Vec<_> = changes
            .iter()
            .map(|(at, it)| (at.unix_millis(), it.field.as_ref(), it.before.as_str(), it.after.as_str()))
            .collect();
        let first = (1000, "comments", "lid \"cracked\"", "Memory: PASS");
        assert_eq!(changes, [(3000, "comments", "", "Memory: FAIL"), first, (1000, "description", "", "X220")]);
    }
}
