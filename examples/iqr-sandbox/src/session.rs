//! Sessions: opened by a sign-in, good for a time or a number of calls, ended by a sign-out.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::record::Token;
use crate::rng::Rng;

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[derive(Debug)]
struct Session {
    generation: u64,
    opened: Instant,
    calls: u64,
    alive: bool,
}

/// How long a session is good for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validity {
    pub(crate) lifetime: Duration,
    pub(crate) calls: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Sessions {
    by_token: HashMap<String, Session>,
    rng: Rng,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { by_token: HashMap::new(), rng: Rng::new(0x5E55_1035) }
    }
}

impl Sessions {
    pub(crate) fn open(&mut self) -> String {
        let token = format!("{}==", self.rng.text(BASE64, 86));
        let generation = self.by_token.len() as u64 + 1;
        let session = Session { generation, opened: Instant::now(), calls: 0, alive: true };
        self.by_token.insert(token.clone(), session);
        token
    }

    /// What a token is worth, without using it.
    pub(crate) fn judge(&self, token: Option<&str>, validity: Validity) -> Token {
        match token.map(str::trim) {
            None => Token::Absent,
            Some("") => Token::Empty,
            Some(token) => match self.by_token.get(token) {
                None => Token::Unknown,
                Some(session) if session.is_live(validity) => Token::Live(session.generation),
                Some(session) => Token::Dead(session.generation),
            },
        }
    }

    /// Counts a call made with the token.
    pub(crate) fn use_up(&mut self, token: Option<&str>) {
        if let Some(session) = token.and_then(|token| self.by_token.get_mut(token.trim())) {
            session.calls += 1;
        }
    }

    /// Ends the token's session; says whether it was live.
    pub(crate) fn close(&mut self, token: &str, validity: Validity) -> bool {
        let Some(session) = self.by_token.get_mut(token) else { return false };
        let was_live = session.is_live(validity);
        session.alive = false;
        was_live
    }

    pub(crate) fn expire_all(&mut self) {
        self.by_token.values_mut().for_each(|session| session.alive = false);
    }

    pub(crate) fn live(&self, validity: Validity) -> usize {
        self.by_token.values().filter(|session| session.is_live(validity)).count()
    }
}

impl Session {
    fn is_live(&self, validity: Validity) -> bool {
        self.alive && self.opened.elapsed() < validity.lifetime && validity.calls.is_none_or(|calls| self.calls < calls)
    }
}
