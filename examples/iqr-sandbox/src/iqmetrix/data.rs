//! The three data calls: partner relationships, dealer relationships, and devices by IMEI.

use super::echo;
use super::exchange::Call;
use super::imei::{is_imei, next_imei};
use super::options::MissingDate;
use super::state::{Device, State};
use super::table::{Cell, Column, Format, Table};
use crate::answer::{Answer, page};
use crate::clock::today;
use crate::record::Token;

/// The path of devices, as [`crate::url::Target`] has it.
pub(super) const DEVICES: &str = "partner/ingrammicro/imei";

const fn column(name: &'static str, kind: &'static str, safe_type: &'static str, length: u32) -> Column {
    Column { name, kind, safe_type, length }
}

const RELATIONSHIP: &[Column] = &[
    column("CompanyID", "int", "Int32", 4),
    column("CompanyName", "varchar", "String", 50),
    column("DoingBusinessAs", "nvarchar", "String", 0),
];

const DEALER: &[Column] = &[
    column("CompanyID", "bigint", "Int64", 8),
    column("CompanyName", "nvarchar", "String", 128),
    column("LocationEntityID", "bigint", "Int64", 8),
    column("LocationName", "nvarchar", "String", 0),
];

const IMEI: &[Column] = &[
    column("IMEI", "varchar", "String", 100),
    column("PurchaseDate", "date", "DateTime", 3),
    column("ReturnDate", "date", "DateTime", 3),
    column("ClientID", "uniqueidentifier", "Guid", 16),
];

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> (Answer, Token) {
    if call.target.query("auth").is_some() {
        return (text(400, "Auth is not accepted in the URL"), Token::Absent);
    }
    if query_length(&call.incoming.target) > state.options.max_query {
        return (not_found(), Token::Absent);
    }
    if call.incoming.method != "GET" {
        return (text(405, "Method not allowed"), Token::Absent);
    }
    let token = authorize(state, call);
    if !matches!(token, Token::Live(_)) {
        state.journal.counters.unauthorized += 1;
        return (text(401, "Token is invalid"), token);
    }
    (authorized(state, call), token)
}

fn query_length(target: &str) -> usize {
    target.split_once('?').map_or(0, |(_, query)| query.len())
}

/// Judges the credential, and counts a call made with a token. The basic token is session 0.
fn authorize(state: &mut State, call: &Call<'_>) -> Token {
    let Some(header) = call.incoming.header("authorization") else { return Token::Absent };
    let (scheme, credential) = header.trim().split_once(' ').unwrap_or((header, ""));
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => state.journal.judge_token(credential, state.validity()),
        "basic" if credential.trim() == state.options.basic_token => Token::Live(0),
        _ => Token::Unknown,
    }
}

fn authorized(state: &mut State, call: &Call<'_>) -> Answer {
    if let Some(maintenance) = &state.options.maintenance {
        let words =
            "The requested data is currently undergoing scheduled maintenance, please try again after 12:00PM UTC";
        let mut answer = text(503, words);
        answer.headers.extend(maintenance.retry_after.iter().map(|when| ("Retry-After".to_owned(), when.clone())));
        return answer;
    }
    let Some(format) = Format::parse(call.target.query("response")) else {
        return text(400, "Response is not one of the formats");
    };
    let table = match call.target.path.as_str() {
        "partner/relationships" => Ok(relationships(state)),
        "partner/relationships/dealers" => Ok(dealers(state)),
        DEVICES => devices(state, call),
        _ => Err(not_found()),
    };
    match table {
        Ok(mut table) => {
            echo::fill(state, call, &mut table);
            let mut answer = table.answer(format, &today(state.options.clock_offset));
            let cookie = "ss-id=c2Vzc2lvbg; path=/; HttpOnly";
            answer.headers.push(("Set-Cookie".to_owned(), cookie.to_owned()));
            answer
        }
        Err(answer) => answer,
    }
}

fn relationships(state: &State) -> Table {
    let companies = if state.options.quirks.no_relationships { &[] } else { state.companies.as_slice() };
    let row = |company: &super::Company| {
        vec![Cell::Number(company.id), words(&company.name), words(&company.doing_business_as)]
    };
    Table { columns: RELATIONSHIP, rows: companies.iter().map(row).collect() }
}

fn dealers(state: &State) -> Table {
    let row = |dealer: &super::Dealer| {
        vec![
            Cell::Number(dealer.company),
            words(&dealer.company_name),
            Cell::Number(dealer.location),
            words(&dealer.location_name),
        ]
    };
    Table { columns: DEALER, rows: state.dealers.iter().map(row).collect() }
}

/// Returns the rows of the devices that are known, in the order of the list.
fn devices(state: &State, call: &Call<'_>) -> Result<Table, Answer> {
    let (company, list) = (call.target.query("companyid"), call.target.query("imei"));
    let company: Option<i64> = company.and_then(|company| company.parse().ok());
    let (Some(company), Some(list)) = (company, list.filter(|list| !list.is_empty())) else {
        return Err(text(400, "CompanyID and IMEI are required"));
    };
    if !state.can_access(company) {
        return Err(text(403, "Unauthorized"));
    }
    let asked: Vec<&str> = list.split(',').collect();
    let mut rows = state.strays(&asked, company, state.options.quirks.strays);
    for imei in &asked {
        rows.extend(rows_of(state, imei, company, call.is_of_other_devices));
    }
    let missing = state.options.quirks.missing_date;
    Ok(Table { columns: IMEI, rows: rows.into_iter().map(|device| cells(device, missing)).collect() })
}

/// Returns the rows about one IMEI at one company; none where it is not known.
fn rows_of(state: &State, imei: &str, company: i64, is_other: bool) -> Vec<Device> {
    let quirks = &state.options.quirks;
    if quirks.missing.contains(imei) || !is_imei(imei) {
        return Vec::new();
    }
    let mut rows: Vec<Device> = state.device(imei).iter().filter(|device| device.company == company).cloned().collect();
    if state.device(imei).is_empty() && state.on_demand == Some(company) {
        rows.push(State::made_up(imei, company));
    }
    if is_other {
        for device in &mut rows {
            device.imei = next_imei(&device.imei);
        }
    }
    let copies = rows.len() * quirks.copies.max(1);
    rows.into_iter().cycle().take(copies).collect()
}

fn cells(device: Device, missing: MissingDate) -> Vec<Cell> {
    let date = |date: Option<String>| match (date, missing) {
        (Some(date), _) => Cell::Text(date),
        (None, MissingDate::Null) => Cell::Null,
        (None, MissingDate::Absent) => Cell::Absent,
        (None, MissingDate::Empty) => Cell::Text(String::new()),
    };
    vec![Cell::Text(device.imei), date(device.purchase_date), date(device.return_date), Cell::Text(device.client_id)]
}

fn words(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn text(status: u16, words: &str) -> Answer {
    Answer::new(status, "text/plain; charset=utf-8", words)
}

fn not_found() -> Answer {
    Answer::html(404, page("Not Found", "The resource that you are looking for has been removed or renamed."))
}
