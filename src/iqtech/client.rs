//! The client of one pass or command.

use serde_json::Value;

use super::call::Call;
use super::envelope::{self, Verdict};
use super::outcome::WriteOutcome;
use super::pages::{Page, Pages};
use super::scrub::{Known, scrub};
use super::service::{MAX_ANSWER_OF_COMMAND, MAX_ANSWER_OF_PASS, SERVICE};
use super::settings::IqtechSettings;
use crate::secret::Secret;
use crate::web::{
    Access, Answer, Bad, Client, Error, HttpSettings, Limits, Reading, Redactor, Session, TokenSession, When,
};

/// A client for one pass or command. Shared by all threads by reference.
///
/// The errors of its reads say what to do: [`Error::CredentialRefused`] (the token, or the client with 403),
/// [`Error::Maintenance`] (503), [`Error::Throttled`] and [`Error::is_refused_for_now`] (429), [`Error::Refused`] (the
/// service declined, whatever its status), [`Error::Unreachable`] and [`Error::Failed`] (network, 5xx, or an answer
/// that is not understood). A write has a [`WriteOutcome`].
pub struct Iqtech {
    settings: IqtechSettings,
    client: Client<TokenSession>,
}

impl Iqtech {
    /// A client that only reads, and that has sent nothing yet.
    #[must_use]
    pub fn for_pass(settings: IqtechSettings, client_secret: &Secret, limits: Limits) -> Self {
        Self::with_access(settings, client_secret, limits, Access::ReadOnly)
    }

    /// The same for a service that has rested: it sends each request once, and its first failure is its last.
    #[must_use]
    pub fn on_trial(settings: IqtechSettings, client_secret: &Secret, limits: Limits) -> Self {
        let iqtech = Self::for_pass(settings, client_secret, limits);
        iqtech.client.limiter.begin_trial();
        iqtech
    }

    /// A client that may write, for a command.
    #[must_use]
    pub fn for_command(settings: IqtechSettings, client_secret: &Secret, limits: Limits) -> Self {
        Self::with_access(settings, client_secret, limits, Access::ReadWrite)
    }

    fn with_access(settings: IqtechSettings, client_secret: &Secret, limits: Limits, access: Access) -> Self {
        let http = HttpSettings {
            urls: [&settings.url, &settings.token_url],
            connections: settings.connections,
            timeout: settings.request_timeout,
            headers: &[],
            max_answer: match access {
                Access::ReadOnly => MAX_ANSWER_OF_PASS,
                Access::ReadWrite => MAX_ANSWER_OF_COMMAND,
            },
        };
        let client = Client::new(&SERVICE, &http, session(&settings, client_secret), access, limits);
        client.http.redactor().add(client_secret);
        Self { settings, client }
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

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &IqtechSettings {
        &self.settings
    }

    /// Returns the number of requests for data that were sent, repeats included and tokens not.
    #[must_use]
    pub fn data_requests(&self) -> u64 {
        self.client.http.requests().saturating_sub(self.client.session.requests())
    }

    /// Asks until the answer is understood; `read` takes the result out of its envelope.
    pub(super) fn read<T: Default>(
        &self,
        call: &Call,
        when: When,
        read: impl Fn(&Value, &Redactor) -> Result<T, Bad>,
    ) -> Result<T, Error> {
        let request = call.request(&self.settings);
        let known = call.known();
        let redactor = self.client.http.redactor();
        self.client.read_judged(&request, when, |answer| self.judge(answer, call, &known, &|it| read(it, redactor)))
    }

    /// Sends a write once; `read` takes the result out of its envelope.
    pub(super) fn write<T: Default>(
        &self,
        call: &Call,
        read: impl Fn(&Value, &Redactor) -> Result<T, Bad>,
    ) -> WriteOutcome<T> {
        let request = call.request(&self.settings);
        let known = call.known();
        known.private.iter().for_each(|secret| self.client.http.redactor().add(secret));
        // The result may name what is private in the request, and is none the less done.
        let none = Redactor::default();
        let judge = |answer: &Answer| self.judge(answer, call, &known, &|result| read(result, &none));
        WriteOutcome::from_result(self.client.write_judged(&request, judge))
    }

    /// Returns the pages of a list; `call` returns the call of a page.
    pub(super) fn pages<'a, T: Default>(
        &'a self,
        call: impl Fn(&IqtechSettings, u32) -> Call + 'a,
        read: impl Fn(&Value, &Redactor) -> Result<Page<T>, Bad> + 'a,
    ) -> Pages<'a, T> {
        let shown = call(&self.settings, 1).request(&self.settings).shown;
        Pages::new(shown, move |page| self.read(&call(&self.settings, page), When::InTime, &read))
    }

    /// Makes the service's words fit to be shown and recorded, without what is private in a call and its answer.
    pub(super) fn scrubbed(&self, text: &str, call: &Call, of_answer: Vec<Secret>) -> String {
        let mut known = call.known();
        known.private.extend(of_answer);
        known.private.iter().for_each(|secret| self.client.http.redactor().add(secret));
        scrub(text, &known, self.client.http.redactor())
    }

    fn judge<T: Default>(
        &self,
        answer: &Answer,
        call: &Call,
        known: &Known,
        read: &impl Fn(&Value) -> Result<T, Bad>,
    ) -> Reading<T> {
        match envelope::decode(answer.status, &answer.body, call.form(), read) {
            Verdict::Done(value) => Reading::Done(value),
            Verdict::None => Reading::Done(T::default()),
            Verdict::Refused(words) => Reading::Refused(scrub(&words, known, self.client.http.redactor())),
            Verdict::Failing => Reading::ByStatus,
            Verdict::NotUnderstood(bad) => Reading::Unreadable(bad),
        }
    }
}

impl std::fmt::Debug for Iqtech {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Iqtech").field("url", &self.settings.url).finish_non_exhaustive()
    }
}

/// The way to a token: the grant of client credentials (RFC 6749, section 4.4).
fn session(settings: &IqtechSettings, client_secret: &Secret) -> TokenSession {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", settings.client_id.as_str()),
        ("client_secret", client_secret.expose()),
    ];
    if !settings.scope.trim().is_empty() {
        form.push(("scope", settings.scope.as_str()));
    }
    TokenSession::by_grant(&SERVICE, &settings.token_url, &form)
}
