//! The codec of columns: how values of the model stand in rows, in several tables.

use rusqlite::Row;

use crate::digest;
use crate::model::{LookedUp, LookupOrigin, PrintedValue, Registration, Sent, SentText, TextMark, Timestamp};
use crate::store::Fingerprint;

pub(super) fn fingerprint(row: &Row<'_>) -> rusqlite::Result<Option<Fingerprint>> {
    Ok(row.get_ref("seen")?.as_blob_or_null()?.and_then(Fingerprint::from_bytes))
}

/// The columns of a registration.
pub(super) fn registration_values(registration: &Registration) -> (Option<i64>, Option<&str>) {
    (registration.created_at.map(Timestamp::unix_millis), registration.serial_number.as_deref())
}

pub(super) fn registration(row: &Row<'_>) -> rusqlite::Result<Registration> {
    let created_at = row.get::<_, Option<i64>>("created_at")?.map(Timestamp::from_unix_millis);
    Ok(Registration { created_at, serial_number: row.get("serial_number")? })
}

/// Reads the sent texts and lines of a row.
pub(super) fn sent(row: &Row<'_>) -> rusqlite::Result<Sent> {
    Ok(Sent {
        description: sent_text(row, "description")?,
        extended_description: sent_text(row, "extended_description")?,
        lines: lines(row, "lines")?,
        other_lines: lines(row, "other_lines")?,
        earlier: earlier(row)?,
        printed: printed(row)?,
    })
}

fn lines(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<u64>> {
    let bytes: Vec<u8> = row.get(column)?;
    Ok(bytes.as_chunks::<8>().0.iter().map(|line| u64::from_le_bytes(*line)).collect())
}

fn earlier(row: &Row<'_>) -> rusqlite::Result<Vec<TextMark>> {
    let bytes: Vec<u8> = row.get("earlier")?;
    Ok(bytes.as_chunks::<{ TextMark::BYTES }>().0.iter().filter_map(|mark| TextMark::from_bytes(mark)).collect())
}

/// The bytes of a printed value: a digest of the field's name, and the origin.
const PRINTED_BYTES: usize = 8 + LookupOrigin::BYTES;

/// Reads the printed values of a row; leaves out those of fields that a newer version knows.
fn printed(row: &Row<'_>) -> rusqlite::Result<Vec<PrintedValue>> {
    let bytes: Option<Vec<u8>> = row.get("printed")?;
    let value = |bytes: &[u8; PRINTED_BYTES]| {
        let (name, origin) = bytes.split_first_chunk::<8>()?;
        let name = u64::from_le_bytes(*name);
        let field = LookedUp::ALL.into_iter().find(|field| digest::short(field.name().as_bytes()) == name)?;
        Some(PrintedValue { field, origin: LookupOrigin::from_bytes(origin.try_into().ok()?) })
    };
    Ok(bytes.unwrap_or_default().as_chunks().0.iter().filter_map(value).collect())
}

pub(super) fn printed_bytes(printed: &[PrintedValue]) -> Option<Vec<u8>> {
    let bytes = |value: &PrintedValue| {
        let name = digest::short(value.field.name().as_bytes()).to_le_bytes();
        [&name[..], &value.origin.to_bytes()].concat()
    };
    (!printed.is_empty()).then(|| printed.iter().flat_map(bytes).collect())
}

pub(super) fn mark_bytes(marks: &[TextMark]) -> Vec<u8> {
    marks.iter().flat_map(|mark| mark.to_bytes()).collect()
}

pub(super) fn line_bytes(lines: &[u64]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.to_le_bytes()).collect()
}

fn sent_text(row: &Row<'_>, column: &str) -> rusqlite::Result<SentText> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    let bytes = bytes.unwrap_or_default();
    let (meant, landed) = bytes.split_at_checked(TextMark::BYTES).unwrap_or_default();
    Ok(SentText { meant: TextMark::from_bytes(meant), landed: TextMark::from_bytes(landed) })
}

pub(super) fn sent_text_bytes(text: SentText) -> Option<Vec<u8>> {
    Some([text.meant?.to_bytes(), text.landed?.to_bytes()].concat())
}
