//! Fillers of public inventories, and serial numbers as makers give them.

use super::*;

/// Fillers that inventories list, that people report, and that makers' boards hold.
const FILLERS: &str = "
|N/A|(null string)|INVALID|SYS-1234567890|SYS-9876543210|SN-12345|SN-1234567890|1111111111|1111111|1|0123456789|12345|123456
|1234567|12345678|123456789|1234567890|123456789000|12345678901234567|0000000000|000000000|00000000|0000000|000000|NNNNNNN
|xxxxxxxxxxx|EVAL|IATPASS|none|To Be Filled By O.E.M.|Tulip Computers|Serial Number xxxxxx|SN-123456fvgv3i0b8o5n6n7k|Unknow
|System Serial Number|MB-1234567890|OEM_Serial|0123456789AB|Default string|DEFAULT STRING|Not Specified|Not Applicable
|Not Available|No response from remote host|oem default string inject xxxxxxxxxx|To be filled by O.E.M|............|.|SystemSerialNumb
|SystemSerialNumber|Chassis Serial Number|Base Board Serial Number|Type2 - Board Serial Number|Type1SerialNumber|$(DEFAULT_STRING)
|None1|oemid|fill by oem|no serial number|Asset-1234567890|0123456789ABCDEF|XXXXXXXXXX|DELL|$|To Be Filled By O.E.M. by More String
|BSN12345678901234567|ATN12345678901234567|CSN12345678901234567|NB-1234567890|ASN-1234567890|SerNum00|SerNum1|To be filled
|System Serial#|Serial|SERIAL|SerialNumber|Serial Number|S/N|SN|SN:|Unknown|UNKNOWN|unknown|empty|EMPTY|Empty|blank|null|NULL|(null)|nil
|undefined|Undefined|Unspecified|not set|NotSet|Not Set|NOT DEFINED|Not present|Not Provided|Invalid|INVALID SERIAL|invalid-sn|OEM|O.E.M.
|OEM00000|OEM12345|TBD|TBD by OEM|TBA|test|TEST1234|TestSerial|TESTING|Test-01|sample|SAMPLE0001|Demo|DEMO-UNIT|dummy|Dummy Serial
|temp|Placeholder|reserved|Generic|Standard|Default|default_string|DefaultString|DEFAULTSTRING|Default strin|Factory|ENG SAMPLE
|Engineering Sample|Proto-01|PROTOTYPE|EVT2|DVT0001|Insyde|INSYDE|Phoenix|American Megatrends|AMI|Bochs|QEMU|VirtualBox|0
|00|000|-|--|---|______|??????|********|0.0|1.0|1.0.0.0|v1.02|x.x|A|AAAAAAA|aaaaaaaaaaa|FFFFFFFF|0xFFFFFFFF|0x00000000|0x12345678
|ffffffff-ffff-ffff-ffff-ffffffffffff|00000000-0000-0000-0000-000000000000|03000200-0400-0500-0006-000700080009
|00020003-0004-0005-0006-000700080009|12345678-1234-5678-90AB-CDDEEFAABBCC|<BAD INDEX>|<OUT OF SPEC>|987654321|9876543210|7654321
|54321|87654321|0987654321|1234-5678-9012|123-456-789|12-34-56-78|0000-1234-5678|1122334455|11223344|123123123|121212121212
|123412341234|1234512345|ABABABAB|ABCDEFG|ABCDEFGH|ABCDEFGHIJ|abcdef123456|ABC12345|ABCD1234|ABC-1234567|AB12345678
|A123456789|123456789ABC|1234567890ABCDE|QWERTY|qwertyuiop|qwerty123|asdf1234|ASDFGHJKL|1q2w3e4r|1qaz2wsx|A1B2C3D4
|a1b2c3d4e5f6|deadbeef|SN-000000|SN0000000|S/N: 00000000|PC-0000000|MB-0000000000|SN-XXXXXX|SNXXXXXXX|R9XXXXXXXX|SN 123456|SN#123456
|SN_0123456789|SYS-0123456789|SYS1234567890|SER1234567|SERIAL-1234567890|SERIAL12345|Serial123456|PCSerial|Board-1234567890
|CHASSIS-1234567890|Chassis Serial|System-1234|system|SYSTEM|Notebook|NOTEBOOK-123456|MyComputer|Machine1|WORKSTATION-01|LOCALHOST
|10000000|00000001|0000000001|000000000010|0101010101|1000000000|01234567|012345678|01234567890|00123456789|X0000000|0000000X|P/N 12345
|Please Enter Serial|Enter Serial Number|Change Me|no-serial|NoSerial|NO SERIAL|Serial not set|Not Initialized|uninitialized|unset|UNPROGRAMMED
|Unassigned|customer serial|Your Serial|ÿÿÿÿÿÿÿÿ|默认字符串|Не указано|Micro-Star|Standard PC|Virtual Machine|Not Installed|No Enclosure
|12345678-1234-1234-1234-123456789ABC|87654321-4321-4321-4321-CBA987654321|AA:BB:CC:DD:EE:FF|AABBCCDDEEFF|FF-EE-DD-CC-BB-AA
|DE:AD:BE:EF:00:00|DEADBEEF0001|FEEDFACE|5CG1234567|5CG0000000|2UA7654321|CND0000000|C02ABCDEFGH|R90ABCDEFG|PF000000|R9000000|MXL000000
|ABC123|abc123|ABC1234|ABC123DEF456|XYZ789|QWE456|0A1B2C3D4E5F|A0B1C2D3|a1s2d3f4|9Z8Y7X6W|qazwsx|QAZWSXEDC|zaq12wsx|147258369|963852741|asdzxc
|1234321|123454321|abcdcba|102030405060|SN102030405060|0102030405060708|0204060810|100200300400|1357924680|2468013579|13579|86420
|20190101|20230101|31122020|01012020|2020-01-01|2021-11-30|01/01/2020|31.12.2019|YYYYMMDD|YYWWSSSS|YYMMDDNN|C0A80101|C0A8000A|7F000001|192.168.0.1
|password|foobar|Ser.No|Ser. No.|Rev 1.0|REV:2.10|Ver.1.1|REFURB|REFURBISHED01|SPARE|SPARE-02|LOREM|LOREM IPSUM|azerty
|ZOTAC|AAEON|BeeLink|CHUWI|CHUWI0001|TECLAST|HUANANZHI|JGINYUE|MACHINIST|Minisforum|GEEKOM-01|SUN MICROSYSTEMS|RAZER|Medion
|SQUARE|03142563|W0000000001|M000000000001|YOUR_SERIAL|DEVICE_SERIAL|SERIAL1|MSI|NON PRESENTE|SENZA SN|UNBEKANNT|REDACTED|BK11XXXXXXXXXXXX
|Filled By OEM|Serial #|System Serial No|Type1 - Serial Number|sernum0|BOARD SERIAL|N.A.|n.a|(none)|FFFFFFFFFFFFFFFF|0000000000000000
";

