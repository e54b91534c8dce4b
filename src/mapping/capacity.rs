//! Sizes of memory and drives as people print them.
//!
//! Both print `GB` and mean different things by it, as the trade does: memory is binary, drives are decimal.

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const MB: u64 = 1_000_000;
const GB: u64 = 1_000_000_000;

/// Sums of modules that are met, in GiB, ascending.
const FITTED: &[u64] = &[
    1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 18, 20, 24, 28, 32, 36, 40, 48, 56, 64, 72, 80, 96, 112, 128, 144, 160, 192, 224,
    256, 288, 320, 384, 448, 512, 576, 640, 768, 896, 1024, 1152, 1280, 1536, 1792, 2048, 2304, 2560, 3072, 4096, 6144,
    8192,
];

/// Sizes in bytes of flash drives that are sold under a larger number than they hold (Apple's SSDs, Intel's Optane).
const SOLD_AS: &[(u64, u64)] = &[
    (14_403_239_936, 16),
    (29_260_513_280, 32),
    (121_332_826_112, 128),
    (251_000_193_024, 256),
    (500_277_790_720, 512),
];

/// `8GB` of a total in bytes; empty for none.
///
/// What can be a sum of modules is taken for what is fitted, also where a larger sum less the share of the graphics is
/// as likely: 3,584 MiB are 2 GB and three times 512 MB as well as 4 GB less 512 MB. Anything else is short of what is
/// fitted: firmware and graphics keep some. So it stands for the smallest sum of modules that is not below it, if no more
/// than an eighth is missing, and never more than 2 GiB and a thirty-second part. A total that fits nothing is rounded
/// down: too little can be seen and mended, too much is sold.
#[must_use]
pub fn memory_text(bytes: u64) -> String {
    let bytes = without_flash(bytes);
    if is_sum_of_modules(bytes) {
        return quarters_text(bytes / (GIB / 4));
    }
    match fitted(bytes) {
        Some(gib) => gib_text(gib),
        None if bytes < GIB => mib_text(bytes),
        None => gib_text(bytes / GIB),
    }
}

/// The total without the flash of the firmware, which some list as a module: 16,400 MiB are 16 GiB and no 18.
///
/// It has 512 KiB to 16 MiB, and there may be two. Anything else that is as little above a size that is common is taken
/// for it, too; above a rare one it may as well be short of the next.
fn without_flash(bytes: u64) -> u64 {
    let beyond = bytes % (GIB / 4);
    let modules = bytes - beyond;
    // 15 GiB are no sum of three modules: just above them is short of 16.
    let is_one = beyond.is_power_of_two() && (MIB / 2..=16 * MIB).contains(&beyond) && modules.count_ones() <= 3;
    let is_little = beyond <= 32 * MIB && FITTED.iter().any(|gib| gib * GIB == modules);
    if (is_one || is_little) && is_sum_of_modules(modules) { modules } else { bytes }
}

/// Whether modules come to this total: any whole GiB, and what modules of at most three sizes make where small ones are
/// fitted (no machine of 8 GiB has one of 512 MiB).
fn is_sum_of_modules(bytes: u64) -> bool {
    let smallest = match bytes {
        0..GIB => return false,
        bytes if bytes.is_multiple_of(GIB) => return true,
        bytes if bytes < 4 * GIB => GIB / 4,
        bytes if bytes < 8 * GIB => GIB / 2,
        _ => return false,
    };
    bytes.is_multiple_of(smallest) && (bytes / smallest).count_ones() <= 3
}

/// `3.5GB` of 14 quarters of a GiB.
fn quarters_text(quarters: u64) -> String {
    match quarters % 4 {
        0 => gib_text(quarters / 4),
        2 => format!("{}.5GB", quarters / 4),
        part => format!("{}.{}GB", quarters / 4, part * 25),
    }
}

/// The fitted size in GiB that a total stands for.
fn fitted(bytes: u64) -> Option<u64> {
    let gib = FITTED.iter().copied().find(|gib| gib * GIB >= bytes)?;
    let size = gib * GIB;
    let tolerance = (size / 8).min(2 * GIB + size / 32);
    (size - bytes <= tolerance).then_some(gib)
}

fn gib_text(gib: u64) -> String {
    match gib {
        0 => String::new(),
        gib if gib >= 1024 && gib.is_multiple_of(1024) => format!("{}TB", gib / 1024),
        gib if gib >= 1024 && gib.is_multiple_of(512) => format!("{}.5TB", gib / 1024),
        gib => format!("{gib}GB"),
    }
}

/// Less than 1 GiB: 256, 512 and 768 MiB are met, short by as much as an eighth.
fn mib_text(bytes: u64) -> String {
    let mib = bytes.div_ceil(MIB);
    let fitted = [64, 128, 256, 384, 512, 640, 768].into_iter().find(|size| *size >= mib && (size - mib) * 8 <= *size);
    match fitted.unwrap_or(bytes / MIB) {
        0 => String::new(),
        mib => format!("{mib}MB"),
    }
}

