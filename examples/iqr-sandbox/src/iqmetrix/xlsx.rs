//! A workbook of one sheet: a zip archive of stored parts, as small as spreadsheet programs accept it.

use flate2::Crc;

use crate::answer::escape;

const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Report" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];

/// Returns the bytes of a workbook with these rows of texts.
pub(super) fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut archive = Archive::default();
    for (name, text) in PARTS {
        archive.add(name, text);
    }
    archive.add("xl/worksheets/sheet1.xml", &sheet(rows));
    archive.finish()
}

fn sheet(rows: &[Vec<String>]) -> String {
    let cell = |text: &String| format!("<c t=\"inlineStr\"><is><t>{}</t></is></c>", escape(text));
    let row = |cells: &Vec<String>| format!("<row>{}</row>", cells.iter().map(cell).collect::<String>());
    let rows: String = rows.iter().map(row).collect();
    format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData>\
         </worksheet>"
    )
}

/// A zip archive whose members are not compressed.
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    members: u16,
}

impl Archive {
    fn add(&mut self, name: &str, text: &str) {
        let offset = size(&self.bytes);
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n{text}");
        let fields = fields(name, text.as_bytes());
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&fields);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(text.as_bytes());
        self.directory.extend(b"PK\x01\x02\x14\0");
        self.directory.extend(&fields);
        // No comment, the first disk, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.members += 1;
    }

    fn finish(mut self) -> Vec<u8> {
        let offset = size(&self.bytes);
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend([self.members.to_le_bytes(), self.members.to_le_bytes()].concat());
        self.bytes.extend([size(&self.directory).to_le_bytes(), offset.to_le_bytes()].concat());
        self.bytes.extend([0, 0]);
        self.bytes
    }
}

/// Returns the fields that stand before a member and in the directory: version 2.0, stored, on 1980-01-01.
fn fields(name: &str, content: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(content);
    let mut fields = vec![0x14, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    fields.extend([crc.sum().to_le_bytes(), size(content).to_le_bytes(), size(content).to_le_bytes()].concat());
    fields.extend(u16::try_from(name.len()).unwrap_or_default().to_le_bytes());
    fields.extend([0, 0]);
    fields
}

fn size(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
