//! Sizes of drives as they are sold: decimal, and by other rules for rotating drives than for flash.

use super::clean::words;

const MB: u64 = 1_000_000;
const GB: u64 = 1_000_000_000;

/// No drive of a computer is smaller: floppy disks are, and readings that are none.
const MIN_DRIVE_BYTES: u64 = 8 * MB;
/// No rotating drive is larger. The largest that were announced have 44 TB.
const MAX_ROTATING_BYTES: u64 = 60_000 * GB;
/// No flash drive is larger. The largest that were made have 245.76 TB.
const MAX_FLASH_BYTES: u64 = 300_000 * GB;

/// The distance of a rotating drive from the size on its label, in thousandths: drives of 2000 to 2005 have up to 2.9 percent
/// more (82,348,277,760 bytes are 80 GB), those formatted with protection information have two percent less.
const ROTATING_TOLERANCE: u64 = 30;
/// The distance of a flash drive from the size that it is sold by, in thousandths.
const FLASH_TOLERANCE: u64 = 7;
/// The part that formatting with protection information, or an area that is kept back, may take, in thousandths.
const PROTECTION_LOSS: u64 = 30;
/// The part that flash that is sold by a power of two may lack of it, in thousandths.
const BINARY_LOSS: u64 = 50;
/// The part that Apple's flash may lack of the size that it is sold by, in thousandths.
const APPLE_LOSS: u64 = 125;
/// The part that flash that is soldered to the board may lack of a power of two, in thousandths.
const EMBEDDED_LOSS: u64 = 65;
/// Drives of one model differ by a few sectors.
const KNOWN_SPREAD_BYTES: u64 = 1 << 20;

/// Sizes of rotating drives, in GB.
const ROTATING_GB: &[u64] = &[
    10, 13, 15, 18, 20, 27, 30, 36, 40, 45, 60, 73, 74, 75, 80, 100, 120, 146, 150, 160, 180, 200, 220, 240, 250, 300,
    320, 400, 450, 500, 600, 640, 750, 900, 1000, 1200, 1500, 1800, 2000, 2400, 2500, 3000, 4000, 5000, 6000, 8000,
    10_000, 12_000, 14_000, 16_000, 18_000, 20_000, 22_000, 24_000, 26_000, 28_000, 30_000, 32_000, 36_000, 40_000,
    44_000,
];

/// Sizes by which flash is sold, in GB.
const FLASH_GB: &[u64] = &[
    4, 8, 16, 20, 24, 30, 32, 40, 50, 60, 64, 80, 90, 96, 100, 118, 120, 128, 160, 180, 192, 200, 240, 250, 256, 275,
    280, 300, 320, 375, 400, 480, 500, 512, 525, 600, 750, 768, 800, 900, 960, 1000, 1024, 1050, 1200, 1500, 1600,
    1800, 1920, 2000, 2048, 2050, 2400, 3200, 3840, 4000, 4096, 6400, 7680, 8000, 8192, 12_800, 15_360, 30_720, 61_440,
    122_880, 245_760,
];

/// Powers of two by which small flash is sold, in GB.
const BINARY_GB: &[u64] = &[4, 8, 16, 32, 64, 128];
/// Sizes of flash that is soldered to the board, in GB.
const EMBEDDED_GB: &[u64] = &[4, 8, 16, 32, 64, 128, 256, 512, 1024];
/// Sizes of Apple's flash, in GB.
const APPLE_GB: &[u64] = &[16, 24, 32, 64, 128, 256, 512, 768, 1024, 2048, 4096, 8192];

/// Capacities in bytes of flash drives that are sold by another size than they hold (Apple's, Intel's Optane), and that size
/// in GB.
const KNOWN_FLASH: &[(u64, u64)] = &[
    (14_403_239_936, 16),
    (29_260_513_280, 32),
    (58_977_157_120, 58),
    (60_672_704_512, 64),
    (121_332_826_112, 128),
    (251_000_193_024, 256),
    (500_277_790_720, 512),
];

