//! Runs seeds until one of them fails: `simulation --seed N --runs M --climate NAME --with KIND[=TIMES] --without KIND`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that talks to whoever runs it")]
use std::process::ExitCode;
use std::time::Instant;

use lexopt::prelude::*;
use simulation::{Climate, NAMES, Outcome, run};

/// What to run.
struct Arguments {
    seed: u64,
    runs: u64,
    climate: Climate,
    /// Whether the whole trace is printed, of every run.
    trace: bool,
    /// How many failing seeds end it.
    failures: u64,
    /// Whether each seed runs twice, and must do the same.
    twice: bool,
}

fn main() -> ExitCode {
    let arguments = match parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("error: {error}");
            for (name, what) in NAMES {
                eprintln!("  --climate {name:8} {what}");
            }
            return ExitCode::from(2);
        }
    };
    let began = Instant::now();
    let mut failures = 0;
    let mut done = 0;
    for seed in arguments.seed..arguments.seed.saturating_add(arguments.runs) {
        done += 1;
        failures += u64::from(!is_well(seed, &arguments));
        if failures >= arguments.failures {
            break;
        }
    }
    let each = began.elapsed().as_secs_f64() * 1000.0 / f64::from(u32::try_from(done).unwrap_or(1).max(1));
    println!("{done} runs from seed {}, {failures} failed, {each:.1} ms each", arguments.seed);
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn parse() -> Result<Arguments, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let (seed, runs, failures) = (1, 1000, 1);
    let climate = Climate::named("all").unwrap_or_default();
    let mut found = Arguments { seed, runs, climate, trace: false, failures, twice: false };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seed") => found.seed = parser.value()?.parse()?,
            Long("runs") => found.runs = parser.value()?.parse()?,
            Long("failures") => found.failures = parser.value()?.parse()?,
            Long("trace") => found.trace = true,
            Long("twice") => found.twice = true,
            Long("climate") => {
                let name = parser.value()?.string()?;
                found.climate =
                    Climate::named(&name).ok_or_else(|| format!("there is no climate `{name}`"))?;
            }
            Long("with") => switch(&mut found.climate, &parser.value()?.string()?, 3)?,
            Long("without") => switch(&mut found.climate, &parser.value()?.string()?, 0)?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(found)
}

/// `kind` or `kind=times`, several with commas between.
fn switch(climate: &mut Climate, kinds: &str, usual: u32) -> Result<(), lexopt::Error> {
    for kind in kinds.split(',') {
        let (name, times) = kind.split_once('=').unwrap_or((kind, ""));
        let times = if times.is_empty() { usual } else { times.parse().map_err(|_| format!("`{kind}`"))? };
        if !climate.set(name, times) {
            return Err(format!("there is no kind `{name}`").into());
        }
    }
    Ok(())
}

fn is_well(seed: u64, arguments: &Arguments) -> bool {
    let outcome = run(seed, &arguments.climate);
    let again = arguments.twice.then(|| run(seed, &arguments.climate));
    let same = again.as_ref().is_none_or(|again| again.digest == outcome.digest);
    if arguments.trace {
        outcome.trace.iter().for_each(|line| println!("{line}"));
    }
    if !same {
        println!("seed {seed}: not the same twice: {}", difference(&outcome, again.as_ref()));
    }
    if !outcome.faults.is_empty() {
        tell(&outcome, arguments.trace);
    }
    same && outcome.faults.is_empty()
}

fn difference(first: &Outcome, second: Option<&Outcome>) -> String {
    let lines = first.trace.iter().zip(second.map(|second| second.trace.as_slice()).unwrap_or_default());
    let different = lines.into_iter().find(|(one, two)| one != two);
    different.map_or_else(|| "one goes on".to_owned(), |(one, two)| format!("\n  {one}\n  {two}"))
}

fn tell(outcome: &Outcome, traced: bool) {
    println!("seed {} fails", outcome.seed);
    if !traced {
        let from = outcome.trace.len().saturating_sub(40);
        outcome.trace.iter().skip(from).for_each(|line| println!("  {line}"));
    }
    outcome.faults.iter().for_each(|fault| println!("  > {fault}"));
}
