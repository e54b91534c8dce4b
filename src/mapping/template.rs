//! The template language of the config: literal text with `{Field}` and `{Field|fallback}` in it.
//!
//! A template is checked when it is parsed; rendering cannot fail, and never interprets what is in a value.
//!
//! # Separators
//!
//! A literal between two fields that is nothing but commas, semicolons and blanks is a separator: it is printed only
//! where there is text of a field on both sides of it. So `{Drive Size}, {Drive Type}` of a machine without a drive is
//! `None`, not `None, `. Any other literal (`/`) is always printed, so that values keep their place.
//!
//! The chassis word is not printed behind fields that say it already, with separators between them: `{Model} {Chassis}`
//! of a `Pavilion Laptop 15-cw1xxx` is `Pavilion Laptop 15-cw1xxx`.

use std::borrow::Cow;

use thiserror::Error;

use super::chassis;
use super::fields::{self, Field, Scope, Subject};
use super::words;
use crate::model::{Gap, GappedText, LookedUp};

/// A checked template. The default one is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    source: String,
    pieces: Vec<Piece>,
    /// The number of pieces before the colon of a comment line.
    name_pieces: usize,
}

/// A name in a template that is no built-in field: a slot of the inventory item menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRef {
    /// The name as written in the template, without blanks around it.
    pub name: String,
    /// The place in the template where the name begins, in bytes.
    pub offset: usize,
    /// The built-in field that was probably meant, if the name is nearly one.
    pub hint: Option<&'static str>,
}

/// A template is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{message} (at byte {offset})")]
pub struct TemplateError {
    /// The place in the template, in bytes.
    pub offset: usize,
    /// The problem there.
    pub message: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Field { name: String, source: Source, fallback: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    BuiltIn(Field),
    Slot(SlotRef),
}

/// A rendered template.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rendered<'a> {
    pub text: String,
    /// Names, as the template has them, of the fields that printed nothing.
    pub empty_fields: Vec<&'a str>,
}

impl Template {
    /// Checks a template.
    ///
    /// # Errors
    ///
    /// When a brace is not closed or not opened, a name is empty, or a comment template is not `Name: VALUE` with a
    /// colon of its own, or its lines would not show the result of the test or the wipe. A name that is no field is no
    /// error here: see [`Template::slot_references`].
    pub fn parse(source: &str, scope: Scope) -> Result<Self, TemplateError> {
        let mut pieces = Parser { source, scope, offset: 0 }.pieces()?;
        let name_pieces = if scope == Scope::Machine { 0 } else { split_at_colon(&mut pieces)? };
        let (name, value) = pieces.split_at(name_pieces);
        if let Some(message) = untrue(scope, name, value) {
            return Err(TemplateError { offset: 0, message });
        }
        Ok(Self { source: source.to_owned(), pieces, name_pieces })
    }

    /// Returns the template as written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names that are no built-in fields, in their order.
    pub fn slot_references(&self) -> impl Iterator<Item = &SlotRef> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field { source: Source::Slot(slot), .. } => Some(slot),
            Piece::Field { source: Source::BuiltIn(_), .. } | Piece::Literal(_) => None,
        })
    }

    /// Whether the template names a slot; case and blanks in its name do not count.
    pub(super) fn names_slot(&self, name: &str) -> bool {
        self.slot_references().any(|slot| fields::is_same_name(&slot.name, name))
    }

    /// The text of the whole template, without blanks at its ends.
    pub(super) fn render(&self, subject: &Subject<'_>) -> Rendered<'_> {
        render(&self.pieces, subject, &[])
    }

    /// Renders the template with a gap for each of these fields; `width` is that of the text's column. Returns `None`
    /// where the template names none of them, or has the character of gaps in it.
    pub(super) fn render_gapped(
        &self,
        subject: &Subject<'_>,
        fields: &[LookedUp],
        width: Option<usize>,
    ) -> Option<GappedText> {
        let gap = |piece: &Piece| match piece {
            Piece::Field { source, fallback, .. } => {
                let field = source.looked_up().filter(|field| fields.contains(field))?;
                Some(Gap { field, fallback: fallback.clone().unwrap_or_default() })
            }
            Piece::Literal(_) => None,
        };
        let gaps = self.pieces.iter().filter_map(gap).collect();
        GappedText::new(render(&self.pieces, subject, fields).text, gaps, width)
    }

    /// Name and value of a comment line: what stands before and after the template's own first colon.
    pub(super) fn render_line(&self, subject: &Subject<'_>) -> (String, String) {
        let (name, value) = self.pieces.split_at(self.name_pieces);
        (render(name, subject, &[]).text, render(value, subject, &[]).text)
    }
}

