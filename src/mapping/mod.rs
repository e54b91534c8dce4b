//! Maps a machine to an update of its asset: a pure function of the machine and the config's rules.
//!
//! No I/O and no clock. Nothing here knows the names of IQR's fields, or their contents: the plan does.

mod capacity;
mod chassis;
mod clean;
mod comments;
mod drive_size;
mod drives;
mod fields;
#[cfg(test)]
mod fixtures;
mod fold;
mod identity;
mod item_number;
mod letters;
mod look_alikes;
mod maker_prefix;
mod manufacturer;
mod model_name;
mod placeholder;
mod processor;
mod processor_fillers;
mod rendering;
mod rules;
mod template;
#[cfg(test)]
mod tests;
mod unusable;
mod unwiped;
mod widths;
mod wipe_methods;
mod wipes;
mod words;

pub use fields::Scope;
pub use fold::fold_key;
pub use identity::{Contradiction, Identity};
pub use manufacturer::Aliases;
pub use model_name::LenovoModel;
pub use placeholder::is_placeholder;
pub use rendering::{RenderedField, explain, map, map_with_template};
pub use rules::{PerTemplate, Rules, TestName, Untested};
pub use template::{SlotRef, Template, TemplateError};
pub use unusable::unusable_identity;
pub use unwiped::{Unwiped, UnwipedDrive, unwiped_drives};
pub use widths::{Width, Widths};
pub use wipes::{WipeEnd, WipeHistory, missing_verification};
pub use words::{has_result_word, is_result_value};
