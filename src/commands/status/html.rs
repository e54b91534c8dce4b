//! The status as one page for a browser: nothing is fetched, no script is needed to read it, and every text from
//! outside is escaped by the template (`templates/status.html`).

mod chart;

use std::collections::BTreeMap;

use askama::Template;

use self::chart::{Bar, Chart, Size};
use super::advice::explained;
use super::health::{Health, Level};
use super::obstacle::Obstacle;
use super::services::ServiceStatus;
use super::state::Status;
use crate::commands::page::{ago, length, minute};
use crate::escape;
use crate::ledger::{Ledger, LeftBehind, Pass, Problem};
use crate::model::Timestamp;
use crate::sync::left_behind;

/// The number of days on the page, today included.
const DAYS_SHOWN: usize = 7;
const DAY: i64 = 86_400;
const BARS_PER_DAY: usize = 8;

/// The number of passes that are listed one by one.
const MAX_PASSES: usize = 20;

/// The number of clients of a kind that are listed one by one: the page is read on a phone, too.
const MAX_CLIENTS: usize = 500;

const WIDE: Size = Size { width: 860, height: 220, days_per_label: 1 };
const NARROW: Size = Size { width: 360, height: 200, days_per_label: 2 };

/// The values that the template shows.
#[derive(Template)]
#[template(path = "status.html")]
struct Page {
    host: String,
    version: &'static str,
    /// The time when it was written, for people and for the script that detects an old page.
    at: String,
    at_millis: i64,
    level: &'static str,
    sentence: String,
    tiles: Vec<Tile>,
    /// Whether nothing is known but the sentence.
    is_blind: bool,
    figures: Vec<Figure>,
    days: Vec<DayRow>,
    reasons: Vec<ReasonRow>,
    tables: Vec<Clients>,
    left_behind: Vec<LeftRow>,
    more_left_behind: usize,
    lookups: Vec<ServiceRow>,
    passes: Vec<PassRow>,
}

/// A number with its label.
struct Tile {
    label: &'static str,
    value: String,
    note: String,
}

/// A chart, for a wide and for a narrow screen.
struct Figure {
    title: &'static str,
    /// The names of the series, from the bottom up; a blank one is not used.
    legend: [&'static str; 3],
    wide: String,
    narrow: String,
}

struct DayRow {
    day: String,
    numbers: [u64; 6],
    longest: String,
}

struct ReasonRow {
    reason: String,
    kind: &'static str,
    clients: usize,
    oldest: String,
}

/// The table of held or of failing clients.
struct Clients {
    title: &'static str,
    note: &'static str,
    rows: Vec<ClientRow>,
    more: usize,
}

struct ClientRow {
    inventory_id: String,
    client_id: i64,
    reason: String,
    message: String,
    since: String,
    /// The number of tries; a dash where only the server is to blame: then none is counted.
    tries: String,
    next: String,
}

/// An asset that shows what another machine sent.
struct LeftRow {
    inventory_id: String,
    kind: &'static str,
    message: String,
    sent: String,
    noticed: String,
}

/// A service that has values of machines.
struct ServiceRow {
    name: &'static str,
    is_well: bool,
    state: String,
}

struct PassRow {
    at: String,
    took: String,
    numbers: [u64; 6],
    ended: String,
}

/// The sums over several passes.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    passes: u64,
    early: u64,
    sent: u64,
    unchanged: u64,
    failed: u64,
    requests: u64,
    /// The length of the longest pass, in seconds.
    longest: i64,
}

/// Reads the passes that the page reports, newest first; fails when the ledger cannot be read.
pub(super) fn recent(ledger: Option<&Ledger>, now: Timestamp) -> Result<Vec<Pass>, crate::ledger::Error> {
    ledger.map_or_else(|| Ok(Vec::new()), |ledger| ledger.passes_since(first_day(now)))
}

/// Returns the page as of `now`; `recent` are the passes of the last days, newest first. Fails only as the template
/// does, which has no errors of its own.
pub(super) fn page(status: &Status, recent: &[Pass], now: Timestamp) -> askama::Result<String> {
    let Health { level, sentence } = Health::evaluate(status, now);
    let page = Page {
        host: escape::one_line(&rustix::system::uname().nodename().to_string_lossy()),
        version: env!("CARGO_PKG_VERSION"),
        at: minute(now),
        at_millis: now.unix_millis(),
        level: match level {
            Level::Well => "well",
            Level::Waiting => "waiting",
            Level::Attention => "attention",
        },
        sentence: escape::one_line(&sentence),
        tiles: tiles(status, recent, now),
        is_blind: status.is_blind,
        figures: figures(recent, now),
        days: days(recent, now),
        reasons: reasons(status, now),
        tables: tables(status, now),
        left_behind: status.left_behind.iter().take(MAX_CLIENTS).map(LeftRow::from_notice).collect(),
        more_left_behind: status.left_behind.len().saturating_sub(MAX_CLIENTS),
        lookups: status.services.iter().map(ServiceRow::from_status).collect(),
        passes: recent.iter().take(MAX_PASSES).map(PassRow::from_pass).collect(),
    };
    page.render()
}

