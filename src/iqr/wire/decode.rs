//! What answers to reads mean. Lenient in the form of values, strict in whose they are.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::iqr::items::MasterItem;
use crate::iqr::settings::{Field, FieldNames};
use crate::iqr::text::{is_html, quote, quote_bytes};
use crate::model::{Asset, InventoryId};
use crate::secret::Secret;

/// An answer that is not what was asked for: what it is instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::iqr) struct Bad(pub String);

type Object = Map<String, Value>;

/// Longest token that is believed.
const LONGEST_TOKEN: usize = 8192;

/// What a text says that is no answer but a complaint. "Not found" is none: that is an answer.
const COMPLAINTS: [&str; 13] = [
    "object reference",
    "specified cast",
    "exception",
    "error",
    "not valid",
    "invalid",
    "failed",
    "timed out",
    "timeout",
    "denied",
    "unauthorized",
    "session",
    "request",
];

/// What is read of an asset beside the fields that the config names. An asset has a hundred members.
const OF_ASSETS: [&str; 5] = ["inventoryid", "item", "itemnumber", "mfgr", "serialnumber"];

/// The members of an object that are read, whatever the case of their names; all of them where none are named.
struct Wanted<'a>(Option<Vec<&'a str>>);

impl Wanted<'_> {
    fn contains(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)))
    }
}

/// The token of a sign-in's answer, fit to be a header.
pub(in crate::iqr) fn session_token(body: &[u8]) -> Result<Secret, Bad> {
    let none = || Bad("the answer holds no session token".to_owned());
    let Value::Object(answer) = value(body, &Wanted(None))? else { return Err(none()) };
    let token = find(&answer, "data").and_then(Value::as_str).unwrap_or_default().trim();
    let fits = !token.is_empty() && token.len() <= LONGEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(Secret::new(token)) } else { Err(none()) }
}

/// The asset asked for; `None` where IQR says in one of its ways that there is none.
pub(in crate::iqr) fn asset(body: &[u8], id: &InventoryId, names: &FieldNames) -> Result<Option<Asset>, Bad> {
    let fields = [Field::Description, Field::ExtendedDescription, Field::Comments].map(|field| names.of(field));
    let Some(object) = one_object(body, &Wanted(Some([&OF_ASSETS[..], &fields].concat())))? else { return Ok(None) };
    let told = id_text(&object, "inventoryid");
    if told.is_empty() {
        let Some(object) = one_object(body, &Wanted(None))? else { return Ok(None) };
        return complaint(&object).map_or(Ok(None), |text| Err(Bad(format!("it answered `{text}`"))));
    }
    if let Some(other) = ids(&object).find(|told| !same_id(told, id.as_str())) {
        return Err(Bad(format!("it answered with asset {}, which is another one", quote(&other))));
    }
    let end_trimmed = |field| padded(&object, names.of(field));
    Ok(Some(Asset {
        inventory_id: told,
        item_number: first_text(&object, &["item", "itemnumber"]),
        manufacturer: id_text(&object, "mfgr"),
        serial_number: find(&object, "serialnumber").map(plain).unwrap_or_default(),
        description: end_trimmed(Field::Description)?,
        extended_description: end_trimmed(Field::ExtendedDescription)?,
        comments: end_trimmed(Field::Comments)?,
        lacks_comments: find(&object, names.of(Field::Comments)).is_none(),
    }))
}

/// The master items of a search; none where IQR says that there are none.
pub(in crate::iqr) fn items(body: &[u8]) -> Result<Vec<MasterItem>, Bad> {
    let items = list(body)?;
    Ok(items.iter().filter_map(Value::as_object).map(item).filter(|item| !item.item_number.is_empty()).collect())
}

/// The names of all categories.
pub(in crate::iqr) fn categories(body: &[u8]) -> Result<Vec<String>, Bad> {
    let name = |entry: &Value| match entry {
        Value::Object(object) => first_text(object, &["category", "name"]),
        other => plain(other).trim().to_owned(),
    };
    Ok(list(body)?.iter().map(name).filter(|name| !name.is_empty()).collect())
}

fn item(object: &Object) -> MasterItem {
    MasterItem {
        item_id: id_text(object, "itemid"),
        item_number: first_text(object, &["itemnumber", "item"]),
        manufacturer: id_text(object, "mfgr"),
        category: id_text(object, "category"),
    }
}

fn value(body: &[u8], wanted: &Wanted<'_>) -> Result<Value, Bad> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if body.is_empty() {
        return Err(Bad("the answer is empty".to_owned()));
    }
    if is_html(body) {
        return Err(Bad(format!("it answered with a web page: {}", quote_bytes(body))));
    }
    match parsed(body, wanted) {
        Ok(Value::String(text)) if text.trim_start().starts_with(['{', '[']) => nested(&text, wanted),
        Ok(value) => Ok(value),
        Err(_) if says_nothing_found(body) => Ok(Value::Null),
        Err(error) => Err(Bad(format!("the answer is no whole JSON: {error}"))),
    }
}

