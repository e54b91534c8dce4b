//! The client of the server of the tests.

use std::time::Duration;

use super::{Auth, Imei, Iqmetrix, MAX_ANSWER_OF_PASS, Paths, Secrets, Settings};
use crate::secret::Secret;
use crate::web::PathTemplate;
use crate::web::testing::{Server, TOKEN_PATH, limits};

pub(super) const PASSWORD: &str = "pass+/word==";
pub(super) const CLIENT_SECRET: &str = "client-secret-1";
pub(super) const BASIC_TOKEN: &str = "YmFzaWMtdG9rZW4";

/// A client of this server.
pub(super) trait Clients {
    fn settings(&self) -> Settings;

    fn client(&self) -> Iqmetrix {
        client(self.settings())
    }

    /// A client on trial that asks for one device at a time.
    fn client_on_trial(&self) -> Iqmetrix {
        let settings = Settings { batch: 1, ..self.settings() };
        Iqmetrix::on_trial(settings, &secrets(), limits(), MAX_ANSWER_OF_PASS)
    }
}

impl Clients for Server {
    fn settings(&self) -> Settings {
        settings(&self.url())
    }
}

pub(super) fn settings(url: &str) -> Settings {
    let list = |path| PathTemplate::parse(path, Paths::OF_LISTS).unwrap();
    let imei = "partner/ingrammicro/imei?CompanyID={company}&IMEI={imeis}&Response={response}";
    Settings {
        url: url.to_owned(),
        token_url: format!("{url}{TOKEN_PATH}"),
        auth: Auth::Password { client_id: "shop".to_owned(), username: "user@shop".to_owned() },
        companies: Vec::new(),
        imei_slot: "IMEI".to_owned(),
        batch: 100,
        connections: 4,
        request_timeout: Duration::from_secs(10),
        paths: Paths {
            companies: list("partner/relationships?Response={response}"),
            dealers: list("partner/relationships/dealers?Response={response}"),
            imei: PathTemplate::parse(imei, Paths::OF_DEVICES).unwrap(),
        },
    }
}

pub(super) fn secrets() -> Secrets {
    Secrets::Password { client_secret: Secret::new(CLIENT_SECRET), password: Secret::new(PASSWORD) }
}

pub(super) fn client(settings: Settings) -> Iqmetrix {
    Iqmetrix::new(settings, &secrets(), limits(), MAX_ANSWER_OF_PASS)
}

/// Returns the IMEI of this number.
pub(super) fn imei(number: u32) -> Imei {
    Imei::parse(&format!("35{number:012}00")).unwrap()
}
