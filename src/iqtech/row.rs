//! One object of an answer. Lenient in the form of values: every member may be missing, a number may be a text and a
//! text a number, and the letter case of names does not count.

use serde_json::{Map, Value};

use crate::web::{Bad, Redactor};

/// An object of an answer and what is needed to read it.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    members: &'a Map<String, Value>,
    redactor: &'a Redactor,
}

impl<'a> Row<'a> {
    /// Takes a value for an object; `what` names it in the error.
    pub fn from_value(value: &'a Value, what: &str, redactor: &'a Redactor) -> Result<Self, Bad> {
        match value {
            Value::Object(members) => Ok(Self { members, redactor }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(Bad::Passing(format!("{what} is no object")))
            }
        }
    }

    /// Takes a value for a list of objects.
    pub fn list_from_value(value: &'a Value, what: &str, redactor: &'a Redactor) -> Result<Vec<Self>, Bad> {
        let list = value.as_array().ok_or_else(|| Bad::Passing(format!("{what} is no list")))?;
        list.iter().map(|value| Self::from_value(value, what, redactor)).collect()
    }

    /// Whether a member of this name is there and not `null`.
    pub fn has(&self, name: &str) -> bool {
        self.member(name).is_some()
    }

    /// Returns a member that is there and not `null`.
    pub fn member(&self, name: &str) -> Option<&'a Value> {
        member(self.members, name)
    }

    /// Returns a text as it is. It holds no secret of this program.
    pub fn text(&self, name: &str) -> Result<Option<String>, Bad> {
        let text = match self.member(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                return Err(unusable(name, "text"));
            }
        };
        if self.redactor.is_secret_in(&text) {
            return Err(Bad::Lasting(format!("`{name}` in the answer holds a secret of ours")));
        }
        Ok(Some(text))
    }

    /// Returns a text without the blanks around it; `None` where it is blank.
    pub fn trimmed(&self, name: &str) -> Result<Option<String>, Bad> {
        Ok(self.text(name)?.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// Returns a whole number.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Bad> {
        let Some(amount) = self.amount(name)? else { return Ok(None) };
        let exact = self.member(name).and_then(Value::as_i64);
        #[expect(clippy::cast_possible_truncation, reason = "the number is whole and small enough, which is checked")]
        let whole = (amount.fract() == 0.0 && amount.abs() < 1e15).then_some(amount as i64);
        exact.or(whole).map(Some).ok_or_else(|| unusable(name, "whole number"))
    }

    /// Returns a number.
    pub fn amount(&self, name: &str) -> Result<Option<f64>, Bad> {
        let number = match self.member(name) {
            None => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
        };
        number.map(Some).ok_or_else(|| unusable(name, "number"))
    }

    /// Returns yes or no.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Bad> {
        self.member(name).map(|value| flag(value).ok_or_else(|| unusable(name, "yes or no"))).transpose()
    }

    /// Returns an object.
    pub fn object(&self, name: &str) -> Result<Option<Self>, Bad> {
        let named = || format!("`{name}` in the answer");
        self.member(name).map(|value| Self::from_value(value, &named(), self.redactor)).transpose()
    }

    /// Returns a list of objects; an empty one where there is none.
    pub fn list(&self, name: &str) -> Result<Vec<Self>, Bad> {
        let named = || format!("`{name}` in the answer");
        self.member(name).map_or(Ok(Vec::new()), |value| Self::list_from_value(value, &named(), self.redactor))
    }
}

/// Returns a member that is there and not `null`, whatever the letter case of its name.
pub(super) fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let other = || members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    members.get(name).or_else(other).filter(|value| !value.is_null())
}

/// Reads yes or no, also where it is a text or a number.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            Some(_) | None => None,
        },
        Value::String(text) => {
            let words = [("true", true), ("false", false), ("yes", true), ("no", false), ("1", true), ("0", false)];
            words.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim())).map(|(_, flag)| flag)
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The value stays out of the message: it may be a person's.
fn unusable(name: &str, what: &str) -> Bad {
    Bad::Passing(format!("`{name}` in the answer is no {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::secret::Secret;

    #[test]
    fn reads_values_in_either_form() {
        let value = json!({"a": "5", "B": 5, "c": 5.0, "d": null, "e": " x ", "f": "", "g": true, "h": "No", "i": []});
        let redactor = Redactor::default();
        let row = Row::from_value(&value, "it", &redactor).unwrap();
        for name in ["a", "b", "c"] {
            assert_eq!(row.number(name), Ok(Some(5)), "{name}");
            assert_eq!(row.amount(name), Ok(Some(5.0)), "{name}");
        }
        assert_eq!((row.text("a"), row.text("b")), (Ok(Some("5".into())), Ok(Some("5".into()))));
        assert_eq!((row.text("d"), row.number("d"), row.flag("d")), (Ok(None), Ok(None), Ok(None)));
        assert_eq!((row.text("e"), row.trimmed("e")), (Ok(Some(" x ".into())), Ok(Some("x".into()))));
        assert_eq!((row.text("f"), row.trimmed("f"), row.number("f")), (Ok(Some(String::new())), Ok(None), Ok(None)));
        assert_eq!((row.flag("g"), row.flag("h")), (Ok(Some(true)), Ok(Some(false))));
        assert!(row.list("none").unwrap().is_empty() && row.list("i").unwrap().is_empty());
        for bad in [row.text("i").err(), row.number("e").err(), row.flag("e").err(), row.list("a").err()] {
            assert!(matches!(bad, Some(Bad::Passing(_))), "{bad:?}");
        }
    }

    #[test]
    fn refuses_texts_that_hold_a_secret() {
        let redactor = Redactor::default();
        redactor.add(&Secret::new("correct-horse"));
        let value = json!({"name": "a correct-horse"});
        let row = Row::from_value(&value, "it", &redactor).unwrap();
        assert!(matches!(row.text("name"), Err(Bad::Lasting(_))));
    }
}
