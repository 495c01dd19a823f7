//! Simulate: the engine in a world of its own, where everything goes wrong by chance, and the same again for the same seed.

use std::process::Command;
use std::thread;

use crate::process::{Result, command, count, run};
use crate::tally::Tally;

/// What Test runs: as many seeds of each of these climates. Each run is a test.
const CLIMATES: [&str; 5] = ["servers", "network", "people", "machine", "all"];
const RUNS: &str = "200";

/// Runs the program that does so, with its own options.
pub(crate) fn simulate(options: &[String]) -> Result<()> {
    let mut program = program();
    program.args(options);
    run(program)
}

/// A thousand runs, a climate beside the other. Cargo lets one build, and the others wait for that.
pub(crate) fn thousand() -> Result<Tally> {
    let one = |climate: &'static str| {
        let mut program = program();
        program.args(["--climate", climate, "--runs", RUNS, "--failures", "3"]);
        count(program).map_err(|error| error.to_string())
    };
    let mut sum = Tally::default();
    thread::scope(|scope| {
        let running = CLIMATES.map(|climate| scope.spawn(move || one(climate)));
        for climate in running {
            sum += climate.join().map_err(|_| "a climate broke off")??;
        }
        Ok(sum)
    })
}

fn program() -> Command {
    command("cargo", &["run", "--quiet", "--profile", "simulation", "--package", "simulation", "--"])
}
