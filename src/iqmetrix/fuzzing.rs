//! Every decoder of answers on any bytes: for the fuzzer, and for `cargo test`, which tries some.

use super::decode;
use super::format::Format;
use super::imei::Imei;
use crate::web::Redactor;

/// Decodes `body` as each kind of answer.
///
/// # Panics
///
/// When an answer is taken for what it is not: a device that was not asked for, a date that is none.
pub fn decode(body: &[u8]) {
    let Some(imei) = Imei::parse("014497002384313") else { return };
    let redactor = &Redactor::default();
    if let Ok(devices) = decode::devices(body, std::slice::from_ref(&imei), redactor) {
        let imeis: Vec<&Imei> = devices.readable.iter().map(|device| &device.imei).collect();
        let unreadable: Vec<&Imei> = devices.unreadable.iter().map(|row| &row.imei).collect();
        assert!([imeis, unreadable].concat().iter().all(|it| **it == imei), "another device");
        let dates = devices.readable.iter().flat_map(|device| [&device.purchase_date, &device.return_date]).flatten();
        dates.for_each(|date| assert!(is_date(date), "no date: {date}"));
    }
    let _ = (decode::companies(body, redactor), decode::dealers(body, redactor));
    for format in Format::ALL {
        let _ = format.check(body, redactor);
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decode;

    /// Nearly an answer: its words, in any order.
    const WORDS: &str = r#"(\{|\}|\[|\]|"|:|,|"IMEI":|"014497002384313"|"PurchaseDate":|"2016-04-17|T00:00:00"|null|-1e9|"CompanyID":|"Error":true|<html>|PK|\PC){0,40}"#;

    /// A row with any date.
    const ROW: &str = r#"\[\{"IMEI":"014497002384313","PurchaseDate":"[0-9+-]{8,11}(T[0-9:.Z+-]{0,9})?"\}\]"#;

    proptest! {
        #[test]
        fn decodes_any_bytes_without_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            decode(&body);
        }

        #[test]
        fn decodes_texts_like_answers_without_panic(body in WORDS) {
            decode(body.as_bytes());
        }

        #[test]
        fn takes_only_days_of_the_calendar_for_dates(body in ROW) {
            decode(body.as_bytes());
        }
    }
}
