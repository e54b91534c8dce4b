//! The rule that no file of the program takes from a file that takes from it, directly or by way of others.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, sources};

/// Circles that remain. A circle that is not listed fails the test, and so does an entry that is no circle any more:
/// the list can only shrink.
const KNOWN_CIRCLES: [&[&str]; 0] = [];

/// A file as a module: its path in the crate, such as `web::http`, and the paths behind the names that it imports.
struct Module<'a> {
    source: &'a Source,
    imports: BTreeMap<String, Vec<String>>,
}

type Modules<'a> = BTreeMap<String, Module<'a>>;

fn modules(sources: &[Source]) -> Modules<'_> {
    let shipped = sources.iter().filter(|source| source.path != "main.rs");
    shipped.map(|source| (name_of(&source.path), Module { source, imports: imports(&source.code) })).collect()
}

/// Returns the path of a module; an empty one for the root of the crate.
fn name_of(file: &str) -> String {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { String::new() } else { path.replace('/', "::") }
}

fn child(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

fn parent(module: &str) -> &str {
    module.rsplit_once("::").map_or("", |(parent, _)| parent)
}

/// Reads the `use` declarations of a file.
fn imports(code: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let Some(start) = declaration(line) else { continue };
        let mut tree = start.to_owned();
        while !tree.contains(';') {
            let Some(more) = lines.next() else { break };
            tree.push_str(more.trim());
        }
        add_tree(&tree.replace(';', ""), &[], &mut found);
    }
    found
}

/// Returns what stands behind `use` in a line that begins with it.
fn declaration(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1,
        Some(rest) => rest,
        None => line,
    };
    line.trim_start().strip_prefix("use ")
}

/// Adds the names of a tree such as `a::{self, b::C, D as E}` that stands behind `prefix`.
fn add_tree(tree: &str, prefix: &[String], found: &mut BTreeMap<String, Vec<String>>) {
    let tree = tree.trim();
    if let Some((head, list)) = tree.split_once('{') {
        let mut prefix = prefix.to_vec();
        prefix.extend(head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
        let list = list.rsplit_once('}').map_or(list, |(list, _)| list);
        for part in parts(list) {
            add_tree(part, &prefix, found);
        }
        return;
    }
    let (path, name) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name.trim())));
    let mut path: Vec<String> = prefix.iter().cloned().chain(path.split("::").map(|it| it.trim().to_owned())).collect();
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(name) = name.map(str::to_owned).or_else(|| path.last().cloned()).filter(|name| !name.is_empty()) {
        found.insert(name, path);
    }
}

/// Splits a list at the commas that stand within no further braces.
fn parts(list: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    list.split(|character| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0
    })
    .filter(|part| !part.trim().is_empty())
    .collect()
}

/// Finds the module that has the item of a path that is written in `module`; `None` for another crate, for a module as
/// such, and for a path that begins with a type. Re-exports are followed.
fn owner(modules: &Modules<'_>, module: &str, path: &[String], depth: u8) -> Option<String> {
    let (first, rest) = path.split_first().filter(|_| depth < 16)?;
    match first.as_str() {
        "crate" => within(modules, "", rest, depth),
        "self" => within(modules, module, rest, depth),
        "super" => match rest.first().map(String::as_str) {
            Some("super") => owner(modules, parent(module), rest, depth + 1),
            Some(_) | None => within(modules, parent(module), rest, depth),
        },
        name if modules.contains_key(&child(module, name)) => within(modules, &child(module, name), rest, depth),
        name => {
            let import = modules[module].imports.get(name).filter(|import| import.first() != Some(first))?;
            let path: Vec<String> = import.iter().chain(rest).cloned().collect();
            owner(modules, module, &path, depth + 1)
        }
    }
}

/// Finds the module that has the item of a path that begins in `module`.
fn within(modules: &Modules<'_>, module: &str, path: &[String], depth: u8) -> Option<String> {
    let (first, rest) = path.split_first()?;
    if modules.contains_key(&child(module, first)) {
        return within(modules, &child(module, first), rest, depth);
    }
    // A name of another crate may stand beside an item of the same name, such as a derive macro; a module that is not
    // there is one of the tests.
    let import = modules[module].imports.get(first).and_then(|_| owner(modules, module, path, depth + 1));
    let is_item = rest.is_empty() || first.starts_with(|letter: char| letter.is_uppercase());
    import.or_else(|| is_item.then(|| module.to_owned()))
}

