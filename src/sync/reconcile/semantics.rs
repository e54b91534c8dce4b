//! The semantics of writes to the comments field in this tenant, learned from their effect.

use crate::config::CommentMode;
use crate::ledger::CommentSemantics;
use crate::model::{CommentLine, KnownLines, Sent, is_stored, lines_of};
use crate::sync::reconcile::comments::{is_machine_made, lost_lines};
use crate::sync::reconcile::line_index::NameSet;

/// Returns the semantics that a write has shown, if any. `before` and `after` are the whole texts, `written` the text
/// that was sent (`None` when the pass that sent it was killed), `ours` our lines as they are now. An empty field shows
/// nothing.
#[must_use]
pub fn shown(
    before: &str,
    written: Option<&str>,
    after: &str,
    ours: &[CommentLine],
    sent: &Sent,
) -> Option<CommentSemantics> {
    if lines_of(before).next().is_none() || after == before {
        return None;
    }
    let Some(written) = written else {
        return was_replaced(before, after, ours, sent).then_some(CommentSemantics::Replaces);
    };
    let is_whole = lost_lines(before, written).is_empty();
    if is_text(after, written) && (is_whole || !lost_lines(before, after).is_empty()) {
        return Some(CommentSemantics::Replaces);
    }
    let both = format!("{before}\n{written}");
    lost_lines(&both, after).is_empty().then_some(CommentSemantics::Adds)
}

/// Whether a field shows a text line by line, in the form that its column holds.
fn is_text(shown: &str, text: &str) -> bool {
    lines_of(shown).count() == lines_of(text).count()
        && lines_of(shown).zip(lines_of(text)).all(|(shown, meant)| is_stored(shown, meant))
}

/// Returns the lines of others that are in `before` and not in `after`. Our own lines are planned anew, and do not
/// count.
#[must_use]
pub fn lost(before: &str, after: &str, ours: &[CommentLine], sent: &Sent) -> Vec<String> {
    let ours = Ours::new(ours, sent);
    lost_lines(before, after).into_iter().filter(|line| !ours.has(line)).collect()
}

/// Whether a write whose end is unknown has replaced the text: one of our lines is there, and none of the lines of
/// others that were there before. Lines that people typed since do not count.
#[must_use]
pub fn was_replaced(before: &str, after: &str, ours: &[CommentLine], sent: &Sent) -> bool {
    let is_ours = Ours::new(ours, sent);
    let others = lines_of(before).filter(|line| !is_ours.has(line)).count();
    let is_made = |line| is_ours.sent.made_line(line);
    others > 0 && lost(before, after, ours, sent).len() == others && lines_of(after).any(is_made)
}

/// Returns advice for an administrator whose config says otherwise.
#[must_use]
pub fn advice(shown: CommentSemantics, mode: CommentMode) -> Option<String> {
    match (shown, mode) {
        (CommentSemantics::Replaces, CommentMode::Changed) => Some(
            "this IQR replaces the comments instead of adding to them; set sync.comments = \"full\" (until then the whole text is sent all the same)"
                .to_owned(),
        ),
        (CommentSemantics::Adds, CommentMode::Full) => Some(
            "this IQR adds to the comments instead of replacing them; set sync.comments = \"changed\" (until then only changed lines are sent all the same)"
                .to_owned(),
        ),
        (CommentSemantics::Replaces, CommentMode::Full) | (CommentSemantics::Adds, CommentMode::Changed) => None,
    }
}

/// A test that separates our lines from those of others.
struct Ours<'a> {
    names: NameSet<'a>,
    sent: KnownLines,
}

impl<'a> Ours<'a> {
    fn new(ours: &'a [CommentLine], sent: &Sent) -> Self {
        Self { names: NameSet::new(ours), sent: sent.known_lines() }
    }

    /// Whether a line is known to be ours, or has one of our names and passes for ours.
    fn has(&self, line: &str) -> bool {
        if self.sent.made_line(line) {
            return true;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        self.names.has(name.trim()) && is_machine_made(line, &self.sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::line_digests;

    #[test]
    fn learns_semantics_from_the_effect_of_a_write() {
        use CommentSemantics::{Adds, Replaces};
        let line = |name: &str| CommentLine { name: name.to_owned(), value: "PASS".to_owned(), at: None };
        let ours = ["Memory", "USB"].map(line);
        let rows = [
            // before, sent, after
            ("lid", Some("USB: PASS"), "lid\nUSB: PASS", Some(Adds)),
            ("lid", Some("USB: PASS"), "USB: PASS", Some(Replaces)),
            ("lid", Some("lid\nUSB: PASS"), "lid\nUSB: PASS", Some(Replaces)),
            ("lid", Some("lid\nUSB: PASS"), "lid\nlid\nUSB: PASS", Some(Adds)),
            ("USB: PASS", Some("Memory: PASS"), "Memory: PASS", Some(Replaces)),
            ("USB: FAIL", Some("USB: PASS"), "USB: PASS", Some(Replaces)),
            // The column does not hold every letter.
            ("lid", Some("Lüfter: PASS"), "L?fter: PASS", Some(Replaces)),
            ("lid", Some("Lüfter: PASS"), "lid\nL?fter: PASS", Some(Adds)),
            // An empty field, a write that did not take, and a rewrite by a person in between show nothing.
            ("", Some("USB: PASS"), "USB: PASS", None),
            (" \n", Some("USB: PASS"), "USB: PASS", None),
            ("lid", Some("USB: PASS"), "lid", None),
            ("lid", Some("USB: PASS"), "hinge\nUSB: PASS", None),
            // The lines of a killed pass are known by their digests only, whatever their names are.
            ("lid\nbox", None, "Wipe - D1: PASS", Some(Replaces)),
            ("lid\nbox", None, "Wipe - D1: PASS\nhinge", Some(Replaces)),
            ("lid", None, "lid\nWipe - D1: PASS", None),
            ("lid\nbox", None, "box\nWipe - D1: PASS", None),
            ("lid", None, "hinge", None),
        ];
        let begun = Sent { other_lines: line_digests("Wipe - D1: PASS"), ..Sent::default() };
        for (before, written, after, semantics) in rows {
            assert_eq!(shown(before, written, after, &ours, &begun), semantics, "{before:?} {written:?} {after:?}");
        }
    }
}