/// The medium that a drive stores its data on, as far as it decides the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    /// Rotating disks, with a cache of flash or without.
    Rotating,
    /// Flash.
    Flash,
    /// Apple's flash.
    AppleFlash,
    /// Flash that is soldered to the board: eMMC, UFS.
    EmbeddedFlash,
    /// The appliance does not say.
    Unknown,
}

impl Medium {
    /// Determines the medium by the appliance's word for it and by the model. A model that names its medium is believed first.
    pub(super) fn from_names(media: &str, model: &str) -> Self {
        const ROTATING: &[&str] = &["hdd", "sshd", "hybrid", "hard", "rotating", "rotational", "magnetic", "spinning"];
        const EMBEDDED: &[&str] = &["emmc", "mmc", "ufs"];
        const FLASH: &[&str] = &["ssd", "nvme", "flash", "solid", "optane", "msata"];
        const MAKERS_OF_DISKS: &[&str] = &["maxtor", "quantum", "excelstor"];
        let [media, model] = [media, model].map(|text| words(text).map(str::to_lowercase).collect::<Vec<_>>());
        let has = |words: &[String], list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let is_apple = model.first().is_some_and(|first| first == "apple");
        for words in [&model, &media] {
            match () {
                () if has(words, ROTATING) && !has(words, &["non", "not"]) => return Self::Rotating,
                () if has(words, EMBEDDED) => return Self::EmbeddedFlash,
                () if has(words, FLASH) => return if is_apple { Self::AppleFlash } else { Self::Flash },
                () => {}
            }
        }
        if has(&model, MAKERS_OF_DISKS) { Self::Rotating } else { Self::Unknown }
    }
}

/// `250GB`, `1.92TB` of a capacity in bytes, as the drive is sold; empty for a capacity that no drive has.
///
/// Rotating drives have their maker's decimal size, flash the size by which it is sold, which may be a power of two.
pub(super) fn drive_size_text(bytes: u64, medium: Medium) -> String {
    let max = if medium == Medium::Rotating { MAX_ROTATING_BYTES } else { MAX_FLASH_BYTES };
    if !(MIN_DRIVE_BYTES..=max).contains(&bytes) {
        return String::new();
    }
    if bytes < GB / 20 * 19 {
        return format!("{}MB", rounded(bytes, MB));
    }
    let sold = match medium {
        Medium::Rotating => nearest(ROTATING_GB, bytes, ROTATING_TOLERANCE),
        Medium::AppleFlash => next(APPLE_GB, bytes, APPLE_LOSS).or_else(|| flash(bytes)),
        Medium::EmbeddedFlash => next(EMBEDDED_GB, bytes, EMBEDDED_LOSS).or_else(|| flash(bytes)),
        Medium::Flash => flash(bytes),
        Medium::Unknown => flash_or_rotating(bytes),
    };
    match sold.unwrap_or_else(|| decimal(bytes)) {
        gb if gb >= 1000 => terabytes(gb),
        gb => format!("{gb}GB"),
    }
}

/// The size by which flash of this capacity is sold, in GB.
fn flash(bytes: u64) -> Option<u64> {
    known_flash(bytes)
        .or_else(|| nearest(FLASH_GB, bytes, FLASH_TOLERANCE))
        .or_else(|| next(BINARY_GB, bytes, BINARY_LOSS))
        .or_else(|| protected(FLASH_GB, bytes))
}

/// The size by which a drive of an unknown medium is sold, in GB.
fn flash_or_rotating(bytes: u64) -> Option<u64> {
    known_flash(bytes)
        .or_else(|| nearest(FLASH_GB, bytes, FLASH_TOLERANCE))
        .or_else(|| nearest(ROTATING_GB, bytes, FLASH_TOLERANCE))
        .or_else(|| next(BINARY_GB, bytes, BINARY_LOSS))
        .or_else(|| protected(ROTATING_GB, bytes))
        .or_else(|| protected(FLASH_GB, bytes))
}

fn known_flash(bytes: u64) -> Option<u64> {
    KNOWN_FLASH.iter().find(|(size, _)| size.abs_diff(bytes) <= KNOWN_SPREAD_BYTES).map(|(_, gb)| *gb)
}

