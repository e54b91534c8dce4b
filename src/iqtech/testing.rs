//! The client of the server of the tests.

use std::time::Duration;

use super::{Iqtech, IqtechSettings, Paths, WillCall};
use crate::secret::Secret;
use crate::web::testing::{Server, TOKEN_PATH, limits};

pub(super) const CLIENT_SECRET: &str = "client-secret-1";

/// A client of this server.
pub(super) trait Clients {
    fn settings(&self) -> IqtechSettings;

    fn client(&self) -> Iqtech {
        client(self.settings())
    }

    /// The client of the previous revision of the locker calls.
    fn previous(&self) -> Iqtech {
        let (will_call, paths) = (WillCall::Previous, Paths::usual(WillCall::Previous));
        client(IqtechSettings { will_call, paths, ..self.settings() })
    }
}

impl Clients for Server {
    fn settings(&self) -> IqtechSettings {
        let url = self.url();
        IqtechSettings {
            token_url: format!("{url}{TOKEN_PATH}"),
            url,
            client_id: "shop".to_owned(),
            request_timeout: Duration::from_secs(10),
            ..IqtechSettings::default()
        }
    }
}

pub(super) fn client(settings: IqtechSettings) -> Iqtech {
    Iqtech::for_command(settings, &Secret::new(CLIENT_SECRET), limits())
}