fn fillers() -> impl Iterator<Item = &'static str> {
    FILLERS.split(['|', '\n']).filter(|filler| !filler.is_empty())
}

#[test]
fn doubts_every_filler_of_public_inventories() {
    let taken: Vec<&str> = fillers().filter(|filler| identifies_machine(filler)).collect();
    assert_eq!(taken, [""; 0]);
    assert!(fillers().count() >= 200, "{}", fillers().count());
}

#[test]
fn doubts_fillers_in_any_case_and_padding() {
    let spellings =
        |filler: &str| [filler.to_uppercase(), filler.to_lowercase(), format!("  {filler}\t"), format!("{filler}.")];
    let taken: Vec<String> = fillers().flat_map(spellings).filter(|filler| identifies_machine(filler)).collect();
    assert_eq!(taken, [""; 0]);
}

#[test]
fn takes_serial_numbers_that_look_like_words() {
    for serial in [
        "D09F6Y1",
        "0GTTC79291",
        "5CD1234XYZ",
        "CND0123ABC",
        "PF0ABC12",
        "TESTLA1",
        "SYSX123",
        "MINE0001",
        "TWICE001",
        "SN000000",
        "SN000123",
        "USE247N3W2",
        "PC0XYZ12",
        "BADGER7",
        "7D123456H",
        "S123456X7890123",
        "VMware-56 4d 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7",
        "4c4c4544-0051-3610-8054-b7c04f4d3231",
        "FRANBMCPAA1234567X",
        "pf3xk2qr",
        "G4N0CV16B829175",
        "NF1S8306980004",
        "GB8814HE7S",
        "X2735244G",
        "MS1C93BB0H00980",
        "SN00000001",
    ] {
        assert!(identifies_machine(serial), "{serial}");
    }
}