/// The nearest of these sizes, if it is as near as so many thousandths of it.
fn nearest(sizes: &[u64], bytes: u64, thousandths: u64) -> Option<u64> {
    let size = *sizes.iter().min_by_key(|gb| (**gb * GB).abs_diff(bytes))?;
    ((size * GB).abs_diff(bytes) <= size * GB / 1000 * thousandths).then_some(size)
}

/// The smallest of these sizes that is not below a capacity, to a hundredth, if no more than so many thousandths are
/// missing.
fn next(sizes: &[u64], bytes: u64, thousandths: u64) -> Option<u64> {
    let size = *sizes.iter().find(|gb| **gb * GB / 100 * 101 >= bytes)?;
    ((size * GB).saturating_sub(bytes) < size * GB / 1000 * thousandths).then_some(size)
}

/// The size of a drive that lacks a part of it. Smaller drives have no protection information.
fn protected(sizes: &[u64], bytes: u64) -> Option<u64> {
    next(sizes, bytes, PROTECTION_LOSS).filter(|gb| *gb >= 100)
}

/// The decimal size of a capacity that none of the known sizes is near, in GB.
///
/// Makers count decimally and a little more is on the drive than the number says.
fn decimal(bytes: u64) -> u64 {
    match rounded(bytes, GB) {
        1000.. => gigabytes_of_label(bytes),
        // 146.8 GB and 146 on its label, 36.7 and 36: SAS drives whose size was never rounded up.
        147 => 146,
        37 => 36,
        gb => gb,
    }
}

/// The number of gigabytes that a drive is sold by, where the makers' rule holds (IDEMA LBA1-03): 97,696,368 sectors for
/// the first 50 and 1,953,504 for each one more. It matters from 15 TB on: 30,726 GB are sold as 30.72 TB.
fn gigabytes_of_label(bytes: u64) -> u64 {
    rounded((bytes / 512).saturating_sub(97_696_368), 1_953_504) + 50
}

/// Terabytes with at most two places. A power of two is sold as whole terabytes, 15,360 GB as 15.36.
fn terabytes(gb: u64) -> String {
    if let Some(tb) = [1, 2, 4, 8, 16].into_iter().find(|tb| gb.abs_diff(tb * 1024) <= tb / 4) {
        return format!("{tb}TB");
    }
    let hundredths = rounded(gb, 10);
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match part {
        0 => format!("{whole}TB"),
        part if part.is_multiple_of(10) => format!("{whole}.{}TB", part / 10),
        part => format!("{whole}.{part:02}TB"),
    }
}

