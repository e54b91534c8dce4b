//! Decodes answers to reads. Lenient in the form of values, strict in whose they are.

#[cfg(test)]
mod tests;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::complaint::{self, Asked, is_complaint};
use crate::iqr::master_item::MasterItem;
use crate::iqr::settings::{Field, FieldNames};
use crate::model::{Asset, InventoryId};
use crate::secret::Secret;
use crate::web::{Bad, Redactor, is_html};

type Object = Map<String, Value>;

/// An answer whose `field` holds a secret.
fn secret(field: &str) -> Bad {
    Bad::Lasting(format!(
        "the {field} in the answer holds the API key or a session token; take it out in IQR, and let IQR make a new key"
    ))
}

/// Longest token that is believed.
const MAX_TOKEN_LENGTH: usize = 8192;

/// The members of an asset that are read beside the fields that the config names. An asset has a hundred.
const OF_ASSETS: [&str; 5] = ["inventoryid", "item", "itemnumber", "mfgr", "serialnumber"];

/// The way in which an answer is read.
struct Reading<'a> {
    /// The members of an object that are read, whatever the case of their names; all of them where none are named.
    names: Option<Vec<&'a str>>,
    /// Quotes what is no answer.
    redactor: &'a Redactor,
}

impl<'a> Reading<'a> {
    fn all(redactor: &'a Redactor) -> Self {
        Self { names: None, redactor }
    }

    fn wants(&self, name: &str) -> bool {
        self.names.as_ref().is_none_or(|names| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)))
    }

    fn complaint(&self, text: &str) -> Bad {
        Bad::Passing(format!("it answered `{}`", self.redactor.quote(text)))
    }

    fn no_json(&self, error: &serde_json::Error) -> Bad {
        Bad::Passing(format!("the answer is no whole JSON: {}", self.redactor.quote(&error.to_string())))
    }
}

/// The token of a sign-in's answer, fit to be a header.
pub(in crate::iqr) fn session_token(body: &[u8], redactor: &Redactor) -> Result<Secret, Bad> {
    let none = || Bad::Passing("the answer holds no session token".to_owned());
    if is_html(body) {
        // It may hold a token that is not known yet.
        return Err(Bad::Passing("it answered with a web page".to_owned()));
    }
    let Value::Object(answer) = value(body, &Reading::all(redactor))? else { return Err(none()) };
    let token = find(&answer, "data").and_then(Value::as_str).unwrap_or_default().trim();
    let fits =
        !token.is_empty() && token.len() <= MAX_TOKEN_LENGTH && token.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(Secret::new(token)) } else { Err(none()) }
}

/// The asset asked for; `None` where IQR says in one of its ways that there is none.
pub(in crate::iqr) fn asset(
    body: &[u8],
    id: &InventoryId,
    names: &FieldNames,
    redactor: &Redactor,
) -> Result<Option<Asset>, Bad> {
    let fields = [Field::Description, Field::ExtendedDescription, Field::Comments].map(|field| names.of(field));
    let reading = Reading { names: Some([&OF_ASSETS[..], &fields].concat()), redactor };
    let Some(object) = one_object(body, &reading)? else { return Ok(None) };
    let shown = id_text(&object, "inventoryid");
    if shown.is_empty() {
        let Some(object) = one_object(body, &Reading::all(redactor))? else { return Ok(None) };
        return complaint(&object).map_or(Ok(None), |text| Err(reading.complaint(text)));
    }
    if let Some(other) = ids(&object).find(|shown| !same_id(shown, id.as_str())) {
        return Err(Bad::Passing(format!("it answered with asset {}, which is another one", redactor.quote(&other))));
    }
    let end_trimmed = |field| padded(&object, names.of(field));
    let asset = Asset {
        inventory_id: shown,
        item_number: first_text(&object, &["item", "itemnumber"]),
        manufacturer: id_text(&object, "mfgr"),
        serial_number: find(&object, "serialnumber").map(plain).unwrap_or_default(),
        description: end_trimmed(Field::Description)?,
        extended_description: end_trimmed(Field::ExtendedDescription)?,
        comments: end_trimmed(Field::Comments)?,
        lacks_comments: find(&object, names.of(Field::Comments)).is_none(),
    };
    secret_field(&asset, redactor).map_or(Ok(Some(asset)), |field| Err(secret(field)))
}

