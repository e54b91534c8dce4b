//! Which template a machine gets, and which word says what it is.

use std::borrow::Cow;

use super::clean::{begins_with, holds, one_line};
use super::maker_prefix::without_maker;
use crate::model::{Chassis, Machine, TemplateKind};

/// The outcome and why, in words for the person who reads a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChassisChoice {
    /// The word that `{Chassis}` prints.
    pub chassis: Chassis,
    /// The template of the extended description.
    pub template: TemplateKind,
    /// The rule that decided (`SMBIOS chassis type 10 (Notebook)`).
    pub because: String,
}

/// Chooses by the product's name first, then by the SMBIOS chassis type, unless the parts contradict it; where that
/// says nothing, by a family of names or by the battery.
///
/// Firmware is often wrong about the type and seldom about the name: of 757 iMacs 216 call themselves a notebook.
#[must_use]
pub fn choose(machine: &Machine) -> ChassisChoice {
    // Bit 7 says that the chassis can be locked, not what it is (SMBIOS 7.4.1).
    let code = machine.chassis_type.map(|code| code & 0x7F);
    let names = Names::from_machine(machine);
    let choice = by_product(&names, machine, code)
        .or_else(|| by_parts(&names, machine, code))
        .or_else(|| code.and_then(by_code))
        .or_else(|| by_family(&names))
        .or_else(|| by_battery(machine, code))
        .unwrap_or_else(|| unknown(code));
    as_tablet(as_server(choice, &names), &names)
}

/// The fields in which the firmware has the name: some makers have it in the version. One clean line each, without the
/// maker in front.
struct Names<'a> {
    product: Cow<'a, str>,
    version: Cow<'a, str>,
}

impl<'a> Names<'a> {
    fn from_machine(machine: &'a Machine) -> Self {
        let name = |text: &'a Option<String>| bare_name(text.as_deref().unwrap_or_default());
        Self { product: name(&machine.model), version: name(&machine.version) }
    }

    /// Each name, with the word for the field that has it.
    fn both(&self) -> [(&'static str, &str); 2] {
        [("product name", &self.product), ("version", &self.version)]
    }
}

/// Calls a server in a tower or a multi-node chassis a server, with the template of its chassis: the parts are the same
/// as in a desktop.
fn as_server(choice: ChassisChoice, names: &Names<'_>) -> ChassisChoice {
    const SERIES: [&str; 6] = ["PowerEdge", "ProLiant", "PRIMERGY", "ThinkServer", "ThinkSystem", "System x"];
    if choice.chassis != Chassis::Desktop {
        return choice;
    }
    let is_in_name = |series: &&&str| names.both().iter().any(|(_, name)| holds(name, series));
    let Some(series) = SERIES.iter().find(is_in_name) else { return choice };
    let because = format!("{}, and a {series} is a server", choice.because);
    ChassisChoice { chassis: Chassis::Server, because, ..choice }
}

/// `Surface Pro X` of `Microsoft Surface Pro X`.
fn bare_name(text: &str) -> Cow<'_, str> {
    const MAKERS: [&str; 6] = ["Apple", "Dell", "Hewlett-Packard", "HP", "Lenovo", "Microsoft"];
    match one_line(text) {
        Cow::Borrowed(line) => without_maker(line, &MAKERS).into(),
        Cow::Owned(line) => without_maker(&line, &MAKERS).to_owned().into(),
    }
}

/// Calls a Surface a tablet unless its name says otherwise; its firmware calls it a laptop. It keeps that template:
/// there is a battery in both.
fn as_tablet(choice: ChassisChoice, names: &Names<'_>) -> ChassisChoice {
    const NO_TABLETS: [&str; 4] = ["laptop", "book", "studio", "hub"];
    let product = &names.product;
    let is_surface = || product.split(' ').next().is_some_and(|first| first.eq_ignore_ascii_case("surface"));
    let is_called_otherwise = || NO_TABLETS.iter().any(|word| holds(product, word));
    let is_portable = matches!(choice.chassis, Chassis::Laptop | Chassis::Convertible);
    if !is_portable || !is_surface() || is_called_otherwise() {
        return choice;
    }
    let because = format!("{}, and this Surface is a tablet", choice.because);
    ChassisChoice { chassis: Chassis::Tablet, because, ..choice }
}