/// The midnight with which the first of the days begins.
fn first_day(now: Timestamp) -> Timestamp {
    let seconds = now.unix_millis().div_euclid(1000);
    let midnight = seconds - seconds.rem_euclid(DAY);
    Timestamp::from_unix_millis((midnight - i64::try_from(DAYS_SHOWN - 1).unwrap_or(0) * DAY) * 1000)
}

/// Sums up the passes in each of `parts` equal parts of the days.
fn sums(recent: &[Pass], now: Timestamp, parts: usize) -> Vec<Sums> {
    let first = first_day(now);
    let length = i64::try_from(DAYS_SHOWN).unwrap_or(0) * DAY / i64::try_from(parts).unwrap_or(1);
    let mut sums = vec![Sums::default(); parts];
    for pass in recent {
        let part = usize::try_from(pass.started_at.seconds_since(first).div_euclid(length)).ok();
        if let Some(sums) = part.and_then(|part| sums.get_mut(part)) {
            sums.add(pass);
        }
    }
    sums
}

impl Sums {
    fn add(&mut self, pass: &Pass) {
        self.passes += 1;
        self.early += u64::from(pass.is_aborted());
        self.sent += pass.totals.sent;
        self.unchanged += pass.totals.unchanged;
        self.failed += pass.totals.failed;
        self.requests += pass.totals.requests;
        let took = pass.finished_at.map_or(0, |finished| finished.seconds_since(pass.started_at));
        self.longest = self.longest.max(took);
    }
}

fn tiles(status: &Status, recent: &[Pass], now: Timestamp) -> Vec<Tile> {
    let last_good = status.heartbeat.and_then(|beat| beat.last_good(now));
    let of_last_day = recent.iter().filter(|pass| now.seconds_since(pass.started_at) < DAY);
    let mut day = Sums::default();
    of_last_day.for_each(|pass| day.add(pass));
    let tile = |label, value, note: &str| Tile { label, value, note: note.to_owned() };
    let count = |number: u64| if status.is_blind { "?".to_owned() } else { number.to_string() };
    let due = status.store.as_ref().map_or_else(|| "?".to_owned(), |store| store.due.to_string());
    vec![
        tile(
            "last good pass",
            last_good.map_or_else(|| "–".to_owned(), |good| minute(good)[11..].to_owned()),
            &last_good.map(|good| format!("UTC, {}", good.date_text())).unwrap_or_default(),
        ),
        tile("due", due, "for the next pass"),
        tile("failing", count(status.failing().count() as u64), "tried again by themselves"),
        tile("held", count(status.held().count() as u64), "wait for a person"),
        tile("sent", count(day.sent), "in 24 hours"),
        tile("requests", count(day.requests), "in 24 hours"),
    ]
}

fn figures(recent: &[Pass], now: Timestamp) -> Vec<Figure> {
    let sums = sums(recent, now, DAYS_SHOWN * BARS_PER_DAY);
    let draw = |title, legend, bar: fn(&Sums) -> Bar| {
        let bars: Vec<Bar> = sums.iter().map(bar).collect();
        let days: Vec<String> = day_starts(now).map(|day| day.date_text()[5..].to_owned()).collect();
        let chart = Chart { bars: &bars, series: legend, days: &days };
        Figure { title, legend, wide: chart.to_svg(WIDE), narrow: chart.to_svg(NARROW) }
    };
    vec![
        draw("Machines", ["sent", "unchanged", "failed"], |sums| [sums.sent, sums.unchanged, sums.failed]),
        draw("Passes with something to do", ["to the end", "", "ended early"], |sums| {
            [sums.passes - sums.early, 0, sums.early]
        }),
    ]
}

fn day_starts(now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let first = first_day(now);
    (0..DAYS_SHOWN).map(move |day| first.plus_seconds(i64::try_from(day).unwrap_or(0) * DAY))
}