/// The field of an asset that holds a secret. The asset would be compared and written back with it, and its text be
/// stored.
fn secret_field(asset: &Asset, redactor: &Redactor) -> Option<&'static str> {
    let Asset { inventory_id, item_number, manufacturer, serial_number, description, .. } = asset;
    let Asset { extended_description, comments, lacks_comments: _, .. } = asset;
    let fields = [
        ("inventory ID", inventory_id),
        ("item number", item_number),
        ("manufacturer", manufacturer),
        ("serial number", serial_number),
        ("description", description),
        ("extended description", extended_description),
        ("inventory comments", comments),
    ];
    fields.into_iter().find(|(_, text)| redactor.is_secret_in(text)).map(|(field, _)| field)
}

/// The master items of a search; none where IQR says that there are none.
pub(in crate::iqr) fn items(body: &[u8], redactor: &Redactor) -> Result<Vec<MasterItem>, Bad> {
    let items = list(body, redactor)?.into_iter().filter_map(|value| value.as_object().map(item));
    let items: Vec<_> = items.filter(|item| !item.item_number.is_empty()).collect();
    let texts = |item: &MasterItem| {
        let MasterItem { item_id, item_number, manufacturer, category } = item;
        [item_id, item_number, manufacturer, category].into_iter().any(|text| redactor.is_secret_in(text))
    };
    if items.iter().any(texts) { Err(secret("master item")) } else { Ok(items) }
}

/// The names of all categories.
pub(in crate::iqr) fn categories(body: &[u8], redactor: &Redactor) -> Result<Vec<String>, Bad> {
    let name = |entry: &Value| match entry {
        Value::Object(object) => first_text(object, &["category", "name"]),
        other => plain(other).trim().to_owned(),
    };
    let names: Vec<_> = list(body, redactor)?.iter().map(name).filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| redactor.is_secret_in(name)) { Err(secret("category")) } else { Ok(names) }
}

fn item(object: &Object) -> MasterItem {
    MasterItem {
        item_id: id_text(object, "itemid"),
        item_number: first_text(object, &["itemnumber", "item"]),
        manufacturer: id_text(object, "mfgr"),
        category: id_text(object, "category"),
    }
}

fn value(body: &[u8], reading: &Reading<'_>) -> Result<Value, Bad> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if body.is_empty() {
        return Err(Bad::Passing("the answer is empty".to_owned()));
    }
    if is_html(body) {
        return Err(Bad::Passing(format!("it answered with a web page: {}", reading.redactor.quote_bytes(body))));
    }
    match parsed(body, reading) {
        Ok(Value::String(text)) if text.trim_start().starts_with(['{', '[']) => nested(&text, reading),
        Ok(value) => Ok(value),
        Err(_) if is_sentence_of_nothing(body, reading.redactor) => Ok(Value::Null),
        Err(error) => Err(reading.no_json(&error)),
    }
}

/// WCF services are known to wrap their JSON in a JSON string.
fn nested(text: &str, reading: &Reading<'_>) -> Result<Value, Bad> {
    parsed(text.trim_start().as_bytes(), reading).map_err(|error| reading.no_json(&error))
}

fn parsed(json: &[u8], reading: &Reading<'_>) -> serde_json::Result<Value> {
    if !json.starts_with(b"{") {
        return serde_json::from_slice(json);
    }
    let mut json = serde_json::Deserializer::from_slice(json);
    let object = json.deserialize_map(Gather(reading))?;
    json.end().map(|()| Value::Object(object))
}

/// An object, or what is wanted of it, in which no member stands twice with two values: neither could be believed.
struct Gather<'a>(&'a Reading<'a>);

