//! The body of a request that writes.

use super::record::Record;
use super::{json, xml};
use crate::iqr::endpoint::Format;

/// The body that writes one record; IQR wants its elements in alphabetical order.
pub(in crate::iqr) fn body(format: Format, record: Record, mut fields: Vec<(&str, &str)>) -> String {
    fields.sort_unstable();
    match format {
        Format::Xml => xml::envelope(record, &fields),
        Format::Json => json::envelope(record, &fields),
    }
}
