//! Stores of any size by seed: the same seed and count give the same store.

use std::path::Path;

use rusqlite::{Connection, params};

use super::{Client, Error, ID_SLOT, IMEI_SLOT, Journal, bulk, insert_client, text, words};
use crate::clock::format_sql;
use crate::iqmetrix::imei;
use crate::rng::Rng;

/// The first inventory ID that a generated store gives out; client `n` (from 0) has `FIRST_ID + n`.
pub const FIRST_ID: i64 = 1_000_000;

/// The seed of who has an IMEI.
const IMEI_SEED: u64 = 0x1449_7002;

/// What a generated store is made of. The shares are per thousand of the clients; the rest is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mix {
    /// With a blank inventory ID.
    pub blank: u32,
    /// With an inventory ID that is none.
    pub invalid: u32,
    /// With the inventory ID of the client before, and a serial number of their own. The one before is held too.
    pub duplicate: u32,
    /// With a placeholder for a model.
    pub placeholder: u32,
    /// With an inventory ID that no IQR has: above [`Summary::last_id`].
    pub unknown: u32,
    /// With a valid IMEI. Where this is 0, no client has the slot; else all have it, and it is blank in the others.
    pub imei: u32,
    /// The journal mode that the store is left in.
    pub journal: Journal,
}

/// What came out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Clients.
    pub clients: u64,
    /// Clients that cannot be sent, for a reason that lies in the store.
    pub held: u64,
    /// Clients whose inventory ID no IQR has.
    pub unknown: u64,
    /// Disks.
    pub disks: u64,
    /// Wipes.
    pub wipes: u64,
    /// The last inventory ID of a good client; the first is [`FIRST_ID`].
    pub last_id: i64,
}

