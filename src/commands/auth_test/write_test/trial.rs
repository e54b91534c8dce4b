//! Tries one field at a time: writes it, reads it back, restores it, and reads it again.

use std::fmt;

use crate::clock::BootTime;
use crate::config::Config;
use crate::iqr::{Field, Iqr, Settings};
use crate::model::{Asset, InventoryId};
use crate::web::{Access, Error, Limits};

/// The text that is written: short enough for every column, and plain to whoever finds it.
const TEXT: &str = "wipeos-iqr test";
const OTHER_TEXT: &str = "wipeos-iqr test 2";

/// A session in which one asset may be written.
pub(super) struct Trial<'a> {
    iqr: Iqr,
    id: &'a InventoryId,
}

/// The outcome of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The field shows what was written.
    Taken,
    /// The comments show what was written; the effect on the lines from before is given.
    Comments(Comments),
    /// The field is unchanged, whatever IQR said.
    Ignored,
    /// The field shows something else.
    Changed(String),
    /// IQR did not take it.
    Refused(String),
}

/// The effect of a write on the comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    Added,
    Replaced,
}

/// The outcome of a write and of restoring the text from before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    outcome: Outcome,
    /// The text from before, where it could not be restored.
    lost: Option<String>,
}

impl<'a> Trial<'a> {
    pub(super) fn begin(config: &Config, settings: &Settings, id: &'a InventoryId) -> Result<Self, anyhow::Error> {
        let deadline = BootTime::now() + config.sync.time_budget;
        let limits = Limits { deadline, interrupted: crate::commands::interruption() };
        let iqr = Iqr::new(settings.clone(), &config.api_key()?, Access::ReadWrite, limits);
        Ok(Self { iqr, id })
    }

    pub(super) fn end(self) {
        if let Err(error) = self.iqr.finish() {
            log::info!("the session at IQR could not be ended: {error}");
        }
    }

    /// Lists the texts of the fields, for a person who has to restore them by hand.
    pub(super) fn before(&self) -> Result<String, anyhow::Error> {
        let asset = self.iqr.asset(self.id)?;
        let (description, extended, comments) = (asset.description, asset.extended_description, asset.comments);
        Ok(format!("description `{description}`, extended description `{extended}`, comments `{comments}`"))
    }

    pub(super) fn is_empty(&self, field: Field) -> Result<bool, anyhow::Error> {
        Ok(self.text(field)?.trim().is_empty())
    }

    /// Writes one field, reads it back, and restores the text from before.
    pub(super) fn field(&self, field: Field) -> Result<Finding, anyhow::Error> {
        let before = self.text(field)?;
        let text = if before.trim() == TEXT { OTHER_TEXT } else { TEXT };
        let (mut outcome, shown) = self.write(field, &before, text)?;
        if field == Field::Comments && outcome == Outcome::Taken {
            // Nothing was there that could have been kept or lost: now there is.
            outcome = self.write(field, &shown, OTHER_TEXT)?.0;
        }
        let lost = if outcome == Outcome::Comments(Comments::Added) {
            // To send the lines that were there would add them once more.
            Some(before)
        } else if shown == before {
            None
        } else {
            self.put_back(field, before)?
        };
        Ok(Finding { outcome, lost })
    }

    /// Writes one text; returns the outcome and what the field shows afterwards.
    fn write(&self, field: Field, before: &str, text: &str) -> Result<(Outcome, String), anyhow::Error> {
        let written = self.iqr.update(self.id, &[(field, text)]);
        let shown = text_of(&self.iqr.read_back(self.id)?, field).to_owned();
        Ok((outcome(field, (before, text, &shown), written), shown))
    }

    fn text(&self, field: Field) -> Result<String, anyhow::Error> {
        Ok(text_of(&self.iqr.asset(self.id)?, field).to_owned())
    }

    /// Restores the text from before; returns it where it could not be restored.
    fn put_back(&self, field: Field, before: String) -> Result<Option<String>, anyhow::Error> {
        // The text that is read decides whether it was done, whatever the answer was.
        let answer = self.iqr.update(self.id, &[(field, &before)]);
        let shown = text_of(&self.iqr.read_back(self.id)?, field).to_owned();
        if shown.trim_end() == before.trim_end() {
            return Ok(None);
        }
        log::info!("asset {}: the field was not put back: {answer:?}", self.id);
        Ok(Some(before))
    }
}