#[test]
fn takes_short_serial_numbers_of_parts_only() {
    for serial in ["S1", "WD-1", "K7Q2", "drv2"] {
        assert!(!is_filler_serial(serial) && !identifies_machine(serial), "{serial}");
    }
}

/// Pseudo-random numbers by seed (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A pattern with `#` for a digit, `@` for a letter, `*` for either, `^` for a hexadecimal digit in lower case.
    fn serial(&mut self, pattern: &str) -> String {
        let mut pick = |of: &[u8]| char::from(of[usize::try_from(self.next()).unwrap_or(usize::MAX) % of.len()]);
        let one = |sign| match sign {
            '#' => pick(b"0123456789"),
            '@' => pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            '*' => pick(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            '^' => pick(b"0123456789abcdef"),
            other => other,
        };
        pattern.chars().map(one).collect()
    }
}

/// Patterns by which makers number their machines, and drives.
const PATTERNS: &[&str] = &[
    "*******",
    "########",
    "*********",
    "^^^^^^^^",
    "@@@#####",
    "MP######",
    "@@@@@@@",
    "#######",
    "5CD####*@@",
    "CND####*@@",
    "MXL#######",
    "USE####*@*",
    "PF*****#",
    "PC0*****",
    "R90*****",
    "R9######",
    "MJ0*****",
    "C02********@",
    "**********",
    "@@@@@@@@@@@@",
    "#JTYA#####",
    "@#N0CV######*#@",
    "NX@@@@@####************",
    "K#############",
    "#D######@",
    "@@@@######",
    "YL**######",
    "S######X#######",
    "############",
    "VMware-^^ ^^ ^^ ^^ ^^ ^^ ^^ ^^-^^ ^^ ^^ ^^ ^^ ^^ ^^ ^^",
    "^^^^^^^^-^^^^-4^^^-a^^^-^^^^^^^^^^^^",
    "S@@@N*0@######@",
    "WD-W@@#@#######",
    "Z1D*****",
    "50026B7#########^",
    "BTLA########*@@",
];

#[test]
fn doubts_at_most_one_plausible_serial_in_a_thousand() {
    const OF_EACH: usize = 5_000;
    let mut random = Random(0x1D3A_11F5);
    for pattern in PATTERNS {
        let doubted: Vec<String> =
            (0..OF_EACH).map(|_| random.serial(pattern)).filter(|serial| !identifies_machine(serial)).collect();
        assert!(doubted.len() * 1000 <= OF_EACH, "{pattern}: {} of {OF_EACH}: {doubted:?}", doubted.len());
    }
}

#[test]
fn compares_serials_without_regard_to_case_and_blanks() {
    assert!(is_same_serial(" 5cd1234xyz", "5CD1234XYZ") && is_same_serial("AB  12", "ab 12"));
    assert!(is_same_serial("5CD\u{200b}1234XYZ", "5CD1234XYZ\u{feff}"));
    assert!(!is_same_serial("5CD1234XYZ", "5CD1234XY") && !is_same_serial("AB 12", "AB12"));
}

#[test]
fn knows_a_serial_that_iqr_has_cut_to_its_column() {
    let long = "NXM8XEG0012345678ABCDEFGHIJ";
    assert!(is_serial_in_iqr(long, &long[..IQR_SERIAL_WIDTH]) && is_serial_in_iqr(long, &long.to_lowercase()));
    assert!(!is_serial_in_iqr(long, &long[..IQR_SERIAL_WIDTH - 1]));
    // Of two records of WipeOS none is cut.
    assert!(!is_same_serial(long, &long[..IQR_SERIAL_WIDTH]));
}

