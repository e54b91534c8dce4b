use iqr_sandbox::{Asset, Field, Miss, MissingText, Options, Search};
use serde_json::{Value, json};

use crate::client::start;

const READ: &str = "Inventory/JSON/GetInventoryById?Id=41";

#[test]
fn pads_texts_to_their_columns_except_wide_ones() {
    let (sandbox, mut client) = start(Options::default());
    let asset = Asset::new(41).with(Field::SerialNumber, "ABC").with(Field::ExtendedDescription, "i7/8GB");
    sandbox.state().add_asset(asset);
    let asset = client.get(READ).json();
    let width = |name: &str| asset[name].as_str().unwrap().len();
    let names = ["item", "serialnumber", "description", "location", "warehouse", "condition", "userdefined5"];
    assert_eq!(names.map(width), [30, 25, 60, 20, 10, 4, 35]);
    assert_eq!((&asset["extendeddescription"], &asset["inventorycomments"]), (&json!("i7/8GB"), &json!("")));
    assert_eq!((&asset["inventoryid"], asset["item"].as_str().unwrap().trim()), (&json!(41), "TBD API"));
}

#[test]
fn shows_missing_texts_and_line_ends_as_the_tenant_does() {
    let (sandbox, mut client) = start(Options::default());
    sandbox.state().options.quirks.missing_text = MissingText::Null;
    sandbox.state().options.quirks.crlf = true;
    sandbox.state().type_comment(41, "one");
    sandbox.state().type_comment(41, "two");
    let asset = client.get(READ).json();
    assert_eq!((&asset["description"], &asset["inventorycomments"]), (&Value::Null, &json!("one\r\ntwo")));
}

#[test]
fn answers_missing_assets_by_the_switch() {
    let (sandbox, mut client) = start(Options::default());
    let cases = [
        (Miss::Null, 200, "null"),
        (Miss::EmptyObject, 200, "{}"),
        (Miss::Text, 200, "\"Inventory not found\""),
        (Miss::NotFound, 404, "Endpoint not found."),
    ];
    for (miss, status, text) in cases {
        sandbox.state().options.quirks.miss = miss;
        let answer = client.get("Inventory/JSON/GetInventoryById?Id=7");
        assert_eq!(answer.status, status);
        assert!(answer.text().contains(text), "{}", answer.text());
    }
    sandbox.state().options.quirks.miss = Miss::ObjectWithoutId;
    let answer = client.get("Inventory/JSON/GetInventoryById?Id=7").json();
    assert!(answer.is_object() && answer.get("inventoryid").is_none());
}

#[test]
fn matches_paths_and_query_names_in_any_case() {
    let (_sandbox, mut client) = start(Options::default());
    assert_eq!(client.get("INVENTORY/json/getinventorybyid?ID=41").json()["inventoryid"], 41);
}

#[test]
fn decides_between_json_and_xml_by_path() {
    let (_sandbox, mut client) = start(Options::default());
    let answer = client.get("Inventory/XML/GetInventoryById?Id=41");
    assert_eq!(answer.header("Content-Type"), Some("application/xml; charset=utf-8"));
    assert!(answer.text().starts_with("<Inventory>") && answer.text().contains("<inventoryid>41</inventoryid>"));
}

#[test]
fn sends_error_pages_for_wrong_paths_verbs_and_ids() {
    let (_sandbox, mut client) = start(Options::default());
    let cases = [
        ("Nothing/JSON/Here", 404, "Endpoint not found."),
        ("Inventories/Update/XML", 405, "Method not allowed."),
        ("Inventory/JSON/GetInventoryById?Id=4I", 400, "Request Error"),
        ("Inventory/JSON/GetInventoryById", 400, "Request Error"),
    ];
    for (path, status, words) in cases {
        let answer = client.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(words) && answer.text().contains("<html"), "{path}");
    }
}

#[test]
fn lists_inventories_in_counted_pages_from_one() {
    let (sandbox, mut client) = start(Options::default());
    sandbox.state().add_assets((1..=5).map(Asset::new));
    let mut page = |number| {
        let path = format!("Inventory/JSON/GetInventories?Page={number}&PageSize=2");
        let page = client.get(&path).json();
        page.as_array().unwrap().iter().map(|asset| asset["inventoryid"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((page(1), page(3), page(4)), (vec![1, 2], vec![5, 41], vec![]));
    let count = client.get("Inventory/GetInventoriesCount");
    assert!(count.text().starts_with("<int xmlns=") && count.text().ends_with(">6</int>"));
}

#[test]
fn finds_items_by_key_page_and_number() {
    let (sandbox, mut client) = start(Options::default());
    let id = sandbox.state().add_item("OptiPlex 9010/A", "DELL", "COMPUTER");
    let item = client.get(&format!("MI/JSON/GetItemByItemId?ItemId={id}")).json();
    assert_eq!((item["itemnumber"].as_str().unwrap().trim(), item["itemid"].as_i64()), ("OptiPlex 9010/A", Some(id)));
    assert_eq!(client.get("MI/JSON/GetItems?page=1&pagesize=100").json().as_array().unwrap().len(), 2);
    let mut found = |text: &str| {
        let path = format!("MI/JSON/GetItemsByItemNumber?ItemNumber={text}");
        client.get(&path).json().as_array().unwrap().len()
    };
    assert_eq!((found("optiplex%209010%2fa"), found("9010")), (1, 0));
    sandbox.state().options.quirks.search = Search::Contains;
    assert_eq!(found("9010"), 1);
}

#[test]
fn lists_categories_conditions_and_attributes() {
    let (sandbox, mut client) = start(Options::default());
    sandbox.state().attributes.insert(41, vec![("Length".to_owned(), "12".to_owned())]);
    assert_eq!(client.get("Category/JSON/GetCategories").json()[0]["category"].as_str().unwrap().trim(), "COMPUTER");
    assert_eq!(client.get("Condition/JSON/GetConditions").json()[2]["condition"], "C4  ");
    let attributes = client.get("InventoryComments/InventoryAttributes/JSON?inventoryid=41").json();
    assert_eq!(attributes, json!([{"product": {"attributes": [{"name": "Length  ", "value": "12"}]}}]));
}

#[test]
fn creates_assets_on_demand() {
    let (sandbox, mut client) = start(Options::default());
    sandbox.state().add_on_demand(1000..=2000);
    assert_eq!(client.get("Inventory/JSON/GetInventoryById?Id=1500").json()["inventoryid"], 1500);
    assert_eq!(client.get("Inventory/JSON/GetInventoryById?Id=2001").text(), "null");
    assert_eq!(sandbox.state().assets().count(), 2);
}