/// Returns the choice of a chassis, with the template that machines of this kind have.
fn choice(chassis: Chassis, because: impl Into<String>) -> ChassisChoice {
    let template = match chassis {
        Chassis::Desktop => TemplateKind::Desktop,
        Chassis::AllInOne => TemplateKind::AllInOne,
        Chassis::MacBook => TemplateKind::MacBook,
        Chassis::Laptop | Chassis::Tablet | Chassis::Convertible => TemplateKind::Laptop,
        Chassis::Server | Chassis::Unknown => TemplateKind::Default,
    };
    ChassisChoice { chassis, template, because: because.into() }
}

/// Products that are what their name says, whatever the code.
const PRODUCTS: &[(&str, Chassis)] = &[
    ("MacBook", Chassis::MacBook),
    ("iMac", Chassis::AllInOne),
    ("Macmini", Chassis::Desktop),
    ("MacPro", Chassis::Desktop),
];

fn by_product(names: &Names<'_>, machine: &Machine, code: Option<i64>) -> Option<ChassisChoice> {
    let product = names.product.as_ref();
    if let Some((name, chassis)) = PRODUCTS.iter().find(|(name, _)| begins_with(product, name)) {
        return Some(choice(*chassis, format!("the product name begins with {name}")));
    }
    if begins_with(product, "Surface") && matches!(code, Some(11 | 17 | 23 | 28 | 29)) {
        return Some(choice(Chassis::Laptop, "the product name begins with Surface"));
    }
    if is_apple_silicon(product) && (matches!(code, Some(8..=10 | 14)) || !machine.batteries.is_empty()) {
        return Some(choice(Chassis::MacBook, "the product is a Mac that can be carried"));
    }
    let by_product = names.both().into_iter().find_map(|(what, text)| {
        let word = all_in_one_word(text).or_else(|| all_in_one_series(text))?;
        Some(choice(Chassis::AllInOne, format!("the {what} holds {word}")))
    });
    by_product.or_else(|| hp_with_screen(product, machine, code))
}

/// Finds a series that is all-in-ones to the last model, though the firmware calls many of them a desktop.
fn all_in_one_series(text: &str) -> Option<String> {
    const SERIES: [&str; 8] =
        ["ProOne", "EliteOne", "Surface Studio", "Aspire C2", "Aspire Z", "Veriton Z", "Inspiron One", "XPS One"];
    let series = SERIES.into_iter().find(|series| holds(text, series));
    series.map(str::to_owned).or_else(|| numbered_all_in_one(text))
}

/// Finds `ThinkCentre M93z`, `ThinkCentre M90a` and `IdeaCentre B320` in a longer name: a letter of the number gives
/// the kind.
fn numbered_all_in_one(text: &str) -> Option<String> {
    let mut words = text.split(|character: char| !character.is_alphanumeric());
    let line = words.find(|word| ["ThinkCentre", "IdeaCentre"].iter().any(|line| word.eq_ignore_ascii_case(line)))?;
    let model = words.next()?;
    // `ThinkCentre neo 50a 24 Gen 5`.
    if model.eq_ignore_ascii_case("neo") {
        let model = words.next()?;
        let is_number = model.strip_suffix(['A', 'a'])?.bytes().all(|byte| byte.is_ascii_digit());
        return is_number.then(|| format!("{line} neo {model}"));
    }
    let (digits, fewest) = if line.eq_ignore_ascii_case("ThinkCentre") {
        (model.strip_prefix(['M', 'm', 'E', 'e'])?.strip_suffix(['Z', 'z', 'A', 'a'])?, 2)
    } else {
        (model.strip_prefix(['A', 'a', 'B', 'b', 'C', 'c'])?, 3)
    };
    let is_number = digits.len() >= fewest && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{line} {model}"))
}

