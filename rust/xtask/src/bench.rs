//! Bench: our engine next to other tools on two real servers.

use std::path::{Path, PathBuf};

use crate::build;
use crate::demo;
use crate::layout::Layout;
use crate::process::{Result, command, run};
use crate::tools;

/// The benchmark that measures other tools, too, if it lies beside the checkout.
const BESIDE: &str = "../shared/bench";

/// What is measured without being asked: some minutes. All blocks of the benchmark beside take an hour and a half.
const SHORT: &str = "quick";

/// Measures what is asked for: `far`, `large` and `many` (servers, messages and folders out of the ordinary), `code`
/// (lexer, CSV and planner), or a block of the benchmark beside, such as `quick`.
pub(crate) fn bench(layout: &Layout, parts: &[String]) -> Result<()> {
    let short = [SHORT.to_owned()];
    let parts = if parts.is_empty() { &short } else { parts };
    for part in parts {
        match part.as_str() {
            "far" | "large" | "many" => extremes(layout, part)?,
            "code" => run(command("cargo", &["bench", "--package", "wire", "--package", "model"]))?,
            block if Path::new(BESIDE).is_dir() => next_to_others(layout, block)?,
            SHORT => alone(layout)?,
            block => return Err(format!("there is no {BESIDE} to measure {block}").into()),
        }
    }
    Ok(())
}

fn extremes(layout: &Layout, part: &str) -> Result<()> {
    tools::dovecot()?;
    build::release(&["--package", "engine", "--example", "migrate", "--example", "extremes"])?;
    let mut program = command(&layout.extremes().to_string_lossy(), &[]);
    program.arg(layout.migrate()).arg(part);
    run(program)
}

fn alone(layout: &Layout) -> Result<()> {
    println!("left out: other tools, as there is no {BESIDE}");
    build::native(layout)?;
    demo::c_abi(layout, &["--users", "8", "--messages", "3000"])
}

/// The benchmark keeps servers and mailboxes in its own folder, so it runs in a copy.
fn next_to_others(layout: &Layout, block: &str) -> Result<()> {
    build::release(&["--package", "engine", "--example", "migrate"])?;
    let place = layout.bench();
    if !place.join("bin/limit").exists() {
        std::fs::create_dir_all(&place)?;
        run(command("cp", &["-R", &format!("{BESIDE}/."), &place.to_string_lossy()]))?;
        run(script(&place, "setup.sh"))?;
    }
    std::fs::copy("tests/bench/imap-migration.sh", place.join("tools/imap-migration.sh"))?;
    let mut all = script(&place, "all.sh");
    all.env("TOOL", "imap-migration").env("IMAP_MIGRATION_BENCH", absolute(layout.migrate())?);
    all.arg(block);
    run(all)?;
    let mut report = script(&place, "bench.py");
    report.arg("report");
    run(report)
}

fn script(place: &Path, name: &str) -> std::process::Command {
    command(&place.join(name).to_string_lossy(), &[])
}

fn absolute(path: PathBuf) -> Result<PathBuf> {
    Ok(std::path::absolute(path)?)
}
