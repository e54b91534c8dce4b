//! A running iQmetrix.

use std::io;

use super::options::Options;
use super::record::Offense;
use super::state::State;
use crate::journal::Journal;
use crate::running::{Neighbor, Running};

/// A running iQmetrix. It stops when it is dropped.
pub type Iqmetrix = Running<State>;

impl Running<State> {
    /// Returns the URL of the token endpoint, which serves as `token_url`.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/v1/oauth2/token", self.url())
    }
}

impl Neighbor for State {
    type Options = Options;
    type Offense = Offense;

    fn serve(options: Options) -> io::Result<Iqmetrix> {
        Running::try_serve(options.port, Self::new(options))
    }

    fn journal(&mut self) -> &mut Journal<Offense> {
        &mut self.journal
    }
}
