//! The worker as a process: killed, started twice, told to end, left alone.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../engine/tests/engine/common/lab.rs"]
#[allow(dead_code, reason = "the engine's tests need more of it")]
mod lab;

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use lab::{Lab, address_of, batch_of, eventually, imap, source, target};
use model::Security;
use model::contract::{Item, Operation, WorkerView};
use model::status::UserStatus;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use testkit::dovecot::{self, Dovecot, Options};
use testkit::mail::{self, Plan};
use testkit::{Address, PASSWORD};

const EXECUTABLE: &str = env!("CARGO_BIN_EXE_imap-migration-worker");

/// A store that is served by processes of the executable only.
fn lab() -> Lab {
    Lab::unserved(Some(Path::new(EXECUTABLE)))
}

fn worker(store: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(EXECUTABLE);
    command.arg("--store").arg(store).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn end_of(mut child: Child) -> ExitStatus {
    let mut end = None;
    eventually("the worker ends", || {
        end = child.try_wait().unwrap();
        end.is_some()
    });
    end.unwrap()
}

fn view(lab: &Lab) -> WorkerView {
    match lab.ask(Operation::GetWorker {}).unwrap().as_slice() {
        [Item::Worker(view)] => view.clone(),
        other => panic!("the worker is {other:?}"),
    }
}

fn signal(process_id: u32, signal: Signal) {
    kill_process(Pid::from_raw(process_id.try_into().unwrap()).unwrap(), signal).unwrap();
}

/// Reads both servers with Python's imaplib, and none of our own code.
fn assert_identical(from: &Address, to: &Address, user: &str) {
    let side = |address: &Address| json!({"host": address.host, "port": address.port});
    let users = [json!({"name": user, "password": PASSWORD})];
    let bed = json!({"source": side(from), "target": side(to), "users": users}).to_string();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/servers/compare.py");
    let mut compare = Command::new("python3");
    compare.arg(script).arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut compare = compare.spawn().expect("python3, which reads both servers");
    compare.stdin.take().unwrap().write_all(bed.as_bytes()).unwrap();
    let output = compare.wait_with_output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

/// A running batch is killed again and again; each time it goes on where it was.
#[test]
fn a_worker_that_is_killed_in_mid_copy_loses_and_doubles_nothing() {
    if dovecot::find().is_none() {
        eprintln!("SKIPPED: dovecot is not installed, so that nothing was tested");
        return;
    }
    let (from, to) =
        (Dovecot::start(&Options::default()).unwrap(), Dovecot::start(&Options::default()).unwrap());
    mail::fill(from.address(), "ada", Plan { seed: 3, messages: 800 }).unwrap();
    let lab = lab();
    for endpoint in [source(imap(from.address(), Security::None)), target(imap(to.address(), Security::None))]
    {
        lab.ask(Operation::NewEndpoint(Box::new(endpoint))).unwrap();
    }
    lab.start(batch_of(&["ada"]));
    for kill in 1..=4 {
        eventually("the copy goes on", || {
            let user = lab.statistics("ada");
            user.progress.transferred_items >= kill * 100 || user.user.status == UserStatus::Synced
        });
        let process_id = view(&lab).process_id.unwrap();
        signal(process_id, Signal::KILL);
        eventually("the dead worker's lock is free", || !view(&lab).running);
        lab.ask(Operation::StartWorker {}).unwrap();
    }
    lab.synced();
    assert_identical(from.address(), to.address(), "ada");
    assert_eq!(lab.user().identity, address_of("ada"));
    lab.ask(Operation::StopWorker(Default::default())).unwrap();
}

#[test]
fn a_second_worker_for_the_same_store_ends_at_once_and_says_why_by_its_exit_code() {
    let lab = lab();
    lab.ask(Operation::StartWorker {}).unwrap();
    assert_eq!(end_of(worker(lab.folder(), &[])).code(), Some(3));
    lab.ask(Operation::StopWorker(Default::default())).unwrap();
    assert!(!view(&lab).running);
}

#[test]
fn a_worker_that_nobody_needs_ends_by_itself() {
    let lab = lab();
    assert_eq!(end_of(worker(lab.folder(), &["--idle-exit", "0"])).code(), Some(0));
}

#[test]
fn a_worker_that_is_told_to_terminate_ends_in_order() {
    let lab = lab();
    let child = worker(lab.folder(), &[]);
    eventually("it serves", || view(&lab).running && view(&lab).process_id == Some(child.id()));
    signal(child.id(), Signal::TERM);
    assert_eq!(end_of(child).code(), Some(0));
    let log = std::fs::read_to_string(lab.folder().join("worker.log")).unwrap();
    assert!(log.contains("Worker ends"), "{log}");
}
