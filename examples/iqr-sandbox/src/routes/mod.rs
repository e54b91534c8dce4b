//! Which path does what. The table of routes is all of this file; what they do is in the files beside it.

mod reads;
mod sessions;
mod writes;

use crate::answer::{Answer, Format};
use crate::record::Token;
use crate::state::State;
use crate::url::Target;
use crate::wire::Incoming;

/// A request on its way to an answer.
pub(crate) struct Call<'a> {
    pub(crate) incoming: &'a Incoming,
    pub(crate) target: &'a Target,
    /// The request's number.
    pub(crate) number: u64,
    /// Whether a write takes effect; without, it is only answered as if it had.
    pub(crate) commit: bool,
}

const SESSION: &str = "api/integrationapi/session";
const SERVICE: &str = "webapi.svc/";

pub(crate) fn answer(state: &mut State, call: &Call<'_>) -> (Answer, Token) {
    if call.target.path == SESSION {
        return sessions::answer(state, call);
    }
    let Some(path) = call.target.path.strip_prefix(SERVICE) else {
        return (Answer::endpoint_not_found(), Token::Absent);
    };
    let header = call.incoming.header("iqr-session-token");
    let token = sessions::check(state, header);
    match token {
        Token::Live(_) => {
            state.sessions.use_up(header);
            (data(state, call, path), token)
        }
        Token::Dead(_) => (Answer::unauthorized(state.options.expired_status), token),
        _ => (Answer::unauthorized(401), token),
    }
}

fn data(state: &mut State, call: &Call<'_>, path: &str) -> Answer {
    let segments: Vec<&str> = path.split('/').collect();
    match call.incoming.method.as_str() {
        "GET" => read(state, call.target, &segments),
        "POST" => write(state, call, &segments),
        _ => None,
    }
    .unwrap_or_else(|| if is_known(&segments) { Answer::method_not_allowed() } else { Answer::endpoint_not_found() })
}

fn read(state: &mut State, target: &Target, segments: &[&str]) -> Option<Answer> {
    if segments == ["inventory", "getinventoriescount"] {
        return Some(Answer::count(state.assets.len()));
    }
    let (route, format) = split(segments)?;
    Some(match route {
        ["inventory", "getinventorybyid"] => reads::inventory(state, target, format),
        ["inventory", "getinventories"] => reads::inventories(state, target, format),
        ["inventorycomments", "inventoryattributes"] => reads::attributes(state, target, format),
        ["mi", "getitembyitemid"] => reads::item(state, target, format),
        ["mi", "getitemsbyitemnumber"] => reads::items_by_number(state, target, format),
        ["mi", "getitems"] => reads::items(state, target, format),
        ["category", "getcategories"] => reads::categories(state, format),
        ["condition", "getconditions"] => reads::conditions(state, format),
        _ => return None,
    })
}

fn write(state: &mut State, call: &Call<'_>, segments: &[&str]) -> Option<Answer> {
    let (route, format) = split(segments)?;
    Some(match route {
        ["inventories", "update"] => writes::update(state, call, format),
        ["inventory", "changeitemnumbermfgr"] => writes::change_item(state, call, format),
        ["mi", "create"] => writes::create_items(state, call, format),
        _ => return None,
    })
}

/// The route without its format segment, which stands in the middle of most reads and at the end of the others.
fn split<'a>(segments: &[&'a str]) -> Option<([&'a str; 2], Format)> {
    let &[first, second, third] = segments else { return None };
    if let Some(format) = Format::of_segment(third) {
        return Some(([first, second], format));
    }
    Some(([first, third], Format::of_segment(second)?))
}

/// Whether another verb would have found something.
fn is_known(segments: &[&str]) -> bool {
    const KNOWN: [[&str; 2]; 11] = [
        ["inventory", "getinventorybyid"],
        ["inventory", "getinventories"],
        ["inventorycomments", "inventoryattributes"],
        ["mi", "getitembyitemid"],
        ["mi", "getitemsbyitemnumber"],
        ["mi", "getitems"],
        ["category", "getcategories"],
        ["condition", "getconditions"],
        ["inventories", "update"],
        ["inventory", "changeitemnumbermfgr"],
        ["mi", "create"],
    ];
    segments == ["inventory", "getinventoriescount"] || split(segments).is_some_and(|(route, _)| KNOWN.contains(&route))
}
