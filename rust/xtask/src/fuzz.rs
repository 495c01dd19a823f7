//! Fuzz: feeds what takes octets from elsewhere with what libFuzzer makes up, and stops at the first that does not hold.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::layout::Layout;
use crate::process::{Result, command, run};
use crate::tools;

const USAGE: &str = "usage: Fuzz [TARGET...] [--runs N] [--seed N]";

/// How many inputs a target gets where nobody says.
const RUNS: u32 = 100_000;

/// What to do.
#[derive(Debug, PartialEq, Eq)]
struct Order {
    targets: Vec<String>,
    runs: u32,
    seed: u32,
}

/// Fuzzes the targets that are named, or all.
pub(crate) fn fuzz(layout: &Layout, options: &[String]) -> Result<()> {
    tools::cargo_fuzz()?;
    let mut order = order(options, arbitrary_seed())?;
    if order.targets.is_empty() {
        order.targets = all()?;
    }
    println!("Seed {}, {} inputs for each of {} targets", order.seed, order.runs, order.targets.len());
    order.targets.iter().try_for_each(|target| fuzz_one(layout, target, &order))
}

/// Reads what was asked for.
fn order(options: &[String], seed: u32) -> Result<Order> {
    let mut order = Order { targets: Vec::new(), runs: RUNS, seed };
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        let mut number = || rest.next().and_then(|text| text.parse().ok()).ok_or(USAGE);
        match option.as_str() {
            "--runs" => order.runs = number()?,
            "--seed" => order.seed = number()?,
            name if !name.starts_with('-') => order.targets.push(name.to_owned()),
            _ => return Err(USAGE.into()),
        }
    }
    Ok(order)
}

/// Another one each second. Zero would have libFuzzer choose, and nobody could have the same again.
fn arbitrary_seed() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() % 1_000_000).unwrap_or(0) + 1
}

/// All targets: each has a folder with what it begins with.
fn all() -> Result<Vec<String>> {
    let folders = fs::read_dir("fuzz/corpus")?.collect::<std::result::Result<Vec<_>, _>>()?;
    let mut names: Vec<String> =
        folders.iter().map(|folder| folder.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// What libFuzzer finds worth keeping goes below the target folder; the corpus changes by hand only. Without a sanitizer: there
/// is nothing unsafe in what is fed, and a stable compiler has none.
fn fuzz_one(layout: &Layout, target: &str, order: &Order) -> Result<()> {
    let place = layout.fuzz();
    let (found, artifacts) = (place.join("corpus").join(target), place.join("artifacts").join(target));
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&artifacts)?;
    let mut program = command("cargo", &["fuzz", "run", "--sanitizer", "none", "--target-dir"]);
    program.arg(&place).arg(target).arg(&found).arg(Path::new("fuzz/corpus").join(target));
    program.args(["--", "-max_len=8192", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"]);
    program.args([format!("-runs={}", order.runs), format!("-seed={}", order.seed)]);
    program.arg(format!("-artifact_prefix={}/", artifacts.display()));
    run(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_numbers_come_in_any_order() {
        let read = |words: &str| {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            order(&words, 9).map_err(|error| error.to_string())
        };
        let expected = Order { targets: vec!["token".to_owned(), "csv".to_owned()], runs: 5, seed: 7 };
        assert_eq!(read("token --seed 7 csv --runs 5"), Ok(expected));
        assert_eq!(read(""), Ok(Order { targets: Vec::new(), runs: RUNS, seed: 9 }));
        for odd in ["--runs", "--runs x", "--else"] {
            assert_eq!(read(odd), Err(USAGE.to_owned()), "{odd}");
        }
    }
}
