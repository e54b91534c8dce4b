//! Bodies in IQR's XML: lower case, no declaration, no namespace.

use super::record::Record;
use super::text::is_xml;

pub(super) fn envelope(record: Record, fields: &[(&str, &str)]) -> String {
    let (many, one) = record.names();
    let size: usize = fields.iter().map(|(name, text)| 2 * name.len() + text.len() + 8).sum();
    let mut body = String::with_capacity(size + 80);
    open(&mut body, "request");
    open(&mut body, many);
    open(&mut body, one);
    for (name, text) in fields {
        open(&mut body, name);
        push_escaped(&mut body, text);
        close(&mut body, name);
    }
    close(&mut body, one);
    close(&mut body, many);
    close(&mut body, "request");
    body
}

fn open(body: &mut String, name: &str) {
    body.push('<');
    body.push_str(name);
    body.push('>');
}

fn close(body: &mut String, name: &str) {
    body.push_str("</");
    body.push_str(name);
    body.push('>');
}

/// A carriage return is written as a reference: a parser would make a line feed of it (XML 1.0, §2.11).
fn push_escaped(body: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => body.push_str("&amp;"),
            '<' => body.push_str("&lt;"),
            '>' => body.push_str("&gt;"),
            '"' => body.push_str("&quot;"),
            '\'' => body.push_str("&apos;"),
            '\r' => body.push_str("&#13;"),
            _ if is_xml(character) => body.push(character),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::*;
    use crate::iqr::wire::text::sendable;

    /// Returns the text of the first field as another XML parser reads it.
    fn read_back(body: &str) -> String {
        let mut reader = Reader::from_str(body);
        let mut text = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().unwrap() {
                    Some(character) => text.push(character),
                    None => text.push_str(quick_xml::escape::resolve_xml_entity(&reference).unwrap()),
                },
                Event::Eof => return text,
                _ => {}
            }
        }
    }

    #[test]
    fn follows_grammar_of_vendor() {
        let body = envelope(Record::Inventory, &[("inventoryid", "1957"), ("serialnumber", "ABC")]);
        let expected = "<request><inventories><inventory><inventoryid>1957</inventoryid><serialnumber>ABC</serialnumber>\
                        </inventory></inventories></request>";
        assert_eq!(body, expected);
        let body = envelope(Record::Item, &[("mfgr", "A&B <C> \"d\" 'e' ]]>\r\n\u{0}\u{1b}\u{ffff}")]);
        let expected = "<request><items><item><mfgr>A&amp;B &lt;C&gt; &quot;d&quot; &apos;e&apos; ]]&gt;&#13;\n</mfgr></item>\
                        </items></request>";
        assert_eq!(body, expected);
    }

    proptest! {
        #[test]
        fn delivers_what_is_sendable_of_any_text(text in any::<String>(), tail in "[\\x00-\\x7f\u{202e}<>&]{0,40}") {
            let text = text + &tail;
            let body = envelope(Record::Inventory, &[("description", &text)]);
            prop_assert_eq!(read_back(&body), sendable(&text));
        }
    }
}
