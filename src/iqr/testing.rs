//! The server of `web` that does what a test says, as an IQR: it answers sign-ins and reads by itself.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Endpoints, FieldNames, Iqr, Settings};
use crate::clock::BootTime;
use crate::secret::Secret;
use crate::web::testing;
use crate::web::{Access, Limits};

pub(super) use crate::web::testing::{Reply, SeenRequest, answer, body, status};

pub(super) const KEY: &str = "key+/secret==";

/// A request as IQR sees it.
pub(super) trait IqrRequest {
    fn is_session(&self) -> bool;

    /// Returns the letter of a request: S sign-in, D end of a session, G read, W write.
    fn letter(&self) -> char;

    /// The inventory ID asked for.
    fn id(&self) -> &str;

    fn token(&self) -> &str;
}

impl IqrRequest for SeenRequest {
    fn is_session(&self) -> bool {
        self.path.starts_with("/api/IntegrationAPI/Session")
    }

    fn letter(&self) -> char {
        match (self.is_session(), self.method.as_str()) {
            (true, "POST") => 'S',
            (true, _) => 'D',
            (false, "GET") => 'G',
            (false, _) => 'W',
        }
    }

    fn id(&self) -> &str {
        self.path.rsplit_once("Id=").map_or("", |(_, id)| id)
    }

    fn token(&self) -> &str {
        self.header("iqr-session-token").unwrap_or_default()
    }
}

pub(super) struct Server(testing::Server);

impl Deref for Server {
    type Target = testing::Server;

    fn deref(&self) -> &testing::Server {
        &self.0
    }
}

impl Server {
    /// A server that asks `script` first and does the usual thing where that says `None`.
    pub fn start(script: impl Fn(&SeenRequest) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self(testing::Server::serving(usual, script))
    }

    /// A server that gives these answers to data calls, one after the other, and then the usual ones.
    pub fn answering(replies: Vec<Reply>) -> Self {
        let queue = Mutex::new(VecDeque::from(replies));
        Self::start(move |seen| if seen.is_session() { None } else { queue.lock().unwrap().pop_front() })
    }

    pub fn settings(&self) -> Settings {
        settings(&self.url())
    }

    pub fn client(&self) -> Iqr {
        client(self.settings())
    }

    /// Returns the requests that arrived, a letter each.
    pub fn letters(&self) -> String {
        self.seen().iter().map(SeenRequest::letter).collect()
    }
}

pub(super) fn settings(url: &str) -> Settings {
    Settings {
        signin_url: url.to_owned(),
        api_url: url.to_owned(),
        connections: 4,
        request_timeout: Duration::from_secs(10),
        session_lifetime: Duration::from_secs(600),
        headers: Vec::new(),
        endpoints: Endpoints::default(),
        fields: FieldNames::default(),
        asset_creator: "WOS".to_owned(),
    }
}

pub(super) fn limits(time: Duration) -> Limits {
    Limits { deadline: BootTime::now() + time, interrupted: Arc::new(AtomicBool::new(false)) }
}

pub(super) fn client(settings: Settings) -> Iqr {
    Iqr::new(settings, &Secret::new(KEY), Access::ReadWrite, limits(Duration::from_secs(30)))
}

fn usual(seen: &SeenRequest, given: &AtomicUsize) -> Reply {
    match seen.letter() {
        'S' => body(&format!("{{\"Data\":\"token-{}\"}}", given.fetch_add(1, Ordering::SeqCst) + 1)),
        'G' => body(&format!("{{\"inventoryid\":{},\"mfgr\":\"DELL  \"}}", seen.id())),
        _ => status(200),
    }
}
