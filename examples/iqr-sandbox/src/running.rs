//! A neighbour of IQR as a running thing.

use std::io;
use std::net::SocketAddr;
use std::sync::MutexGuard;

use crate::faults::Fault;
use crate::journal::{Counters, Journal, Violation};
use crate::record::Request;
use crate::server::{Server, Service};

/// The state of a neighbour of IQR.
pub trait Neighbor: Sized {
    /// The set-up.
    type Options;
    /// An offense of a client.
    type Offense: Clone;

    /// Starts on the loopback port of the options.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    fn serve(options: Self::Options) -> io::Result<Running<Self>>;

    /// Returns the record of requests.
    fn journal(&mut self) -> &mut Journal<Self::Offense>;
}

/// A running service on a loopback port. It stops when it is dropped.
#[derive(Debug)]
pub struct Running<S>(Server<S>);

impl<S> Running<S> {
    pub(crate) fn try_serve(port: u16, state: S) -> io::Result<Self>
    where
        S: Service,
    {
        Server::try_start(port, state).map(Self)
    }

    /// Returns `http://127.0.0.1:PORT`, which serves as `url`.
    #[must_use]
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Returns the address on which it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Locks and returns the state. No request is answered while the guard is held.
    pub fn state(&self) -> MutexGuard<'_, S> {
        self.0.state()
    }
}

impl<S: Neighbor> Running<S> {
    /// Starts on loopback.
    ///
    /// # Panics
    ///
    /// When the port cannot be had; see [`Self::try_start`].
    #[must_use]
    pub fn start(options: S::Options) -> Self {
        Self::try_start(options).expect("a loopback port should be free")
    }

    /// Starts on loopback.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    pub fn try_start(options: S::Options) -> io::Result<Self> {
        S::serve(options)
    }

    /// Replaces the rules of faults, see [`Journal::set_faults`].
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.state().journal().set_faults(faults);
    }

    /// Returns the sums since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.state().journal().counters()
    }

    /// Returns a copy of the record of requests.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state().journal().requests().to_vec()
    }

    /// Empties the record of requests; counters and violations go on.
    pub fn forget_requests(&self) {
        self.state().journal().forget_requests();
    }

    /// Returns a copy of the record of violations.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation<S::Offense>> {
        self.state().journal().violations().to_vec()
    }
}