/// `23-d015la`: HP calls its consumers' machines by the size of the screen, and from 18 inches on they are all-in-ones,
/// also where the firmware says desktop.
fn hp_with_screen(product: &str, machine: &Machine, code: Option<i64>) -> Option<ChassisChoice> {
    let maker = one_line(machine.manufacturer.as_deref().unwrap_or_default());
    if !["HP", "Hewlett"].iter().any(|hp| begins_with(&maker, hp)) || !matches!(code, None | Some(1..=7 | 15)) {
        return None;
    }
    // `Pavilion 27-d0xxx`, too.
    let (inches, series) = product.rsplit(' ').next()?.split_once('-')?;
    let is_screen = inches.parse().is_ok_and(|inches: u8| (18..=34).contains(&inches));
    (is_screen && series.bytes().take(3).any(|byte| byte.is_ascii_digit())).then(|| {
        let because = format!("the product name has a screen of {inches} inches");
        choice(Chassis::AllInOne, because)
    })
}

/// Whether an identifier is `Mac14,2` or the like: since 2022 Apple's identifiers do not say what kind of Mac it is.
fn is_apple_silicon(product: &str) -> bool {
    begins_with(product, "Mac") && product[3..].starts_with(|first: char| first.is_ascii_digit())
}

/// The word of a name that means "all in one".
fn all_in_one_word(text: &str) -> Option<String> {
    if let Some(phrase) = ["all-in-one", "all in one", "allinone"].into_iter().find(|phrase| holds(text, phrase)) {
        return Some(phrase.to_owned());
    }
    // A word of its own: `AIO` inside another word is chance.
    let mut words = text.split(|character: char| !character.is_alphanumeric());
    words.find(|word| word.eq_ignore_ascii_case("aio")).map(str::to_owned)
}

/// Diagonals of screens that are built into a machine with a battery, in inches. Desks have screens from 19 inches on.
const PORTABLE_SCREEN_INCHES: std::ops::RangeInclusive<f64> = 5.0..=18.4;

/// Corrects the kind by the parts. A desktop by its type that has a battery, a built-in screen and a webcam is a
/// laptop: free firmware for Chromebooks says `Desktop` of all of them. A desktop by its name stays one, with a battery
/// for its supply and a screen beside it.
fn by_parts(names: &Names<'_>, machine: &Machine, code: Option<i64>) -> Option<ChassisChoice> {
    const DESKTOP: i64 = 3;
    let has_screen = machine.screen_inches.is_some_and(|inches| PORTABLE_SCREEN_INCHES.contains(&inches));
    // A row without a reading may be that of a supply or of a mouse.
    let has_battery = machine.batteries.iter().any(|battery| battery.reading().is_some());
    let is_portable = has_battery && has_screen && machine.webcam == Some(true);
    if code != Some(DESKTOP) || !is_portable || by_family(names).is_some_and(|named| named.chassis == Chassis::Desktop)
    {
        return None;
    }
    let because = "SMBIOS chassis type 3 (Desktop), but it has a battery, a built-in screen and a webcam";
    Some(choice(Chassis::Laptop, because))
}

fn by_code(code: i64) -> Option<ChassisChoice> {
    let (name, chassis) = smbios_type(code)?;
    Some(choice(chassis, format!("SMBIOS chassis type {code} ({name})")))
}

/// The types of SMBIOS 3.7, table 17, that say what a machine is.
fn smbios_type(code: i64) -> Option<(&'static str, Chassis)> {
    Some(match code {
        3 => ("Desktop", Chassis::Desktop),
        4 => ("Low Profile Desktop", Chassis::Desktop),
        5 => ("Pizza Box", Chassis::Desktop),
        6 => ("Mini Tower", Chassis::Desktop),
        7 => ("Tower", Chassis::Desktop),
        8 => ("Portable", Chassis::Laptop),
        9 => ("Laptop", Chassis::Laptop),
        10 => ("Notebook", Chassis::Laptop),
        11 => ("Hand Held", Chassis::Laptop),
        12 => ("Docking Station", Chassis::Laptop),
        13 => ("All In One", Chassis::AllInOne),
        14 => ("Sub Notebook", Chassis::Laptop),
        15 => ("Space-saving", Chassis::Desktop),
        16 => ("Lunch Box", Chassis::Desktop),
        17 => ("Main Server Chassis", Chassis::Server),
        23 => ("Rack Mount Chassis", Chassis::Server),
        24 => ("Sealed-case PC", Chassis::Desktop),
        25 => ("Multi-system", Chassis::Desktop),
        28 => ("Blade", Chassis::Server),
        29 => ("Blade Enclosure", Chassis::Server),
        30 => ("Tablet", Chassis::Tablet),
        31 => ("Convertible", Chassis::Convertible),
        32 => ("Detachable", Chassis::Tablet),
        35 => ("Mini PC", Chassis::Desktop),
        36 => ("Stick PC", Chassis::Desktop),
        _ => return None,
    })
}