#[test]
fn knows_a_serial_that_iqr_has_cut_beside_a_blank() {
    let long = "VMware-56 4d 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7";
    for label in [
        "VMware-56 4d 1a 2b 3c 4d ",
        "VMware-56 4d 1a 2b 3c 4d",
        "  VMware-56 4d 1a 2b 3c 4",
        "  VMware-56 4d 1a 2b 3c 4 ",
        "VMware-56  4d 1a 2b 3c 4d",
        "vmware-56 4D 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7",
    ] {
        assert!(is_serial_in_iqr(long, label), "{label}");
    }
    for label in
        ["VMware-56 4d 1a 2b 3c 4e", "VMware-56 4d 1a 2b 3c", "VMware-56 4d 1a 2b 3c 4", "4d 1a 2b 3c 4d 5e 6f-70 81"]
    {
        assert!(!is_serial_in_iqr(long, label), "{label}");
    }
}

#[test]
fn compares_serials_of_drives_by_letters_and_digits() {
    for (one, other) in [
        ("0025_3858_91B0_1234.", "00253858 91B01234"),
        ("WD-WCC1234567", "WCC1234567"),
        ("WD-WX11A2345678", "wdwx11a2345678"),
        ("S4EW\u{200b}NX0M801234", " s4ewnx0m801234"),
    ] {
        assert_eq!(folded_drive_serial(one), folded_drive_serial(other), "{one}");
    }
    assert_ne!(folded_drive_serial("WDZ1234"), folded_drive_serial("Z1234"));
    assert_eq!(folded_drive_serial(" .-"), "");
}

#[test]
fn distinguishes_constants_of_card_readers_from_serials() {
    for constant in
        ["058F63666485", "000000001532", "MSFT30BB12345678", "152D00539000", "20120926571200000", "20060413092100000"]
    {
        assert!(is_readers_constant(constant), "{constant}");
    }
    for serial in ["S4EWNX0M801234", "20120926571212345", "50026B7712345678", "WD-WCC1234567", "2012", ""] {
        assert!(!is_readers_constant(serial), "{serial}");
    }
}

#[test]
fn takes_no_name_of_the_machine_for_its_serial() {
    let text = |text: &str| Some(text.to_owned());
    let machine = |maker, model, version, family, sku| {
        let names = crate::model::Machine {
            manufacturer: text(maker),
            model: text(model),
            version: text(version),
            family: text(family),
            sku: text(sku),
            ..Default::default()
        };
        names.own_names()
    };
    let zotac = machine("ZOTAC Int'l Ltd", "ZBOX-CI320NANO", "XX", "", "");
    let hp = machine("Hewlett-Packard", "HP Pavilion Notebook", "A1018100", "103C_5335KV G=N L=CON", "W4X36EA#ACB");
    let lenovo =
        machine("LENOVO", "20L5S01V00", "ThinkPad T480", "ThinkPad T480", "LENOVO_MT_20L5_BU_Think_FM_ThinkPad T480");
    for (names, serials) in [
        (&zotac, &["ZBOX-CI320NANO", "zbox ci320nano", "CI320NANO", "ZOTAC ZBOX-CI320NANO"][..]),
        (&hp, &["103C_5335KV", "W4X36EA#ACB", "W4X36EA", "A1018100", "HP Pavilion Notebook", "Hewlett-Packard"]),
        (&lenovo, &["20L5S01V00", "THINKPADT480", "ThinkPad T480"]),
        (&machine("Intel", "NUC7i5BNH", "", "", ""), &["NUC7i5BNH", "INTEL NUC7I5BNH"]),
        (&machine("AZW", "Mini S12", "", "", "U59 Pro"), &["MINIS12", "U59PRO"]),
    ] {
        for serial in serials {
            assert!(!names.is_identified_by(serial), "{serial}");
        }
        for serial in ["7HX2KQ2", "PF0ABC12", "W4X36EB", "20L5S01V0", "ZBOXCI320", "L5S01V00"] {
            assert!(names.is_identified_by(serial), "{serial}");
        }
    }
}