/// Returns the paths of at least two names in a code.
fn paths(code: &str) -> Vec<Vec<String>> {
    let is_part = |character: char| character.is_alphanumeric() || "_:".contains(character);
    let words = code.split(|character| !is_part(character)).filter(|word| word.contains("::"));
    let path = |word: &str| {
        word.split("::").take_while(|part| !part.is_empty() && !part.contains(':')).map(str::to_owned).collect()
    };
    words.map(path).filter(|path: &Vec<String>| path.len() > 1).collect()
}

/// Returns the modules that have what a module uses, without itself.
fn used_by(modules: &Modules<'_>, name: &str) -> BTreeSet<String> {
    let module = &modules[name];
    let paths = paths(&module.source.code);
    let owners = module.imports.values().chain(&paths).filter_map(|path| owner(modules, name, path, 0));
    owners.filter(|owner| owner != name).collect()
}

/// Returns all that can be reached from a module in one step or more.
fn reachable<'a>(uses: &'a BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut left: Vec<&str> = uses[from].iter().map(String::as_str).collect();
    while let Some(module) = left.pop() {
        if found.insert(module) {
            left.extend(uses[module].iter().map(String::as_str));
        }
    }
    found
}

/// Returns the files of each circle.
fn circles(modules: &Modules<'_>) -> BTreeSet<Vec<String>> {
    let uses: BTreeMap<String, BTreeSet<String>> =
        modules.keys().map(|name| (name.clone(), used_by(modules, name))).collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        uses.keys().map(|name| (name.as_str(), reachable(&uses, name))).collect();
    let circle = |name: &&str| {
        let others = reached[name].iter().filter(|other| reached[**other].contains(name));
        others.map(|other| modules[*other].source.path.clone()).collect::<Vec<_>>()
    };
    reached.keys().map(circle).filter(|circle| !circle.is_empty()).collect()
}

#[test]
fn takes_from_no_file_that_takes_from_it() {
    let sources = sources();
    let modules = modules(&sources);
    let used = used_by(&modules, "sync::worker");
    assert!(used.contains("sync::recorder") && used.contains("web::error"), "the uses were not found: {used:?}");
    let known: BTreeSet<Vec<String>> =
        KNOWN_CIRCLES.iter().map(|circle| circle.iter().map(|&file| file.to_owned()).collect()).collect();
    let found = circles(&modules);
    let new: Vec<_> = found.difference(&known).collect();
    assert!(new.is_empty(), "these files take from each other: {new:#?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "these are no circles any more, take them off the list: {gone:#?}");
}

/// A parent that re-exports what its children have shares no circle with them; one of which a child takes does.
#[test]
fn finds_a_circle_of_parent_and_child() {
    let source = |path: &str, code: &str| Source { path: path.to_owned(), code: code.to_owned() };
    let child = source("a/child.rs", "use super::{Limit, sibling};\nfn x() -> Limit { sibling::y() }");
    let facade = source("a/mod.rs", "mod child;\nmod sibling;\npub use sibling::{Limit,\n    y};\npub use child::x;");
    let sibling = source("a/sibling.rs", "pub struct Limit;\npub fn y() {}");
    let top = source("b.rs", "fn z() { crate::a::x(); }");
    let mut sources = vec![source("lib.rs", "mod a;\nmod b;"), facade, child, sibling, top];
    assert_eq!(circles(&modules(&sources)), BTreeSet::new());
    sources[1].code.push_str("\npub const MAX: u8 = 1;");
    sources[2].code.push_str("\nfn w() { super::MAX; }");
    assert_eq!(circles(&modules(&sources)), BTreeSet::from([vec!["a/mod.rs".to_owned(), "a/child.rs".to_owned()]]));
    sources[3].code.push_str("\nfn v() { crate::b::z(); }");
    let all = ["a/mod.rs", "a/child.rs", "a/sibling.rs", "b.rs"].map(str::to_owned);
    assert_eq!(circles(&modules(&sources)), BTreeSet::from([all.to_vec()]));
}