/// Names whose makers use them for notebooks only. These and the next decide only where the firmware has no usable
/// type.
const LAPTOP_FAMILIES: &[&str] = &[
    "Latitude",
    "Satellite",
    "Tecra",
    "Portege",
    "ThinkPad",
    "IdeaPad",
    "LIFEBOOK",
    "TOUGHBOOK",
    "EliteBook",
    "ProBook",
    "ZBook",
    "Precision M",
    "XPS M",
    // Dell's models of four digits from 1000 on are notebooks; desktops have three (530) or begin with a 3.
    "Inspiron 1",
    "Vostro 1",
    "Surface Laptop",
    "Notebook PC",
];

/// Names whose makers use them for desktops only.
const DESKTOP_FAMILIES: &[&str] = &["OptiPlex", "ThinkCentre", "ESPRIMO", "EliteDesk", "ProDesk"];

fn by_family(names: &Names<'_>) -> Option<ChassisChoice> {
    let kinds = [(Chassis::Laptop, LAPTOP_FAMILIES), (Chassis::Desktop, DESKTOP_FAMILIES)];
    let families = kinds.into_iter().flat_map(|(chassis, names)| names.iter().map(move |name| (chassis, name)));
    names.both().into_iter().find_map(|(what, text)| {
        let (chassis, name) = families.clone().find(|(_, name)| holds(text, name))?;
        Some(choice(chassis, format!("no usable SMBIOS chassis type, and the {what} holds {name}")))
    })
}

/// Whether a text says already what `{Chassis}` would print: by its word, or by another for such a machine.
pub(super) fn is_said(chassis: Chassis, text: &str) -> bool {
    let words: &[&str] = match chassis {
        Chassis::Desktop => &["desktop"],
        Chassis::AllInOne => return all_in_one_word(text).is_some(),
        Chassis::MacBook => &["macbook"],
        // The maker's own word is the better one: a `ThinkPad X220 Tablet` is a notebook by its firmware.
        Chassis::Laptop | Chassis::Tablet | Chassis::Convertible => {
            &["laptop", "notebook", "convertible", "detachable", "2-in-1", "2n1", "tablet"]
        }
        Chassis::Server => &["server"],
        Chassis::Unknown => &[],
    };
    // Also inside another word: `MacBookPro9,2`, `ThinkServer`.
    words.iter().any(|word| holds(text, word))
}

fn by_battery(machine: &Machine, code: Option<i64>) -> Option<ChassisChoice> {
    let says_nothing = matches!(code, None | Some(0..=2));
    (says_nothing && !machine.batteries.is_empty())
        .then(|| choice(Chassis::Laptop, "no usable SMBIOS chassis type, and it has a battery"))
}

