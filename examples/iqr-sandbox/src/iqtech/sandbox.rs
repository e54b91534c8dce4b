//! A running iQ Tech.

use std::io;

use super::options::Options;
use super::record::Offense;
use super::state::State;
use crate::journal::Journal;
use crate::running::{Neighbor, Running};

/// A running iQ Tech. It stops when it is dropped.
pub type Iqtech = Running<State>;

impl Running<State> {
    /// Returns the URL of the token endpoint, which serves as `token_url`.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/connect/token", self.url())
    }
}

impl Neighbor for State {
    type Options = Options;
    type Offense = Offense;

    fn serve(options: Options) -> io::Result<Iqtech> {
        Running::try_serve(options.port, Self::new(options))
    }

    fn journal(&mut self) -> &mut Journal<Offense> {
        &mut self.journal
    }
}
