//! Signs of life, in the convention of healthchecks.io: the URL itself after a good pass, with `/start` when one begins
//! and `/fail` when one was ended early. The monitor raises the alarm when they stay away.
//!
//! They are given by a thread of their own, one after another, so that a start never overtakes the end before it.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use super::MAX_REPORT_TIME;
use crate::secret::Secret;
use crate::web::proxy::{self, ProxyError};

/// A sign of life for a monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// A pass begins.
    Start,
    /// The pass came to its end.
    Success,
    /// The pass could not be made, or not to its end.
    Failure,
}

/// The way to a monitor.
#[derive(Debug)]
pub struct Ping {
    signals: Sender<Signal>,
    /// The signal that the thread is done. The mutex, which is never contended, lets the workers of a pass share this.
    done: Mutex<Receiver<()>>,
}

impl Signal {
    fn suffix(self) -> &'static str {
        match self {
            Self::Start => "/start",
            Self::Success => "",
            Self::Failure => "/fail",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Start => "the beginning of a pass",
            Self::Success => "a good pass",
            Self::Failure => "a pass that failed",
        }
    }
}

impl Ping {
    /// Opens the way; nothing is sent yet. `None` when the system gives no thread, which the monitor will notice.
    #[must_use]
    pub fn to(url: &Secret) -> Option<Self> {
        let (signals, sent) = mpsc::channel();
        let (at_end, done) = mpsc::channel();
        let url = url.clone();
        let spawned = thread::Builder::new().name("ping".to_owned()).spawn(move || {
            // Dropped with the thread's end, however it comes.
            let _at_end: Sender<()> = at_end;
            send_all(&url, &sent);
        });
        spawned.inspect_err(|error| log::info!("the monitor is told nothing: {error}")).ok()?;
        Some(Self { signals, done: Mutex::new(done) })
    }

    /// Gives a sign, and waits for nothing.
    pub fn send(&self, signal: Signal) {
        // Without the thread no sign can be given.
        let _ = self.signals.send(signal);
    }

    /// Waits until every sign is given, but not beyond `end`.
    pub fn finish(self, end: Instant) {
        drop(self.signals);
        let done = self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        if done.recv_timeout(end.saturating_duration_since(Instant::now())) == Err(RecvTimeoutError::Timeout) {
            log::info!("the monitor takes longer than {} s and is not waited for", MAX_REPORT_TIME.as_secs());
        }
    }
}

fn send_all(url: &Secret, signals: &Receiver<Signal>) {
    let agent = match agent(url.expose()) {
        Ok(agent) => agent,
        Err(error) => return log::info!("the monitor is told nothing: {error}"),
    };
    while let Ok(signal) = signals.recv() {
        let sent = signal.words();
        match agent.get(address(url.expose(), signal)).call() {
            Ok(answer) if answer.status().is_success() => log::debug!("the monitor was told of {sent}"),
            Ok(answer) => {
                let status = answer.status().as_u16();
                log::info!("the monitor answered {status} when told of {sent}; check monitor.ping_url");
            }
            Err(error) => log::info!("the monitor could not be told of {sent}: {}", reason(&error)),
        }
    }
}

/// Returns the URL of a signal: the suffix belongs to the path, and the query stays behind it.
fn address(url: &str, signal: Signal) -> String {
    let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    format!("{path}{}{query}", signal.suffix())
}

/// Returns the reason in words of ours: ureq's own may hold the URL, which is a secret.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::HostNotFound => "the name of its host cannot be looked up".to_owned(),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "no TLS connection".to_owned(),
        _ => "it cannot be reached".to_owned(),
    }
}

fn agent(url: &str) -> Result<Agent, ProxyError> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(MAX_REPORT_TIME))
        .proxy(proxy::from_environment(&[url])?)
        .user_agent(concat!("wipeos-iqr/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .build();
    Ok(config.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_query_behind_the_path() {
        for (url, start) in [
            ("https://hc.example/ping/uuid", "https://hc.example/ping/uuid/start"),
            ("https://hc.example/ping/key/slug?create=1", "https://hc.example/ping/key/slug/start?create=1"),
            ("http://hc:8000?a=/b?c", "http://hc:8000/start?a=/b?c"),
        ] {
            assert_eq!(address(url, Signal::Start), start);
            assert_eq!(address(url, Signal::Success), url);
        }
    }
}
