//! Reads: fixed-width texts, bare arrays, and 200 for what is not there.

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Format};
use crate::asset::{Asset, Field, ITEM_NUMBER_WIDTH, Item};
use crate::options::{Miss, MissingText, Quirks, Search};
use crate::state::State;
use crate::url::Target;

/// No page is longer, whatever is asked for.
const MAX_PAGE: usize = 2000;
const MFGR_WIDTH: usize = 20;
const DESCRIPTION_WIDTH: usize = 60;
const CATEGORY_WIDTH: usize = 20;

pub(super) fn inventory(state: &mut State, target: &Target, format: Format) -> Answer {
    let Some(id) = number(target, "id") else { return Answer::request_error() };
    if state.materialize(id).is_none() {
        return missing(&state.options.quirks, format, "Inventory");
    }
    let value = state.asset(id).map_or(Value::Null, |asset| inventory_value(state, asset));
    Answer::value(format, "Inventory", &value)
}

pub(super) fn inventories(state: &State, target: &Target, format: Format) -> Answer {
    let Some((skip, size)) = page(target) else { return Answer::request_error() };
    let page = state.assets().skip(skip).take(size).map(|asset| inventory_value(state, asset)).collect();
    Answer::value(format, "Inventory", &Value::Array(page))
}

pub(super) fn attributes(state: &State, target: &Target, format: Format) -> Answer {
    let Some(id) = number(target, "inventoryid") else { return Answer::request_error() };
    let value = match state.attributes.get(&id) {
        None => json!([{ "product": null }]),
        Some(attributes) => {
            let attributes: Vec<Value> = attributes.iter().map(attribute_value).collect();
            json!([{ "product": { "attributes": attributes } }])
        }
    };
    Answer::value(format, "InventoryAttribute", &value)
}

fn attribute_value((name, value): &(String, String)) -> Value {
    json!({ "name": padded(name, name.len() + 2), "value": value })
}

pub(super) fn item(state: &State, target: &Target, format: Format) -> Answer {
    let Some(id) = number(target, "itemid") else { return Answer::request_error() };
    match state.item(id) {
        Some(item) => Answer::value(format, "Item", &item_value(item)),
        None => missing(&state.options.quirks, format, "Item"),
    }
}

pub(super) fn items_by_number(state: &State, target: &Target, format: Format) -> Answer {
    let wanted = target.query("itemnumber").unwrap_or_default().trim().to_lowercase();
    let matches = |item: &&Item| {
        let number = item.item_number.to_lowercase();
        match state.options.quirks.search {
            Search::Prefix => number.starts_with(&wanted),
            Search::Contains => number.contains(&wanted),
            Search::Whole => number.trim_end() == wanted,
        }
    };
    let most = state.options.quirks.most_found.unwrap_or(usize::MAX);
    let found = state.items().iter().filter(matches).take(most).map(item_value).collect();
    Answer::value(format, "Item", &Value::Array(found))
}

pub(super) fn items(state: &State, target: &Target, format: Format) -> Answer {
    let Some((skip, size)) = page(target) else { return Answer::request_error() };
    let page = state.items().iter().skip(skip).take(size).map(item_value).collect();
    Answer::value(format, "Item", &Value::Array(page))
}

pub(super) fn categories(state: &State, format: Format) -> Answer {
    let category = |name: &String| json!({ "category": padded(name, CATEGORY_WIDTH) });
    Answer::value(format, "Category", &state.categories.iter().map(category).collect())
}

pub(super) fn conditions(state: &State, format: Format) -> Answer {
    let condition = |(code, name): &(String, String)| json!({ "condition": padded(code, 4), "description": name });
    Answer::value(format, "Condition", &state.conditions.iter().map(condition).collect())
}

fn missing(quirks: &Quirks, format: Format, name: &str) -> Answer {
    match quirks.miss {
        Miss::Null => Answer::value(format, name, &Value::Null),
        Miss::EmptyObject => Answer::value(format, name, &json!({})),
        Miss::Text => Answer::text(format, &format!("{name} not found")),
        Miss::ObjectWithoutId => {
            Answer::value(format, name, &json!({ "item": padded("", ITEM_NUMBER_WIDTH), "quantity": 0 }))
        }
        Miss::NotFound => Answer::endpoint_not_found(),
    }
}

fn inventory_value(state: &State, asset: &Asset) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("inventoryid", json!(asset.inventory_id));
    put("poid", json!(3250));
    put("poline", json!(asset.inventory_id % 1000));
    put("itemid", json!(asset.item_id));
    if let Some(item) = state.item(asset.item_id) {
        put("item", padded(&item.item_number, ITEM_NUMBER_WIDTH));
        put("itemdesc", padded(&item.description, DESCRIPTION_WIDTH));
        put("mfgr", padded(&item.mfgr, MFGR_WIDTH));
        put("mfgrid", mfgr_id(&item.mfgr));
    }
    put("status", padded("Available", 20));
    put("receivestatus", padded("Received", 20));
    put("quantity", json!(1));
    put("unitcost", json!("0.0000"));
    put("weight", json!("0.00"));
    put("imageurl", Value::Null);
    put("added", json!("3/23/2023 12:00:00 AM"));
    for field in Field::ALL {
        put(field.read_name(), text_value(&state.options.quirks, asset, field));
    }
    Value::Object(members)
}

fn text_value(quirks: &Quirks, asset: &Asset, field: Field) -> Value {
    let text = asset.text(field);
    if text.is_empty() && quirks.missing_text == MissingText::Null {
        return Value::Null;
    }
    if field == Field::InventoryComments && quirks.crlf {
        return json!(text.replace("\r\n", "\n").replace('\n', "\r\n"));
    }
    padded(text, field.width().unwrap_or_default())
}

fn item_value(item: &Item) -> Value {
    json!({
        "itemid": item.item_id,
        "itemnumber": padded(&item.item_number, ITEM_NUMBER_WIDTH),
        "mfgr": padded(&item.mfgr, MFGR_WIDTH),
        "mfgrid": mfgr_id(&item.mfgr),
        "itemdesc": padded(&item.description, DESCRIPTION_WIDTH),
        "category": padded(&item.category, CATEGORY_WIDTH),
        "category2": padded("", CATEGORY_WIDTH),
        "category3": Value::Null,
        "category4": Value::Null,
    })
}

/// A number that is the same for the same maker.
fn mfgr_id(mfgr: &str) -> Value {
    let mixed =
        mfgr.trim().to_lowercase().bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    json!(mixed % 100_000)
}

/// A text filled up with blanks to the width of its column.
fn padded(text: &str, width: usize) -> Value {
    Value::String(format!("{text:<width$}"))
}

fn number(target: &Target, name: &str) -> Option<i64> {
    target.query(name)?.trim().parse().ok()
}

/// How many records to skip and how many to take; pages count from 1.
fn page(target: &Target) -> Option<(usize, usize)> {
    let wanted = |name: &str, default: usize| target.query(name).map_or(Some(default), |text| text.parse().ok());
    let (page, size) = (wanted("page", 1)?, wanted("pagesize", 100)?.min(MAX_PAGE));
    Some((page.saturating_sub(1).saturating_mul(size), size))
}
