//! The model as the firmware spells it, without what every machine of its maker has in front or behind.
//!
//! Upper case and the master item's number are made elsewhere: here the spelling stays.

mod hp;

use std::borrow::Cow;

use super::clean::{begins_with, one_line};
use super::maker_prefix::{after_word, without_maker};
use super::manufacturer::is_only_a_maker;
use super::placeholder::{is_kind_of_machine, is_placeholder, real};
use crate::model::Machine;

/// The name that a Lenovo is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LenovoModel {
    /// The name: `ThinkPad T480`.
    Name,
    /// The machine type and model: `20L5S01V00`.
    MachineType,
}

/// The firmware's texts for a model.
#[derive(Debug, Clone, Copy, Default)]
pub struct Firmware<'a> {
    pub model: Option<&'a str>,
    pub version: Option<&'a str>,
    pub family: Option<&'a str>,
    pub sku: Option<&'a str>,
}

impl<'a> Firmware<'a> {
    pub fn from_machine(machine: &'a Machine) -> Self {
        let Machine { model, version, family, sku, .. } = machine;
        Self { model: model.as_deref(), version: version.as_deref(), family: family.as_deref(), sku: sku.as_deref() }
    }
}

/// The model's name; empty when the firmware has only placeholders.
///
/// `version` and `family` count for Lenovo alone, whose product is a machine type, and the SKU for HP alone; other
/// makers keep revisions there.
#[must_use]
pub fn model_name(manufacturer_short: &str, firmware: &Firmware<'_>, lenovo: LenovoModel) -> String {
    let name_of = |text| name_or_nothing(text, manufacturer_short);
    let product = name_of(firmware.model);
    let name = match manufacturer_short {
        "LENOVO" | "IBM" => lenovo_name(&product, &name_of(firmware.version), &name_of(firmware.family), lenovo),
        "HP" | "HPE" => hp::name(&product, &real(firmware.sku)),
        "DELL" => dell_name(&product).to_owned(),
        "ASUS" => asus_name(&product),
        // Here the maker is half of the name: `Alienware 17 R4`.
        "" | "ALIENWARE" => product.into_owned(),
        // Its first model is called `Laptop`, and that is all.
        "FRAMEWORK" => return product.into_owned(),
        maker => without_maker(&product, &[maker]).to_owned(),
    };
    // `ESPRIMO_P756`, `B50_TOUCH`: elsewhere it stands between two names.
    let name = match manufacturer_short {
        "FUJITSU" | "LENOVO" => one_line(&name.replace('_', " ")).into_owned(),
        _ => name,
    };
    // The rest of a name may be no name.
    let is_none = is_placeholder(&name) || is_kind_of_machine(&name);
    if is_none { String::new() } else { name }
}

/// Text of the firmware as one clean line; a filler and the name of a maker alone are no text.
fn name_or_nothing<'a>(text: Option<&'a str>, manufacturer_short: &str) -> Cow<'a, str> {
    match real(text) {
        text if is_only_a_maker(&text, manufacturer_short) => Cow::Borrowed(""),
        text => text,
    }
}

/// The machine type of a Lenovo (`20L5S01V00`, `7915AC1`), wherever the firmware has it.
#[must_use]
pub fn machine_type(manufacturer_short: &str, model: Option<&str>, version: Option<&str>) -> Option<String> {
    if !matches!(manufacturer_short, "LENOVO" | "IBM") {
        return None;
    }
    [model, version].into_iter().find_map(|text| {
        let text = real(text);
        let (name, bracketed) = split_bracket(&text);
        let code = bracketed.or(Some(name)).filter(|text| is_machine_type(text))?;
        // Two types of one machine: `20021,2959`.
        code.split(',').next().map(str::to_owned)
    })
}

fn lenovo_name(product: &str, version: &str, family: &str, lenovo: LenovoModel) -> String {
    const MAKERS: &[&str] = &["LENOVO", "IBM"];
    let (name, bracketed) = split_bracket(product);
    let name = without_maker(name, MAKERS);
    if lenovo == LenovoModel::MachineType {
        let code = machine_type("LENOVO", Some(product), Some(version));
        return code.unwrap_or_else(|| name.to_owned());
    }
    if !name.is_empty() && !is_machine_type(name) && !is_code_name(name) {
        return name.to_owned();
    }
    let (version, type_of_version) = split_bracket(version);
    let from_version = without_edition(without_maker(version, MAKERS));
    if is_readable(from_version) {
        return from_version.to_owned();
    }
    let from_family = without_edition(without_maker(family, MAKERS));
    if is_readable(from_family) && is_of_a_line(from_family) {
        return from_family.to_owned();
    }
    if name.is_empty() { bracketed.or(type_of_version).unwrap_or_default().to_owned() } else { name.to_owned() }
}

