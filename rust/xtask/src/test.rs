//! Test: every layer, one after the other, whatever became of the one before; the sum comes last.

use std::process::{Command, ExitCode};

use crate::build;
use crate::demo;
use crate::layout::Layout;
use crate::process::{Result, check, command, count};
use crate::rooms;
use crate::simulate;
use crate::tally::Tally;
use crate::tools::{self, Missing};

/// One layer of tests: its name, and what runs it.
type Layer = (&'static str, fn(&Layout) -> Result<Tally>);

/// The layers in their order: the cheap ones first, and the module before what needs it.
const LAYERS: [Layer; 10] = [
    ("format", format),
    ("rooms", rooms),
    ("lint", lint),
    ("scripts", scripts),
    ("rust", rust),
    ("simulate", simulate),
    ("module", module),
    ("abi", abi),
    ("demo", demo),
    ("pester", pester),
];

/// Runs the layers of these names, or all, and prints the counts last.
pub(crate) fn test(layout: &Layout, names: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = names.iter().find(|name| LAYERS.iter().all(|(layer, _)| layer != name)) {
        let known = LAYERS.map(|(name, _)| name).join(", ");
        return Err(format!("there is no layer {unknown}; the layers are {known}").into());
    }
    let mut sum = Tally::default();
    let mut closing = Vec::new();
    let chosen = |name: &str| names.is_empty() || names.iter().any(|other| other == name);
    for (name, layer) in LAYERS.iter().filter(|(name, _)| chosen(name)) {
        println!("\n=== {name}");
        let (tally, line) = outcome(layer(layout));
        sum += tally;
        closing.push(format!("{name:8} {line}"));
    }
    println!("\n=== result\n{}", closing.join("\n"));
    if chosen("rust") {
        print_gaps();
    }
    println!("{sum}");
    Ok(if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a layer counts for, and the line that says so. A layer that ran no test has failed.
fn outcome(result: Result<Tally>) -> (Tally, String) {
    match result {
        Ok(tally) if tally == Tally::default() => (Tally::of(false), "failed: no test ran".into()),
        Ok(tally) => (tally, tally.to_string()),
        Err(error) if error.is::<Missing>() => (Tally::default(), format!("left out: {error}")),
        Err(error) => (Tally::of(false), format!("failed: {error}")),
    }
}

/// Says what single tests of the crates did without.
fn print_gaps() {
    if let Err(missing) = tools::valgrind() {
        println!("the C program ran without a check of its memory: {missing}");
    }
    if let Err(missing) = tools::dovecot() {
        println!("the sample server stood in for a real one: {missing}");
    }
}

fn format(_: &Layout) -> Result<Tally> {
    check(command("cargo", &["fmt", "--all", "--check"]))
}

/// The arrows between the files of a crate (ARCHITECTURE, "Rooms").
fn rooms(_: &Layout) -> Result<Tally> {
    let faults = rooms::faults()?;
    faults.iter().for_each(|fault| println!("{fault}"));
    Ok(Tally::of(faults.is_empty()))
}

fn lint(_: &Layout) -> Result<Tally> {
    check(command("cargo", &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
}

/// Python scripts are only parsed here: tests of other layers run them.
fn scripts(_: &Layout) -> Result<Tally> {
    const PARSE: &str = "import ast, glob; \
        [ast.parse(open(f, encoding='utf-8').read(), f) for f in glob.glob('tests/**/*.py', recursive=True)]";
    check(command(tools::python()?, &["-c", PARSE]))
}

/// The tests of all crates, the C program and the golden files among them.
fn rust(_: &Layout) -> Result<Tally> {
    if !tools::nextest() {
        return count(command("cargo", &["test", "--workspace", "--no-fail-fast"]));
    }
    let mut tally = count(command("cargo", &["nextest", "run", "--workspace", "--no-fail-fast"]))?;
    // nextest leaves the examples in the documentation to cargo.
    tally += count(command("cargo", &["test", "--workspace", "--doc", "--no-fail-fast"]))?;
    Ok(tally)
}

/// Seeds of the simulation, at the speed of a program that was built for it.
fn simulate(_: &Layout) -> Result<Tally> {
    simulate::thousand()
}

fn module(layout: &Layout) -> Result<Tally> {
    build::build(layout)?;
    Ok(Tally::of(true))
}

/// A whole migration through the C ABI, smaller than the one that people see.
fn abi(layout: &Layout) -> Result<Tally> {
    demo::c_abi(layout, &["--users", "2", "--messages", "200"])?;
    Ok(Tally::of(true))
}

/// The same with the cmdlets, which are only there where the module could be compiled.
fn demo(layout: &Layout) -> Result<Tally> {
    tools::dotnet()?;
    demo::cmdlets(layout, &["-Users", "2", "-Messages", "200"])?;
    Ok(Tally::of(true))
}

/// The cmdlets' tests in a PowerShell of their own. What Pester itself does with the cmdlets is tested with both of its versions.
fn pester(layout: &Layout) -> Result<Tally> {
    tools::dotnet()?;
    let shell = tools::powershell()?;
    tools::pester(&shell)?;
    let mut tally = count(pester_script(&shell, layout, &[]))?;
    if [5, 6].iter().all(|&major| tools::has_pester(&shell, major)) {
        tally += count(pester_script(&shell, layout, &["tests/pester/Mocks.Tests.ps1", "-Major", "5"]))?;
    }
    Ok(tally)
}

fn pester_script(shell: &str, layout: &Layout, arguments: &[&str]) -> Command {
    let mut tests = command(shell, &["-NoProfile", "-File", "tests/pester.ps1"]);
    tests.args(arguments).env(demo::TESTBED, layout.testbed());
    tests
}
