//! Writes: sparse, answered 200 whatever came of them, and logged for ever.

use serde_json::json;

use super::Call;
use crate::answer::{Answer, Format, escape};
use crate::asset::{Author, Field, FieldChange, ITEM_NUMBER_WIDTH, Item, same};
use crate::body::{Record, records};
use crate::options::{Comments, Overlong, Quirks, Refusal, WriteAnswer};
use crate::state::{State, joined};

/// Why a write was not taken, in words for the answer.
struct Refused(String);

type Outcome = Result<(), Refused>;

pub(super) fn update(state: &mut State, call: &Call<'_>, format: Format) -> Answer {
    each(state, call, format, "inventories", update_one)
}

pub(super) fn change_item(state: &mut State, call: &Call<'_>, format: Format) -> Answer {
    each(state, call, format, "inventories", change_item_of_one)
}

pub(super) fn create_items(state: &mut State, call: &Call<'_>, format: Format) -> Answer {
    each(state, call, format, "items", create_item)
}

/// Applies the operation to each record, and stops at the first that is refused.
fn each(
    state: &mut State,
    call: &Call<'_>,
    format: Format,
    collection: &str,
    apply: fn(&mut State, &Call<'_>, &Record) -> Outcome,
) -> Answer {
    let Ok(records) = records(&call.incoming.body, format, collection) else { return Answer::request_error() };
    let outcome = records.iter().try_for_each(|record| apply(state, call, record));
    match outcome {
        Ok(()) => taken(state.options.quirks.write_answer, format),
        Err(Refused(why)) => refused(state.options.quirks.refusal, format, &why),
    }
}

fn update_one(state: &mut State, call: &Call<'_>, record: &Record) -> Outcome {
    let id = inventory_id(record)?;
    exists(state, id)?;
    let mut wanted = Vec::new();
    for (name, text) in record.iter().filter(|(name, _)| name != "inventoryid") {
        match Field::by_write_name(name) {
            None => _ = state.ignored_fields.insert(name.clone()),
            Some(field) if state.options.quirks.dropped_fields.contains(field.write_name()) => {}
            Some(field) => wanted.push((field, fitted(&state.options.quirks, text, field.width())?)),
        }
    }
    if call.commit {
        apply(state, call.number, id, wanted);
    }
    Ok(())
}

fn apply(state: &mut State, number: u64, id: i64, wanted: Vec<(Field, String)>) {
    let adds = state.options.quirks.comments == Comments::Adds;
    let is_ascii = state.options.quirks.ascii_columns;
    let Some(asset) = state.materialize(id) else { return };
    asset.writes += 1;
    let mut changes = Vec::new();
    for (field, text) in wanted {
        let text = if is_ascii { text.replace(|c: char| !c.is_ascii(), "?") } else { text };
        let adding = adds && field == Field::InventoryComments;
        let text = if adding { joined(asset.comments(), &text) } else { text };
        changes.extend(asset.set(field, text));
    }
    asset.log(Author::Request(number), changes);
}

fn change_item_of_one(state: &mut State, call: &Call<'_>, record: &Record) -> Outcome {
    let id = inventory_id(record)?;
    exists(state, id)?;
    let (item_number, mfgr) = (required(record, "itemnumber")?, required(record, "mfgr")?);
    let item = state.items().iter().find(|item| item.is(item_number, mfgr)).cloned();
    let item = item.ok_or_else(|| Refused(format!("Item {item_number} with MFGR {mfgr} does not exist")))?;
    if call.commit {
        reassign(state, call.number, id, &item);
    }
    Ok(())
}

fn reassign(state: &mut State, number: u64, id: i64, to: &Item) {
    let from = state.item_of(id).cloned();
    let Some(asset) = state.materialize(id) else { return };
    asset.writes += 1;
    let Some(from) = from.filter(|from| from.item_id != to.item_id) else { return };
    asset.item_id = to.item_id;
    asset.system_comments.push(format!(
        "ItemNumber changed from {} to {} and MFGR changed from {} to {}",
        from.item_number, to.item_number, from.mfgr, to.mfgr
    ));
    let change = |field: &str, from: &str, to: &str| FieldChange {
        field: field.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
    };
    let changes = vec![change("item", &from.item_number, &to.item_number), change("mfgr", &from.mfgr, &to.mfgr)];
    asset.log(Author::Request(number), changes);
}

fn create_item(state: &mut State, call: &Call<'_>, record: &Record) -> Outcome {
    let wanted = required(record, "category")?;
    let category = state.categories.iter().find(|category| same(category, wanted)).cloned();
    let category = category.ok_or_else(|| Refused(format!("Category {wanted} does not exist")))?;
    let item = Item {
        item_id: state.next_item_id(),
        item_number: fitted(&state.options.quirks, required(record, "itemnumber")?, Some(ITEM_NUMBER_WIDTH))?,
        mfgr: required(record, "mfgr")?.to_owned(),
        description: required(record, "description")?.to_owned(),
        category,
        asset_creator: required(record, "assetcreator")?.to_owned(),
    };
    if call.commit {
        state.counters.twins += u64::from(!state.items_named(&item.item_number, &item.mfgr).is_empty());
        state.items.push(item);
    }
    Ok(())
}

fn inventory_id(record: &Record) -> Result<i64, Refused> {
    let text = required(record, "inventoryid")?;
    text.parse().map_err(|_| Refused("Input string was not in a correct format.".to_owned()))
}

fn exists(state: &mut State, id: i64) -> Outcome {
    state.materialize(id).map(|_| ()).ok_or_else(|| Refused(format!("Inventory {id} does not exist")))
}

/// The text of an element that must be there and not blank.
fn required<'a>(record: &'a Record, name: &str) -> Result<&'a str, Refused> {
    let value = record.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
    value.filter(|value| !value.is_empty()).ok_or_else(|| Refused(format!("{name} is required")))
}

/// The text as the column takes it.
fn fitted(quirks: &Quirks, text: &str, width: Option<usize>) -> Result<String, Refused> {
    let Some(width) = width.filter(|&width| text.chars().count() > width) else { return Ok(text.to_owned()) };
    match quirks.overlong {
        Overlong::Keep => Ok(text.to_owned()),
        Overlong::Truncate => Ok(text.chars().take(width).collect()),
        Overlong::Refuse => Err(Refused("String or binary data would be truncated.".to_owned())),
    }
}

fn taken(answer: WriteAnswer, format: Format) -> Answer {
    match answer {
        WriteAnswer::Text => Answer::text(format, "OK"),
        WriteAnswer::Empty => Answer::empty(200),
        WriteAnswer::Result => named(format, "Result", "Success"),
        WriteAnswer::Message => named(format, "Message", "1 record(s) updated"),
    }
}

fn refused(refusal: Refusal, format: Format, why: &str) -> Answer {
    match refusal {
        Refusal::BadRequest => Answer::new(400, "text/plain; charset=utf-8", why),
        Refusal::ErrorElement => named(format, "Error", why),
        Refusal::Text => Answer::text(format, why),
    }
}

fn named(format: Format, name: &str, text: &str) -> Answer {
    match format {
        Format::Json => Answer::json(200, json!({ name: text }).to_string()),
        Format::Xml => Answer::xml(format!("<{name}>{}</{name}>", escape(text))),
    }
}