/// `System x3650 M4` and `7915AC1` of `System x3650 M4 -[7915AC1]-`: servers of IBM and Lenovo.
fn split_bracket(text: &str) -> (&str, Option<&str>) {
    let Some((name, rest)) = text.split_once("-[") else { return (text, None) };
    let code = rest.split(']').next().unwrap_or_default().trim();
    (name.trim_end_matches([' ', ':']), Some(code).filter(|code| !code.is_empty()))
}

/// Whether a text is a machine's name from before it had one: that of its board (`QAWGE`). A line's name alone looks
/// the same, and says as little.
fn is_code_name(text: &str) -> bool {
    text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// `ThinkPad T470` of `ThinkPad T470 W10DG`: sold with the right to an older Windows, and no other machine.
fn without_edition(name: &str) -> &str {
    let edition = |last: &str| {
        let upper = last.to_ascii_uppercase();
        upper.strip_prefix('W').and_then(|rest| rest.strip_suffix("DG")).is_some_and(is_number)
    };
    match name.rsplit_once(' ') {
        Some((rest, last)) if edition(last) => rest.trim_end(),
        _ => name,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text is a machine type, or several with commas between them.
fn is_machine_type(text: &str) -> bool {
    text.split(',').all(is_one_type)
}

/// Lenovo's machine types: 4 or 5 characters, or 7 to 10 with the model behind (`82SA`, `20351`, `7455A54`,
/// `20L5S01V00`). They begin with a digit, but for a few all-in-ones and tablets (`F0BB`, `ZA44`).
fn is_one_type(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let bytes = upper.as_bytes();
    let all = bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let begins =
        matches!(bytes, [b'0'..=b'9', ..] | [b'A'..=b'F', b'0', b'A'..=b'Z', ..] | [b'Z', b'A', b'0'..=b'9', ..]);
    all && begins && matches!(bytes.len(), 4 | 5 | 7..=10)
}

/// Whether a version or family is a name: not a revision, not a code, and more than the line it belongs to.
fn is_readable(text: &str) -> bool {
    const NO_NAMES: &[&str] = &[
        "product",
        "thinkpad",
        "thinkcentre",
        "thinkstation",
        "thinkserver",
        "thinksystem",
        "thinkbook",
        "ideapad",
        "ideacentre",
        "yoga",
        "legion",
        "notebook",
        "desktop",
        "invalid",
    ];
    let lower = text.to_ascii_lowercase();
    text.contains(char::is_alphabetic)
        && text.chars().count() >= 3
        && !is_placeholder(text)
        && !is_machine_type(text)
        && !NO_NAMES.contains(&lower.as_str())
        && !is_revision(&lower)
}

/// `1.0a`, `v1.02-beta`.
fn is_revision(lower: &str) -> bool {
    let number = lower.strip_prefix('v').unwrap_or(lower);
    number.contains('.') && number.starts_with(|character: char| character.is_ascii_digit()) && !number.contains(' ')
}

/// Whether a family is a name. Families are mostly platforms (`Intel_Mobile`): only Lenovo's own lines, with a number,
/// are names.
fn is_of_a_line(text: &str) -> bool {
    const LINES: &[&str] = &["think", "ideapad", "ideacentre", "yoga", "legion", "miix", "loq", "xiaoxin"];
    let lower = text.to_ascii_lowercase();
    LINES.iter().any(|line| lower.starts_with(line)) && lower.contains(|character: char| character.is_ascii_digit())
}

/// `VivoBook X515JAB` of `VivoBook_ASUSLaptop X515JAB_X515JA`: the maker again, and the model again, shortened.
fn asus_name(product: &str) -> String {
    let name = without_maker(product, &["ASUS"]);
    let lower = name.to_ascii_lowercase();
    let found = ["_asuslaptop ", "_asus laptop ", "_asus_laptop "]
        .into_iter()
        .find_map(|word| lower.find(word).map(|at| (at, at + word.len())));
    let name = found.map_or_else(|| name.to_owned(), |(at, end)| format!("{} {}", &name[..at], &name[end..]));
    match name.rsplit_once('_') {
        Some((model, again)) if !again.is_empty() && is_last_word_longer(model, again) => model.to_owned(),
        _ => name,
    }
}

/// Whether the last word of `name` begins with `text`.
fn is_last_word_longer(name: &str, text: &str) -> bool {
    name.rsplit(' ').next().is_some_and(|last| begins_with(last, text))
}

/// Dell put the word `System` before the name for some years (`Dell System XPS L502X`).
fn dell_name(product: &str) -> &str {
    let name = without_maker(product, &["DELL"]);
    if name.len() == product.len() { name } else { after_word(name, "System").unwrap_or(name) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{fixtures, fold_key, manufacturer::Aliases};
    use super::*;

    fn name(maker: &str, product: &str) -> String {
        let firmware = Firmware { model: Some(product), ..Firmware::default() };
        model_name(maker, &firmware, LenovoModel::Name)
    }

    fn lenovo(product: &str, version: &str, family: &str) -> [String; 2] {
        let firmware = Firmware { model: Some(product), version: Some(version), family: Some(family), sku: None };
        [LenovoModel::Name, LenovoModel::MachineType].map(|setting| model_name("LENOVO", &firmware, setting))
    }

    #[test]
    fn calls_a_lenovo_by_its_name_or_its_machine_type() {
        for (product, version, family, by_name, by_type) in [
            ("20L5S01V00", "ThinkPad T480", "ThinkPad T480", "ThinkPad T480", "20L5S01V00"),
            ("82SA", "IdeaPad Gaming 3 16IAH7", "", "IdeaPad Gaming 3 16IAH7", "82SA"),
            ("81FW", "Lenovo Legion Y7000", "Rescuer Y7000", "Legion Y7000", "81FW"),
            ("ZA3W", "Lenovo MIIX 720-12IKB", "", "MIIX 720-12IKB", "ZA3W"),
            ("80E3", "Lenovo G50-45", "IDEAPAD", "G50-45", "80E3"),
            ("20021,2959", "Lenovo Ideapad S12", "", "Ideapad S12", "20021"),
            ("QAWGE", "Lenovo IdeaPad G485", "", "IdeaPad G485", "QAWGE"),
            ("HuronRiver Platform", "Ideapad Z570", "", "Ideapad Z570", ""),
            ("HuronRiver Platform", "0.1", "", "", ""),
            ("20JNS1BL00", "ThinkPad T470 W10DG", "", "ThinkPad T470", "20JNS1BL00"),
            ("Enter the machine type an", "ThinkCentre M720q", "", "ThinkCentre M720q", ""),
            ("INVALID", "B50_TOUCH", "IDEAPAD", "B50 TOUCH", "INVALID"),
            ("4068AGJ", "Lenovo", "Not Specified", "4068AGJ", "4068AGJ"),
            ("20L6S82F0C", "Lenovo Product", "ThinkPad T480", "ThinkPad T480", "20L6S82F0C"),
            ("20005", "Rev 1.0", "Intel_Mobile", "20005", "20005"),
            ("F0BB00AAUS", "ThinkPad", "IdeaCentre", "F0BB00AAUS", "F0BB00AAUS"),
            ("11EF0011RU", "V50s-07IMB", "V50s-07IMB", "V50s-07IMB", "11EF0011RU"),
            ("IdeaPad Z480", "Lenovo Z480", "", "IdeaPad Z480", "IdeaPad Z480"),
            ("ThinkServer TS140", "70A4000HUX", "", "ThinkServer TS140", "70A4000HUX"),
            ("System x3650 M4 -[7915AC1]-", "04", "System X", "System x3650 M4", "7915AC1"),
            ("System x3650 M5: -[5462AC1]-", "05", "System X", "System x3650 M5", "5462AC1"),
            ("-[7X06CTO1WW]-", "07", "", "7X06CTO1WW", "7X06CTO1WW"),
            ("-[848038X]-", "IBM CORPORATION", "", "848038X", "848038X"),
            ("IBM CORPORATION", "-[848038X]-", "", "848038X", "848038X"),
            ("eserver xSeries 346 -[88401SU]-", "IBM CORPORATION", "", "eserver xSeries 346", "88401SU"),
            ("20L5S01V00", "Lenovo Inc.", "", "20L5S01V00", "20L5S01V00"),
            ("20L5S01V00", "LENOVO GROUP LIMITED", "ThinkPad T480", "ThinkPad T480", "20L5S01V00"),
        ] {
            let by_type = if by_type == "INVALID" { "" } else { by_type };
            assert_eq!(lenovo(product, version, family), [by_name, by_type], "{product} {version}");
        }
    }

    #[test]
    fn finds_a_machine_type_for_lenovo_alone() {
        assert_eq!(machine_type("LENOVO", Some("20L5S01V00"), Some("ThinkPad T480")).as_deref(), Some("20L5S01V00"));
        assert_eq!(
            machine_type("LENOVO", Some("ThinkServer TS140"), Some("70A4000HUX")).as_deref(),
            Some("70A4000HUX")
        );
        assert_eq!(machine_type("IBM", Some("IBM System x3550 M3 -[7944K1G]-"), None).as_deref(), Some("7944K1G"));
        assert_eq!(machine_type("LENOVO", Some("G500"), Some("Lenovo G500")), None);
        assert_eq!(machine_type("DELL", Some("20L5S01V00"), None), None);
    }

    #[test]
    fn prints_no_maker_twice_and_no_filler_words_behind() {
        for (maker, product, expected) in [
            ("HP", "HP EliteBook 840 G8 Notebook PC", "EliteBook 840 G8"),
            ("HP", "HP HP 15-r001", "15-r001"),
            ("HP", "HP EliteBook X G1a 14 inch Notebook Next Gen AI PC", "EliteBook X G1a 14 inch"),
            ("HP", "HP Notebook", ""),
            ("HP", "HP Notebook PC", ""),
            ("HP", "HP Pavilion Notebook", "Pavilion Notebook"),
            ("HP", "HP 620", "620"),
            ("HP", "HP Compaq 8200 Elite USDT PC", "Compaq 8200 Elite USDT"),
            ("HP", "HP EliteDesk 800 G4 Mini PC", "EliteDesk 800 G4 Mini PC"),
            ("HP", "Presario V5000 (EW835EA#ABU)", "Presario V5000"),
            ("HP", "Presario R3000 (DV742U#ABA)", "Presario R3000"),
            ("HP", "HP Compaq dc7100 SFF(DX878AV)", "Compaq dc7100 SFF"),
            ("HP", "HP 280 G2 MT (Non-Legacy)", "280 G2 MT (Non-Legacy)"),
            ("HP", "AY597AA-ABA HPE-110f", "HPE-110f"),
            ("HP", "KJ379AAR-ABA a6317c", "a6317c"),
            ("HP", "HP Compaq 6000 Pro AiO Business PC", "Compaq 6000 Pro AiO"),
            ("SUPERMICRO", "Super Server", ""),
            ("ACER", "V1.02", ""),
            ("ACER", "1.0", ""),
            ("CHUWI", "Cherry Trail CR", ""),
            ("FRAMEWORK", "Laptop", "Laptop"),
            ("HP", "HP ENVY 17 Leap Motion SE NB PC", "ENVY 17 Leap Motion SE"),
            ("HP", "OMEN by HP Laptop 17-an0xx", "OMEN by HP Laptop 17-an0xx"),
            ("HP", "HPE-521it", "HPE-521it"),
            ("HP", "HP 15 Notebook PC", "15 Notebook PC"),
            ("HP", "HP 530 Notebook PC(KD080AA#ACB)", "530"),
            ("ALIENWARE", "Alienware 17 R4", "Alienware 17 R4"),
            ("HPE", "ProLiant DL380 Gen9", "ProLiant DL380 Gen9"),
            ("HPE", "HPE ProLiant DL360 Gen10", "ProLiant DL360 Gen10"),
            ("HPE", "HP ProLiant DL360 Gen9", "ProLiant DL360 Gen9"),
            ("HPE", "Hewlett Packard Enterprise Superdome Flex", "Superdome Flex"),
            ("HP", "HP HPE-510t", "HPE-510t"),
            ("ASUS", "ASUS TUF Gaming A15", "TUF Gaming A15"),
            ("ASUS", "VivoBook_ASUSLaptop X515JAB_X515JA", "VivoBook X515JAB"),
            ("ASUS", "VivoBook 15_ASUS Laptop X507MA_X507MA", "VivoBook 15 X507MA"),
            ("ASUS", "ROG Zephyrus G14 GA401II_GA401II", "ROG Zephyrus G14 GA401II"),
            // Two names: which one the machine is sold by is not known.
            ("ASUS", "VivoBook_ASUS Laptop E210MA_L210MA", "VivoBook E210MA_L210MA"),
            ("ASUS", "BM6630_BM6330_BP6230", "BM6630_BM6330_BP6230"),
            ("ASUS", "X515_", "X515_"),
            ("ASUS", "X_X", ""),
            ("TOSHIBA", "TOSHIBA Satellite", "Satellite"),
            ("DELL", "OptiPlex 9010", "OptiPlex 9010"),
            ("DELL", "Dell System XPS L502X", "XPS L502X"),
            ("PANASONIC", "CF-33-1", "CF-33-1"),
            ("APPLE", "MacBookPro9,2", "MacBookPro9,2"),
            ("SAMSUNG", "950XDB/951XDB/950XDY", "950XDB/951XDB/950XDY"),
            ("", "Precision \u{1} T7400", "Precision T7400"),
        ] {
            assert_eq!(name(maker, product), expected, "{product}");
        }
    }

    #[test]
    fn takes_no_placeholder_or_bare_maker_for_a_model() {
        for (maker, product) in [
            ("DELL", " "),
            ("HP", "HP"),
            ("ASUS", "System Product Name"),
            ("ASUS", "All Series"),
            ("LENOVO", "Lenovo"),
            ("DELL", "Dell Inc."),
            ("DELL", "Dell Dell Inc."),
            ("IBM", "IBM CORPORATION"),
            ("HP", "Hewlett-Packard Company"),
            ("HP", "HP Inc."),
            ("HPE", "HPE"),
            ("ASUS", "ASUSTeK COMPUTER INC."),
            ("ALIENWARE", "Alienware"),
            ("FRAMEWORK", "Framework Computer Inc"),
            ("ACME DEVICES", "Acme Devices Co., Ltd."),
            ("ACME DEVICES", "Dell Inc."),
        ] {
            assert_eq!(name(maker, product), "", "{maker} {product}");
        }
        for version in ["Lenovo", "LENOVO", "IBM CORPORATION", "Lenovo Group Limited"] {
            let bare = Firmware { version: Some(version), family: Some("IDEAPAD"), ..Firmware::default() };
            assert_eq!(model_name("LENOVO", &bare, LenovoModel::Name), "", "{version}");
        }
    }

    #[test]
    fn gives_no_real_machine_a_placeholder_or_its_maker() {
        let aliases = Aliases::default();
        for labeled in fixtures::machines() {
            let machine = &labeled.machine;
            let maker = aliases.short_form(machine.manufacturer.as_deref().unwrap_or_default());
            let firmware = Firmware::from_machine(machine);
            for setting in [LenovoModel::Name, LenovoModel::MachineType] {
                let name = model_name(&maker, &firmware, setting);
                assert!(name.is_empty() || !is_placeholder(&name), "{name}");
                let doubled = format!("{maker} ");
                assert!(
                    maker.is_empty() || maker == "ALIENWARE" || !name.to_uppercase().starts_with(&doubled),
                    "{maker}: {name}"
                );
                assert_eq!(one_line(&name), name);
            }
        }
    }

    /// Two machines of one model are one master item, whichever case their firmware was written in.
    #[test]
    fn keeps_one_master_item_in_any_case() {
        let mut firmwares: Vec<(String, [String; 4])> = fixtures::machines()
            .into_iter()
            .map(|labeled| labeled.machine)
            .map(|machine| {
                let maker = Aliases::default().short_form(machine.manufacturer.as_deref().unwrap_or_default());
                (maker, [machine.model, machine.version, machine.family, machine.sku].map(Option::unwrap_or_default))
            })
            .collect();
        let more = [
            ("HP", ["HP Pavilion Notebook PC", "", "", "w4x36ea#acb"]),
            ("HP", ["Presario V5000 (EW835EA#ABU)", "", "", ""]),
            ("ASUS", ["VivoBook_ASUSLaptop X515JAB_X515JA", "", "", ""]),
            ("LENOVO", ["20L5S01V00", "ThinkPad T470 W10DG", "", ""]),
            ("LENOVO", ["Qawge", "Lenovo IdeaPad G485", "", ""]),
            ("IBM", ["System x3650 M4 -[7915AC1]-", "", "", ""]),
        ];
        firmwares.extend(more.map(|(maker, texts)| (maker.to_owned(), texts.map(str::to_owned))));
        for (maker, texts) in firmwares {
            let key = |change: fn(&str) -> String| {
                let [model, version, family, sku] = texts.each_ref().map(|text| change(text));
                let firmware =
                    Firmware { model: Some(&model), version: Some(&version), family: Some(&family), sku: Some(&sku) };
                fold_key(&model_name(&maker, &firmware, LenovoModel::Name))
            };
            assert_eq!(
                [key(str::to_uppercase), key(str::to_lowercase)],
                [0; 2].map(|_| key(str::to_owned)),
                "{texts:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn gives_one_line_for_any_texts(
            maker in "HP|LENOVO|DELL|IBM|ASUS|",
            product in "(HP |Lenovo |-\\[|\\]-|PC|Notebook PC| |\\PC|\\u{0}|\n){0,16}",
            version in any::<Option<String>>(),
        ) {
            let firmware = Firmware { model: Some(&product), version: version.as_deref(), ..Firmware::default() };
            let name = model_name(&maker, &firmware, LenovoModel::Name);
            prop_assert_eq!(one_line(&name), name.as_str());
        }
    }
}