/// WCF services are known to wrap their JSON in a JSON string.
fn nested(text: &str, wanted: &Wanted<'_>) -> Result<Value, Bad> {
    parsed(text.trim_start().as_bytes(), wanted).map_err(|error| Bad(format!("the answer is no whole JSON: {error}")))
}

fn parsed(json: &[u8], wanted: &Wanted<'_>) -> serde_json::Result<Value> {
    if !json.starts_with(b"{") {
        return serde_json::from_slice(json);
    }
    let mut json = serde_json::Deserializer::from_slice(json);
    let object = json.deserialize_map(Gather(wanted))?;
    json.end().map(|()| Value::Object(object))
}

/// An object, or what is wanted of it, in which no member stands twice with two values: neither could be believed.
struct Gather<'a>(&'a Wanted<'a>);

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
                return Err(A::Error::custom(format_args!("`{}` stands there twice", quote(&name))));
            }
            object.insert(name, value);
        }
        Ok(object)
    }
}

/// The name of a member; `None` where it is not wanted.
struct Name<'a>(&'a Wanted<'a>);

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
        Ok(self.0.contains(name).then(|| name.to_owned()))
    }
}

/// A bare sentence instead of JSON.
fn says_nothing_found(body: &[u8]) -> bool {
    let text = quote_bytes(body).to_lowercase();
    text.starts_with(|first: char| first.is_alphabetic())
        && ["not found", "no record", "does not exist"].iter().any(|words| text.contains(words))
        && complaint_in(&text).is_none()
}

fn one_object(body: &[u8], wanted: &Wanted<'_>) -> Result<Option<Object>, Bad> {
    match value(body, wanted)? {
        Value::Object(object) => Ok(Some(object)),
        Value::Null => Ok(None),
        Value::String(text) => complaint_in(&text).map_or(Ok(None), |text| Err(Bad(format!("it answered `{text}`")))),
        _ => Err(Bad("the answer is not one object".to_owned())),
    }
}

/// A list, also where it is wrapped in an object, or one element that stands alone.
fn list(body: &[u8]) -> Result<Vec<Value>, Bad> {
    match value(body, &Wanted(None))? {
        Value::Array(list) => Ok(list),
        Value::Null => Ok(Vec::new()),
        Value::Object(object) if object.is_empty() => Ok(Vec::new()),
        Value::Object(object) => list_of(object),
        other => Err(Bad(format!("the answer is not a list but `{}`", quote(&plain(&other))))),
    }
}

