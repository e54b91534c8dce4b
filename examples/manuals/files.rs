//! The manual pages and completions, as they stand below `contrib/`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::{Shell, generate};
use clap_mangen::Man;

#[path = "config.rs"]
mod config;
#[path = "prose.rs"]
mod prose;

/// The folders below `contrib/` that hold nothing else.
pub const FOLDERS: [&str; 2] = ["completions", "man"];

const NAME: &str = "wipeos-iqr";
const CONFIG_NAME: &str = "wipeos-iqr.toml";
const SOURCE: &str = concat!("wipeos-iqr ", env!("CARGO_PKG_VERSION"));

/// The heading of the exit codes in the help of the program.
const EXIT_CODES: &str = "Exit codes";

/// Every file by its path below `contrib/`.
pub fn made() -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for (shell, file) in [(Shell::Bash, NAME), (Shell::Zsh, "_wipeos-iqr"), (Shell::Fish, "wipeos-iqr.fish")] {
        let mut contents = Vec::new();
        generate(shell, &mut wipeos_iqr::cli::definition(), NAME, &mut contents);
        files.insert(format!("completions/{file}"), contents);
    }
    let mut root = wipeos_iqr::cli::definition().disable_help_subcommand(true);
    // Commands of a group are defined late, and have their own command `help`.
    root.build();
    let mut root = without_help(root);
    root.build();
    let config = (CONFIG_NAME.to_owned(), 5);
    let mut pages: Vec<(String, u8)> = root.get_subcommands().map(|command| (page_name(command), 1)).collect();
    pages.push(config.clone());
    for command in root.get_subcommands() {
        let blocks = if command.get_name() == "sync" { exit_codes(&root) } else { Vec::new() };
        let related = [(NAME.to_owned(), 1), config.clone()];
        add_pages(&mut files, command, &blocks, &related)?;
    }
    files.insert(format!("man/{NAME}.1"), page(&root, &[], &pages)?);
    files.insert(
        format!("man/{CONFIG_NAME}.5"),
        config_page(&[(NAME.to_owned(), 1), ("wipeos-iqr-init".to_owned(), 1)])?,
    );
    Ok(files)
}

/// A command whose groups have no command `help`, at any depth.
fn without_help(command: Command) -> Command {
    command.mut_subcommands(|command| without_help(command.disable_help_subcommand(true)))
}

/// Adds the page of a command, and those of the commands of its group.
fn add_pages(
    files: &mut BTreeMap<String, Vec<u8>>,
    command: &Command,
    blocks: &[String],
    above: &[(String, u8)],
) -> io::Result<()> {
    let mut related = above.to_vec();
    related.extend(nested(command).map(|nested| (page_name(nested), 1)));
    files.insert(format!("man/{}.1", page_name(command)), page(command, blocks, &related)?);
    let mut related = vec![(page_name(command), 1)];
    related.extend_from_slice(above);
    nested(command).try_for_each(|nested| add_pages(files, nested, &[], &related))
}

/// The commands of a group.
fn nested(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| command.get_name() != "help")
}

/// `wipeos-iqr-sync`, and `wipeos-iqr-iqmetrix-imei` for a command of a group.
fn page_name(command: &Command) -> String {
    command.get_display_name().unwrap_or(command.get_name()).to_owned()
}

/// The name of the text of a page below `pages/`.
fn text_name(command: &Command) -> String {
    let name = page_name(command);
    name.strip_prefix(NAME).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&name).to_owned()
}

/// The page of a command: its definition, the text of its own below `pages/`, and the texts behind its options. Those
/// are written here, because they stand in columns, which the generator would fill into one paragraph.
fn page(command: &Command, more: &[String], related: &[(String, u8)]) -> io::Result<Vec<u8>> {
    let is_root = command.get_name() == NAME;
    let man = Man::new(command.clone()).manual(NAME).source(SOURCE);
    let text = text_of(&text_name(command))?;
    let (description, sections) = prose::split(&text);
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    write!(out, "{}", prose::roff(description))?;
    man.render_options_section(&mut out)?;
    if is_root || nested(command).next().is_some() {
        man.render_subcommands_section(&mut out)?;
    }
    write!(out, "{}", prose::roff(sections))?;
    for block in blocks_of(command).iter().chain(more) {
        columns(&mut out, block)?;
    }
    see_also(&mut out, related)?;
    Ok(out)
}

/// The page of the config file: the settings of the commented example, between the parts of its text below `pages/`.
fn config_page(related: &[(String, u8)]) -> io::Result<Vec<u8>> {
    let example = wipeos_iqr::config::EXAMPLE;
    let text = text_of(CONFIG_NAME)?;
    let (description, sections) = prose::split(&text);
    let mut out = Vec::new();
    writeln!(out, ".TH {CONFIG_NAME} 5  \"{SOURCE}\" {NAME}")?;
    writeln!(out, ".SH NAME\n{} \\- the configuration of {}", prose::escape(CONFIG_NAME), prose::escape(NAME))?;
    write!(out, ".SH DESCRIPTION\n{}{}", prose::roff(description), config::preamble(example))?;
    write!(out, ".SH SETTINGS\n{}{}", config::settings(example), prose::roff(sections))?;
    see_also(&mut out, related)?;
    Ok(out)
}

/// The text of a page that is not in the help.
fn text_of(name: &str) -> io::Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/manuals/pages");
    std::fs::read_to_string(folder.join(format!("{name}.md")))
}

/// The texts behind the options, each below its heading.
fn blocks_of(command: &Command) -> Vec<String> {
    let text = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    text.unwrap_or_default().split("\n\n").map(str::to_owned).collect()
}

fn exit_codes(root: &Command) -> Vec<String> {
    blocks_of(root).into_iter().filter(|block| block.starts_with(EXIT_CODES)).collect()
}

/// A heading and the lines below it, as they stand.
fn columns(out: &mut impl Write, block: &str) -> io::Result<()> {
    let Some((heading, lines)) = block.split_once(":\n") else { return Ok(()) };
    let heading = if heading == EXIT_CODES { "Exit status" } else { heading };
    writeln!(out, ".SH \"{}\"\n.nf", heading.to_uppercase())?;
    for line in lines.lines() {
        writeln!(out, "{}", prose::line(line.trim_start_matches("  ")))?;
    }
    writeln!(out, ".fi")
}

fn see_also(out: &mut impl Write, pages: &[(String, u8)]) -> io::Result<()> {
    let pages: Vec<String> =
        pages.iter().map(|(page, section)| format!("\\fB{}\\fR({section})", prose::escape(page))).collect();
    writeln!(out, ".SH \"SEE ALSO\"\n{}", pages.join(",\n"))
}
