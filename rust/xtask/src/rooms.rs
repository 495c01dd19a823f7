//! Holds the rooms of the engine: arrows between them run one way, and no two files look at each other. No file of any crate is
//! too large.
//!
//! It reads `use` lines, and the paths by which a file names modules of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::Result;

/// The rooms of the engine from the ground up. A room sees those above it in this list; those on one line do not see each
/// other.
const FLOORS: [&[&str]; 15] = [
    &["base"],
    &["net"],
    &["target"],
    &["pass/report", "pass/memory", "pass/side"],
    &["pass/context.rs"],
    &["pass/pair.rs"],
    &["pass/transfer"],
    &["pass/folder"],
    &["pass/walk"],
    &["pass/mod.rs"],
    &["verify", "worker"],
    &["job.rs"],
    &["service"],
    &["fuzzing.rs"],
    &["lib.rs"],
];

/// The most lines of code, without tests, comments and blank lines, that a file may have.
const MOST_LINES: usize = 300;

/// Files, and the files that each of them uses.
type Arrows = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// Says what is wrong with the rooms.
pub(crate) fn faults() -> Result<Vec<String>> {
    let engine = arrows(Path::new("rust/engine/src"))?;
    let mut faults = wrong_ways(&engine);
    faults.extend(circles(&engine));
    for folder in fs::read_dir("rust")? {
        faults.extend(large_files(&folder?.path().join("src"))?);
    }
    Ok(faults)
}

fn wrong_ways(arrows: &Arrows) -> Vec<String> {
    let mut faults = Vec::new();
    for (from, uses) in arrows {
        let Some((floor, room)) = place(from) else {
            faults.push(format!("{} is in no room", from.display()));
            continue;
        };
        let is_wrong = |to: &&PathBuf| place(to).is_some_and(|(f, r)| f > floor || (f == floor && r != room));
        faults.extend(uses.iter().filter(is_wrong).map(|to| {
            format!("{} may not look at {}, which is no lower room", from.display(), to.display())
        }));
    }
    faults
}

/// The floor and the room of a file.
fn place(file: &Path) -> Option<(usize, &'static str)> {
    FLOORS.iter().enumerate().find_map(|(floor, rooms)| {
        rooms.iter().find(|room| file.starts_with(room)).map(|room| (floor, *room))
    })
}

/// A circle of files for each that is in one.
fn circles(arrows: &Arrows) -> Vec<String> {
    let circle = |from: &PathBuf| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&PathBuf> = arrows.get(from).into_iter().flatten().collect();
        while let Some(file) = next.pop() {
            if reached.insert(file) {
                next.extend(arrows.get(file).into_iter().flatten());
            }
        }
        reached.contains(from).then(|| format!("{} is in a circle of files", from.display()))
    };
    arrows.keys().filter_map(circle).collect()
}

fn large_files(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for file in files(root)? {
        let text = fs::read_to_string(&file)?;
        let code = code(&text);
        let lines = code.lines().map(str::trim).filter(|line| !line.is_empty()).count();
        if lines > MOST_LINES {
            faults.push(format!("{} has {lines} lines of code, {MOST_LINES} are the most", file.display()));
        }
    }
    Ok(faults)
}

/// A file without its tests and line comments.
fn code(text: &str) -> String {
    let text = text.split_once("#[cfg(test)]\nmod tests").map_or(text, |(code, _)| code);
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn arrows(root: &Path) -> Result<Arrows> {
    let all: BTreeSet<PathBuf> =
        files(root)?.iter().filter_map(|file| Some(file.strip_prefix(root).ok()?.to_owned())).collect();
    let mut arrows = Arrows::new();
    for file in &all {
        let code = code(&fs::read_to_string(root.join(file))?);
        let paths = uses(&code).into_iter().chain(own_modules(&code));
        let used = paths.filter_map(|path| resolve(file, &path, &all)).filter(|used| used != file);
        arrows.insert(file.clone(), used.collect());
    }
    Ok(arrows)
}

/// The paths that `use` lines name, one for each name in braces.
fn uses(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let code: String = code.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    for statement in code.split(";\n") {
        let line_of_use =
            statement.rfind("\nuse ").map(|at| at + 5).or(statement.strip_prefix("use ").map(|_| 4));
        let exported =
            statement.rfind(") use ").map(|at| at + 6).or(statement.rfind("pub use ").map(|at| at + 8));
        if let Some(start) = line_of_use.or(exported) {
            expand(&[], statement.get(start..).unwrap_or_default(), &mut found);
        }
    }
    found
}

fn expand(prefix: &[String], tree: &str, found: &mut Vec<Vec<String>>) {
    let Some((path, names)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().split("::").map(|s| s.trim().to_owned());
        found.push(prefix.iter().cloned().chain(path).collect());
        return;
    };
    let path = path.split("::").map(|s| s.trim().to_owned()).filter(|s| !s.is_empty());
    let prefix: Vec<String> = prefix.iter().cloned().chain(path).collect();
    let names = names.rsplit_once('}').map_or(names, |(names, _)| names);
    let (mut depth, mut start) = (0, 0);
    for (at, sign) in names.char_indices().chain([(names.len(), ',')]) {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let name = names.get(start..at).unwrap_or_default().trim();
                start = at + 1;
                if !name.is_empty() {
                    expand(&prefix, name, found);
                }
            }
            _ => {}
        }
    }
}

