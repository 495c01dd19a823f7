//! Bench: our engine next to other tools on two real servers.

use std::path::{Path, PathBuf};

use crate::build;
use crate::demo;
use crate::layout::Layout;
use crate::process::{Result, command, run};

/// The benchmark that measures other tools, too, if it lies beside the checkout.
const BESIDE: &str = "../shared/bench";

/// The blocks of the benchmark that take minutes; all of them take an hour and a half.
const BLOCKS: [&str; 1] = ["quick"];

/// Measures a migration, next to other tools where their benchmark is at hand.
pub(crate) fn bench(layout: &Layout, blocks: &[String]) -> Result<()> {
    if Path::new(BESIDE).is_dir() {
        return next_to_others(layout, blocks);
    }
    println!("left out: other tools, as there is no {BESIDE}");
    build::native(layout)?;
    demo::c_abi(layout, &["--users", "8", "--messages", "3000"])
}

/// The benchmark keeps servers and mailboxes in its own folder, so it runs in a copy.
fn next_to_others(layout: &Layout, blocks: &[String]) -> Result<()> {
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
    if blocks.is_empty() {
        all.args(BLOCKS)
    } else {
        all.args(blocks)
    };
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
