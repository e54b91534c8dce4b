//! `auth-test --probe`: which endpoints answer and how, what a missing asset looks like, and whether the fields that
//! the config names are there. By reading only; the client is read-only, and refuses anything else.

use super::{FIELDS, Steps, Verdict};
use crate::commands::NotFound;
use crate::config::Config;
use crate::iqr::{Glimpse, Iqr, Operation, Shape};
use crate::model::InventoryId;

/// IDs that hardly any tenant has reached.
const UNLIKELY: [&str; 2] = ["999999999", "888888888"];

impl Steps {
    /// Probes the endpoints; a question that IQR does not answer is reported as a step.
    pub(super) fn probe(&mut self, config: &Config, iqr: &Iqr, id: &InventoryId) {
        if let Some(asset) = self.glimpse(iqr, Operation::InventoryGet, id.as_str()) {
            self.asset(config, &asset, id);
            self.items(iqr, &asset);
        }
        let missing = UNLIKELY.into_iter().find(|unlikely| *unlikely != id.as_str()).unwrap_or_default();
        if let Some(glimpse) = self.glimpse(iqr, Operation::InventoryGet, missing) {
            let answer = format!("is answered {} with {}", glimpse.status, glimpse.shape);
            self.note("missing asset", Verdict::Ok, format!("one that is not there ({missing}) {answer}"));
        }
        self.glimpse(iqr, Operation::CategoryList, "");
    }

    fn glimpse(&mut self, iqr: &Iqr, operation: Operation, key: &str) -> Option<Glimpse> {
        match iqr.glimpse(operation, key) {
            Ok(glimpse) => {
                let is_good = (200..300).contains(&glimpse.status) && !matches!(glimpse.shape, Shape::WebPage(_));
                let verdict = if is_good { Verdict::Ok } else { Verdict::Warning };
                let kind = if glimpse.content_type.is_empty() { "no type" } else { &glimpse.content_type };
                let message = format!("{}: {}, {kind}, {}", glimpse.request, glimpse.status, glimpse.shape);
                self.note(operation.name(), verdict, message);
                Some(glimpse)
            }
            Err(error) => {
                self.note(operation.name(), Verdict::Warning, error.to_string());
                None
            }
        }
    }

    /// Whether the asset shows the fields that are to be written.
    fn asset(&mut self, config: &Config, asset: &Glimpse, id: &InventoryId) {
        if asset.member("inventoryid").is_none() {
            let message =
                format!("the answer is about no asset: has IQR an asset {id}? Else check iqr.endpoints.inventory_get");
            return self.fail("asset", NotFound(message));
        }
        for (field, key) in FIELDS {
            let name = config.iqr.fields.of(field);
            match asset.member(name) {
                Some("") => self.note(name, Verdict::Ok, format!("there, and empty (iqr.fields.{key})")),
                Some(text) => self.note(name, Verdict::Ok, format!("there: {text}")),
                None => {
                    let message = format!("the asset shows no `{name}` (iqr.fields.{key}); {}", like(asset, name));
                    self.note(name, Verdict::Warning, message);
                }
            }
        }
    }

    /// The asset's master item, by its number and by its ID.
    fn items(&mut self, iqr: &Iqr, asset: &Glimpse) {
        let number = asset.member("item").or_else(|| asset.member("itemnumber")).unwrap_or_default().trim();
        let item = asset.member("itemid").unwrap_or_default().trim();
        for (operation, key) in [(Operation::ItemSearch, number), (Operation::ItemGet, item)] {
            if key.is_empty() {
                self.note(operation.name(), Verdict::Skipped, "the asset names no master item".to_owned());
            } else {
                self.glimpse(iqr, operation, key);
            }
        }
    }
}

/// The asset's members that might be meant.
fn like(asset: &Glimpse, name: &str) -> String {
    let Shape::Object(members) = &asset.shape else { return String::new() };
    let stem = if name.contains("comment") { "comment" } else { "desc" };
    let like: Vec<&str> = members
        .iter()
        .map(|(member, _)| member.as_str())
        .filter(|member| member.to_lowercase().contains(stem) || member.to_lowercase().starts_with("userdefined"))
        .collect();
    if like.is_empty() { "nor anything like it".to_owned() } else { format!("it has {}", like.join(", ")) }
}