/// The modules that a file declares and names in its code.
fn own_modules(code: &str) -> Vec<Vec<String>> {
    let declared = code.lines().filter_map(|line| {
        let (_, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
        Some(name.to_owned())
    });
    let names = |name: &String| code.split(&format!("{name}::")).skip(1).count() > 0;
    declared.filter(names).map(|name| vec!["self".to_owned(), name]).collect()
}

/// The file that a path leads to.
fn resolve(file: &Path, path: &[String], all: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let own = if file.ends_with("mod.rs") || file.ends_with("lib.rs") {
        file.parent()?.to_owned()
    } else {
        file.with_extension("")
    };
    let (mut at, mut rest) = (own.clone(), path);
    match path.first()?.as_str() {
        "crate" => (at, rest) = (PathBuf::new(), path.get(1..)?),
        "self" => rest = path.get(1..)?,
        "super" => {
            while rest.first().is_some_and(|step| step == "super") {
                at = at.parent()?.to_owned();
                rest = rest.get(1..)?;
            }
        }
        // A module of one's own, or a crate.
        first => _ = file_of(&own.join(first), all)?,
    }
    let mut found = file_of(&at, all);
    for step in rest {
        at = at.join(step);
        match file_of(&at, all) {
            Some(deeper) => found = Some(deeper),
            None => break,
        }
    }
    found
}

fn file_of(module: &Path, all: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let candidates = if module.as_os_str().is_empty() {
        vec![PathBuf::from("lib.rs")]
    } else {
        vec![module.with_extension("rs"), module.join("mod.rs")]
    };
    candidates.into_iter().find(|candidate| all.contains(candidate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(code: &str) -> Vec<String> {
        uses(code).iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn each_name_in_braces_is_a_use_of_its_own() {
        let code = "use std::fmt;\n\nuse crate::a::{self, b::{C, D}, e as f};\npub(crate) use self::g::H;\n";
        assert_eq!(
            paths(code),
            ["std::fmt", "crate::a::self", "crate::a::b::C", "crate::a::b::D", "crate::a::e", "self::g::H"]
        );
    }

    #[test]
    fn paths_lead_to_the_deepest_file_that_there_is() {
        let all: BTreeSet<PathBuf> =
            ["lib.rs", "a/mod.rs", "a/b.rs", "c.rs"].into_iter().map(PathBuf::from).collect();
        let from = |file: &str, path: &str| {
            let path: Vec<String> = path.split("::").map(str::to_owned).collect();
            resolve(Path::new(file), &path, &all).map(|found| found.display().to_string())
        };
        assert_eq!(from("c.rs", "crate::a::b::Item").as_deref(), Some("a/b.rs"));
        assert_eq!(from("a/b.rs", "super::Item").as_deref(), Some("a/mod.rs"));
        assert_eq!(from("a/mod.rs", "b::Item").as_deref(), Some("a/b.rs"));
        assert_eq!(from("a/mod.rs", "super::c").as_deref(), Some("c.rs"));
        assert_eq!(from("c.rs", "std::fmt"), None);
    }

    #[test]
    fn files_that_look_at_each_other_are_a_circle_and_a_look_upwards_is_a_fault() {
        let arrow = |from: &str, to: &str| (PathBuf::from(from), BTreeSet::from([PathBuf::from(to)]));
        let arrows = Arrows::from([arrow("net/a.rs", "net/b.rs"), arrow("net/b.rs", "net/a.rs")]);
        assert_eq!((circles(&arrows).len(), wrong_ways(&arrows).len()), (2, 0));
        let arrows = Arrows::from([arrow("base/a.rs", "net/b.rs"), arrow("verify/a.rs", "worker/b.rs")]);
        assert_eq!((circles(&arrows).len(), wrong_ways(&arrows).len()), (0, 2));
    }
}
