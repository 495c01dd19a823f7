//! The worker as a process: started twice, told to end, left alone.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../engine/tests/engine/common/lab.rs"]
#[allow(dead_code, reason = "the engine's tests need more of it")]
mod lab;

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use lab::{Lab, batch_of, eventually, source, target};
use model::contract::{Item, Operation, WorkerView};
use model::{ImapServer, Place, Security};
use rustix::process::{Pid, Signal, getsid, kill_process};

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

#[test]
fn a_second_worker_for_the_same_store_ends_at_once_and_says_why_by_its_exit_code() {
    let lab = lab();
    lab.ask(Operation::StartWorker {}).unwrap();
    assert_eq!(end_of(worker(lab.folder(), &[])).code(), Some(3));
    lab.ask(Operation::StopWorker(Default::default())).unwrap();
    assert!(!view(&lab).running);
}

/// Else a Ctrl+C, or the end of the terminal that it was started from, would end it.
#[test]
fn a_worker_that_a_request_starts_has_a_session_of_its_own_and_a_log_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    let lab = lab();
    lab.ask(Operation::StartWorker {}).unwrap();
    let process = Pid::from_raw(view(&lab).process_id.unwrap().try_into().unwrap()).unwrap();
    assert_eq!(getsid(Some(process)).unwrap(), process);
    let log = std::fs::metadata(lab.folder().join("worker.log")).unwrap();
    assert_eq!(log.permissions().mode() & 0o777, 0o600);
    lab.ask(Operation::StopWorker(Default::default())).unwrap();
}

/// A cron job's lock stays held else, and a pipe of its shell open.
#[test]
#[cfg(target_os = "linux")]
fn a_worker_that_a_request_starts_keeps_no_open_file_of_its_starter() {
    let lab = lab();
    let lock = tempfile::NamedTempFile::new().unwrap();
    rustix::io::fcntl_setfd(&lock, rustix::io::FdFlags::empty()).unwrap();
    lab.ask(Operation::StartWorker {}).unwrap();
    let process = view(&lab).process_id.unwrap();
    let open = |fd: &str| std::fs::read_link(format!("/proc/{process}/fd/{fd}")).unwrap();
    assert_eq!(["0", "1", "2"].map(open), ["/dev/null"; 3].map(std::path::PathBuf::from));
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let kept = files.flatten().filter_map(|file| std::fs::read_link(file.path()).ok());
    assert_eq!(kept.filter(|file| file == lock.path()).count(), 0);
    lab.ask(Operation::StopWorker(Default::default())).unwrap();
}

/// As PowerShell's galleries unpack it.
#[test]
#[cfg(target_os = "linux")]
fn a_worker_starts_from_a_file_that_nobody_has_the_right_to_run_and_has_its_own_name() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::TempDir::new().unwrap();
    let unpacked = folder.path().join("imap-migration-worker");
    std::fs::copy(EXECUTABLE, &unpacked).unwrap();
    std::fs::set_permissions(&unpacked, std::fs::Permissions::from_mode(0o444)).unwrap();
    let lab = Lab::unserved(Some(&unpacked));
    lab.ask(Operation::StartWorker {}).unwrap();
    let process = view(&lab).process_id.unwrap();
    assert_eq!(std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap().trim(), "imap-migration-");
    lab.ask(Operation::StopWorker(Default::default())).unwrap();
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

/// Else two workers are at the same mailboxes as soon as somebody makes the store again.
#[test]
fn a_worker_whose_store_is_removed_or_replaced_ends_by_itself_and_says_so() {
    for file in ["migration.db", "worker.lock", ""] {
        let lab = lab();
        let child = worker(lab.folder(), &[]);
        eventually("it serves", || view(&lab).running && view(&lab).process_id == Some(child.id()));
        let log = std::fs::File::open(lab.folder().join("worker.log")).unwrap();
        let away = tempfile::TempDir::new_in(lab.folder().parent().unwrap()).unwrap();
        std::fs::rename(lab.folder().join(file), away.path().join("old")).unwrap();
        assert_eq!(end_of(child).code(), Some(1), "{file}");
        let log = std::io::read_to_string(log).unwrap();
        assert!(log.contains("The store was removed or replaced"), "{log}");
    }
}

/// After a crash, a restart of the machine, the OOM killer.
#[test]
fn a_batch_says_since_when_no_worker_serves_it() {
    let lab = lab();
    let trees = lab.folder().join("trees").display().to_string();
    let nowhere = Place::Imap(ImapServer {
        remote_server: "imap.invalid".to_owned(),
        port: 143,
        security: Security::None,
        accept_untrusted_certificates: false,
    });
    for endpoint in [source(nowhere), target(Place::Maildir { path: trees })] {
        lab.ask(Operation::NewEndpoint(Box::new(endpoint))).unwrap();
    }
    lab.start(batch_of(&["ada"]));
    assert_eq!(lab.batch().unwrap().message, None);
    let process_id = view(&lab).process_id.unwrap();
    signal(process_id, Signal::KILL);
    eventually("the worker is gone", || !view(&lab).running);
    let message = lab.batch().unwrap().message.unwrap();
    let seen = view(&lab).last_seen_at.unwrap().strftime("%F %T").to_string();
    assert!(message.contains("no worker serves the batch since") && message.contains(&seen), "{message}");
    lab.start_again();
    assert_eq!(lab.batch().unwrap().message, None);
    lab.ask(Operation::StopWorker(Default::default())).unwrap();
}
