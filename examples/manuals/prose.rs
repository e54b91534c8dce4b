//! Turns the small part of Markdown that the texts below `pages/` use into roff: headings, paragraphs, lists, definitions
//! (`: ` behind a line with the term), fenced code, `code`, **bold** and *italic*.

use std::iter::Peekable;
use std::str::Lines;

/// Splits a text at its first heading: what continues the description, and the sections.
pub fn split(text: &str) -> (&str, &str) {
    let heading = if text.starts_with("# ") { 0 } else { text.find("\n# ").map_or(text.len(), |end| end + 1) };
    text.split_at(heading)
}

/// Returns the text as roff.
pub fn roff(text: &str) -> String {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        blocks.push(if line.is_empty() {
            continue;
        } else if line.starts_with("```") {
            let code: Vec<String> =
                lines.by_ref().take_while(|line| !line.starts_with("```")).map(self::line).collect();
            format!(".PP\n.RS 4\n.nf\n{}\n.fi\n.RE\n", code.join("\n"))
        } else if let Some(heading) = line.strip_prefix("# ") {
            format!(".SH \"{heading}\"\n")
        } else if let Some(item) = line.strip_prefix("- ") {
            format!(".IP \\(bu 2\n{}\n", inline(&joined(item, &mut lines)))
        } else if let Some(definition) = lines.next_if(|next| next.starts_with(": ")) {
            format!(".TP\n{}\n{}\n", inline(line), inline(&joined(&definition[2..], &mut lines)))
        } else {
            format!(".PP\n{}\n", inline(&joined(line, &mut lines)))
        });
    }
    blocks.concat()
}

/// Returns the first line and those that continue it: up to a blank line, an item or the next term.
fn joined(first: &str, lines: &mut Peekable<Lines>) -> String {
    let mut text = first.to_owned();
    let is_indented = lines.peek().is_some_and(|line| line.starts_with("  "));
    while let Some(line) = lines.next_if(|line| if is_indented { line.starts_with("  ") } else { !line.is_empty() }) {
        text.push('\n');
        text.push_str(line.trim_start());
    }
    text
}

/// Returns a paragraph with its fonts.
pub fn inline(text: &str) -> String {
    let text = alternating(text, "`", bold, |text| {
        alternating(text, "**", bold, |text| alternating(text, "*", |text| format!("\\fI{}\\fR", escape(text)), escape))
    });
    text.lines().map(guard).collect::<Vec<_>>().join("\n")
}

/// Returns the parts of a text between its marks, in turns outside and inside of them.
fn alternating(text: &str, mark: &str, inside: fn(&str) -> String, outside: fn(&str) -> String) -> String {
    text.split(mark)
        .enumerate()
        .map(|(index, part)| if index % 2 == 1 { inside(part) } else { outside(part) })
        .collect()
}

fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", escape(text))
}

/// Returns a line as it stands.
pub fn line(text: &str) -> String {
    guard(&escape(text))
}

/// Escapes what roff would read as its own, and keeps hyphens and quotes such as can be copied.
pub fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    text.replace('~', "\\(ti").replace('^', "\\(ha")
}

/// Keeps a line from being taken for a request.
fn guard(line: &str) -> String {
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line.to_owned() }
}
