//! The client of one pass or command.

use super::call::Call;
use super::decode;
use super::format::Format;
use super::imei::Imei;
use super::rows::{Company, Dealer, Devices};
use super::service::SERVICE;
use super::settings::{Auth, Secrets, Settings};
use crate::clock::BootTime;
use crate::secret::Secret;
use crate::web::{Access, Bad, Client, Error, HttpSettings, Limits, Redactor, Session, TokenSession, When};

/// Largest answer that a pass reads, after decompression, in bytes.
pub const MAX_ANSWER_OF_PASS: u64 = 2 * 1024 * 1024;

/// Largest answer that a command reads, after decompression, in bytes.
pub const MAX_ANSWER_OF_COMMAND: u64 = 32 * 1024 * 1024;

/// A client for one pass or command. Shared by all threads by reference.
///
/// Its errors say what to do: [`Error::CredentialRefused`] (the token, or the user with 403), [`Error::Maintenance`]
/// (503), [`Error::Throttled`] and [`Error::is_refused_for_now`] (429), [`Error::Refused`] (400, 404 and other 4xx),
/// [`Error::Unreachable`] and [`Error::Failed`] (network, 5xx, or an answer that is not understood).
pub struct Iqmetrix {
    settings: Settings,
    client: Client<TokenSession>,
}

impl Iqmetrix {
    /// A client that has sent nothing yet. `max_answer` is in bytes.
    #[must_use]
    pub fn new(settings: Settings, secrets: &Secrets, limits: Limits, max_answer: u64) -> Self {
        let http = HttpSettings {
            urls: [&settings.url, &settings.token_url],
            connections: settings.connections,
            timeout: settings.request_timeout,
            headers: &[],
            max_answer,
        };
        let client = Client::new(&SERVICE, &http, session(&settings, secrets), Access::ReadOnly, limits);
        for secret in known(secrets) {
            client.http.redactor().add(secret);
        }
        Self { settings, client }
    }

    /// The same for a service that has rested: until the first answer with data it sends each request once, and its
    /// first failure is its last.
    #[must_use]
    pub fn on_trial(settings: Settings, secrets: &Secrets, limits: Limits, max_answer: u64) -> Self {
        let iqmetrix = Self::new(settings, secrets, limits, max_answer);
        iqmetrix.client.limiter.begin_trial();
        iqmetrix
    }

    /// Obtains a token, which the first call would do too.
    ///
    /// # Errors
    ///
    /// Every error that ends the pass; later calls give it as well, without a request.
    pub fn sign_in(&self) -> Result<(), Error> {
        self.client.session.current(self.client.link(When::InTime)).map(drop)
    }

    /// Asks a host for its root, without a credential: any answer shows that it is reached. Returns the status.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`].
    pub fn knock(&self, url: &str) -> Result<u16, Error> {
        self.client.knock(url)
    }

    /// Lists the companies in partner relationships, until `end` at the latest.
    ///
    /// # Errors
    ///
    /// See [`Iqmetrix`].
    pub fn companies(&self, end: BootTime) -> Result<Vec<Company>, Error> {
        self.read(Call::Companies, Format::Json, When::By(end), decode::companies)
    }

    /// Lists the dealers of companies, until `end` at the latest.
    ///
    /// # Errors
    ///
    /// See [`Iqmetrix`].
    pub fn dealers(&self, end: BootTime) -> Result<Vec<Dealer>, Error> {
        self.read(Call::Dealers, Format::Json, When::By(end), decode::dealers)
    }

    /// Returns the companies to ask, each once, until `end` at the latest: those of the settings; where these name
    /// none, those in partner relationships; where there are none, those of the dealers.
    ///
    /// # Errors
    ///
    /// See [`Iqmetrix`].
    pub fn company_ids(&self, end: BootTime) -> Result<Vec<i64>, Error> {
        if !self.settings.companies.is_empty() {
            return Ok(each_once(self.settings.companies.iter().copied()));
        }
        let found = each_once(self.companies(end)?.into_iter().filter_map(|company| company.company_id));
        if !found.is_empty() {
            return Ok(found);
        }
        Ok(each_once(self.dealers(end)?.into_iter().filter_map(|dealer| dealer.company_id)))
    }

    /// Returns those of these devices that the company knows, in the order asked, until `end` at the latest. Of several
    /// rows for one IMEI it is the one with the newest purchase. A row that cannot be read
    /// leaves its device open, and no other.
    ///
    /// # Errors
    ///
    /// See [`Iqmetrix`].
    pub fn devices(&self, company: i64, imeis: &[Imei], end: BootTime) -> Result<Devices, Error> {
        let decode = |body: &[u8], redactor: &Redactor| decode::devices(body, imeis, redactor);
        self.read(Call::Devices { company, imeis }, Format::Json, When::By(end), decode)
    }

    /// Returns the bytes of an answer as the service sent them, gzip taken off. An answer that is not of this format is
    /// not understood.
    ///
    /// # Errors
    ///
    /// See [`Iqmetrix`].
    pub fn raw(&self, call: Call<'_>, format: Format) -> Result<Vec<u8>, Error> {
        self.read(call, format, When::InTime, |body, redactor| format.check(body, redactor).map(|()| body.to_vec()))
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the number of requests for data that were sent, repeats included and tokens not.
    #[must_use]
    pub fn data_requests(&self) -> u64 {
        self.client.http.requests().saturating_sub(self.client.session.requests())
    }

    fn read<T>(
        &self,
        call: Call<'_>,
        format: Format,
        when: When,
        decode: impl Fn(&[u8], &Redactor) -> Result<T, Bad>,
    ) -> Result<T, Error> {
        let request = call.request(&self.settings, format);
        self.client.read(&request, when, |body| decode(body, self.client.http.redactor()))
    }
}

impl std::fmt::Debug for Iqmetrix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Iqmetrix").field("url", &self.settings.url).finish_non_exhaustive()
    }
}

/// The way to a token. The config reads the names and the secrets of one kind together.
fn session(settings: &Settings, secrets: &Secrets) -> TokenSession {
    let (client_id, username) = match &settings.auth {
        Auth::Password { client_id, username } => (client_id.as_str(), username.as_str()),
        Auth::Basic => ("", ""),
    };
    match secrets {
        Secrets::Basic(token) => TokenSession::issued(&SERVICE, token),
        Secrets::Password { client_secret, password } => {
            let form = [
                ("grant_type", "password"),
                ("username", username),
                ("password", password.expose()),
                ("client_id", client_id),
                ("client_secret", client_secret.expose()),
            ];
            TokenSession::by_grant(&SERVICE, &settings.token_url, &form)
        }
    }
}

/// The secrets that no message may hold.
fn known(secrets: &Secrets) -> Vec<&Secret> {
    match secrets {
        Secrets::Password { client_secret, password } => vec![client_secret, password],
        Secrets::Basic(token) => vec![token],
    }
}

/// Returns the IDs in their order, without those that were met before.
fn each_once(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut found = Vec::new();
    for id in ids {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}
