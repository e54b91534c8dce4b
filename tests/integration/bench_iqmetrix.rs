//! The iQmetrix of a bench: a server, a section of the config, and clients with an IMEI.

use iqr_sandbox::iqmetrix::{self, Iqmetrix, State, imei};
use iqr_sandbox::store::Client;
use iqr_sandbox::{Asset, Request};

use crate::bench::{Bench, FIRST, client, quoted};

impl Bench {
    /// Starts an iQmetrix, and names it in the config with the credentials of the password grant.
    pub fn and_iqmetrix(mut self, options: iqmetrix::Options) -> Self {
        let iqmetrix = Iqmetrix::start(options);
        let options = iqmetrix.state().options.clone();
        self.write_secret("iqmetrix-client-secret", &options.client_secret);
        self.write_secret("iqmetrix-password", &options.password);
        for (key, value) in [
            ("url", format!("{:?}", iqmetrix.url())),
            ("token_url", format!("{:?}", iqmetrix.token_url())),
            ("client_id", format!("{:?}", options.client_id)),
            ("username", format!("{:?}", options.username)),
            ("client_secret_file", quoted(&self.path("iqmetrix-client-secret"))),
            ("password_file", quoted(&self.path("iqmetrix-password"))),
        ] {
            self.set("iqmetrix", key, &value);
        }
        self.iqmetrix = Some(iqmetrix);
        self
    }

    /// Starts an iQmetrix, and names it in the config with a basic token.
    pub fn and_iqmetrix_by_basic_token(self, options: iqmetrix::Options) -> Self {
        let bench = self.and_iqmetrix(options);
        bench.write_secret("iqmetrix-basic-token", &bench.iqmetrix().state().options.basic_token.clone());
        let file = quoted(&bench.path("iqmetrix-basic-token"));
        bench.with("iqmetrix", "auth", "\"basic\"").with("iqmetrix", "basic_token_file", &file)
    }

    /// Returns the iQmetrix of [`Self::and_iqmetrix`].
    pub fn iqmetrix(&self) -> &Iqmetrix {
        self.iqmetrix.as_ref().unwrap()
    }

    /// Adds `count` good clients as [`Self::and_clients`] does, each with an IMEI whose dates iQmetrix knows.
    pub fn and_phones(self, count: i64) -> Self {
        for number in 0..count {
            let phone = phone(number);
            self.add(&phone, Asset::new(FIRST + number));
            self.iqmetrix().state().set_device(State::made_up(&imei_of(number), State::COMPANY));
        }
        self
    }

    /// Returns the result of `action` and the requests to iQmetrix that it caused, those for tokens included.
    pub fn lookups_of<T>(&self, action: impl FnOnce() -> T) -> (T, Vec<Request>) {
        self.iqmetrix().forget_requests();
        let result = action();
        (result, self.iqmetrix().requests())
    }

    /// Asserts that nothing was sent to iQmetrix that must never be sent, and never more at once than `connections`.
    pub fn assert_iqmetrix_sound(&self, connections: usize, context: &str) {
        assert_eq!(self.iqmetrix().violations(), [], "{context}");
        let most = self.iqmetrix().counters().max_in_flight;
        assert!(most <= connections, "{context}: {most} requests at once");
    }
}

/// Creates the good client of a number, from 0, with the IMEI of [`imei_of`].
pub fn phone(number: i64) -> Client {
    client(number).with_imei(&imei_of(number))
}

/// Returns the IMEI of the client of a number.
pub fn imei_of(number: i64) -> String {
    imei(number.unsigned_abs())
}
