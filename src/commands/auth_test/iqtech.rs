//! The steps to iQ Tech, where the config has its section: the secret, the way, the token, a harmless read. They are
//! taken also while passes do not ask it.

use super::online::{Asked, root};
use super::{Steps, Verdict};
use crate::config::{Config, ConfigError};
use crate::iqtech::{Iqtech, SERVICE};

impl Steps {
    /// Takes the steps from the secret to the read; none without the section.
    pub(super) fn iqtech(&mut self, config: &Config) {
        let Some(settings) = &config.iqtech else { return };
        let (secret, origin) = match config.iqtech_secret().and_then(|it| Ok((it, config.iqtech_secret_origin()?))) {
            Ok(found) => found,
            Err(error @ ConfigError::Proxy(_)) => return self.fail("iqtech proxy", error),
            Err(error) => return self.fail("iqtech secrets", error),
        };
        self.note("iqtech secrets", Verdict::Ok, format!("read from {origin}"));
        let iqtech = Iqtech::for_pass(settings.clone(), &secret, crate::commands::limits(config));
        let service = Asked { prefix: "iqtech ", service: &SERVICE };
        let hosts = vec![root(&settings.url), root(&settings.token_url)];
        if !self.are_reached(service, hosts, |url| iqtech.knock(url)) {
            return;
        }
        if let Err(error) = iqtech.sign_in() {
            return self.fail("iqtech token", error);
        }
        self.note("iqtech token", Verdict::Ok, format!("{} issued one", settings.token_url));
        match iqtech.first_machine() {
            Ok(machine) => {
                let serial = machine.and_then(|machine| machine.serial);
                let found = serial.map_or_else(|| "no machine".to_owned(), |serial| format!("machine {serial}"));
                self.note("iqtech read", Verdict::Ok, format!("iQ Tech answered with {found}"));
            }
            Err(error) => self.fail("iqtech read", error),
        }
    }
}