/// Takes the first literal colon out of the pieces; returns the number of pieces before it.
fn split_at_colon(pieces: &mut Vec<Piece>) -> Result<usize, TemplateError> {
    let colon = pieces.iter().enumerate().find_map(|(index, piece)| match piece {
        Piece::Literal(text) => text.split_once(':').map(|(name, value)| (index, name.to_owned(), value.to_owned())),
        Piece::Field { .. } => None,
    });
    let Some((index, name, value)) = colon else {
        return Err(TemplateError {
            offset: 0,
            message: "a comment line must be `Name: VALUE`, and there is no colon",
        });
    };
    if index == 0 && name.trim().is_empty() {
        return Err(TemplateError { offset: 0, message: "a comment line must be `Name: VALUE`, and there is no name" });
    }
    pieces.splice(index..=index, [Piece::Literal(name), Piece::Literal(value)]);
    Ok(index + 1)
}

/// Says why the lines of a comment template would say something false: a line that names a method and not the result
/// reads like a wipe that passed, whatever its result.
fn untrue(scope: Scope, name: &[Piece], value: &[Piece]) -> Option<&'static str> {
    let says_pass = || name.iter().chain(value).any(|piece| words::says_pass(piece.own_text()));
    match scope {
        Scope::Test if !has(name, Field::Test) => {
            Some("there is no `{Test}` before the colon, so no line names its test")
        }
        Scope::Test if !has(value, Field::Result) => {
            Some("there is no `{Result}` behind the colon, so no line tells what came of its test")
        }
        Scope::Wipe if !has(value, Field::WipeResult) => {
            Some("there is no `{Wipe Result}` behind the colon, so a line would read like a wipe that went well")
        }
        Scope::Test | Scope::Wipe if has(name, Field::Result) || has(name, Field::WipeResult) => {
            Some("the result stands before the colon, so a new result would leave the old line as it is")
        }
        Scope::Test | Scope::Wipe if says_pass() => Some("it says itself that all went well, whatever the result is"),
        Scope::Machine | Scope::Test | Scope::Wipe => None,
    }
}

fn has(pieces: &[Piece], field: Field) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Field { source: Source::BuiltIn(other), .. } if *other == field))
}

impl Piece {
    /// Returns the text that it prints and that does not come from the machine.
    fn own_text(&self) -> &str {
        match self {
            Self::Literal(text) => text,
            Self::Field { fallback, .. } => fallback.as_deref().unwrap_or_default(),
        }
    }
}

/// Reads a template from its beginning to its end.
struct Parser<'a> {
    source: &'a str,
    scope: Scope,
    offset: usize,
}

impl<'a> Parser<'a> {
    fn pieces(mut self) -> Result<Vec<Piece>, TemplateError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        while let Some(brace) = self.rest().find(['{', '}']) {
            literal.push_str(&self.rest()[..brace]);
            self.offset += brace;
            let rest = self.rest();
            if rest.starts_with("{{") || rest.starts_with("}}") {
                literal.push_str(&rest[..1]);
                self.offset += 2;
            } else if rest.starts_with('{') {
                push_literal(&mut pieces, &mut literal);
                pieces.push(self.field()?);
            } else {
                return Err(self.error("`}` without `{` before it; write `}}` for a brace"));
            }
        }
        literal.push_str(self.rest());
        push_literal(&mut pieces, &mut literal);
        Ok(pieces)
    }

    fn rest(&self) -> &'a str {
        &self.source[self.offset..]
    }

    /// The field that begins with the brace at the offset.
    fn field(&mut self) -> Result<Piece, TemplateError> {
        let inside = &self.rest()[1..];
        let end = inside.find(['{', '}']).filter(|end| inside[*end..].starts_with('}'));
        let Some(end) = end else { return Err(self.error("`{` is not closed; write `{{` for a brace")) };
        let inside = &inside[..end];
        let (name, fallback) = match inside.split_once('|') {
            Some((name, fallback)) => (name, Some(fallback.to_owned())),
            None => (inside, None),
        };
        let blanks = name.len() - name.trim_start().len();
        let (name, at) = (name.trim(), self.offset + 1 + blanks);
        if name.is_empty() {
            return Err(self.error("a field has no name; write `{{` for a brace"));
        }
        self.offset += 1 + end + 1;
        Ok(Piece::Field { name: name.to_owned(), source: self.source_of(name, at), fallback })
    }

    fn source_of(&self, name: &str, offset: usize) -> Source {
        match fields::find(name, self.scope) {
            Some(field) => Source::BuiltIn(field),
            None => Source::Slot(SlotRef { name: name.to_owned(), offset, hint: fields::suggest(name, self.scope) }),
        }
    }

    fn error(&self, message: &'static str) -> TemplateError {
        TemplateError { offset: self.offset, message }
    }
}

