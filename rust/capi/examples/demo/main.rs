//! A whole migration through the C ABI, as `tests/demo/Demo.ps1` does it with the cmdlets.
//!
//! It loads the library from its file as any host would, in any language that can call C. It leaves nothing behind.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "it shows what it reads"
)]

mod abi;
mod migration;
mod show;
mod testbed;

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Instant;

use abi::{Abi, INTERRUPTED};
use migration::Migration;
use show::{show_progress, show_users, show_verification, step, words};
use testbed::{Servers, Testbed};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: demo LIBRARY WORKER TESTBED [--users N] [--messages N]";

/// The command line.
struct Options {
    library: PathBuf,
    worker: PathBuf,
    testbed: PathBuf,
    users: u32,
    messages: u32,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options> {
    let mut arguments = std::env::args_os().skip(1);
    let mut file = || arguments.next().map(PathBuf::from).ok_or(USAGE);
    let (library, worker, testbed) = (file()?, file()?, file()?);
    let mut options = Options { library, worker, testbed, users: 4, messages: 1000 };
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|value| value.to_str()?.parse().ok()).ok_or(USAGE)?;
        match name.to_str() {
            Some("--users") => options.users = value,
            Some("--messages") => options.messages = value,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(options)
}

/// Runs the demo, and cleans up whatever became of it: first the worker, then its store, last the servers.
fn run(options: &Options) -> Result<()> {
    heed_interrupts()?;
    step("Start two mail servers: a source with mail, and an empty target");
    let testbed = Testbed::start(&options.testbed, options.users, options.messages)?;
    println!("{}, {} users with {} messages each", testbed.servers.server, options.users, options.messages);
    let store = tempfile::tempdir()?;
    let migration = Migration::new(Abi::load(&options.library)?, store.path(), &options.worker);
    let migrated = migrate(&migration, &testbed.servers);
    // Cleaning up is not to be cancelled.
    INTERRUPTED.store(false, Ordering::Relaxed);
    let stopped = migration.stop_worker();
    migrated.and(stopped)
}

/// Turns Ctrl+C into a flag, so that nothing is left behind then either.
fn heed_interrupts() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            INTERRUPTED.store(true, Ordering::Relaxed);
        }
    });
    Ok(())
}

fn migrate(migration: &Migration, servers: &Servers) -> Result<()> {
    step("Test both servers");
    for server in [&servers.source, &servers.target] {
        let test = migration.test_server(server)?;
        println!("{}:{} {}", server.host, server.port, words(&test["message"]));
    }

    step("Make an endpoint for each");
    for (role, server) in [("source", &servers.source), ("target", &servers.target)] {
        let endpoint = migration.new_endpoint(role, server)?;
        println!("{}: {}", words(&endpoint["name"]), words(&endpoint["endpoint_type"]));
    }

    step("Make a batch from a CSV, and start it");
    let began = Instant::now();
    let batch = migration.start_batch(&csv(servers)?)?;
    println!("{}: {} users", words(&batch["name"]), batch["counts"]["total"]);

    step("Wait for it");
    let batch = migration.wait(show_progress)?;
    let seconds = began.elapsed().as_secs_f64();
    println!("{}: {}", words(&batch["name"]), words(&batch["status"]));

    step("Look at the users");
    let users = migration.users()?;
    let all_synced = show_users(migration, &users, seconds)?;

    step("Compare both sides byte for byte");
    let all_identical = show_verification(migration, &users)?;

    step("Remove batch and endpoints");
    migration.remove()?;
    match (all_synced, all_identical) {
        (true, true) => Ok(()),
        (false, _) => Err("not every user is Synced".into()),
        (_, false) => Err("not every folder is identical".into()),
    }
}

/// The rows: each user has the same password on both servers.
fn csv(servers: &Servers) -> Result<String> {
    let mut csv = String::from("EmailAddress,UserName,Password,TargetUserName,TargetPassword\n");
    for user in &servers.users {
        let (name, password) = (&user.name, &user.password);
        writeln!(csv, "{name}@example.com,{name},{password},{name},{password}")?;
    }
    Ok(csv)
}
