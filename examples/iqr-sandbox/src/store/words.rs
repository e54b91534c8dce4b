//! The words that made-up rows are made of.

use super::{Battery, Disk, Log, Wipe, text};
use crate::clock::format_sql;
use crate::rng::Rng;

const SERIAL: &[u8] = b"0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
const METHODS: [&str; 4] = ["NIST SP 800-88 Clear", "NIST SP 800-88 Purge", "DoD 5220.22-M", "Secure Erase"];
const TECHNICIANS: [&str; 5] = ["EF", "JW", "PEO", "BB", "MK"];
const RESOLUTIONS: [&str; 4] = ["1366x768", "1600x900", "1920x1080", "2560x1440"];
/// The tests that the specification's screens show.
pub(super) const TESTS: [&str; 9] =
    ["Memory", "Display", "Ethernet", "Webcam", "Microphone", "Motherboard", "USB", "Speakers", "Keyboard"];
/// Sizes as their makers sell them: bytes, media, interface.
const DRIVES: [(i64, &str, &str); 9] = [
    (250_059_350_016, "HDD", "SATA"),
    (320_072_933_376, "HDD", "SATA"),
    (500_107_862_016, "HDD", "SATA"),
    (750_156_374_016, "HDD", "SATA"),
    (1_000_204_886_016, "HDD", "SATA"),
    (128_035_676_160, "SSD", "SATA"),
    (256_060_514_304, "SSD", "SATA"),
    (512_110_190_592, "NVMe", "PCIe"),
    (1_920_383_410_176, "SSD", "SAS"),
];
const MAKERS: [&str; 5] = ["ST", "WDC WD", "SAMSUNG MZ", "TOSHIBA MQ", "INTEL SSD"];

/// 2022-01-01, the begin of all made-up times.
const EPOCH: i64 = 1_640_995_200;
const TWO_YEARS: u64 = 2 * 365 * 86_400;

/// A moment of the shop's two years, in seconds since 1970.
pub(super) fn moment(rng: &mut Rng) -> i64 {
    EPOCH + i64::try_from(rng.below(TWO_YEARS)).unwrap_or_default()
}

/// A serial number that is unique for its number: the tail spells it out.
pub(super) fn serial(rng: &mut Rng, number: u64) -> String {
    format!("{}{number:X}", rng.text(SERIAL, 5))
}

pub(super) fn technician(rng: &mut Rng) -> String {
    rng.pick(&TECHNICIANS).to_owned()
}

pub(super) fn resolution(rng: &mut Rng) -> String {
    rng.pick(&RESOLUTIONS).to_owned()
}

pub(super) fn battery(rng: &mut Rng) -> Battery {
    Battery { health_percent: Some(rng.between(31, 100)), cycles: Some(rng.between(3, 1200)) }
}

/// A disk that has been wiped so often, the last time at `end`.
pub(super) fn disk(rng: &mut Rng, wipes: u64, end: i64) -> Disk {
    let (size, media, interface) = rng.pick(&DRIVES);
    let maker = rng.pick(&MAKERS);
    let wipes = (0..wipes).rev().map(|before| {
        // Each earlier wipe ended a day before the next.
        wipe(rng, end - i64::try_from(before).unwrap_or_default() * 86_400)
    });
    let wipes = wipes.collect();
    Disk {
        model: Some(format!("{maker}{}", rng.text(SERIAL, 6))),
        serial_number: Some(rng.text(SERIAL, 12)),
        size_bytes: Some(size),
        media: text(media),
        interface: text(interface),
        health: text(if rng.chance(950) { "Good" } else { "Caution" }),
        wipes,
    }
}

/// Nine of ten pass; the others failed, were aborted, or are unverified.
pub(super) fn wipe(rng: &mut Rng, end: i64) -> Wipe {
    let (result, verified) = match rng.below(30) {
        0 => ("Failed", false),
        1 => ("Aborted", false),
        2 => ("Success", false),
        _ => ("Success", true),
    };
    Wipe {
        method: text(rng.pick(&METHODS)),
        result: text(result),
        verified: Some(verified),
        started_at: Some(format_sql(end - rng.between(300, 14_400))),
        finished_at: Some(format_sql(end)),
    }
}

/// A log of most of the tests, nearly all passed.
pub(super) fn log(rng: &mut Rng, at: i64, tests: &[&str]) -> Log {
    let tests = tests.iter().filter_map(|name| {
        let result = match rng.below(40) {
            0 => "FAIL",
            1..=3 => "",
            4..=6 => return None,
            _ => "PASS",
        };
        Some(((*name).to_owned(), text(result)))
    });
    let tests = tests.collect();
    Log { created_at: format_sql(at), technician: Some(technician(rng)), tests }
}