fn rounded(value: u64, unit: u64) -> u64 {
    value / unit + u64::from(value % unit >= unit / 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn gives_a_drive_the_size_of_its_label() {
        for (bytes, expected) in [
            (0, ""),
            (512_000_000, "512MB"),
            (7_818_182_656, "8GB"),
            (15_758_000_128, "16GB"),
            (16_013_942_784, "16GB"),
            (30_005_821_440, "30GB"),
            (31_268_536_320, "32GB"),
            (36_703_918_080, "36GB"),
            (40_007_761_920, "40GB"),
            (60_022_480_896, "60GB"),
            (62_537_072_640, "64GB"),
            (64_023_257_088, "64GB"),
            (73_407_488_000, "73GB"),
            (80_026_361_856, "80GB"),
            (120_034_123_776, "120GB"),
            (121_332_826_112, "128GB"),
            (125_069_950_976, "128GB"),
            (128_035_676_160, "128GB"),
            (146_815_737_856, "146GB"),
            (160_041_885_696, "160GB"),
            (240_057_409_536, "240GB"),
            (250_059_350_016, "250GB"),
            (256_060_514_304, "256GB"),
            (320_072_933_376, "320GB"),
            (480_103_981_056, "480GB"),
            (500_107_862_016, "500GB"),
            (512_110_190_592, "512GB"),
            (750_156_374_016, "750GB"),
            (960_197_124_096, "960GB"),
            (1_000_204_886_016, "1TB"),
            (1_024_209_543_168, "1TB"),
            (1_500_301_910_016, "1.5TB"),
            (1_920_383_410_176, "1.92TB"),
            (2_000_398_934_016, "2TB"),
            (2_048_408_248_320, "2TB"),
            (3_840_755_982_336, "3.84TB"),
            (4_000_787_030_016, "4TB"),
            (4_096_000_000_000, "4TB"),
            (4_096_805_658_624, "4TB"),
            (8_193_600_479_232, "8TB"),
            (7_681_501_126_656, "7.68TB"),
            (15_362_991_415_296, "15.36TB"),
            (15_360_950_534_144, "15.36TB"),
            (18_000_207_937_536, "18TB"),
            (30_725_971_992_576, "30.72TB"),
        ] {
            assert_eq!(drive_size_text(bytes, Medium::Unknown), expected, "{bytes} bytes");
        }
    }

    #[test]
    fn gives_rotating_drives_their_decimal_size() {
        for (bytes, expected) in [
            (251_000_193_024, "250GB"),
            (61_492_838_400, "60GB"),
            (60_011_642_880, "60GB"),
            (82_348_277_760, "80GB"),
            (41_174_138_880, "40GB"),
            (123_522_416_640, "120GB"),
            (128_035_676_160, "128GB"),
            (164_696_555_520, "160GB"),
            (203_928_109_056, "200GB"),
            (36_703_918_080, "36GB"),
            (37_019_566_080, "36GB"),
            (73_407_488_000, "73GB"),
            (74_355_769_344, "74GB"),
            (76_869_918_720, "75GB"),
            (146_815_737_856, "146GB"),
            (150_039_945_216, "150GB"),
            (299_439_751_168, "300GB"),
            (500_107_862_016, "500GB"),
            (500_277_790_720, "500GB"),
            (750_156_374_016, "750GB"),
            (1_000_204_886_016, "1TB"),
            (20_000_588_955_648, "20TB"),
            (30_000_592_982_016, "30TB"),
        ] {
            assert_eq!(drive_size_text(bytes, Medium::Rotating), expected, "{bytes} bytes");
        }
    }

    #[test]
    fn gives_drives_with_protection_the_size_of_their_label() {
        for (bytes, expected) in [
            (11_756_399_230_976, "12TB"),
            (9_796_999_475_200, "10TB"),
            (7_837_599_580_160, "8TB"),
            (17_634_598_846_464, "18TB"),
            (587_800_000_000, "600GB"),
            (1_175_600_000_000, "1.2TB"),
        ] {
            assert_eq!(drive_size_text(bytes, Medium::Rotating), expected, "{bytes} bytes");
            assert_eq!(drive_size_text(bytes, Medium::Unknown), expected, "{bytes} bytes");
        }
        for (bytes, expected) in [(3_763_000_000_000, "3.84TB"), (940_700_000_000, "960GB"), (391_900_000_000, "400GB")]
        {
            assert_eq!(drive_size_text(bytes, Medium::Flash), expected, "{bytes} bytes");
        }
    }

    #[test]
    fn gives_flash_the_size_it_is_sold_by() {
        for (bytes, expected) in [
            (58_977_157_120, "58GB"),
            (120_034_123_776, "120GB"),
            (128_035_676_160, "128GB"),
            (125_069_950_976, "128GB"),
            (240_057_409_536, "240GB"),
            (250_059_350_016, "250GB"),
            (256_060_514_304, "256GB"),
            (253_403_070_464, "256GB"),
            (275_064_201_216, "275GB"),
            (480_103_981_056, "480GB"),
            (500_107_862_016, "500GB"),
            (512_110_190_592, "512GB"),
            (525_112_713_216, "525GB"),
            (960_197_124_096, "960GB"),
            (1_000_204_886_016, "1TB"),
            (1_024_209_543_168, "1TB"),
            (2_050_403_303_424, "2.05TB"),
            (1_920_383_410_176, "1.92TB"),
            (61_441_000_000_000, "61.44TB"),
            (62_537_072_640, "64GB"),
        ] {
            assert_eq!(drive_size_text(bytes, Medium::Flash), expected, "{bytes} bytes");
        }
        for (bytes, expected) in [
            (500_277_790_720, "512GB"),
            (500_277_792_768, "512GB"),
            (251_000_193_024, "256GB"),
            (250_685_575_168, "256GB"),
            (121_332_826_112, "128GB"),
            (121_018_208_256, "128GB"),
            (60_672_704_512, "64GB"),
            (751_277_983_744, "768GB"),
            (1_000_555_581_440, "1TB"),
            (2_001_111_162_880, "2TB"),
            (24_015_495_168, "24GB"),
            (28_000_000_512, "32GB"),
        ] {
            assert_eq!(drive_size_text(bytes, Medium::AppleFlash), expected, "{bytes} bytes");
        }
        for (bytes, expected) in [(31_268_536_320, "32GB"), (62_537_072_640, "64GB"), (250_148_290_560, "256GB")] {
            assert_eq!(drive_size_text(bytes, Medium::EmbeddedFlash), expected, "{bytes} bytes");
        }
    }

    #[test]
    fn gives_no_size_that_no_drive_has() {
        for medium in MEDIUMS {
            for bytes in [0, 1, 512, 1_474_560, 400_000_000_000_000, 1 << 60, u64::MAX] {
                assert_eq!(drive_size_text(bytes, medium), "", "{bytes} bytes");
            }
        }
        assert_eq!(drive_size_text(122_880_000_000_000, Medium::Rotating), "");
    }

    #[test]
    fn finds_the_medium_by_word_and_model() {
        for (media, model, medium) in [
            ("HDD", "Maxtor 6L250S0", Medium::Rotating),
            ("", "Maxtor 6Y060L0", Medium::Rotating),
            ("hdd", "ST1000LM014-SSHD-8GB", Medium::Rotating),
            ("Solid State Hybrid", "", Medium::Rotating),
            ("", "APPLE HDD HTS541010A9E662", Medium::Rotating),
            ("SSD", "Samsung SSD 860 EVO", Medium::Flash),
            ("NVMe", "WDC PC SN720", Medium::Flash),
            ("HDD", "KINGSTON SSDNOW SSD", Medium::Flash),
            ("", "Maxtor Z1 SSD 240GB", Medium::Flash),
            ("NVMe", "APPLE SSD AP0512M", Medium::AppleFlash),
            ("SSD", "APPLE SSD SM064C", Medium::AppleFlash),
            ("eMMC", "DF4128", Medium::EmbeddedFlash),
            ("", "WDC WD5000AAKX", Medium::Unknown),
            ("SCSI", "", Medium::Unknown),
            ("SSD (non-rotating)", "", Medium::Flash),
        ] {
            assert_eq!(Medium::from_names(media, model), medium, "{media} {model}");
        }
    }

    const MEDIUMS: [Medium; 5] =
        [Medium::Rotating, Medium::Flash, Medium::AppleFlash, Medium::EmbeddedFlash, Medium::Unknown];

    proptest! {
        #[test]
        fn prints_a_size_near_the_capacity_or_none(bytes in any::<u64>(), shift in 0..56_u32, medium in 0..MEDIUMS.len()) {
            let bytes = bytes >> shift;
            let text = drive_size_text(bytes, MEDIUMS[medium]);
            if !text.is_empty() {
                let (number, unit) = text.split_at(text.len() - 2);
                let factor = match unit { "MB" => 1e6, "GB" => 1e9, _ => 1e12 };
                let exact: f64 = bytes.to_string().parse().unwrap();
                let ratio = number.parse::<f64>().unwrap() * factor / exact;
                // Whole gigabytes are coarse for small drives.
                let limits = if bytes < 10 * GB { 0.66..1.34 } else { 0.94..1.15 };
                prop_assert!(limits.contains(&ratio), "{} of {} bytes", text, bytes);
            }
        }
    }
}