/// Returns the rows of the days, newest first.
fn days(recent: &[Pass], now: Timestamp) -> Vec<DayRow> {
    let rows = day_starts(now).zip(sums(recent, now, DAYS_SHOWN)).map(|(day, sums)| DayRow {
        day: day.date_text(),
        numbers: [sums.sent, sums.unchanged, sums.failed, sums.requests, sums.passes, sums.early],
        longest: if sums.passes == 0 { String::new() } else { length(sums.longest.max(0)) },
    });
    let mut rows: Vec<DayRow> = rows.collect();
    rows.reverse();
    rows
}

/// Returns the reasons, the most frequent first.
fn reasons(status: &Status, now: Timestamp) -> Vec<ReasonRow> {
    let mut groups: BTreeMap<(&str, bool), Vec<&Problem>> = BTreeMap::new();
    for problem in &status.problems {
        groups.entry((problem.reason.code(), problem.reason.is_held())).or_default().push(problem);
    }
    let mut rows: Vec<ReasonRow> = groups
        .into_iter()
        .map(|((reason, held), problems)| ReasonRow {
            reason: escape::one_line(reason),
            kind: if held { "held" } else { "failing" },
            clients: problems.len(),
            oldest: problems.iter().map(|problem| problem.since).min().map(minute).unwrap_or_default(),
        })
        .collect();
    rows.extend(Obstacle::find(status, now).and_then(|obstacle| left_over(&obstacle)));
    rows.sort_by_key(|row| std::cmp::Reverse(row.clients));
    rows
}

/// The clients that a pass had no time for.
fn left_over(obstacle: &Obstacle) -> Option<ReasonRow> {
    let (Obstacle::OutOfTime { at, left }, reason) = (obstacle, obstacle.reason()?) else { return None };
    let clients = usize::try_from(*left).unwrap_or(usize::MAX);
    Some(ReasonRow { reason: reason.code().to_owned(), kind: "left", clients, oldest: minute(*at) })
}

fn tables(status: &Status, now: Timestamp) -> Vec<Clients> {
    let table = |title, note, problems: Vec<&Problem>| Clients {
        title,
        note,
        more: problems.len().saturating_sub(MAX_CLIENTS),
        rows: problems.iter().take(MAX_CLIENTS).map(|problem| ClientRow::from_problem(problem, now)).collect(),
    };
    let tables = [
        table("Failing", "Tried again by themselves, ever less often.", status.failing().collect()),
        table("Held", "Nothing is sent until a person has changed something.", status.held().collect()),
    ];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

impl ClientRow {
    fn from_problem(problem: &Problem, now: Timestamp) -> Self {
        Self {
            inventory_id: problem.inventory_id.as_deref().map_or_else(|| "–".to_owned(), escape::one_line),
            client_id: problem.client_id.0,
            reason: escape::one_line(problem.reason.code()),
            message: escape::one_line(&explained(&problem.reason, &problem.message)),
            since: minute(problem.since),
            tries: if problem.attempts == 0 { "–".to_owned() } else { problem.attempts.to_string() },
            next: match problem.next_try {
                Some(at) if at > now => ago(at, now),
                Some(_) => "next pass".to_owned(),
                None => "on news".to_owned(),
            },
        }
    }
}

impl LeftRow {
    fn from_notice(notice: &LeftBehind) -> Self {
        let message = format!("{}; {}", left_behind::sentence(notice), left_behind::advice(notice));
        Self {
            inventory_id: escape::one_line(&notice.inventory_id),
            kind: if notice.is_attention { "attention" } else { "information" },
            message: escape::one_line(&message),
            sent: minute(notice.sent_at),
            noticed: minute(notice.noticed_at),
        }
    }
}

impl ServiceRow {
    fn from_status(status: &ServiceStatus) -> Self {
        let state = escape::one_line(&status.sentence());
        Self { name: status.service.title(), is_well: status.is_well(), state }
    }
}

impl PassRow {
    fn from_pass(pass: &Pass) -> Self {
        let ended = match (pass.finished_at, pass.is_aborted()) {
            (None, _) => "it runs, or was killed".to_owned(),
            (Some(_), false) => String::new(),
            (Some(_), true) => escape::one_line(pass.message.as_deref().unwrap_or("no reason is known")),
        };
        let totals = pass.totals;
        let numbers = [totals.sent, totals.unchanged, totals.held, totals.failed, totals.deferred, totals.requests];
        let took = pass.finished_at.map(|finished| length(finished.seconds_since(pass.started_at).max(0)));
        Self { at: minute(pass.started_at), took: took.unwrap_or_default(), numbers, ended }
    }
}
