//! Mutants: the code that decides what is copied is changed in small ways, one at a time, and a test of its own crate must
//! fail for each. docs/mutants.md names those that live, and why.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::layout::Layout;
use crate::process::{Result, command, run_to_its_end};
use crate::tools;

/// So many of a hundred mutants must be found.
const WANTED: usize = 95;

/// What is changed: crates, their files, and which of their tests see to them.
const AIMS: [Aim; 3] = [
    Aim {
        package: "model",
        files: &["rust/model/src/plan/*.rs"],
        tests: &["--lib", "--test", "claim", "--test", "reconcile"],
    },
    Aim {
        package: "store",
        files: &["rust/store/src/leases.rs", "rust/store/src/queue.rs"],
        tests: &["--lib", "--test", "store"],
    },
    Aim {
        package: "engine",
        files: &["rust/engine/src/pass/memory/suspects.rs", "rust/engine/src/pass/transfer/backlog.rs"],
        tests: &["--lib"],
    },
];

/// No programs: the store's results have a name of their own, which cargo-mutants takes for a collection.
const NO_PROGRAMS: &str = "with Sql::";

/// A crate and what of it is changed.
struct Aim {
    package: &'static str,
    files: &'static [&'static str],
    tests: &'static [&'static str],
}

/// Changes what the options say, else all that is worth it.
pub(crate) fn mutants(layout: &Layout, options: &[String]) -> Result<()> {
    tools::mutants()?;
    let files = chosen(options)?;
    let mut counts = Counts::new();
    for Aim { package, files: all, tests } in &AIMS {
        let of_crate = |file: &&str| file.starts_with(&format!("rust/{package}/"));
        let files: Vec<&str> = match files.is_empty() {
            true => all.to_vec(),
            false => files.iter().copied().filter(of_crate).collect(),
        };
        if files.is_empty() {
            continue;
        }
        let output = layout.mutants().join(package);
        fs::create_dir_all(&output)?;
        let mut cargo = command("cargo", &["mutants", "--no-shuffle", "--jobs", "1", "--package", package]);
        cargo.args(["--exclude-re", NO_PROGRAMS]);
        files.iter().for_each(|file| _ = cargo.args(["--file", file]));
        cargo.arg("--output").arg(&output).arg("--").args(*tests);
        // A mutant is built in a copy of the checkout; what it depends on is built once.
        cargo.env("CARGO_TARGET_DIR", layout.mutants().join("target")).env("CARGO_PROFILE_DEV_DEBUG", "none");
        // Mutants that live make it fail; how many may is for us to say.
        run_to_its_end(cargo)?;
        add(&mut counts, &output.join("mutants.out"))?;
    }
    verdict(&counts)
}

/// How many mutants came to what.
type Counts = BTreeMap<&'static str, usize>;

/// The files that are named by `--file`.
fn chosen(options: &[String]) -> Result<Vec<&str>> {
    let mut files = Vec::new();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match (option.as_str(), options.next()) {
            ("--file", Some(file)) => files.push(file.as_str()),
            _ => return Err("usage: Mutants [--file FILE]...".into()),
        }
    }
    Ok(files)
}

fn add(counts: &mut Counts, results: &Path) -> Result<()> {
    for end in ["caught", "missed", "timeout", "unviable"] {
        let lines = fs::read_to_string(results.join(format!("{end}.txt")))?;
        *counts.entry(end).or_default() += lines.lines().count();
    }
    Ok(())
}

/// One that never ends is found; one that does not compile is none.
fn verdict(counts: &Counts) -> Result<()> {
    let count = |end| counts.get(end).copied().unwrap_or(0);
    let (found, lives) = (count("caught") + count("timeout"), count("missed"));
    let all = found + lives;
    println!("{found} of {all} mutants were found, {lives} live, {} are no programs", count("unviable"));
    if all == 0 || found * 100 < all * WANTED {
        return Err(format!("fewer than {WANTED} of a hundred mutants were found").into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_than_95_of_a_hundred_are_too_few_and_none_is_no_success() {
        let counts = |caught, missed| Counts::from([("caught", caught), ("timeout", 1), ("missed", missed)]);
        assert!(verdict(&counts(94, 5)).is_ok());
        assert!(verdict(&counts(94, 6)).is_err());
        assert!(verdict(&Counts::new()).is_err());
    }
}
