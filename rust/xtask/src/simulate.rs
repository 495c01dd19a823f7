//! Simulate: the engine in a world of its own, where everything goes wrong by chance, and the same again for the same seed.

use crate::process::{Result, command, run};

/// Runs the program that does so, with its own options.
pub(crate) fn simulate(options: &[String]) -> Result<()> {
    let build = ["run", "--quiet", "--profile", "simulation", "--package", "simulation", "--"];
    let mut program = command("cargo", &build);
    program.args(options);
    run(program)
}
