use super::*;
use crate::secret::Secret;

const ASKED: [&str; 3] = ["014497002384313", "014497002384321", "014497002384669"];

fn asked() -> Vec<Imei> {
    ASKED.iter().map(|imei| Imei::parse(imei).unwrap()).collect()
}

fn row(imei: &str, purchase: &str, returned: &str) -> String {
    format!(r#"{{"IMEI":"{imei}","PurchaseDate":{purchase},"ReturnDate":{returned},"ClientID":"24168022"}}"#)
}

/// Decodes the answer for three devices, and returns what is known of each: `IMEI purchase return`, or `IMEI` and the
/// reason why a row cannot be read; an error where the answer is not understood.
fn decoded(body: &str) -> Result<Vec<String>, String> {
    let devices = devices(body.as_bytes(), &asked(), &Redactor::default()).map_err(|bad| bad.to_string())?;
    let shown = |date: Option<String>| date.unwrap_or_else(|| "-".to_owned());
    let readable = devices.readable.into_iter().map(|device| {
        format!("{} {} {}", &device.imei.as_str()[12..], shown(device.purchase_date), shown(device.return_date))
    });
    let unreadable = devices.unreadable.iter().map(|row| format!("{} {}", &row.imei.as_str()[12..], row.why));
    Ok(readable.chain(unreadable).collect())
}

#[test]
fn decodes_every_answer_that_the_service_may_give() {
    let sample = row(ASKED[0], "\"2016-04-17T00:00:00\"", "\"2016-12-30T00:00:00\"");
    let null = row(ASKED[0], "\"2016-04-17\"", "null");
    let blank = row(ASKED[0], "\" \"", "\"\"");
    let two = [
        row(ASKED[1], "\"2015-01-02\"", "null"),
        row(ASKED[1], "\"2017-01-02\"", "null"),
        row(ASKED[1], "null", "null"),
    ];
    let other = row("490154203237518", "\"2016-04-17\"", "null");
    let bad_other = row("490154203237518", "\"soon\"", "7");
    for (what, body, expected) in [
        ("the sample", format!("[{sample}]"), vec!["313 2016-04-17 2016-12-30"]),
        ("a byte order mark", format!("\u{feff}[{sample}]\r\n"), vec!["313 2016-04-17 2016-12-30"]),
        ("no return", format!("[{null}]"), vec!["313 2016-04-17 -"]),
        ("blank dates", format!("[{blank}]"), vec!["313 - -"]),
        ("the IMEI only", format!("[{{\"IMEI\":\"{}\"}}]", ASKED[2]), vec!["669 - -"]),
        ("lower case and more", format!("[{{\"x\":[1],\"imei\":\" {} \",\"extra\":{{}}}}]", ASKED[2]), vec!["669 - -"]),
        ("no device", "[]".to_owned(), vec![]),
        ("several rows", format!("[{}]", two.join(",")), vec!["321 2017-01-02 -"]),
        ("the order asked", format!("[{},{sample}]", two[0]), vec!["313 2016-04-17 2016-12-30", "321 2015-01-02 -"]),
        ("another device", format!("[{other},{null}]"), vec!["313 2016-04-17 -"]),
        ("another device's errors", format!("[{bad_other}]"), vec![]),
        ("no IMEI of another device", "[{\"IMEI\":\"ABC\"}]".to_owned(), vec![]),
        (
            "a zone",
            format!("[{}]", row(ASKED[0], "\"2016-04-17T23:59:59.123+14:00\"", "\"2016-12-30 00:00:00Z\"")),
            vec!["313 2016-04-17 2016-12-30"],
        ),
    ] {
        assert_eq!(decoded(&body), Ok(expected.into_iter().map(str::to_owned).collect()), "{what}");
    }
}

#[test]
fn refuses_every_answer_that_is_something_else() {
    for (body, why) in [
        (String::new(), "the answer is empty"),
        (" \n".to_owned(), "the answer is empty"),
        ("<html>".to_owned(), "the answer is a web page"),
        ("[".to_owned(), "the answer is no whole JSON: EOF"),
        ("[] []".to_owned(), "the answer is no whole JSON: trailing"),
        ("null".to_owned(), "it answered `null`"),
        ("\"none\"".to_owned(), "it answered `\"none\"`"),
        ("{\"Records\":[]}".to_owned(), "it answered `{\"Records\":[]}`"),
        (r#"{"Error":true,"Message":"Rate\nLimiting \u001b[2J"}"#.to_owned(), r"it answered `Rate Limiting \u{1b}[2J`"),
        ("[null]".to_owned(), "it answered `[null]`"),
        ("[[]]".to_owned(), "it answered `[[]]`"),
        ("[{}]".to_owned(), "a row of the answer has no IMEI"),
        ("[{\"IMEI\":null}]".to_owned(), "a row of the answer has no IMEI"),
        ("[{\"IMEI\":14497002384313}]".to_owned(), "IMEI in the answer is `14497002384313`"),
        ("[".repeat(5000), "the answer is no whole JSON: recursion"),
    ] {
        let refused = decoded(&body).unwrap_err();
        assert!(refused.starts_with(why), "{body:.60}: {refused}");
    }
}

#[test]
fn leaves_only_devices_of_unreadable_rows_open() {
    let good = row(ASKED[1], "\"2016-04-17\"", "null");
    let known = "321 2016-04-17 -";
    for date in [
        "\"17.04.2016\"",
        "\"2016-02-30\"",
        "\"2016-04-17x\"",
        "\"2016-04-17Tx\"",
        "\"2016-04-17T\"",
        "\"+2016-04-17\"",
        "1460851200",
        "[]",
    ] {
        let value = date.trim_matches('"');
        for (name, bad) in [("PurchaseDate", row(ASKED[0], date, "null")), ("ReturnDate", row(ASKED[0], "null", date))]
        {
            let why = format!("313 {name} in the answer is `{value}`");
            assert_eq!(decoded(&format!("[{bad},{good}]")), Ok(vec![known.to_owned(), why]));
        }
    }
    let id = format!(r#"{{"IMEI":"{}","ClientID":7}}"#, ASKED[0]);
    let why = "313 ClientID in the answer is `7`".to_owned();
    assert_eq!(decoded(&format!("[{id}]")), Ok(vec![why.clone()]));
    // A device has the state of its newest row, and nobody knows which one that is.
    let other = row(ASKED[0], "\"2016-04-17\"", "null");
    for rows in [format!("[{id},{other},{good}]"), format!("[{other},{good},{id}]")] {
        assert_eq!(decoded(&rows), Ok(vec![known.to_owned(), why.clone()]));
    }
}

#[test]
fn decodes_companies_and_dealers_with_any_member_missing() {
    let redactor = &Redactor::default();
    let body = br#"[{"CompanyID":21090,"CompanyName":"KENTEL","DoingBusinessAs":"Kentel Corp"},{"CompanyID":" 14146 "},{"CompanyID":null,"CompanyName":""},{}]"#;
    let found = companies(body, redactor).unwrap();
    assert_eq!(
        found.iter().map(|company| company.company_id).collect::<Vec<_>>(),
        [Some(21090), Some(14146), None, None]
    );
    assert_eq!(
        (found[0].name.as_deref(), found[0].doing_business_as.as_deref()),
        (Some("KENTEL"), Some("Kentel Corp"))
    );
    assert_eq!((&found[2].name, &found[3].name), (&None, &None));
    let body =
        br#"[{"CompanyID":9007199254740993,"LocationEntityID":"14192","LocationName":"Region A"},{"companyname":"x"}]"#;
    let found = dealers(body, redactor).unwrap();
    assert_eq!((found[0].company_id, found[0].location_id), (Some(9_007_199_254_740_993), Some(14192)));
    assert_eq!((found[0].location.as_deref(), found[1].name.as_deref()), (Some("Region A"), Some("x")));
    for wrong in ["1.5", "\"x\"", "true", "{}", "99999999999999999999"] {
        assert!(companies(format!("[{{\"CompanyID\":{wrong}}}]").as_bytes(), redactor).is_err(), "{wrong}");
    }
}

#[test]
fn refuses_rows_that_hold_a_secret() {
    let redactor = Redactor::default();
    redactor.add(&Secret::new("correct-horse"));
    let body = br#"[{"CompanyID":1,"CompanyName":"x correct-horse"}]"#;
    let secret = Bad::Lasting("the CompanyName in the answer holds a secret of ours".to_owned());
    assert_eq!(companies(body, &redactor), Err(secret));
    let body = format!(r#"[{{"IMEI":"{}","PurchaseDate":"correct-horse"}}]"#, ASKED[0]);
    let secret = Bad::Lasting("the PurchaseDate in the answer holds a secret of ours".to_owned());
    assert_eq!(devices(body.as_bytes(), &asked(), &redactor), Err(secret));
    let body = format!(r#"[{{"IMEI":"{}","PurchaseDate":["correct-horse"]}}]"#, ASKED[0]);
    let unreadable = devices(body.as_bytes(), &asked(), &redactor).unwrap().unreadable;
    assert_eq!(unreadable[0].why, r#"PurchaseDate in the answer is `["(secret)"]`"#);
}
