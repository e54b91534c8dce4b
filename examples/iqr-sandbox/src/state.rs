//! What the sandbox knows: assets, master items, sessions, and the record of what was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use crate::asset::{Asset, Author, Field, FieldChange, Item};
use crate::faults::{Fault, Injector};
use crate::options::Options;
use crate::record::{Counters, Request};
use crate::session::{Sessions, Validity};

/// The sandbox's memory, for tests to fill, to look at and to change as a person would.
#[derive(Debug)]
pub struct State {
    /// The set-up; changes take effect with the next request. (`port` and `faults` are read at the start only.)
    pub options: Options,
    /// The tenant's categories.
    pub categories: Vec<String>,
    /// The tenant's conditions: code and name.
    pub conditions: Vec<(String, String)>,
    /// Attributes per asset, for `InventoryAttributes`: name and value.
    pub attributes: BTreeMap<i64, Vec<(String, String)>>,
    /// Names in writes that mean nothing here, and were ignored.
    pub ignored_fields: BTreeSet<String>,
    pub(crate) assets: BTreeMap<i64, Asset>,
    pub(crate) items: Vec<Item>,
    pub(crate) sessions: Sessions,
    pub(crate) injector: Injector,
    pub(crate) counters: Counters,
    pub(crate) requests: Vec<Request>,
    pub(crate) started: Instant,
    on_demand: Option<RangeInclusive<i64>>,
}

impl State {
    pub(crate) fn new(options: Options) -> Self {
        let faults = options.faults.clone();
        Self {
            options,
            categories: texts(&["COMPUTER", "DESKTOP", "ALL IN ONE", "NOTEBOOK", "SERVER", "MONITOR", "PRINTER"]),
            conditions: pairs(&[("NEW", "NEW"), ("USED", "USED"), ("C4", "C Grade - F4"), ("SCRP", "SCRAP")]),
            attributes: BTreeMap::new(),
            ignored_fields: BTreeSet::new(),
            assets: BTreeMap::new(),
            items: vec![placeholder_item()],
            sessions: Sessions::default(),
            injector: Injector::new(faults),
            counters: Counters::default(),
            requests: Vec::new(),
            started: Instant::now(),
            on_demand: None,
        }
    }

    /// Adds an asset, or puts it in the place of the one with its ID.
    pub fn add_asset(&mut self, asset: Asset) {
        self.assets.insert(asset.inventory_id, asset);
    }

    /// Adds many assets.
    pub fn add_assets(&mut self, assets: impl IntoIterator<Item = Asset>) {
        assets.into_iter().for_each(|asset| self.add_asset(asset));
    }

    /// Lets every ID of the range exist: the asset is made, with blank texts, when it is first asked for. For stores
    /// of a million clients.
    pub fn add_on_demand(&mut self, ids: RangeInclusive<i64>) {
        self.on_demand = Some(ids);
    }

    /// Takes an asset away.
    pub fn remove_asset(&mut self, inventory_id: i64) -> Option<Asset> {
        self.assets.remove(&inventory_id)
    }

    /// One asset.
    #[must_use]
    pub fn asset(&self, inventory_id: i64) -> Option<&Asset> {
        self.assets.get(&inventory_id)
    }

    /// All assets, by ID.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.assets.values()
    }

    /// The asset, made now if its ID is one of those on demand.
    pub(crate) fn materialize(&mut self, inventory_id: i64) -> Option<&mut Asset> {
        let on_demand = self.on_demand.as_ref().is_some_and(|ids| ids.contains(&inventory_id));
        if on_demand {
            self.assets.entry(inventory_id).or_insert_with(|| Asset::new(inventory_id));
        }
        self.assets.get_mut(&inventory_id)
    }

    /// Adds a master item, as a person would; returns its key.
    pub fn add_item(&mut self, item_number: &str, mfgr: &str, category: &str) -> i64 {
        let item_id = self.next_item_id();
        self.items.push(Item {
            item_id,
            item_number: item_number.to_owned(),
            mfgr: mfgr.to_owned(),
            description: format!("{mfgr} {item_number}"),
            category: category.to_owned(),
            asset_creator: "person".to_owned(),
        });
        item_id
    }

    pub(crate) fn next_item_id(&self) -> i64 {
        self.items.last().map_or(1, |item| item.item_id + 1)
    }

    /// All master items, in the order of their creation.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The master items with this number and maker: more than one are twins.
    #[must_use]
    pub fn items_named(&self, item_number: &str, mfgr: &str) -> Vec<&Item> {
        self.items.iter().filter(|item| item.is(item_number, mfgr)).collect()
    }

    /// The master item that an asset is an instance of.
    #[must_use]
    pub fn item_of(&self, inventory_id: i64) -> Option<&Item> {
        let item_id = self.asset(inventory_id)?.item_id;
        self.item(item_id)
    }

    pub(crate) fn item(&self, item_id: i64) -> Option<&Item> {
        // Keys are given in order, so the list is sorted by them.
        let index = self.items.binary_search_by_key(&item_id, |item| item.item_id).ok()?;
        self.items.get(index)
    }

    /// Sets a text as a person at the screen does; it goes into the history. Nothing happens without the asset.
    pub fn edit(&mut self, inventory_id: i64, field: Field, text: &str) {
        if let Some(asset) = self.materialize(inventory_id) {
            let changed: Vec<FieldChange> = asset.set(field, text.to_owned()).into_iter().collect();
            asset.log(Author::Person, changed);
        }
    }

    /// Adds a comment line at the end, as a person does.
    pub fn type_comment(&mut self, inventory_id: i64, line: &str) {
        if let Some(asset) = self.materialize(inventory_id) {
            let text = joined(asset.comments(), line);
            self.edit(inventory_id, Field::InventoryComments, &text);
        }
    }

    /// Replaces the rules of what goes wrong; numbers in them ([`crate::When::Nth`]) count from the next request.
    pub fn set_faults(&mut self, faults: Vec<Fault>) {
        self.injector = Injector::new(faults);
    }

    /// Ends every session from IQR's side: their tokens are dead with the next call.
    pub fn expire_sessions(&mut self) {
        self.sessions.expire_all();
    }

    /// Sessions that are neither ended nor expired.
    #[must_use]
    pub fn sessions_open(&self) -> usize {
        self.sessions.live(self.validity())
    }

    pub(crate) fn validity(&self) -> Validity {
        Validity { lifetime: self.options.session_lifetime, calls: self.options.session_calls }
    }

    /// How long it has been running: the clock of [`Request::at`].
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// The sums since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The requests since the start or the last [`Self::forget_requests`].
    #[must_use]
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// Empties the record of requests; the counters go on.
    pub fn forget_requests(&mut self) {
        self.requests.clear();
    }
}

/// A text with lines added below it.
pub(crate) fn joined(text: &str, lines: &str) -> String {
    match (text.trim_end_matches(['\r', '\n']), lines) {
        ("", lines) => lines.to_owned(),
        (text, "") => text.to_owned(),
        (text, lines) => format!("{text}\n{lines}"),
    }
}

fn placeholder_item() -> Item {
    Item {
        item_id: Item::PLACEHOLDER_ID,
        item_number: "TBD API".to_owned(),
        mfgr: "TBD".to_owned(),
        description: "TO BE DETERMINED".to_owned(),
        category: "COMPUTER".to_owned(),
        asset_creator: "person".to_owned(),
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(code, name)| (code.to_owned(), name.to_owned())).collect()
}
