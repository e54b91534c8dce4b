//! Machines, assets and updates: plain values.
//!
//! No I/O, no SQL, no wire format: the modules around this one translate into and out of these types.

mod asset;
mod due;
mod excerpt;
mod gapped_text;
mod inventory_id;
mod looked_up;
mod machine;
pub(crate) mod makers;
mod own_names;
mod reason;
mod registration;
mod sent;
mod serial;
mod stored;
mod time;
mod update;
mod virtual_media;

pub use asset::Asset;
pub use due::DueBecause;
pub use excerpt::excerpt;
pub use gapped_text::{Gap, GappedText};
pub use inventory_id::{IdRule, InventoryId, InventoryIdError};
pub use looked_up::{LookedUp, LookedUpValue, LookupOrigin, LookupService, LookupState, NamedValue, PrintedValue};
pub use machine::{Battery, ClientId, DiagnosticsLog, DiagnosticsTest, Drive, Machine, Slot, Wipe, slot_of};
pub use own_names::OwnNames;
pub use reason::{Reason, RecordedReason};
pub use registration::Registration;
pub use sent::{KnownLines, Sent, SentText, TextMark, line_digests};
pub use serial::{folded_drive_serial, is_filler_serial, is_readers_constant, is_same_serial, is_serial_in_iqr};
pub use stored::{StoredLines, is_addition, is_stored, lines_of, stored_form};
pub use time::{ParseTimestampError, Timestamp};
pub use update::{AssetUpdate, Chassis, CommentLine, Cut, Limited, NamedInText, NamedValues, TemplateKind};
pub use virtual_media::is_virtual_medium;
