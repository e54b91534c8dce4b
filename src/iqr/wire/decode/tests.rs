//! Answers, misses, and texts that are neither.

use proptest::prelude::*;

use super::*;
use crate::model::IdRule;

fn id() -> InventoryId {
    InventoryId::parse(Some("413800"), IdRule::Digits).unwrap()
}

fn read(body: &str) -> Result<Option<Asset>, Bad> {
    asset(body.as_bytes(), &id(), &FieldNames::default(), &Redactor::default())
}

#[test]
fn trims_asset_fields_and_keeps_inside_of_comments() {
    let body = r#"{"InventoryID":413800,"item":"OPTIPLEX 9010   ","mfgr":" DELL ","serialnumber":12345,
        "Description":" Opti  ","extendeddescription":null,"inventorycomments":"a \r\n\r\n b\u0000\n   ","x":[1]}"#;
    let asset = read(body).unwrap().unwrap();
    assert_eq!((asset.item_number.as_str(), asset.manufacturer.as_str()), ("OPTIPLEX 9010", "DELL"));
    assert_eq!((asset.serial_number.as_str(), asset.description.as_str()), ("12345", " Opti"));
    assert_eq!((asset.extended_description.as_str(), asset.comments.as_str()), ("", "a \r\n\r\n b\u{0}\n"));
}

#[test]
fn refuses_fields_that_hold_a_secret() {
    let redactor = Redactor::default();
    redactor.add(&Secret::new("Hq7+Tz/3Wm9Kd/5Rb1Xv+8Gn2Lp=="));
    let read = |body: &str| asset(body.as_bytes(), &id(), &FieldNames::default(), &redactor);
    for (name, field) in [
        ("item", "item number"),
        ("mfgr", "manufacturer"),
        ("serialnumber", "serial number"),
        ("description", "description"),
        ("extendeddescription", "extended description"),
        ("inventorycomments", "inventory comments"),
    ] {
        for form in [
            "Hq7+Tz/3Wm9Kd/5Rb1Xv+8Gn2Lp==",
            "hq7%2Btz%2F3wm9kd%2F5rb1xv%2B8gn2lp",
            "SHE3K1R6LzNXbTlLZC81UmIxWHYrOEduMkxw",
        ] {
            let body = serde_json::json!({ "inventoryid": 413_800, name: format!("a\r\n{form}\r\nb") });
            assert_eq!(read(&body.to_string()), Err(secret(field)), "{name}: {form}");
        }
    }
    let unread = r#"{"inventoryid":413800,"session":"Hq7+Tz/3Wm9Kd/5Rb1Xv+8Gn2Lp==","description":"x"}"#;
    assert_eq!(read(unread).unwrap().unwrap().description, "x");
    let found = br#"[{"itemnumber":"A","mfgr":"Hq7+Tz/3Wm9Kd/5Rb1Xv+8Gn2Lp=="}]"#;
    assert_eq!(items(found, &redactor), Err(secret("master item")));
    let found = br#"["LAPTOP","Hq7+Tz/3Wm9Kd/5Rb1Xv+8Gn2Lp=="]"#;
    assert_eq!(categories(found, &redactor), Err(secret("category")));
}

#[test]
fn reads_field_from_where_config_maps_it() {
    let names = FieldNames::new("userdefined1", "userdefined2", "userdefined3").unwrap();
    let body =
        br#"{"inventoryid":"00413800 ","description":"no","userdefined1":"d","UserDefined2":"e","userdefined3":7}"#;
    let asset = asset(body, &id(), &names, &Redactor::default()).unwrap().unwrap();
    assert_eq!((asset.description, asset.extended_description, asset.comments), ("d".into(), "e".into(), "7".into()));
}

#[test]
fn recognizes_many_forms_of_miss() {
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
fn takes_no_other_text_for_miss_or_asset() {
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
    assert!(
        asset(b"{\"inventoryid\":413800,\"mfgr\":\"\xff\"}", &id(), &FieldNames::default(), &Redactor::default())
            .is_err()
    );
}

#[test]
fn compares_id_of_letters_as_text() {
    let id = InventoryId::parse(Some("a12"), IdRule::Alphanumeric).unwrap();
    assert!(asset(br#"{"inventoryid":" A12 "}"#, &id, &FieldNames::default(), &Redactor::default()).unwrap().is_some());
    assert!(asset(br#"{"inventoryid":"A13"}"#, &id, &FieldNames::default(), &Redactor::default()).is_err());
}

#[test]
fn requires_token_that_fits_into_header() {
    assert_eq!(session_token(br#"{"Data":" tok+/= "}"#, &Redactor::default()).unwrap().expose(), "tok+/=");
    for body in
        [r#"{"Data":""}"#, r#"{"Data":null}"#, "{}", "null", "[]", r#"{"Data":"a\r\nb"}"#, r#"{"Data":{}}"#, "x"]
    {
        assert!(session_token(body.as_bytes(), &Redactor::default()).is_err(), "{body}");
    }
}

#[test]
fn reads_lists_in_several_wrappings() {
    let wrapped = br#"{"GetItemsResult":[{"itemid":1,"itemnumber":"A  ","mfgr":"B "},{"itemnumber":null},7]}"#;
    let found = items(wrapped, &Redactor::default()).unwrap();
    assert_eq!((found.len(), found[0].item_number.as_str(), found[0].item_id.as_str()), (1, "A", "1"));
    assert_eq!(items(br#"{"itemnumber":"A"}"#, &Redactor::default()).unwrap().len(), 1);
    for body in ["null", "[]", "{}"] {
        assert_eq!(items(body.as_bytes(), &Redactor::default()), Ok(Vec::new()));
    }
    for body in ["", "\"Specified cast is not valid\"", r#"{"Message":"x"}"#, "[{\"itemnumber\":\"A\"}", "3"] {
        assert!(items(body.as_bytes(), &Redactor::default()).is_err(), "{body}");
    }
    let names = categories(br#"[{"category":"COMPUTER  "},"LAPTOP",{"x":1},null]"#, &Redactor::default()).unwrap();
    assert_eq!(names, ["COMPUTER", "LAPTOP"]);
}

proptest! {
    #[test]
    fn survives_any_bytes(body in any::<Vec<u8>>(), text in "[\\[\\]{}\":,a-zA-Z0-9\\\\<>! ]{0,80}") {
        for body in [body.as_slice(), text.as_bytes()] {
            let _ = asset(body, &id(), &FieldNames::default(), &Redactor::default());
            let _ = (items(body, &Redactor::default()), categories(body, &Redactor::default()), session_token(body, &Redactor::default()));
            let _ = crate::iqr::wire::verdict(body, &Redactor::default());
        }
    }

    #[test]
    fn reads_any_text_of_asset_intact(text in any::<String>()) {
        let text = text + "x";
        let body = serde_json::json!({ "inventoryid": 413_800, "inventorycomments": text }).to_string();
        prop_assert_eq!(read(&body).unwrap().unwrap().comments, text);
    }
}
