//! Sizes of memory as people print them: `GB`, and binary, as the trade has it.

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Sums of modules that are met, in GiB, ascending.
const FITTED: &[u64] = &[
    1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 18, 20, 24, 28, 32, 36, 40, 48, 56, 64, 72, 80, 96, 112, 128, 144, 160, 192, 224,
    256, 288, 320, 384, 448, 512, 576, 640, 768, 896, 1024, 1152, 1280, 1536, 1792, 2048, 2304, 2560, 3072, 4096, 6144,
    8192,
];

/// `8GB` of a total in bytes; empty for none.
///
/// A total that can be a sum of modules is taken for the installed size, also where a larger sum less the share of the graphics is
/// as likely: 3,584 MiB are 2 GB and three times 512 MB as well as 4 GB less 512 MB. Anything else is short of what is
/// fitted: firmware and graphics keep some. So it stands for the smallest sum of modules that is not below it, if no more
/// than an eighth is missing, and never more than 2 GiB and a thirty-second part. A total that fits nothing is rounded
/// down to half a GiB: what can be seen is fitted, and more than that may not be there.
#[must_use]
pub fn memory_text(bytes: u64) -> String {
    let bytes = without_flash(bytes);
    if is_sum_of_modules(bytes) {
        return quarters_text(bytes / (GIB / 4));
    }
    match fitted(bytes) {
        Some(gib) => gib_text(gib),
        None if bytes < GIB => mib_text(bytes),
        None => quarters_text(bytes / (GIB / 2) * 2),
    }
}

/// The total without the flash of the firmware, which some list as a module: 16,400 MiB are 16 GiB and no 18.
///
/// The flash has 512 KiB to 16 MiB, and there may be two. Anything else that is as little above a size that is common is taken
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prints_the_fitted_memory_for_a_total() {
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
    fn counts_no_flash_of_the_firmware_as_memory() {
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
    fn prints_whole_sizes_unchanged() {
        for gib in 1..1024 {
            assert_eq!(memory_text(gib * GIB), format!("{gib}GB"));
        }
    }

    #[test]
    fn rounds_down_memory_that_fits_no_size() {
        assert_eq!(memory_text(6800 * MIB), "6.5GB");
        assert_eq!(memory_text(57_500 * MIB), "56GB");
        assert_eq!(memory_text(700 * MIB), "768MB");
        assert_eq!(memory_text(900 * MIB), "1GB");
        assert_eq!(memory_text(300 * MIB), "300MB");
    }

    #[test]
    fn prints_no_less_memory_than_is_visible() {
        for (bytes, expected) in [
            (14_506_252_042, "13.5GB"),
            (7_194_070_220, "6.5GB"),
            (57 * GIB + 700 * MIB, "57.5GB"),
            (13 * GIB + 300 * MIB, "13GB"),
        ] {
            assert_eq!(memory_text(bytes), expected, "{bytes} bytes");
        }
    }

    proptest! {
        #[test]
        fn prints_memory_down_to_half_a_gib_at_least(bytes in GIB..4096 * GIB) {
            let text = memory_text(bytes);
            let (number, unit) = text.split_at(text.len() - 2);
            let gib = number.parse::<f64>().unwrap() * if unit == "TB" { 1024.0 } else { 1.0 };
            let visible = f64::from(u32::try_from(bytes / (GIB / 2)).unwrap()) / 2.0;
            prop_assert!(gib >= visible, "{} of {} bytes", text, bytes);
        }

        #[test]
        fn prints_any_number_of_bytes(bytes in any::<u64>()) {
            let text = memory_text(bytes);
            prop_assert!(text.ends_with('B'), "{}", text);
        }
    }
}
