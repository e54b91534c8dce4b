//! `master-item`: looks a master item up, and creates it if asked to.

use anyhow::Result;
use serde::Serialize;

use super::{Exit, NotFound, Usage};
use crate::cli::{Global, MasterItemArgs};
use crate::config::Config;
use crate::iqr::Iqr;
use crate::ledger::RunLedger;
use crate::mapping;
use crate::model::{AssetUpdate, Chassis, Limited, Machine, TemplateKind};
use crate::output::{self, GOOD, styled};
use crate::sync::reconcile::item_search::Spelling;
use crate::sync::reconcile::items;
use crate::web::Access;

/// The report for scripts.
#[derive(Serialize)]
struct Json<'a> {
    found: bool,
    created: bool,
    manufacturer: &'a str,
    item_number: &'a str,
    category: Option<&'a str>,
}

/// Looks a master item up in IQR; with `--create` it is created when it is missing.
///
/// # Errors
///
/// [`NotFound`] when it is missing, [`Usage`] when the maker or the model is blank or a filler text of firmware;
/// otherwise what kept IQR from being asked.
pub fn run(global: &Global, args: &MasterItemArgs) -> Result<Exit> {
    let config = super::load(global)?;
    let wanted = wanted(&config, args)?;
    let access = if args.create { Access::ReadWrite } else { Access::ReadOnly };
    // Nothing is written to IQR without the run lock: a running pass may be creating the same item.
    let mut ledger = args.create.then(|| RunLedger::open(&config.ledger.path)).transpose()?;
    let iqr = super::connect(&config, access)?;
    let found = items::look_up(&iqr, &wanted, &config.rules.aliases)?;
    let (spelling, is_created) = match (found, &mut ledger) {
        (Some(spelling), _) => (spelling, false),
        (None, Some(ledger)) => (create(&iqr, ledger, &wanted, &config)?, true),
        (None, None) => return missing(args, &wanted),
    };
    super::end_session(&iqr);
    print(args, &wanted, &spelling, is_created)?;
    Ok(Exit::Done)
}

fn create(iqr: &Iqr, ledger: &mut RunLedger, wanted: &AssetUpdate, config: &Config) -> Result<Spelling> {
    let spelling = items::create(iqr, wanted, &config.rules.aliases)?.map_err(Refused)?;
    let key = items::key_of(&wanted.manufacturer, &wanted.item_number);
    // The ledger may still be of another tenant, which lacks it.
    if ledger.is_of(&config.iqr.tenant())? {
        ledger.remember_master_item(&key, &spelling.manufacturer, &spelling.item_number)?;
    }
    Ok(spelling)
}

/// The refusal of IQR to create the master item.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

fn missing(args: &MasterItemArgs, wanted: &AssetUpdate) -> Result<Exit> {
    if args.json {
        let (manufacturer, item_number) = (&*wanted.manufacturer, &*wanted.item_number);
        output::print_json(&Json { found: false, created: false, manufacturer, item_number, category: None })?;
    }
    Err(NotFound(format!(
        "IQR has no master item {} / {}; the next pass that needs it creates it, and `--create` does so now",
        wanted.item_number, wanted.manufacturer
    ))
    .into())
}

fn print(args: &MasterItemArgs, wanted: &AssetUpdate, spelling: &Spelling, is_created: bool) -> Result<()> {
    let category = is_created.then_some(wanted.category.as_str());
    if args.json {
        let (manufacturer, item_number) = (&*spelling.manufacturer, &*spelling.item_number);
        let json = Json { found: true, created: is_created, manufacturer, item_number, category };
        return Ok(output::print_json(&json)?);
    }
    let what = styled(GOOD, if is_created { "created" } else { "found" });
    let category = category.map(|category| format!(", category {category}")).unwrap_or_default();
    let text = format!("{} / {}{category}", spelling.item_number, spelling.manufacturer);
    Ok(output::print(&format!("{what} {}\n", crate::escape::one_line(&text)))?)
}

/// The master item as the mapping would have it, for a machine of this maker and model. A pass holds a machine that
/// names none, so nothing is created or looked up for it here either.
fn wanted(config: &Config, args: &MasterItemArgs) -> Result<AssetUpdate, Usage> {
    let machine = Machine {
        manufacturer: Some(args.manufacturer.clone()),
        model: Some(args.model.clone()),
        chassis_type: args.chassis.map(smbios_code),
        ..Machine::default()
    };
    let mut update = match args.chassis {
        Some(chassis) => mapping::map_with_template(&machine, &config.rules, template_of(chassis)),
        None => mapping::map(&machine, &config.rules),
    };
    if let Some(because) = mapping::unusable_identity(&machine, &update) {
        return Err(Usage(format!("a machine of this maker and model gets no master item: {because}")));
    }
    if let Some(category) = &args.category {
        update.category.clone_from(category);
    }
    if let Some(description) = &args.description {
        update.item_description.clone_from(description);
        update.cuts.retain(|cut| cut.text != Limited::ItemDescription);
    }
    Ok(update)
}

/// A chassis type of SMBIOS that is printed as this word.
fn smbios_code(chassis: Chassis) -> i64 {
    match chassis {
        Chassis::Desktop => 3,
        Chassis::AllInOne => 13,
        Chassis::Laptop | Chassis::MacBook => 10,
        Chassis::Tablet => 30,
        Chassis::Convertible => 31,
        Chassis::Server => 17,
        Chassis::Unknown => 2,
    }
}

fn template_of(chassis: Chassis) -> TemplateKind {
    match chassis {
        Chassis::Desktop => TemplateKind::Desktop,
        Chassis::AllInOne => TemplateKind::AllInOne,
        Chassis::Laptop | Chassis::Tablet | Chassis::Convertible => TemplateKind::Laptop,
        Chassis::MacBook => TemplateKind::MacBook,
        Chassis::Server | Chassis::Unknown => TemplateKind::Default,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::cli::Color;

    fn args(manufacturer: &str, model: &str, create: bool) -> MasterItemArgs {
        let (manufacturer, model) = (manufacturer.to_owned(), model.to_owned());
        MasterItemArgs { manufacturer, model, create, category: None, description: None, chassis: None, json: false }
    }

    #[test]
    fn refuses_fillers_before_anything_is_opened_or_asked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        // The ledger's folder is a file, and there is no key: what comes after the refusal ends with another code.
        let text = "[ledger]\npath = 'config.toml/ledger.db'\n[iqr]\nsignin_url = 'http://127.0.0.1:9'\n\
                    api_url = 'http://127.0.0.1:9'\napi_key_file = 'no-key'\n";
        fs::write(&file, text).unwrap();
        let global = Global { config: Some(file), verbose: 0, quiet: false, color: Color::Auto };
        let code =
            |args: &MasterItemArgs| run(&global, args).map_err(|error| (Exit::from_error(&error), error.to_string()));
        for (manufacturer, model, named) in [
            ("To Be Filled By O.E.M.", "OptiPlex 9010", "`To Be Filled By O.E.M.` is a filler text"),
            ("To Be Filled By O.E.M.", "x", "`x` is a filler text"),
            ("Dell", "Default string", "`Default string` is a filler text"),
            ("Dell", " ", "it is blank"),
            ("", "", "it is blank"),
        ] {
            for create in [true, false] {
                let (exit, message) = code(&args(manufacturer, model, create)).unwrap_err();
                assert_eq!(exit, Exit::Usage, "{message}");
                assert!(message.contains(named), "{message}");
            }
        }
        let (exit, message) = code(&args("Dell", "OptiPlex 9010", true)).unwrap_err();
        assert_eq!(exit, Exit::Database, "{message}");
    }
}