fn push_literal(pieces: &mut Vec<Piece>, literal: &mut String) {
    if !literal.is_empty() {
        pieces.push(Piece::Literal(std::mem::take(literal)));
    }
}

impl Source {
    fn looked_up(&self) -> Option<LookedUp> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Slot(slot) => LookedUp::from_name(&slot.name),
        }
    }
}

/// Renders pieces, with a gap in place of each of the fields `gapped`.
fn render<'a>(pieces: &'a [Piece], subject: &Subject<'_>, gapped: &[LookedUp]) -> Rendered<'a> {
    let mut rendered = Rendered::default();
    // Most lines are no longer.
    let text = String::with_capacity(128);
    let mut joiner = Joiner { text, separator: None, after_field: false, fields_begin: 0 };
    for piece in pieces {
        match piece {
            Piece::Literal(text) => joiner.literal(text),
            Piece::Field { name, source, fallback } => {
                let is_gap = gapped.iter().any(|field| source.looked_up() == Some(*field));
                let text = if is_gap {
                    GappedText::GAP.to_string().into()
                } else {
                    field_text(source, fallback.as_deref(), subject)
                };
                if text.is_empty() {
                    rendered.empty_fields.push(name);
                }
                let is_said = || chassis::is_said(subject.facts.chassis.chassis, joiner.fields());
                if *source != Source::BuiltIn(Field::Chassis) || !is_said() {
                    joiner.field(&text);
                }
            }
        }
    }
    rendered.text = trimmed(joiner.text);
    rendered
}

fn field_text<'a>(source: &Source, fallback: Option<&'a str>, subject: &Subject<'a>) -> Cow<'a, str> {
    let value = match source {
        Source::BuiltIn(field) => subject.value(*field),
        Source::Slot(slot) => subject.slot(&slot.name),
    };
    match source {
        Source::BuiltIn(_) | Source::Slot(_) if !value.is_empty() => value,
        Source::BuiltIn(field) => fallback.unwrap_or_else(|| subject.default_of(*field)).into(),
        Source::Slot(_) => fallback.unwrap_or_default().into(),
    }
}

fn trimmed(text: String) -> String {
    let inner = text.trim();
    if inner.len() == text.len() { text } else { inner.to_owned() }
}

/// Joins literals and fields by the rule of separators in the head of this file.
struct Joiner<'a> {
    text: String,
    /// The separator that waits for a field with text behind it. Of two with an empty field between them, the longer
    /// one: `, ` says more than a blank.
    separator: Option<&'a str>,
    /// Whether only separators and empty fields came after the text of a field.
    after_field: bool,
    /// The place where the text begins behind the last literal that is no separator.
    fields_begin: usize,
}

impl<'a> Joiner<'a> {
    fn literal(&mut self, text: &'a str) {
        if text.chars().all(|character| matches!(character, ',' | ';' | ' ')) {
            if self.separator.is_none_or(|waiting| waiting.len() < text.len()) {
                self.separator = Some(text);
            }
            return;
        }
        self.separator = None;
        self.after_field = false;
        self.text.push_str(text);
        self.fields_begin = self.text.len();
    }

    /// The fields since the last literal that is no separator, as they were joined.
    fn fields(&self) -> &str {
        &self.text[self.fields_begin..]
    }

    fn field(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(separator) = self.separator.take().filter(|_| self.after_field) {
            self.text.push_str(separator);
        }
        self.text.push_str(text);
        self.after_field = true;
    }
}
