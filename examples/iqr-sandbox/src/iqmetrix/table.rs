//! Tables of an answer, in the six formats of Data Connect.

use std::fmt::Write;

use serde_json::{Value, json};

use super::xlsx::workbook;
use crate::answer::{Answer, escape};

/// The format that `Response` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    JsonDataTable,
    Xml,
    XmlDataTable,
    Csv,
    Excel,
}

impl Format {
    /// Returns the format of a value of `Response`; `None` for a word that means nothing.
    pub(super) fn parse(response: Option<&str>) -> Option<Self> {
        Some(match response {
            None => Self::Json,
            Some("JsonDataTable") => Self::JsonDataTable,
            Some("Xml") => Self::Xml,
            Some("XmlDataTable") => Self::XmlDataTable,
            Some("Csv") => Self::Csv,
            Some("Excel") => Self::Excel,
            Some(_) => return None,
        })
    }
}

/// A column, and how the schema describes it.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) safe_type: &'static str,
    pub(super) length: u32,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Number(i64),
    Null,
    /// No value, and no key where the format has keys.
    Absent,
}

impl Cell {
    fn json(&self) -> Option<Value> {
        match self {
            Self::Text(text) => Some(json!(text)),
            Self::Number(number) => Some(json!(number)),
            Self::Null => Some(Value::Null),
            Self::Absent => None,
        }
    }

    /// Returns the value where everything is a text.
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Null | Self::Absent => String::new(),
        }
    }
}

/// Rows with as many cells as there are columns.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) columns: &'static [Column],
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Returns the answer in a format; `day` is part of the name of a file.
    pub(super) fn answer(&self, format: Format, day: &str) -> Answer {
        match format {
            Format::Json => Answer::json(200, self.json()),
            Format::JsonDataTable => Answer::json(200, self.json_table()),
            Format::Xml => Answer::new(200, "text/xml", format!("<Table>{}</Table>", self.xml_records())),
            Format::XmlDataTable => {
                let (records, schema) = (self.xml_records(), self.xml_schema());
                Answer::new(200, "text/xml", format!("<Table>{records}{schema}</Table>"))
            }
            Format::Csv => Answer::new(200, "text/csv", self.csv()),
            Format::Excel => self.excel(day),
        }
    }

    /// The members of an object are written here, so that they stand in the order of the columns.
    fn json(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(|row| self.json_record(row)).collect();
        format!("[{}]", rows.join(","))
    }

    fn json_record(&self, row: &[Cell]) -> String {
        let cells = self.columns.iter().zip(row);
        let members = cells.filter_map(|(column, cell)| Some(format!("\"{}\":{}", column.name, cell.json()?)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }

    fn json_table(&self) -> String {
        let schema: Vec<String> = self.columns.iter().map(Column::json).collect();
        format!("{{\"Records\":{},\"Schema\":[{}]}}", self.json(), schema.join(","))
    }

    fn xml_records(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            text.push_str("<Record>");
            for (column, cell) in self.columns.iter().zip(row).filter(|(_, cell)| **cell != Cell::Absent) {
                let _ = write!(text, "<{0}>{1}</{0}>", column.name, escape(&cell.text()));
            }
            text.push_str("</Record>");
        }
        text
    }

    fn xml_schema(&self) -> String {
        self.columns.iter().map(Column::xml).collect()
    }

    fn csv(&self) -> String {
        let lines = self.texts().into_iter().map(|row| {
            let cells: Vec<String> = row.iter().map(|text| quoted(text)).collect();
            format!("{}\r\n", cells.join(","))
        });
        lines.collect()
    }

    fn excel(&self, day: &str) -> Answer {
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let mut answer = Answer::new(200, kind, workbook(&self.texts()));
        let disposition = format!("attachment;filename=reportname-{day}.xlsx");
        answer.headers.push(("content-disposition".to_owned(), disposition));
        answer
    }

    /// Returns the names of the columns, and the rows, as texts.
    fn texts(&self) -> Vec<Vec<String>> {
        let names = self.columns.iter().map(|column| column.name.to_owned()).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(Cell::text).collect());
        std::iter::once(names).chain(rows).collect()
    }
}

impl Column {
    fn json(&self) -> String {
        let Self { name, kind, safe_type, length } = self;
        format!(r#"{{"Column_Name":"{name}","Type":"{kind}","SafeType":"{safe_type}","Length":{length}}}"#)
    }

    fn xml(&self) -> String {
        let Self { name, kind, safe_type, length } = self;
        format!(
            "<Schema><Column_Name>{name}</Column_Name><Type>{kind}</Type><SafeType>{safe_type}</SafeType>\
             <Length>{length}</Length></Schema>"
        )
    }
}

/// Returns a cell of CSV, between quotation marks where it needs them.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Column, Format, Table};

    const COLUMNS: &[Column] = &[
        Column { name: "ID", kind: "int", safe_type: "Int32", length: 4 },
        Column { name: "Name", kind: "varchar", safe_type: "String", length: 50 },
    ];

    fn text(format: Format, name: Cell) -> String {
        let table = Table { columns: COLUMNS, rows: vec![vec![Cell::Number(7), name]] };
        String::from_utf8(table.answer(format, "2016-07-11").body).unwrap()
    }

    #[test]
    fn writes_a_table_as_json_with_and_without_its_schema() {
        assert_eq!(text(Format::Json, Cell::Text("A \"B\"".to_owned())), r#"[{"ID":7,"Name":"A \"B\""}]"#);
        let schema = r#"[{"Column_Name":"ID","Type":"int","SafeType":"Int32","Length":4},{"Column_Name":"Name","Type":"varchar","SafeType":"String","Length":50}]"#;
        let table = text(Format::JsonDataTable, Cell::Null);
        assert_eq!(table, format!(r#"{{"Records":[{{"ID":7,"Name":null}}],"Schema":{schema}}}"#));
    }

    #[test]
    fn writes_a_table_as_xml_with_and_without_its_schema() {
        let record = "<Table><Record><ID>7</ID><Name>A&amp;B</Name></Record>";
        assert_eq!(text(Format::Xml, Cell::Text("A&B".to_owned())), format!("{record}</Table>"));
        let table = text(Format::XmlDataTable, Cell::Text("A&B".to_owned()));
        assert!(table.starts_with(&format!("{record}<Schema><Column_Name>ID</Column_Name><Type>int</Type>")));
        assert!(table.ends_with("<Length>50</Length></Schema></Table>"));
    }

    #[test]
    fn quotes_cells_of_csv_that_need_it() {
        assert_eq!(text(Format::Csv, Cell::Text("A, \"B\"".to_owned())), "ID,Name\r\n7,\"A, \"\"B\"\"\"\r\n");
    }

    #[test]
    fn tells_null_from_absent_where_a_format_has_keys() {
        assert_eq!(
            [Cell::Null, Cell::Absent].map(|cell| text(Format::Json, cell)),
            [r#"[{"ID":7,"Name":null}]"#, r#"[{"ID":7}]"#]
        );
        assert!(text(Format::Xml, Cell::Null).contains("<Name></Name>"));
        assert!(!text(Format::Xml, Cell::Absent).contains("Name"));
        assert_eq!(text(Format::Csv, Cell::Absent), "ID,Name\r\n7,\r\n");
    }
}