/// Manufacturer, product, version, chassis, processor, cores, graphics.
type Model = (&'static str, &'static str, &'static str, i64, &'static str, i64, &'static str);

const MODELS: [Model; 6] = [
    ("Dell Inc.", "OptiPlex 7050", "", 3, "Intel(R) Core(TM) i5-7500 CPU @ 3.40GHz", 4, "Intel HD Graphics 630"),
    ("Dell Inc.", "Latitude 5490", "", 9, "Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz", 4, "Intel UHD Graphics 620"),
    (
        "LENOVO",
        "20L5S01V00",
        "ThinkPad T480",
        10,
        "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz",
        4,
        "Intel UHD Graphics 620",
    ),
    ("HP", "HP EliteBook 840 G5", "", 10, "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", 4, "Intel UHD Graphics 620"),
    ("Apple Inc.", "MacBookPro9,2", "1.0", 10, "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", 2, "Intel HD Graphics 4000"),
    (
        "Panasonic Corporation",
        "CF-33-1",
        "001",
        30,
        "Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz",
        2,
        "Intel HD Graphics 620",
    ),
];

/// Makes a store of `count` clients, with one and a half disks and three wipes each on average.
///
/// # Errors
///
/// When the file cannot be written, or has tables already.
pub fn generate(path: &Path, seed: u64, count: u64, mix: &Mix) -> Result<Summary, Error> {
    let mut summary = Summary { clients: count, last_id: id(count) - 1, ..Summary::default() };
    let mut rng = Rng::new(seed);
    bulk(path, mix.journal, |connection| {
        let mut before = None;
        for number in 0..count {
            let kind = Kind::draw(&mut rng, mix, before);
            let mut client = client(&mut rng, number, count, kind);
            client.slots.extend(imei_slot(number, mix.imei));
            summary.count(&client, kind);
            insert_client(connection, &client)?;
            before = Some(kind);
        }
        Ok(())
    })?;
    Ok(summary)
}

/// Makes about so many per thousand of the clients due again: their `updated_at` becomes `at`. Returns how many.
///
/// # Errors
///
/// When the store cannot be written.
pub fn touch(path: &Path, seed: u64, per_mille: u32, at: &str) -> Result<u64, Error> {
    let mut connection = Connection::open(path)?;
    let transaction = connection.transaction()?;
    let ids: Vec<i64> = {
        let mut statement = transaction.prepare("SELECT id FROM client ORDER BY id")?;
        statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
    };
    let mut rng = Rng::new(seed);
    let mut touched = 0;
    for id in ids.into_iter().filter(|_| rng.chance(per_mille)) {
        let mut update = transaction.prepare_cached("UPDATE client SET updated_at = ?2 WHERE id = ?1")?;
        touched += update.execute(params![id, at])? as u64;
    }
    transaction.commit()?;
    Ok(touched)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Good,
    Blank,
    Invalid,
    Duplicate,
    Placeholder,
    Unknown,
}

impl Kind {
    fn draw(rng: &mut Rng, mix: &Mix, before: Option<Self>) -> Self {
        let mut drawn = u32::try_from(rng.below(1000)).unwrap_or_default();
        let shares = [
            (Self::Blank, mix.blank),
            (Self::Invalid, mix.invalid),
            (Self::Duplicate, mix.duplicate),
            (Self::Placeholder, mix.placeholder),
            (Self::Unknown, mix.unknown),
        ];
        for (kind, share) in shares {
            if drawn < share {
                // Only a good client's ID is worth stealing.
                let misplaced = kind == Self::Duplicate && before != Some(Self::Good);
                return if misplaced { Self::Good } else { kind };
            }
            drawn -= share;
        }
        Self::Good
    }
}

impl Summary {
    fn count(&mut self, client: &Client, kind: Kind) {
        self.disks += client.disks.len() as u64;
        self.wipes += client.disks.iter().map(|disk| disk.wipes.len() as u64).sum::<u64>();
        match kind {
            Kind::Good => {}
            Kind::Unknown => self.unknown += 1,
            Kind::Duplicate => self.held += 2,
            Kind::Blank | Kind::Invalid | Kind::Placeholder => self.held += 1,
        }
    }
}

fn id(number: u64) -> i64 {
    FIRST_ID.saturating_add_unsigned(number)
}

fn typed_id(number: u64, count: u64, kind: Kind) -> Option<String> {
    match kind {
        Kind::Blank => None,
        Kind::Invalid => Some(format!("INV#{number}")),
        Kind::Duplicate => Some(id(number - 1).to_string()),
        Kind::Unknown => Some(id(count + number).to_string()),
        Kind::Good | Kind::Placeholder => Some(id(number).to_string()),
    }
}

/// The slot of the IMEI, by a stream of its own: a store without IMEIs stays what it was.
fn imei_slot(number: u64, per_mille: u32) -> Option<(String, Option<String>)> {
    let has_imei = Rng::new(IMEI_SEED ^ number).chance(per_mille);
    (per_mille > 0).then(|| (IMEI_SLOT.to_owned(), has_imei.then(|| imei(number))))
}

fn client(rng: &mut Rng, number: u64, count: u64, kind: Kind) -> Client {
    let (manufacturer, model, version, chassis, processor, cores, graphics) = rng.pick(&MODELS);
    let updated = words::moment(rng);
    let portable = chassis != 3;
    let disks = if number.is_multiple_of(2) { 1 } else { 2 };
    Client {
        manufacturer: text(manufacturer),
        model: text(if kind == Kind::Placeholder { "To Be Filled By O.E.M." } else { model }),
        version: text(version),
        serial_number: Some(words::serial(rng, number)),
        chassis_type: Some(chassis),
        processor: text(processor),
        processor_cores: Some(cores),
        processor_count: Some(1),
        memory_bytes: Some((4 << 30) << rng.below(4)),
        memory_type: text("DDR4"),
        graphics: text(graphics),
        webcam: Some(portable),
        screen_inches: portable.then_some(14.0),
        screen_resolution: portable.then(|| words::resolution(rng)),
        technician: Some(words::technician(rng)),
        job: Some(format!("JOB-{}", number / 500)),
        created_at: Some(format_sql(updated - 7200)),
        updated_at: format_sql(updated),
        slots: vec![(ID_SLOT.to_owned(), typed_id(number, count, kind)), ("Location".to_owned(), text("DOCK 4"))],
        batteries: if portable { vec![words::battery(rng)] } else { Vec::new() },
        disks: (0..disks).map(|_| words::disk(rng, 2, updated)).collect(),
        // Four tests, not nine: they would be most of a store of a million clients, and of the time to make it.
        logs: vec![words::log(rng, updated, &words::TESTS[..4])],
        ..Client::default()
    }
}
