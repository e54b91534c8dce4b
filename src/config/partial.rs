//! The usable part of a config that cannot be used as a whole: it says to whom to report that no pass can begin.
//!
//! A line that is no TOML is not believed, nor is a setting that is wrong in itself, nor one that is not UTF-8.

use std::path::Path;

use super::read;
use super::report::Report;
use super::section::Section;
use super::settings::{LedgerConfig, WatchConfig};

/// The readable part of a broken config.
#[derive(Debug, PartialEq, Eq)]
pub struct PartialConfig {
    /// The settings that say to whom each pass is reported.
    pub watch: WatchConfig,
    /// The place of our own database; `None` where the file is no TOML, and this may stand in the unreadable part.
    pub ledger: Option<LedgerConfig>,
}

impl PartialConfig {
    /// Reads the file once more, and reads no other setting of it.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        Some(Self::parse(&String::from_utf8_lossy(&bytes), path))
    }

    fn parse(source: &str, path: &Path) -> Self {
        let (table, mut report) = Report::parse(source);
        let is_toml = report.is_toml();
        let folder = path.parent().unwrap_or(Path::new(""));
        Section::read_root(table.get_ref(), &mut report, |root| {
            let store = root.section("store", |section| read::store(section, folder));
            let ledger = root.section("ledger", |section| read::ledger(section, folder, &store.database));
            let is_own = ledger.path != store.database;
            let WatchConfig { textfile, ping_url, html } = read::watch(root, folder);
            let watch = WatchConfig {
                textfile: textfile.filter(|path| is_whole(path)),
                ping_url: ping_url.filter(|url| is_whole(Path::new(url.expose()))),
                html: html.filter(|path| is_whole(path)),
            };
            Self { watch, ledger: Some(ledger).filter(|ledger| is_toml && is_own && is_whole(&ledger.path)) }
        })
    }
}

/// Whether the whole file is UTF-8.
fn is_whole(path: &Path) -> bool {
    !path.to_string_lossy().contains(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    const WATCHED: &str = "[metrics]\ntextfile = \"x.prom\"\n[monitor]\nping_url = \"https://hc/x\"\n";

    fn partial(text: &str) -> PartialConfig {
        let text = format!("[ledger]\npath = \"our.db\"\n{text}");
        PartialConfig::parse(&text, Path::new("/etc/wipeos-iqr/config.toml"))
    }

    #[test]
    fn keeps_the_watchers_despite_a_mistake_elsewhere() {
        let found = partial(&format!("{WATCHED}[sync]\ntime_budgt = 1\n[report]\nhtml = \"x.txt\""));
        assert_eq!(found.watch.textfile, Some(Path::new("/etc/wipeos-iqr/x.prom").to_owned()));
        assert_eq!(found.watch.ping_url.as_ref().map(Secret::expose), Some("https://hc/x"));
        assert_eq!(found.watch.html, None, "it is wrong in itself");
        assert_eq!(found.ledger.unwrap().path, Path::new("/etc/wipeos-iqr/our.db"));
    }

    #[test]
    fn reads_the_good_lines_of_a_file_that_is_no_toml() {
        let found = partial(&format!("{WATCHED}[sync\ncomments = full\n"));
        assert!(found.watch.ping_url.is_some() && found.watch.textfile.is_some());
        assert_eq!(found.ledger, None, "who knows what the broken line would have said");
        let found = partial("[monitor]\nping_url = \"https://hc/x\n[metrics]\ntextfile = \"x.prom\"\n");
        assert_eq!(found.watch.ping_url, None, "a text without an end is no URL");
        let broken = partial(&WATCHED.replace("x.prom", "x\u{fffd}.prom"));
        assert_eq!((broken.watch.textfile, broken.watch.ping_url.is_some()), (None, true), "it was not UTF-8");
        assert!(found.watch.textfile.is_some());
    }
}
