//! The manual pages and completions, as they stand below `contrib/`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Command;
use clap_complete::{Shell, generate};
use clap_mangen::Man;

/// The folders below `contrib/` that hold nothing else.
pub const FOLDERS: [&str; 2] = ["completions", "man"];

const NAME: &str = "wipeos-iqr";

/// Every file by its path below `contrib/`.
pub fn made() -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for (shell, file) in [(Shell::Bash, NAME), (Shell::Zsh, "_wipeos-iqr"), (Shell::Fish, "wipeos-iqr.fish")] {
        let mut contents = Vec::new();
        generate(shell, &mut wipeos_iqr::cli::definition(), NAME, &mut contents);
        files.insert(format!("completions/{file}"), contents);
    }
    let mut root = wipeos_iqr::cli::definition().disable_help_subcommand(true);
    root.build();
    let pages: Vec<String> = root.get_subcommands().map(page_name).collect();
    for command in root.get_subcommands() {
        files.insert(format!("man/{}.1", page_name(command)), page(command, &[NAME.to_owned()])?);
    }
    files.insert(format!("man/{NAME}.1"), page(&root, &pages)?);
    Ok(files)
}

/// `wipeos-iqr-sync`
fn page_name(command: &Command) -> String {
    format!("{NAME}-{}", command.get_name())
}

/// One page. The texts behind the options are written here, because they stand in columns, which the generator would
/// fill into one paragraph.
fn page(command: &Command, related: &[String]) -> io::Result<Vec<u8>> {
    let is_root = command.get_name() == NAME;
    let source = concat!("wipeos-iqr ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).manual(NAME).source(source);
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if is_root {
        man.render_subcommands_section(&mut out)?;
    }
    let text = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    for block in text.unwrap_or_default().split("\n\n") {
        columns(&mut out, block)?;
    }
    see_also(&mut out, related)?;
    Ok(out)
}

/// A heading and the lines below it, as they stand.
fn columns(out: &mut impl Write, block: &str) -> io::Result<()> {
    let Some((heading, lines)) = block.split_once(":\n") else { return Ok(()) };
    writeln!(out, ".SH \"{}\"\n.nf", heading.to_uppercase())?;
    for line in lines.lines() {
        writeln!(out, "{}", escaped(line.trim_start_matches("  ")))?;
    }
    writeln!(out, ".fi")
}

/// Hyphens that can be copied, and no line taken for a request.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}

fn see_also(out: &mut impl Write, pages: &[String]) -> io::Result<()> {
    let pages: Vec<String> = pages.iter().map(|page| format!("\\fB{}\\fR(1)", escaped(page))).collect();
    writeln!(out, ".SH \"SEE ALSO\"\n{}", pages.join(",\n"))
}
