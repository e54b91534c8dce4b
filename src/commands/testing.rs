//! A small appliance and an IQR in memory, for the tests of the commands.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use iqr_sandbox::{Options, Sandbox, samples};
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

use crate::clock;
use crate::config::Config;
use crate::ledger::Ledger;
use crate::store::Store;
use crate::sync::{self, Request, Scope};

/// The two machines of the specification's screens and every kind of held client, with their assets.
pub struct Bench {
    pub sandbox: Sandbox,
    pub config: Config,
    folder: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let samples = samples::two_screens();
        samples.write(&folder.path().join("wipeos.db")).unwrap();
        let sandbox = Sandbox::start(Options::default());
        sandbox.state().add_assets(samples.assets);
        let key = folder.path().join("api-key");
        fs::write(&key, sandbox.api_key()).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        let url = sandbox.url();
        let text = format!(
            "[store]\ndatabase = 'wipeos.db'\n[ledger]\npath = 'ledger.db'\n\
             [iqr]\nsignin_url = '{url}'\napi_url = '{url}'\napi_key_file = 'api-key'\n"
        );
        let config = Config::parse(&text, &folder.path().join("config.toml")).unwrap();
        Self { sandbox, config, folder }
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("wipeos.db")
    }

    pub fn store(&self) -> Store {
        crate::commands::open_store(&self.config).unwrap()
    }

    pub fn ledger(&self) -> Option<Ledger> {
        Ledger::open(&self.config.ledger.path).unwrap()
    }

    /// Makes one pass over what is due.
    pub fn pass(&self) {
        let outcome = sync::run(&Request {
            config: &self.config,
            api_key: &|| self.config.api_key(),
            scope: Scope::Due { retry: false, full: false },
            limit: None,
            dry_run: false,
            started_at: clock::now(),
            clock: &clock::now,
            interrupted: Arc::new(AtomicBool::new(false)),
            begun: &|| {},
            progress: &|_| {},
        });
        assert!(outcome.unwrap().aborted.is_none());
    }
}

/// Returns a text as a person without colors sees it; never wider than the page.
pub fn without_style(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    assert!(text.lines().all(|line| line.width() <= super::page::WIDTH), "{text}");
    text
}
