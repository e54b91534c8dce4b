use iqr_sandbox::{Author, Comments, Field, FieldChange, Options, Overlong, Refusal, Sandbox, WriteAnswer};

use crate::client::{Client, start};

const ITEM: &str = "<assetcreator>WOS</assetcreator><category>computer</category><description>DELL X</description>\
                    <itemnumber>X</itemnumber><mfgr>DELL</mfgr>";

fn create(client: &mut Client, fields: &str) -> (u16, String) {
    let answer = client.post("MI/Create/XML", &format!("<request><items><item>{fields}</item></items></request>"));
    (answer.status, answer.text().to_owned())
}

fn change_item(client: &mut Client, number: &str) -> (u16, String) {
    let fields = format!("<inventoryid>41</inventoryid><itemnumber>{number}</itemnumber><mfgr>dell</mfgr>");
    let body = format!("<request><inventories><inventory>{fields}</inventory></inventories></request>");
    let answer = client.post("Inventory/ChangeItemNumberMFGR/XML", &body);
    (answer.status, answer.text().to_owned())
}

fn text(sandbox: &Sandbox, field: Field) -> String {
    sandbox.state().asset(41).unwrap().text(field).to_owned()
}

#[test]
fn applies_sparse_updates_and_logs_from_and_to() {
    let (sandbox, mut client) = start(Options::default());
    client.update(41, "<location>A1</location>");
    client.update(41, "<description>A &amp; B &lt;12\"&gt;</description>");
    client.update(41, "<description>A &amp; B &lt;12\"&gt;</description>");
    assert_eq!(
        (text(&sandbox, Field::Location), text(&sandbox, Field::Description)),
        ("A1".into(), "A & B <12\">".into())
    );
    let state = sandbox.state();
    let asset = state.asset(41).unwrap();
    assert_eq!((asset.history.len(), asset.writes), (2, 3));
    let change = FieldChange { field: "location".into(), from: String::new(), to: "A1".into() };
    assert_eq!((asset.history[0].by, &asset.history[0].fields), (Author::Request(2), &vec![change]));
    assert_eq!(asset.system_comments, ["Location changed from  to A1"]);
}

#[test]
fn updates_by_json_like_xml_and_ignores_read_names() {
    let (sandbox, mut client) = start(Options::default());
    let body = r#"{"inventories":[{"inventoryid":41,"conditioncode":"C4","condition":"X","item":"Y"}]}"#;
    let answer = client.post("Inventories/Update/JSON", body);
    assert_eq!((answer.status, answer.text()), (200, "\"OK\""));
    assert_eq!(text(&sandbox, Field::Condition), "C4");
    assert!(sandbox.state().ignored_fields.iter().eq(["condition", "item"]));
}

#[test]
fn appends_or_replaces_comments_by_the_switch() {
    let (sandbox, mut client) = start(Options::default());
    sandbox.state().type_comment(41, "by hand");
    client.update(41, "<inventorycomments>Memory: PASS\nUSB: FAIL</inventorycomments>");
    client.update(41, "<inventorycomments></inventorycomments>");
    assert_eq!(text(&sandbox, Field::InventoryComments), "by hand\nMemory: PASS\nUSB: FAIL");
    sandbox.state().options.quirks.comments = Comments::Replaces;
    client.update(41, "<inventorycomments>USB: PASS</inventorycomments>");
    assert_eq!(text(&sandbox, Field::InventoryComments), "USB: PASS");
    assert_eq!(sandbox.state().asset(41).unwrap().history[0].by, Author::Person);
}

#[test]
fn drops_truncates_or_refuses_fields_by_the_switches() {
    let (sandbox, mut client) = start(Options::default());
    sandbox.state().options.quirks.dropped_fields.insert("description".to_owned());
    assert_eq!(client.update(41, "<description>D</description>").status, 200);
    assert_eq!(text(&sandbox, Field::Description), "");
    let long = "<location>1234567890123456789012345</location>";
    sandbox.state().options.quirks.overlong = Overlong::Refuse;
    assert!(client.update(41, long).text().contains("would be truncated"));
    sandbox.state().options.quirks.overlong = Overlong::Truncate;
    client.update(41, long);
    assert_eq!(text(&sandbox, Field::Location), "12345678901234567890");
}

