//! Copies mailboxes between two servers in one process: what `tests/bench/imap-migration.sh` measures.
//!
//! ```text
//! migrate STORE USERS JOBS SOURCE_PORT TARGET_PORT HOST SECURITY
//! ```
//!
//! USERS has a name a line, the password of all is in `PASS`. The first run copies; another one with the same STORE
//! makes an incremental pass. Prints a line for each mailbox that failed, and the most memory
//! that it took.
#![allow(clippy::print_stdout, reason = "what a bench tool prints is its result")]

use std::io::{Error, ErrorKind};
use std::time::Duration;

use base64::Engine as _;
use engine::{Job, Pulled, WorkerOptions, World};
use model::contract::{Event, Item, Request};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const BATCH: &str = "bench";

struct Run {
    runtime: tokio::runtime::Runtime,
    store: String,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [store, users, jobs, source_port, target_port, host, security] = arguments.as_slice() else {
        return Err("usage: migrate STORE USERS JOBS SOURCE_PORT TARGET_PORT HOST SECURITY".into());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let run = Run { runtime, store: store.clone() };
    let fresh = run.ask("get_batches", json!({"identity": BATCH})).is_err();
    if fresh {
        for (name, role, port) in [("source", "source", source_port), ("target", "target", target_port)] {
            run.ask(
                "new_endpoint",
                json!({"name": name, "role": role, "skip_verification": true,
                    "location": {"place": "imap", "remote_server": host, "port": port.parse::<u16>()?,
                        "security": security, "accept_untrusted_certificates": true},
                    "max_concurrent_migrations": jobs, "max_concurrent_incremental_syncs": jobs}),
            )?;
        }
        run.ask(
            "new_batch",
            json!({"name": BATCH, "source_endpoint": "source", "target_endpoint": "target",
                "csv": {"csv": csv(users)?}}),
        )?;
    }
    let stop = CancellationToken::new();
    let options =
        WorkerOptions { folder: store.into(), idle_exit: Duration::from_secs(60), world: World::default() };
    let worker = run.runtime.spawn(engine::serve(options, stop.clone()));
    if fresh {
        run.wish_start()?;
    } else {
        run.ask("set_batch", json!({"identity": BATCH, "sync_now": true}))?;
    }
    run.ask("wait_batch", json!({"identity": BATCH}))?;
    stop.cancel();
    run.runtime.block_on(worker)??;
    for item in run.ask("get_users", json!({"result_size": "unlimited"}))? {
        if let Item::User(user) = item
            && let Some(error) = user.error_summary
        {
            println!("{} {error}", user.identity);
        }
    }
    if let Some(peak) = peak_memory() {
        println!("peak memory: {peak}");
    }
    Ok(())
}

/// The most memory that this process ever had, where the system tells (Linux).
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}

/// The users as a CSV of whole addresses that log in by their names.
fn csv(users: &str) -> Result<String> {
    let password = std::env::var("PASS")?;
    let mut csv = "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n".to_owned();
    for name in std::fs::read_to_string(users)?.split_whitespace() {
        csv.push_str(&format!("{name}@bench.test,{name},{password},{name},{password}\n"));
    }
    Ok(base64::prelude::BASE64_STANDARD.encode(csv))
}

impl Run {
    /// The worker of this process is up when it holds the lock: until then a start would look for an executable.
    fn wish_start(&self) -> Result<()> {
        loop {
            let items = self.ask("get_worker", json!({}))?;
            if items.iter().any(|item| matches!(item, Item::Worker(worker) if worker.running)) {
                self.ask("start_batch", json!({"identity": BATCH}))?;
                return Ok(());
            }
            std::thread::yield_now();
        }
    }

    fn ask(&self, op: &str, args: Value) -> Result<Vec<Item>> {
        let request: Request = serde_json::from_value(json!({"store": self.store, "op": op, "args": args}))?;
        collect(&engine::start(self.runtime.handle(), request))
    }
}

fn collect(job: &Job) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    loop {
        match job.next(Duration::from_secs(3600)) {
            Pulled::Event(Event::Item { item }) => items.push(item),
            Pulled::Event(Event::Error { error }) => return Err(error.to_string().into()),
            Pulled::Event(_) => {}
            Pulled::TimedOut => return Err(Error::from(ErrorKind::TimedOut).into()),
            Pulled::End => return Ok(items),
        }
    }
}