fn list_of(mut object: Object) -> Result<Vec<Value>, Bad> {
    if find(&object, "itemnumber").is_some() || find(&object, "category").is_some() {
        return Ok(vec![Value::Object(object)]);
    }
    match object.values_mut().next() {
        Some(Value::Array(list)) => Ok(std::mem::take(list)),
        _ => Err(Bad("the answer is not a list".to_owned())),
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
        Some(Value::Array(_) | Value::Object(_)) => return Err(Bad(format!("`{name}` in the answer is no text"))),
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
fn same_id(told: &str, asked: &str) -> bool {
    let number = |text: &str| text.strip_suffix(".0").unwrap_or(text).parse::<u64>().ok();
    number(told).map_or_else(|| told.eq_ignore_ascii_case(asked), |told| number(asked) == Some(told))
}

fn complaint(object: &Object) -> Option<String> {
    object.values().filter_map(Value::as_str).find_map(complaint_in)
}

fn complaint_in(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    COMPLAINTS.iter().any(|words| lower.contains(words)).then(|| quote(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::IdRule;

    fn id() -> InventoryId {
        InventoryId::parse(Some("413800"), IdRule::Digits).unwrap()
    }

    fn read(body: &str) -> Result<Option<Asset>, Bad> {
        asset(body.as_bytes(), &id(), &FieldNames::default())
    }

    #[test]
    fn an_asset_is_read_without_its_padding_and_comments_keep_their_inside() {
        let body = r#"{"InventoryID":413800,"item":"OPTIPLEX 9010   ","mfgr":" DELL ","serialnumber":12345,
            "Description":" Opti  ","extendeddescription":null,"inventorycomments":"a \r\n\r\n b\u0000\n   ","x":[1]}"#;
        let asset = read(body).unwrap().unwrap();
        assert_eq!((asset.item_number.as_str(), asset.manufacturer.as_str()), ("OPTIPLEX 9010", "DELL"));
        assert_eq!((asset.serial_number.as_str(), asset.description.as_str()), ("12345", " Opti"));
        assert_eq!((asset.extended_description.as_str(), asset.comments.as_str()), ("", "a \r\n\r\n b\u{0}\n"));
    }

    #[test]
    fn a_field_is_read_from_where_the_config_maps_it() {
        let names = FieldNames::new("userdefined1", "userdefined2", "userdefined3").unwrap();
        let body =
            br#"{"inventoryid":"00413800 ","description":"no","userdefined1":"d","UserDefined2":"e","userdefined3":7}"#;
        let asset = asset(body, &id(), &names).unwrap().unwrap();
        assert_eq!(
            (asset.description, asset.extended_description, asset.comments),
            ("d".into(), "e".into(), "7".into())
        );
    }

    #[test]
    fn a_miss_has_many_forms() {
        let misses = [
            "null",
            "{}",
            "\"\"",
            "\"No asset\"",
            r#"{"item":"x"}"#,
            r#"{"inventoryid":null}"#,
            r#"{"inventoryid":""}"#,
            r#"{"Message":"Inventory not found"}"#,
            "Inventory not found",
            " null\n",
            "\"{}\"",
        ];
        for body in misses {
            assert_eq!(read(body), Ok(None), "{body}");
        }
    }

    #[test]
    fn what_is_no_answer_is_never_taken_for_a_miss_or_an_asset() {
        let bad = [
            "",
            "  ",
            "[]",
            "[{\"inventoryid\":413800}]",
            "5",
            "true",
            "{\"inventoryid\":413800",
            "{\"inventoryid\":4138",
            "<html><body>Login</body></html>",
            "<!DOCTYPE html>",
            "\"Object reference not set to an instance of an object.\"",
            "\"Specified cast is not valid.\"",
            "Object reference not set",
            r#"{"Message":"An error has occurred."}"#,
            r#"{"inventoryid":413801}"#,
            r#"{"inventoryid":"4138000"}"#,
            "\"{\\\"inventoryid\\\":1\"",
            "\"Session expired\"",
            r#"{"inventoryid":413801,"inventoryid":413800}"#,
            r#"{"InventoryId":413801,"inventoryid":413800}"#,
            r#"{"inventoryid":413800,"inventorycomments":"a","inventorycomments":""}"#,
            r#"{"inventoryid":413800,"inventorycomments":["a"]}"#,
            r#"{"inventoryid":413800,"inventorycomments":{"a":"b"}}"#,
            r#"{"inventoryid":413800,"description":[]}"#,
        ];
        for body in bad {
            assert!(read(body).is_err(), "{body}");
        }
        assert!(asset(b"{\"inventoryid\":413800,\"mfgr\":\"\xff\"}", &id(), &FieldNames::default()).is_err());
    }

    #[test]
    fn an_id_of_letters_is_compared_as_text() {
        let id = InventoryId::parse(Some("a12"), IdRule::Alphanumeric).unwrap();
        assert!(asset(br#"{"inventoryid":" A12 "}"#, &id, &FieldNames::default()).unwrap().is_some());
        assert!(asset(br#"{"inventoryid":"A13"}"#, &id, &FieldNames::default()).is_err());
    }

    #[test]
    fn a_token_must_be_there_and_fit_into_a_header() {
        assert_eq!(session_token(br#"{"Data":" tok+/= "}"#).unwrap().expose(), "tok+/=");
        for body in
            [r#"{"Data":""}"#, r#"{"Data":null}"#, "{}", "null", "[]", r#"{"Data":"a\r\nb"}"#, r#"{"Data":{}}"#, "x"]
        {
            assert!(session_token(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn items_and_categories_are_lists_in_several_wrappings() {
        let wrapped = br#"{"GetItemsResult":[{"itemid":1,"itemnumber":"A  ","mfgr":"B "},{"itemnumber":null},7]}"#;
        let found = items(wrapped).unwrap();
        assert_eq!((found.len(), found[0].item_number.as_str(), found[0].item_id.as_str()), (1, "A", "1"));
        assert_eq!(items(br#"{"itemnumber":"A"}"#).unwrap().len(), 1);
        for body in ["null", "[]", "{}"] {
            assert_eq!(items(body.as_bytes()), Ok(Vec::new()));
        }
        for body in ["", "\"Specified cast is not valid\"", r#"{"Message":"x"}"#, "[{\"itemnumber\":\"A\"}", "3"] {
            assert!(items(body.as_bytes()).is_err(), "{body}");
        }
        let names = categories(br#"[{"category":"COMPUTER  "},"LAPTOP",{"x":1},null]"#).unwrap();
        assert_eq!(names, ["COMPUTER", "LAPTOP"]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_decoding_panic(body in any::<Vec<u8>>(), text in "[\\[\\]{}\":,a-zA-Z0-9\\\\<>! ]{0,80}") {
            for body in [body.as_slice(), text.as_bytes()] {
                let _ = asset(body, &id(), &FieldNames::default());
                let _ = (items(body), categories(body), session_token(body));
                let _ = crate::iqr::wire::verdict(body);
            }
        }

        #[test]
        fn any_text_of_an_asset_arrives_intact(text in any::<String>()) {
            let text = text + "x";
            let body = serde_json::json!({ "inventoryid": 413_800, "inventorycomments": text }).to_string();
            prop_assert_eq!(read(&body).unwrap().unwrap().comments, text);
        }
    }
}