#[test]
fn refuses_an_unreadable_body_and_changes_nothing() {
    let (sandbox, mut client) = start(Options::default());
    for body in ["", "<request>", "{}", "<request><inventories><inventory><location>\u{1b}"] {
        let answer = client.post("Inventories/Update/XML", body);
        assert!(answer.status == 400 && answer.text().contains("Request Error"), "{body}");
    }
    assert!(sandbox.state().asset(41).unwrap().history.is_empty());
}

#[test]
fn answers_a_write_by_the_switch() {
    let (sandbox, mut client) = start(Options::default());
    let mut answer = |kind| {
        sandbox.state().options.quirks.write_answer = kind;
        client.update(41, "<location>A</location>").text().to_owned()
    };
    let string = "<string xmlns=\"http://schemas.microsoft.com/2003/10/Serialization/\">OK</string>";
    assert_eq!((answer(WriteAnswer::Text).as_str(), answer(WriteAnswer::Empty).as_str()), (string, ""));
    assert_eq!(answer(WriteAnswer::Result), "<Result>Success</Result>");
    assert_eq!(answer(WriteAnswer::Message), "<Message>1 record(s) updated</Message>");
}

#[test]
fn refuses_an_unknown_category_by_the_switch() {
    let (sandbox, mut client) = start(Options::default());
    let unknown = ITEM.replace("computer", "TOASTER");
    let mut refusal = |kind| {
        sandbox.state().options.quirks.refusal = kind;
        create(&mut client, &unknown)
    };
    assert_eq!(refusal(Refusal::BadRequest), (400, "Category TOASTER does not exist".into()));
    assert_eq!(refusal(Refusal::ErrorElement), (200, "<Error>Category TOASTER does not exist</Error>".into()));
    let (status, text) = refusal(Refusal::Text);
    assert!(status == 200 && text.starts_with("<string") && text.contains("TOASTER"));
    assert_eq!(sandbox.state().items().len(), 1);
}

#[test]
fn refuses_an_item_without_all_its_fields() {
    let (sandbox, mut client) = start(Options::default());
    for name in ["assetcreator", "category", "description", "itemnumber", "mfgr"] {
        let without = ITEM.replace(&format!("<{name}>"), "<other>").replace(&format!("</{name}>"), "</other>");
        assert_eq!(create(&mut client, &without), (400, format!("{name} is required")));
    }
    assert_eq!(sandbox.state().items().len(), 1);
}

#[test]
fn creates_and_counts_a_twin_on_a_second_creation() {
    let (sandbox, mut client) = start(Options::default());
    create(&mut client, ITEM);
    assert_eq!(sandbox.counters().twins, 0);
    create(&mut client, &ITEM.replace("<mfgr>DELL", "<mfgr> dell "));
    assert_eq!((sandbox.counters().twins, sandbox.state().items_named("x", "DELL").len()), (1, 2));
}

#[test]
fn moves_an_asset_to_an_existing_item_and_logs_it() {
    let (sandbox, mut client) = start(Options::default());
    let (status, text) = change_item(&mut client, "OPTIPLEX 9010");
    assert_eq!((status, text.as_str()), (400, "Item OPTIPLEX 9010 with MFGR dell does not exist"));
    let item = sandbox.state().add_item("OPTIPLEX 9010", "DELL", "COMPUTER");
    assert_eq!(change_item(&mut client, "OptiPlex 9010").0, 200);
    assert_eq!(change_item(&mut client, "OptiPlex 9010").0, 200);
    let state = sandbox.state();
    let asset = state.asset(41).unwrap();
    let note = "ItemNumber changed from TBD API to OPTIPLEX 9010 and MFGR changed from TBD to DELL";
    assert_eq!(
        (asset.item_id, asset.history.len(), asset.system_comments.as_slice()),
        (item, 1, &[note.to_owned()][..])
    );
}

#[test]
fn refuses_a_write_to_a_missing_asset() {
    let (_sandbox, mut client) = start(Options::default());
    let answer = client.update(7, "<location>A</location>");
    assert_eq!((answer.status, answer.text()), (400, "Inventory 7 does not exist"));
}

#[test]
fn reads_a_chunked_body() {
    let (sandbox, mut client) = start(Options::default());
    let body = r#"{"APIToken":"x"}"#;
    let head = "POST /api/IntegrationAPI/Session HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.write_raw(format!("{head}10;a=b\r\n{body}\r\n0\r\n\r\n").as_bytes());
    assert_eq!(client.answer().unwrap().status, 401);
    assert_eq!(sandbox.requests().last().unwrap().body, body);
}
