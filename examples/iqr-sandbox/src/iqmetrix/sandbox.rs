//! A running iQmetrix.

use std::io;
use std::net::SocketAddr;
use std::sync::MutexGuard;

use super::options::Options;
use super::record::{Counters, Violation};
use super::state::State;
use crate::faults::Fault;
use crate::record::Request;
use crate::server::Server;

/// A running iQmetrix. It stops when it is dropped.
#[derive(Debug)]
pub struct Iqmetrix(Server<State>);

impl Iqmetrix {
    /// Starts on loopback.
    ///
    /// # Panics
    ///
    /// When the port cannot be had; see [`Self::try_start`].
    #[must_use]
    pub fn start(options: Options) -> Self {
        Self::try_start(options).expect("a loopback port should be free")
    }

    /// Starts on loopback.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    pub fn try_start(options: Options) -> io::Result<Self> {
        Server::try_start(options.port, State::new(options)).map(Self)
    }

    /// Returns `http://127.0.0.1:PORT`, which serves as `url`.
    #[must_use]
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Returns the URL of the token endpoint, which serves as `token_url`.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/v1/oauth2/token", self.0.url())
    }

    /// Returns the address on which it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Locks and returns the state. No request is answered while the guard is held.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.state()
    }

    /// Replaces the rules of faults, see [`State::set_faults`].
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.state().set_faults(faults);
    }

    /// Returns the sums since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.state().counters()
    }

    /// Returns a copy of the record of requests.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests().to_vec()
    }

    /// Returns a copy of the record of violations.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.state().violations().to_vec()
    }
}
