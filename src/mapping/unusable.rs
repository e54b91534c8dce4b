//! Says why no master item can be named for a machine.

use super::placeholder::{self, is_placeholder};
use super::{clean, maker_prefix, manufacturer};
use crate::model::{AssetUpdate, Cut, Limited, Machine, excerpt};

/// Why no master item can be named for this machine, and what to do; `None` when one can.
#[must_use]
pub fn unusable_identity(machine: &Machine, update: &AssetUpdate) -> Option<String> {
    let manufacturer = || shown(machine.manufacturer.as_deref(), "");
    let model = || shown(machine.model.as_deref(), &update.manufacturer);
    let too_wide = update.cuts.iter().find(|cut| update.item_number.is_empty() && cut.text == Limited::ItemNumber);
    let has_model = too_wide.is_some() || !update.item_number.is_empty();
    let lack = match (update.manufacturer.is_empty(), !has_model) {
        (false, false) => return too_wide.map(too_wide_model),
        (true, false) => format!("no manufacturer ({}); correct it in WipeOS", manufacturer()),
        (false, true) => format!("no model ({}); correct it in WipeOS", model()),
        (true, true) => {
            format!("neither manufacturer ({}) nor model ({}); correct them in WipeOS", manufacturer(), model())
        }
    };
    Some(format!("the firmware names {lack}"))
}

/// Says why a model gets no number that is shorter than its name.
fn too_wide_model(cut: &Cut) -> String {
    format!(
        "the model `{}` has {} characters, an item number has {}, and without one of its words it could be taken for another \
         model; shorten the model in WipeOS, or raise iqr.widths.item_number if this tenant keeps more",
        excerpt(&cut.lost),
        cut.lost.chars().count(),
        cut.width
    )
}

/// Says what is wrong with a text that names no maker, or no model of this maker.
fn shown(raw: Option<&str>, maker: &str) -> String {
    let text = clean::one_line(raw.unwrap_or_default());
    if text.is_empty() {
        return "it is blank".to_owned();
    }
    let what = match maker_prefix::without_maker(&text, &[maker]) {
        _ if is_placeholder(&text) => "a filler text",
        _ if manufacturer::is_only_a_maker(&text, maker) => "only the maker's name",
        // A maker's name with `-pc` behind it.
        "" => "only the maker's name",
        rest if placeholder::is_kind_of_machine(rest) => "only a kind of machine",
        _ => "none",
    };
    format!("`{}` is {what}", excerpt(&text))
}
