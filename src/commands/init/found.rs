//! The findings of `init --from-store` in the WipeOS database, reported to the person and written into the config.

use std::path::{Path, PathBuf};

use super::slots::{self, Doubt, Proposal, Slot};
use crate::commands::page::Page;
use crate::commands::{Usage, open_database};
use crate::config;
use crate::escape;
use crate::model::{ClientId, IdRule};

/// The number of clients, newest first, whose slots are read.
const MAX_CLIENTS: u32 = 2000;

/// The findings in the database.
#[derive(Debug)]
pub struct Found {
    /// The database's path, absolute and UTF-8.
    database: String,
    clients: u64,
    slots: Vec<Slot>,
    proposal: Option<Proposal>,
}

impl Found {
    /// Reads a WipeOS database, without writing to it.
    ///
    /// # Errors
    ///
    /// When it cannot be read or lacks tables; [`Usage`] when its path cannot be written into a config.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let database = writable(path)?;
        let store = open_database(path)?;
        store.check()?;
        let slots: Vec<Slot> = store.slot_samples(MAX_CLIENTS)?.iter().map(Slot::from_sample).collect();
        let proposal = slots::propose(&slots);
        Ok(Self { database, clients: store.count_after(ClientId(i64::MIN))?, slots, proposal })
    }

    /// Returns the commented config with the findings in it.
    #[must_use]
    pub fn config(&self) -> String {
        let mut text = set(config::EXAMPLE, "database", &self.database);
        if let Some(Proposal { name, rule, .. }) = &self.proposal {
            text = set(&text, "inventory_id_slot", name);
            text = set(&text, "inventory_id", rule_name(*rule));
        }
        text
    }

    /// Reports what was found, and what is not clear.
    #[must_use]
    pub fn report(&self) -> String {
        let mut page = Page::default();
        page.section("What the WipeOS database shows");
        page.row("database", &self.database);
        page.row("clients", self.clients_text());
        page.row("inventory ID", self.verdict());
        page.section("What technicians type into the slots");
        for slot in &self.slots {
            page.row(&slot.name, slot_text(slot));
        }
        page.into_text() + "\n"
    }

    fn clients_text(&self) -> String {
        match self.clients {
            0 => "none yet".to_owned(),
            all if all > u64::from(MAX_CLIENTS) => {
                format!("{all}; the slots of the newest {MAX_CLIENTS} were looked at")
            }
            all => all.to_string(),
        }
    }

    fn verdict(&self) -> String {
        let Some(Proposal { name, doubt, .. }) = &self.proposal else {
            return "not found: no slot's values look like inventory IDs. The config has the default; set \
                    `store.inventory_id_slot` to the slot that technicians type the ID into"
                .to_owned();
        };
        let proposed = format!("slot `{name}`");
        match doubt {
            None => format!("{proposed}: its values are mostly numbers, and mostly different ones"),
            Some(Doubt::Others(others)) => {
                let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
                format!(
                    "not clear: {proposed} is proposed, but {} would do as well; ask a technician",
                    others.join(", ")
                )
            }
            Some(Doubt::Few) => {
                format!("not clear: {proposed} is proposed, but there are few values to judge by; ask a technician")
            }
            Some(Doubt::Letters) => format!(
                "not clear: {proposed} is proposed, but its values have letters and may be serial numbers; compare one with IQR"
            ),
        }
    }
}

fn slot_text(slot: &Slot) -> String {
    let Some(example) = &slot.example else { return "never filled in".to_owned() };
    let alike = if slot.numbers > 0 { slot.numbers } else { slot.words };
    let Slot { filled, different, .. } = slot;
    format!("{filled} typed, {alike} like an inventory ID, {different} different; such as `{example}`")
}

fn rule_name(rule: IdRule) -> &'static str {
    match rule {
        IdRule::Digits => "digits",
        IdRule::Alphanumeric => "alphanumeric",
    }
}

/// The path as a config can hold it. A relative one would start at the config's folder, so it is made absolute.
fn writable(path: &Path) -> anyhow::Result<String> {
    let absolute: PathBuf = std::path::absolute(path)?;
    match absolute.to_str() {
        Some(text) if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => Err(Usage(format!(
            "the path {} cannot be written into a config",
            escape::one_line(&path.to_string_lossy())
        ))
        .into()),
    }
}

/// The config with another value for the text at `key`.
fn set(config: &str, key: &str, value: &str) -> String {
    let begin = format!("{key} = \"");
    let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
    let line = |line: &str| if line.starts_with(&begin) { format!("{begin}{quoted}\"\n") } else { format!("{line}\n") };
    config.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use iqr_sandbox::samples;
    use iqr_sandbox::store::{self as sample, Journal};

    use super::*;
    use crate::commands::testing::without_style;
    use crate::config::Config;

    fn read(clients: &[sample::Client]) -> (tempfile::TempDir, Found) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wipe\"os.db");
        let mut store = sample::Store::create(&path, Journal::Wal).unwrap();
        for client in clients {
            store.add(client).unwrap();
        }
        let found = Found::read(&path).unwrap();
        (folder, found)
    }

    fn client(slots: &[(&str, &str)]) -> sample::Client {
        let slots = slots.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect();
        sample::Client { slots, ..samples::dell() }
    }

    #[test]
    fn writes_the_findings_into_a_loadable_config() {
        let clients: Vec<_> =
            (0..20).map(|number| client(&[("IQR \\ \"no\"", &format!("5{number:05}")), ("Place", "DOCK 4")])).collect();
        let (folder, found) = read(&clients);
        let config = Config::parse(&found.config(), Path::new("/etc/w.toml")).unwrap();
        assert_eq!(config.store.database, folder.path().join("wipe\"os.db"));
        assert_eq!(config.store.inventory_id_slot, "IQR \\ \"no\"");
        assert_eq!(found.config().lines().count(), config::EXAMPLE.lines().count());
        let report = without_style(&found.report());
        assert!(report.contains("20 typed, 20 like an inventory ID, 20 different"), "{report}");
        assert!(report.contains("inventory ID    slot `IQR"), "{report}");
    }

    #[test]
    fn says_what_is_not_clear() {
        for (slots, words) in [
            (&[("Inventory ID", "413800"), ("Asset", "90210")][..], "`Asset` would do as well"),
            (&[("Inventory ID", "413800")], "few values to judge by"),
            (&[("Inventory ID", "IQ413800")], "may be serial numbers"),
            (&[("Inventory ID", ""), ("Place", "DOCK 4")], "not found"),
        ] {
            let (_folder, found) = read(&[client(slots)]);
            let report = without_style(&found.report()).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(report.contains(words), "{report}");
            Config::parse(&found.config(), Path::new("/etc/w.toml")).unwrap();
        }
    }

    #[test]
    fn takes_an_empty_database_and_refuses_a_missing_one() {
        let (_folder, found) = read(&[]);
        assert!(without_style(&found.report()).contains("none yet"));
        assert!(Found::read(Path::new("/nowhere/wipeos.db")).is_err());
    }
}
