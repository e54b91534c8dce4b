//! Fault rules as people type them: words `name` or `name=value`, in any order.
//!
//! ```text
//! reset nth=5 after            the fifth request takes effect; its connection is reset
//! status=503 every=20          every twentieth request is answered 503
//! retry-after=2 path=Inventories times=3
//! drip=100 id=413800           one byte every 100 ms for this asset
//! ```

use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::faults::{Fault, Kind, Moment, Part, When};

/// Length of a silence without a time of its own.
const SILENCE: Duration = Duration::from_secs(600);
const GIGABYTE: u64 = 1 << 30;

/// A fault rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FaultTextError {
    /// A word means nothing here.
    #[error("`{0}` is neither a fault nor a condition")]
    Unknown(String),
    /// A word needs a number after `=`.
    #[error("`{0}` needs a number, like `{0}=5`")]
    NeedsNumber(String),
    /// Only conditions were given.
    #[error("the rule names no fault (`reset`, `status=503`, ...)")]
    NoKind,
}

impl FromStr for Fault {
    type Err = FaultTextError;

    fn from_str(text: &str) -> Result<Self, FaultTextError> {
        let mut kind = None;
        let mut fault = Self::new(When::Always, Kind::AsIs);
        for text in text.split_whitespace() {
            let word = Word::new(text);
            if let Some(found) = word.kind()? {
                kind = Some(found);
            } else if let Some(when) = word.when()? {
                fault.at.push(when);
            } else {
                word.modify(&mut fault)?;
            }
        }
        fault.kind = kind.ok_or(FaultTextError::NoKind)?;
        Ok(fault)
    }
}

struct Word<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> Word<'a> {
    fn new(text: &'a str) -> Self {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        Self { name, value }
    }

    fn kind(&self) -> Result<Option<Kind>, FaultTextError> {
        Ok(Some(match self.name {
            "as-is" => Kind::AsIs,
            "status" => Kind::status(self.number()?),
            "retry-after" => Kind::retry_after(429, self.value),
            "redirect" => Kind::redirect(if self.value.is_empty() { "/login" } else { self.value }),
            "html" => Kind::html_ok(),
            "no-content" => Kind::no_content(),
            "error-text" => Kind::error_text(),
            "dotnet" => Kind::dotnet_text(),
            "empty" => Kind::Empty,
            "truncated" => Kind::Truncated,
            "cut" => Kind::Cut,
            "wrong-type" => Kind::WrongType,
            "other-id" => Kind::OtherInventoryId,
            "wrong-length" => Kind::WrongLength(self.number()?),
            "reset" => Kind::Reset,
            "close" => Kind::Close,
            "silent" => Kind::SilentHead(SILENCE),
            "silent-body" => Kind::SilentBody(SILENCE),
            "drip" => Kind::Drip { every: self.milliseconds()?, from: Part::Head },
            "drip-body" => Kind::Drip { every: self.milliseconds()?, from: Part::Body },
            "huge" => Kind::Huge(if self.value.is_empty() { GIGABYTE } else { self.number()? }),
            "delay" => Kind::Delay(self.milliseconds()?),
            _ => return Ok(None),
        }))
    }

    fn when(&self) -> Result<Option<When>, FaultTextError> {
        Ok(Some(match self.name {
            "nth" => When::Nth(self.number()?),
            "every" => When::EveryNth(self.number()?),
            "from" => When::Range(self.number()?, u64::MAX),
            "until" => When::Range(1, self.number()?),
            "one-in" => When::OneIn { requests: self.number()?, seed: 0 },
            "path" => When::Path(self.value.to_owned()),
            "id" => When::Id(self.number()?),
            "method" => When::Method(self.value.to_owned()),
            _ => return Ok(None),
        }))
    }

    fn modify(&self, fault: &mut Fault) -> Result<(), FaultTextError> {
        match self.name {
            "after" => fault.moment = Moment::AfterCommit,
            "skip" => fault.skip = self.number()?,
            "times" => fault.times = Some(self.number()?),
            other => return Err(FaultTextError::Unknown(other.to_owned())),
        }
        Ok(())
    }

    fn milliseconds(&self) -> Result<Duration, FaultTextError> {
        self.number().map(Duration::from_millis)
    }

    fn number<N: FromStr>(&self) -> Result<N, FaultTextError> {
        self.value.parse().map_err(|_| FaultTextError::NeedsNumber(self.name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultTextError, Kind, When};

    #[test]
    fn prints_rules_as_they_are_typed() {
        let reset = Fault::new(When::Always, Kind::Reset).and(When::Nth(5)).after_commit();
        assert_eq!("reset nth=5 after".parse(), Ok(reset));
        let busy =
            Fault::new(When::Always, Kind::retry_after(429, "2")).and(When::Path("Inventories".to_owned())).times(3);
        assert_eq!("path=Inventories retry-after=2 times=3".parse(), Ok(busy));
    }

    #[test]
    fn names_the_mistake_in_a_rule() {
        let error = |text: &str| text.parse::<Fault>().unwrap_err();
        assert_eq!(error("rest nth=5"), FaultTextError::Unknown("rest".to_owned()));
        assert_eq!(error("status=x"), FaultTextError::NeedsNumber("status".to_owned()));
        assert_eq!(error("nth=5"), FaultTextError::NoKind);
    }
}