fn unknown(code: Option<i64>) -> ChassisChoice {
    let because = code.map_or_else(
        || "no SMBIOS chassis type".to_owned(),
        |code| format!("SMBIOS chassis type {code}, which has no template of its own"),
    );
    choice(Chassis::Unknown, because)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{self, machine};
    use super::*;

    fn chosen(product: &str, code: Option<i64>) -> (Chassis, TemplateKind) {
        let choice = choose(&machine(Some(product), None, code, 0));
        (choice.chassis, choice.template)
    }

    #[test]
    fn decides_by_the_code_with_its_lock_bit_masked() {
        for (code, chassis, template) in [
            (3, Chassis::Desktop, TemplateKind::Desktop),
            (0x83, Chassis::Desktop, TemplateKind::Desktop),
            (35, Chassis::Desktop, TemplateKind::Desktop),
            (10, Chassis::Laptop, TemplateKind::Laptop),
            (13, Chassis::AllInOne, TemplateKind::AllInOne),
            (30, Chassis::Tablet, TemplateKind::Laptop),
            (31, Chassis::Convertible, TemplateKind::Laptop),
            (32, Chassis::Tablet, TemplateKind::Laptop),
            (0x97, Chassis::Server, TemplateKind::Default),
            (1, Chassis::Unknown, TemplateKind::Default),
            (99, Chassis::Unknown, TemplateKind::Default),
            (-1, Chassis::Unknown, TemplateKind::Default),
        ] {
            assert_eq!(chosen("X", Some(code)), (chassis, template), "{code}");
        }
    }

    #[test]
    fn prefers_the_name_to_the_code() {
        assert_eq!(chosen("MacBookPro9,2", Some(3)), (Chassis::MacBook, TemplateKind::MacBook));
        assert_eq!(chosen("iMac12,1", Some(10)), (Chassis::AllInOne, TemplateKind::AllInOne));
        assert_eq!(chosen("Macmini6,2", Some(16)), (Chassis::Desktop, TemplateKind::Desktop));
        assert_eq!(chosen("HP Pro 3420 AiO PC", Some(3)), (Chassis::AllInOne, TemplateKind::AllInOne));
        assert_eq!(chosen("Mac14,2", Some(9)), (Chassis::MacBook, TemplateKind::MacBook));
        assert_eq!(chosen("Mac14,3", Some(35)), (Chassis::Desktop, TemplateKind::Desktop));
        assert_eq!(choose(&machine(Some("Mac15,12"), None, None, 1)).template, TemplateKind::MacBook);
        for series in [
            "HP ProOne 600 G2",
            "HP EliteOne 800 G1 TS",
            "Aspire Z3760",
            "Surface Studio 2",
            "ThinkCentre M93z",
            "IdeaCentre B320",
            "Inspiron One 2330",
            "ThinkCentre neo 50a 24 Gen 5",
        ] {
            assert_eq!(chosen(series, Some(3)), (Chassis::AllInOne, TemplateKind::AllInOne), "{series}");
        }
        for other in [
            "ThinkCentre M93p",
            "ThinkCentre M75s Gen 2",
            "ThinkCentre neo 50t Gen 4",
            "Surface Laptop Studio",
            "Aspire XC-605",
            "IdeaCentre C5 14IMB05",
            "23-d015la",
        ] {
            assert_eq!(chosen(other, Some(3)), (Chassis::Desktop, TemplateKind::Desktop), "{other}");
        }
        assert_eq!(chosen("RAIOS", Some(3)), (Chassis::Desktop, TemplateKind::Desktop));
    }

    #[test]
    fn calls_a_surface_a_tablet_unless_named_otherwise() {
        for product in [
            "Surface Pro 4",
            "Surface Pro 7+",
            "Surface Go",
            "Surface 3",
            "Surface",
            "Surface with Windows RT 1.0",
            "Microsoft Surface Pro, 11th Edition",
            "Microsoft Surface Pro X",
        ] {
            for code in [9, 10, 11, 17, 30, 31, 32] {
                let expected = (Chassis::Tablet, TemplateKind::Laptop);
                assert_eq!(chosen(product, Some(code)), expected, "{product} {code}");
            }
        }
        for product in
            ["Surface Laptop 3", "Microsoft Surface Laptop, 7th Edition", "Surface Laptop Studio", "Surface Book 2"]
        {
            assert_eq!(chosen(product, Some(9)), (Chassis::Laptop, TemplateKind::Laptop), "{product}");
        }
        assert_eq!(chosen("Surface Hub", Some(3)).0, Chassis::Desktop);
        assert_eq!(chosen("Surfaceless 3", Some(9)).0, Chassis::Laptop);
    }

    #[test]
    fn ignores_case_and_blanks_of_a_name() {
        for name in [
            "ThinkCentre M93z",
            "IdeaCentre B320",
            "HP ProOne 600",
            "iMac12,1",
            "MacBookPro9,2",
            "Mac14,2",
            "Surface Pro 4",
            "PowerEdge T30",
            "HP Pro 3420 AiO PC",
        ] {
            let spaced = format!("  {}", name.replace(' ', " \t "));
            for code in [None, Some(3), Some(9)] {
                let expected = chosen(name, code);
                for spelling in [name.to_uppercase(), name.to_lowercase(), spaced.clone()] {
                    assert_eq!(chosen(&spelling, code), expected, "{spelling} {code:?}");
                }
            }
        }
    }

    #[test]
    fn calls_an_hp_with_a_large_screen_an_all_in_one() {
        let kind = |maker: &str, product, code| {
            let machine = Machine { manufacturer: Some(maker.to_owned()), ..machine(Some(product), None, code, 0) };
            choose(&machine).chassis
        };
        for product in ["23-d015la", "23-1065", "HP 24-g030ur", "27-p014", "HP 24-df1xxx", "HP Pavilion 27-d0xxx"] {
            assert_eq!(kind("Hewlett-Packard", product, Some(3)), Chassis::AllInOne, "{product}");
        }
        for product in ["17-p100", "510-p009", "110-a04", "23", "24-", "HP Z24-x"] {
            assert_eq!(kind("HP", product, Some(3)), Chassis::Desktop, "{product}");
        }
        assert_eq!(kind("HP", "18-1000", Some(10)), Chassis::Laptop);
        assert_eq!(kind("Acme", "23-d015la", Some(3)), Chassis::Desktop);
    }

    #[test]
    fn calls_a_server_in_a_tower_a_server() {
        assert_eq!(chosen("PowerEdge T30", Some(6)), (Chassis::Server, TemplateKind::Desktop));
        assert_eq!(chosen("ProLiant ML310e Gen8 v2", Some(7)), (Chassis::Server, TemplateKind::Desktop));
        assert_eq!(chosen("PowerEdge R720", Some(23)), (Chassis::Server, TemplateKind::Default));
        assert_eq!(chosen("Precision 7920 Tower", Some(3)), (Chassis::Desktop, TemplateKind::Desktop));
        let because = choose(&machine(None, Some("ThinkServer TS140"), Some(7), 0)).because;
        assert_eq!(because, "SMBIOS chassis type 7 (Tower), and a ThinkServer is a server");
    }

    #[test]
    fn takes_a_battery_for_a_laptop_without_a_code() {
        for code in [None, Some(1), Some(2), Some(0x82)] {
            assert_eq!(choose(&machine(Some("X"), None, code, 1)).template, TemplateKind::Laptop);
            assert_eq!(choose(&machine(Some("X"), None, code, 0)).template, TemplateKind::Default);
        }
        assert_eq!(choose(&machine(None, None, Some(18), 1)).template, TemplateKind::Default);
    }

    #[test]
    fn says_why_in_words() {
        let because = |product, version, code| choose(&machine(product, version, code, 0)).because;
        assert_eq!(because(None, None, Some(10)), "SMBIOS chassis type 10 (Notebook)");
        assert_eq!(because(Some("MacBookAir7,2"), None, Some(9)), "the product name begins with MacBook");
        assert_eq!(because(None, Some("IdeaCentre AIO 3"), Some(3)), "the version holds AIO");
        assert_eq!(because(None, None, None), "no SMBIOS chassis type");
    }

    #[test]
    fn chooses_the_template_of_the_label_for_business_machines() {
        const MAKERS: &[&str] =
            &["Dell", "Hewlett-Packard", "Lenovo", "Apple", "Panasonic", "Microsoft", "Fujitsu", "Toshiba"];
        let machines = fixtures::machines();
        let business: Vec<_> = machines.iter().filter(|one| MAKERS.contains(&one.vendor.as_str())).collect();
        let agrees = |one: &&&fixtures::Labeled| kind_of(choose(&one.machine).template) == label(&one.kind);
        let right = business.iter().filter(agrees).count();
        assert!(right > 0 && right * 1000 >= business.len() * 992, "{right} of {}", business.len());
    }

    /// Maps a MacBook to a laptop: the labels do not distinguish them.
    fn kind_of(template: TemplateKind) -> TemplateKind {
        if template == TemplateKind::MacBook { TemplateKind::Laptop } else { template }
    }

    fn label(kind: &str) -> TemplateKind {
        match kind {
            "Notebook" | "Convertible" | "Tablet" => TemplateKind::Laptop,
            "Desktop" | "Mini Pc" => TemplateKind::Desktop,
            "All In One" => TemplateKind::AllInOne,
            _ => TemplateKind::Default,
        }
    }
}