impl<'de> Visitor<'de> for Gather<'_> {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Object, A::Error> {
        let mut object = Object::new();
        while let Some(name) = access.next_key_seed(Name(self.0))? {
            let Some(name) = name else {
                access.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = access.next_value::<Value>()?;
            if object.get(&name).is_some_and(|before| *before != value) {
                return Err(A::Error::custom(format_args!("`{name}` stands there twice")));
            }
            object.insert(name, value);
        }
        Ok(object)
    }
}

/// The name of a member; `None` where it is not wanted.
struct Name<'a>(&'a Reading<'a>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.wants(name).then(|| name.to_owned()))
    }
}

/// Returns whether the answer is a bare sentence instead of JSON, which says that nothing was found.
fn is_sentence_of_nothing(body: &[u8], redactor: &Redactor) -> bool {
    let text = redactor.quote_bytes(body);
    text.starts_with(|first: char| first.is_alphabetic()) && complaint::says_nothing_found(&text)
}

fn one_object(body: &[u8], reading: &Reading<'_>) -> Result<Option<Object>, Bad> {
    match value(body, reading)? {
        Value::Object(object) => Ok(Some(object)),
        Value::String(text) if is_complaint(&text, Asked::Read) => Err(reading.complaint(&text)),
        Value::Null | Value::String(_) => Ok(None),
        _ => Err(Bad::Passing("the answer is not one object".to_owned())),
    }
}

/// A list, also where it is wrapped in an object, or one element that stands alone.
fn list(body: &[u8], redactor: &Redactor) -> Result<Vec<Value>, Bad> {
    match value(body, &Reading::all(redactor))? {
        Value::Array(list) => Ok(list),
        Value::Null => Ok(Vec::new()),
        Value::Object(object) if object.is_empty() => Ok(Vec::new()),
        Value::Object(object) => list_of(object),
        other => Err(Bad::Passing(format!("the answer is not a list but `{}`", redactor.quote(&plain(&other))))),
    }
}

fn list_of(mut object: Object) -> Result<Vec<Value>, Bad> {
    if find(&object, "itemnumber").is_some() || find(&object, "category").is_some() {
        return Ok(vec![Value::Object(object)]);
    }
    match object.values_mut().next() {
        Some(Value::Array(list)) => Ok(std::mem::take(list)),
        _ => Err(Bad::Passing("the answer is not a list".to_owned())),
    }
}

/// IQR's keys are matched without regard to case, as its paths are.
fn find<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// Every inventory ID that an answer tells, whatever the case of its name.
fn ids(object: &Object) -> impl Iterator<Item = String> {
    let named = object.iter().filter(|(name, _)| name.eq_ignore_ascii_case("inventoryid"));
    named.map(|(_, value)| plain(value).trim().to_owned())
}

/// A short text that identifies something: trimmed on both sides.
fn id_text(object: &Object, name: &str) -> String {
    find(object, name).map(plain).unwrap_or_default().trim().to_owned()
}

fn first_text(object: &Object, names: &[&str]) -> String {
    names.iter().map(|name| id_text(object, name)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// A text that people read: only IQR's padding goes, which is blanks at the end. Taken for empty, a list would be
/// written over.
fn padded(object: &Object, name: &str) -> Result<String, Bad> {
    let mut text = match find(object, name) {
        Some(Value::Array(_) | Value::Object(_)) => {
            return Err(Bad::Passing(format!("`{name}` in the answer is no text")));
        }
        found => found.map(plain).unwrap_or_default(),
    };
    text.truncate(text.trim_end_matches(' ').len());
    Ok(text)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

/// Equal as numbers where both are, else as texts without regard to case.
fn same_id(shown: &str, asked: &str) -> bool {
    let number = |text: &str| text.strip_suffix(".0").unwrap_or(text).parse::<u64>().ok();
    number(shown).map_or_else(|| shown.eq_ignore_ascii_case(asked), |shown| number(asked) == Some(shown))
}

fn complaint(object: &Object) -> Option<&str> {
    object.values().filter_map(Value::as_str).find(|text| is_complaint(text, Asked::Read))
}