fn text_of(asset: &Asset, field: Field) -> &str {
    match field {
        Field::Description => &asset.description,
        Field::ExtendedDescription => &asset.extended_description,
        Field::Comments => &asset.comments,
    }
}

fn outcome(field: Field, (before, text, shown): (&str, &str, &str), written: Result<(), Error>) -> Outcome {
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    if field == Field::Comments && lines(shown).iter().any(|line| line == text) && shown != before {
        let kept = lines(before).iter().all(|line| lines(shown).contains(line));
        let has_more = lines(before).iter().any(|line| !line.is_empty());
        return match (kept, has_more) {
            (true, true) => Outcome::Comments(Comments::Added),
            (false, _) => Outcome::Comments(Comments::Replaced),
            // Nothing was there that could have been kept or lost.
            (true, false) => Outcome::Taken,
        };
    }
    match written {
        _ if shown.trim_end() == text => Outcome::Taken,
        Err(error) => Outcome::Refused(error.to_string()),
        Ok(()) if shown == before => Outcome::Ignored,
        Ok(()) => Outcome::Changed(shown.to_owned()),
    }
}

impl Finding {
    pub(super) fn is_taken(&self) -> bool {
        match self.outcome {
            Outcome::Taken | Outcome::Comments(_) => true,
            Outcome::Ignored | Outcome::Changed(_) | Outcome::Refused(_) => false,
        }
    }

    pub(super) fn is_restored(&self) -> bool {
        self.lost.is_none()
    }

    pub(super) fn comments(&self) -> Option<Comments> {
        if let Outcome::Comments(comments) = self.outcome { Some(comments) } else { None }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Outcome::Taken => f.write_str("taken")?,
            Outcome::Comments(Comments::Added) => f.write_str("taken, added to the lines that were there")?,
            Outcome::Comments(Comments::Replaced) => f.write_str("taken, in place of the lines that were there")?,
            Outcome::Ignored => f.write_str("IQR says yes, and the field does not change")?,
            Outcome::Changed(shown) => write!(f, "the field shows something else: `{shown}`")?,
            Outcome::Refused(why) => f.write_str(why)?,
        }
        match &self.lost {
            None if matches!(self.outcome, Outcome::Ignored | Outcome::Refused(_)) => Ok(()),
            None => f.write_str("; what was there is put back"),
            Some(_) if self.comments() == Some(Comments::Added) => {
                f.write_str("; a line cannot be taken away again, so lines of this test stay: remove them by hand")
            }
            Some(before) if before.trim().is_empty() => {
                f.write_str("; it was empty, and IQR does not empty it again: clear it by hand")
            }
            Some(before) => write!(f, "; what was there could not be put back, it was `{before}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_a_write_by_the_read_and_not_by_the_answer() {
        let of = |before: &str, shown: &str| outcome(Field::Description, (before, TEXT, shown), Ok(()));
        assert_eq!(of("a", TEXT), Outcome::Taken);
        assert_eq!(of("a", "a"), Outcome::Ignored);
        assert_eq!(of("a", "wipeos"), Outcome::Changed("wipeos".to_owned()));
        let refused = Error::Refused {
            service: &crate::iqr::SERVICE,
            request: "POST x".to_owned(),
            status: 400,
            text: String::new(),
        };
        let lied = outcome(Field::Description, ("a", TEXT, TEXT), Err(refused));
        assert_eq!(lied, Outcome::Taken);
    }

    #[test]
    fn judges_comment_writes_only_where_comments_were_there() {
        let of = |before: &str, shown: &str| outcome(Field::Comments, (before, TEXT, shown), Ok(()));
        assert_eq!(of("a\r\nb", &format!("a\r\nb\r\n{TEXT}")), Outcome::Comments(Comments::Added));
        assert_eq!(of("a\nb", TEXT), Outcome::Comments(Comments::Replaced));
        assert_eq!(of("", TEXT), Outcome::Taken);
        assert_eq!(of("a", "a"), Outcome::Ignored);
    }
}
