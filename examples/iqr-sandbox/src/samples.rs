//! The two machines of the specification's screens, with their raw hardware strings, and one of every kind of client
//! that must be held; with the assets that wait for them in IQR.

use std::path::Path;

use crate::asset::{Asset, Field};
use crate::store::{Battery, Client, Disk, Error, Journal, Log, SAMPLE_TIME, Store, text};

/// The inventory ID of screen A, the Dell.
pub const DELL_ID: i64 = 413_800;
/// The inventory ID of screen B, the Panasonic.
pub const PANASONIC_ID: i64 = 421_905;
/// The inventory ID that two clients with different serial numbers claim.
pub const DUPLICATE_ID: i64 = 413_900;
/// The inventory ID whose asset has another serial number than the machine.
pub const MISMATCH_ID: i64 = 413_950;
/// The inventory ID of the machine whose firmware was never filled in.
pub const PLACEHOLDER_ID: i64 = 413_960;

/// The tail of B's extended description that a person typed.
pub const TYPED_TAIL: &str = "/2650/SCREEN PROTECTOR";

/// The comment lines that people had typed, by asset.
pub const TYPED_LINES: [(i64, &[&str]); 2] =
    [(DELL_ID, &["Scratch on left side", "Customer tag: MCC-0042"]), (PANASONIC_ID, &["Screen protector fitted 2650"])];

/// Clients and the assets that go with them.
#[derive(Debug, Clone)]
pub struct Samples {
    /// The clients, in the order in which they get their keys (from 1): A, B, then the held ones.
    pub clients: Vec<Client>,
    /// The assets.
    pub assets: Vec<Asset>,
    /// For each held client, its key and the reason.
    pub held: Vec<(i64, &'static str)>,
}

impl Samples {
    /// Writes the clients into a new store.
    ///
    /// # Errors
    ///
    /// When the file cannot be made, or has tables already.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let mut store = Store::create(path, Journal::Wal)?;
        self.clients.iter().try_for_each(|client| store.add(client).map(drop))
    }
}

/// The two screens, and every kind of held client.
#[must_use]
pub fn two_screens() -> Samples {
    let serial = |client: Client, serial: &str| Client { serial_number: text(serial), ..client };
    let clients = vec![
        dell(),
        panasonic(),
        serial(dell(), "BLANK01").with_inventory_id(""),
        serial(dell(), "MALFORM1").with_inventory_id("4138OO"),
        serial(dell(), "TWICE001").with_inventory_id(&DUPLICATE_ID.to_string()),
        serial(dell(), "TWICE002").with_inventory_id(&DUPLICATE_ID.to_string()),
        serial(dell(), "MINE0001").with_inventory_id(&MISMATCH_ID.to_string()),
        placeholder(),
    ];
    let held = vec![
        (3, "blank-inventory-id"),
        (4, "invalid-inventory-id"),
        (5, "duplicate-inventory-id"),
        (6, "duplicate-inventory-id"),
        (7, "serial-mismatch"),
        (8, "placeholder-model"),
    ];
    Samples { clients, assets: assets(), held }
}

/// Screen A. Its extended description is to read `Intel Core i7 3770 3.40 GHz 4 Cores/8GB/250GB, HDD/DVDRW/Intel Xeon
/// E3-1200 v2/3rd Gen Core processor Graphics Controller`.
#[must_use]
pub fn dell() -> Client {
    let client = Client {
        manufacturer: text("Dell Inc."),
        model: text("OptiPlex 9010"),
        version: text("01"),
        serial_number: text("D09F6Y1"),
        chassis_type: Some(3),
        processor: text("Intel(R) Core(TM) i7-3770 CPU @ 3.40GHz"),
        processor_cores: Some(4),
        processor_count: Some(1),
        memory_bytes: Some(8 << 30),
        memory_type: text("DDR3"),
        graphics: text("Intel Xeon E3-1200 v2/3rd Gen Core processor Graphics Controller"),
        optical_drive: text("DVDRW"),
        webcam: Some(false),
        technician: text("EF"),
        job: text("03250-0108"),
        updated_at: SAMPLE_TIME.to_owned(),
        disks: vec![Disk::wiped("HDD", 250_059_350_016, "Z2AX7K1B", "NIST SP 800-88 Clear", SAMPLE_TIME)],
        logs: vec![Log::of(
            SAMPLE_TIME,
            &[
                ("Memory", "PASS"),
                ("Display", ""),
                ("Ethernet", "PASS"),
                ("Webcam", ""),
                ("Microphone", ""),
                ("Motherboard", "PASS"),
            ],
        )],
        ..Client::default()
    };
    client.with_inventory_id(&DELL_ID.to_string())
}

/// Screen B. Its extended description is to read `Intel Core i5 7300U 2.60 GHz 2 Cores/16GB/256GB,
/// SSD/None/67%,65%/Yes/12.0"`.
#[must_use]
pub fn panasonic() -> Client {
    let battery = |health| Battery { health_percent: Some(health), cycles: None };
    let tests = ["Webcam", "Display", "Microphone", "Motherboard", "USB", "Speakers", "Keyboard"];
    let client = Client {
        manufacturer: text("Panasonic Corporation"),
        model: text("CF-33-1"),
        version: text("001"),
        serial_number: text("0GTTC79291"),
        chassis_type: Some(30),
        processor: text("Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz"),
        processor_cores: Some(2),
        processor_count: Some(1),
        memory_bytes: Some(16 << 30),
        memory_type: text("LPDDR3"),
        graphics: text("Intel HD Graphics 620"),
        webcam: Some(true),
        touchscreen: Some(true),
        screen_inches: Some(12.0),
        screen_resolution: text("2160x1440"),
        technician: text("JW"),
        job: text("03308-1905"),
        updated_at: "2023-07-31 18:04:00".to_owned(),
        batteries: vec![battery(67), battery(65)],
        disks: vec![Disk::wiped("SSD", 256_060_514_304, "S3YJNB0K", "NIST SP 800-88 Purge", "2023-07-31 17:58:00")],
        logs: vec![Log::of("2023-07-31 18:03:00", &tests.map(|name| (name, "PASS")))],
        ..Client::default()
    };
    client.with_inventory_id(&PANASONIC_ID.to_string())
}

/// A machine whose firmware was never filled in.
fn placeholder() -> Client {
    let client = Client {
        manufacturer: text("To Be Filled By O.E.M."),
        model: text("To Be Filled By O.E.M."),
        serial_number: text("To Be Filled By O.E.M."),
        ..dell()
    };
    client.with_inventory_id(&PLACEHOLDER_ID.to_string())
}

fn assets() -> Vec<Asset> {
    let extended = format!("Intel Core i5 7300U 2.60 GHz 2 Cores/16GB/256GB, SSD/None/67%,65%/Yes/12.0\"{TYPED_TAIL}");
    let mut assets = vec![
        Asset::new(DELL_ID).with(Field::SerialNumber, "D09F6Y1").with(Field::Location, "ws1"),
        Asset::new(PANASONIC_ID)
            .with(Field::SerialNumber, "0GTTC79291")
            .with(Field::Location, "PLT 222")
            .with(Field::Condition, "C4")
            .with(Field::ExtendedDescription, extended),
        Asset::new(DUPLICATE_ID),
        Asset::new(MISMATCH_ID).with(Field::SerialNumber, "THEIRS01"),
        Asset::new(PLACEHOLDER_ID),
    ];
    for (asset, (_, lines)) in assets.iter_mut().zip(TYPED_LINES) {
        *asset = asset.clone().with(Field::InventoryComments, lines.join("\n"));
    }
    assets
}
