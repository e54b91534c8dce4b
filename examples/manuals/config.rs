//! The settings of `wipeos-iqr.toml(5)`, read off the commented example.

use std::mem;

use super::prose;

/// A line of the example.
enum Line<'a> {
    /// A `[section]`, also one behind a `#`.
    Section(&'a str),
    /// A `key = value`, also one behind a `#`.
    Setting(&'a str),
    /// A line of a comment.
    Comment(&'a str),
    /// The end of a paragraph.
    Blank,
}

/// A comment and the settings below it.
#[derive(Default)]
struct Group<'a> {
    paragraphs: Vec<String>,
    is_continued: bool,
    settings: Vec<&'a str>,
}

/// Returns what the example says of all settings, in its last paragraph before the first section.
pub fn preamble(example: &str) -> String {
    let (head, _) = example.split_once("\n\n").unwrap_or((example, ""));
    let paragraph = head.rsplit("\n#\n").next().unwrap_or_default();
    let lines: Vec<&str> = paragraph.lines().map(|line| line.trim_start_matches(['#', ' '])).collect();
    format!(".PP\n{}\n", prose::inline(&lines.join("\n")))
}

/// Returns the sections with their settings as roff.
pub fn settings(example: &str) -> String {
    let (_, body) = example.split_once("\n\n").unwrap_or_default();
    let mut blocks = Vec::new();
    let mut group = Group::default();
    for line in body.lines() {
        match classify(line) {
            Line::Blank => group.is_continued = false,
            Line::Setting(setting) => group.settings.push(setting),
            Line::Comment(text) => {
                if !group.settings.is_empty() {
                    blocks.push(mem::take(&mut group).roff());
                }
                group.add(text);
            }
            Line::Section(section) => {
                let is_introduced = group.settings.is_empty();
                let introduction = if is_introduced { mem::take(&mut group.paragraphs) } else { Vec::new() };
                blocks.push(mem::take(&mut group).roff());
                blocks.push(format!(".SS \"{}\"\n", prose::escape(section)));
                blocks.extend(introduction.iter().map(|text| format!(".PP\n{}\n", prose::inline(text))));
            }
        }
    }
    blocks.push(group.roff());
    blocks.concat()
}

impl Group<'_> {
    fn add(&mut self, text: &str) {
        match self.paragraphs.last_mut().filter(|_| self.is_continued) {
            Some(paragraph) => paragraph.extend(["\n", text]),
            None => self.paragraphs.push(text.to_owned()),
        }
        self.is_continued = true;
    }

    /// Settings without a text of their own are listed below that of their section.
    fn roff(&self) -> String {
        let settings: Vec<String> =
            self.settings.iter().map(|setting| format!("\\fB{}\\fR\n", prose::escape(setting))).collect();
        if settings.is_empty() {
            String::new()
        } else if self.paragraphs.is_empty() {
            format!(".PP\n.nf\n{}.fi\n", settings.concat())
        } else {
            let text: Vec<String> = self.paragraphs.iter().map(|text| prose::inline(text)).collect();
            format!(".TP\n{}{}\n", settings.join(".TQ\n"), text.join("\n.IP\n"))
        }
    }
}

fn classify(line: &str) -> Line<'_> {
    let shown = line.trim_start_matches('#').trim_start();
    if shown.is_empty() {
        Line::Blank
    } else if shown.starts_with('[') && shown.ends_with(']') {
        Line::Section(shown)
    } else if is_setting(shown) {
        Line::Setting(shown)
    } else {
        Line::Comment(shown)
    }
}

/// Whether a key and an equals sign begin this line.
fn is_setting(line: &str) -> bool {
    let Some((key, _)) = line.split_once(" = ") else { return false };
    let is_quoted = key.len() > 2 && key.starts_with('"') && key.ends_with('"');
    is_quoted || key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