/// `250GB`, `1.92TB` of a capacity in bytes, as its maker prints it; empty for none.
///
/// Makers count decimally and a little more is on the drive than the number says. Small flash is the exception: up to
/// 128 GB it is sold by the power of two that it falls short of.
#[must_use]
pub fn drive_size_text(bytes: u64) -> String {
    if let Some((_, gb)) = SOLD_AS.iter().find(|(size, _)| *size == bytes) {
        return format!("{gb}GB");
    }
    match rounded(bytes, GB) {
        _ if bytes < GB / 20 * 19 => drive_megabytes(bytes),
        gb if gb >= 1000 => terabytes(gigabytes_of_label(bytes)),
        // 146.8 GB and 146 on its label, 36.7 and 36: SAS drives whose size was never rounded up.
        147 => "146GB".to_owned(),
        37 => "36GB".to_owned(),
        gb => format!("{}GB", flash_size(bytes).unwrap_or(gb)),
    }
}

/// The power of two up to 128 that a capacity falls short of by less than a twentieth.
fn flash_size(bytes: u64) -> Option<u64> {
    [4, 8, 16, 32, 64, 128].into_iter().find(|gb| bytes < gb * GB && bytes > gb * GB / 20 * 19)
}

fn drive_megabytes(bytes: u64) -> String {
    match rounded(bytes, MB) {
        0 => String::new(),
        mb => format!("{mb}MB"),
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
    fn a_memory_total_stands_for_what_is_fitted() {
        for (mib, expected) in [
            (0, ""),
            (256, "256MB"),
            (501, "512MB"),
            (1024, "1GB"),
            (1280, "1.25GB"),
            (1536, "1.5GB"),
            (2560, "2.5GB"),
            (2900, "3GB"),
            (3072, "3GB"),
            (3328, "3.25GB"),
            (3584, "3.5GB"),
            (3700, "4GB"),
            (3840, "4GB"),
            (3950, "4GB"),
            (4608, "4.5GB"),
            (5120, "5GB"),
            (5888, "6GB"),
            (6144, "6GB"),
            (7168, "7GB"),
            (7680, "8GB"),
            (7866, "8GB"),
            (8062, "8GB"),
            (8192, "8GB"),
            (11_878, "12GB"),
            (12_200, "12GB"),
            (12_288, "12GB"),
            (14_336, "14GB"),
            (15_258, "16GB"),
            (15_360, "15GB"),
            (15_872, "16GB"),
            (15_948, "16GB"),
            (18_432, "18GB"),
            (22_528, "22GB"),
            (30_720, "30GB"),
            (31_954, "32GB"),
            (40_960, "40GB"),
            (53_248, "52GB"),
            (64_300, "64GB"),
            (128_700, "128GB"),
            (172_032, "168GB"),
            (1_048_576, "1TB"),
            (1_572_864, "1.5TB"),
        ] {
            assert_eq!(memory_text(mib * MIB), expected, "{mib} MiB");
        }
    }

    #[test]
    fn the_flash_of_the_firmware_is_no_memory() {
        for (mib, expected) in [
            (1025, "1GB"),
            (3076, "3GB"),
            (3078, "3GB"),
            (3329, "3.25GB"),
            (4112, "4GB"),
            (7172, "7GB"),
            (7182, "8GB"),
            (8208, "8GB"),
            (15_368, "16GB"),
            (16_388, "16GB"),
            (16_400, "16GB"),
            (16_404, "16GB"),
            (17_800, "18GB"),
            (32_769, "32GB"),
        ] {
            assert_eq!(memory_text(mib * MIB), expected, "{mib} MiB");
        }
    }

    #[test]
    fn whole_sizes_are_told_as_they_are() {
        for gib in 1..1024 {
            assert_eq!(memory_text(gib * GIB), format!("{gib}GB"));
        }
    }

    #[test]
    fn memory_that_fits_no_size_is_rounded_down() {
        assert_eq!(memory_text(6800 * MIB), "6GB");
        assert_eq!(memory_text(57_500 * MIB), "56GB");
        assert_eq!(memory_text(700 * MIB), "768MB");
        assert_eq!(memory_text(900 * MIB), "1GB");
        assert_eq!(memory_text(300 * MIB), "300MB");
    }

    #[test]
    fn a_drive_has_the_size_of_its_label() {
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
            assert_eq!(drive_size_text(bytes), expected, "{bytes} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_number_of_bytes_is_told(bytes in any::<u64>()) {
            for text in [memory_text(bytes), drive_size_text(bytes)] {
                prop_assert!(text.ends_with('B'), "{}", text);
            }
        }
    }
}
