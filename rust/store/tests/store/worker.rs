//! The one worker of a store.

use store::{Heartbeat, Store, Trouble, WorkerRow};

use crate::common::{at, empty, fixture};

#[test]
fn one_process_at_a_time_is_the_worker() {
    let fixture = empty();
    let other = Store::open(fixture.folder.path()).unwrap();
    assert!(!other.worker_is_running().unwrap());
    let lock = fixture.store.try_worker_lock().unwrap();
    assert!(lock.is_some());
    assert!(other.try_worker_lock().unwrap().is_none());
    assert!(other.worker_is_running().unwrap());
    drop(lock);
    assert!(!other.worker_is_running().unwrap());
    assert!(other.try_worker_lock().unwrap().is_some());
}

#[test]
#[cfg(unix)]
fn a_store_is_in_place_until_its_database_its_lock_or_its_folder_is_removed_or_replaced() {
    for file in ["migration.db", "worker.lock", ""] {
        let fixture = fixture();
        let lock = fixture.store.try_worker_lock().unwrap().unwrap();
        assert!(fixture.store.is_in_place(&lock), "{file}");
        let (path, away) = (fixture.folder.path().join(file), tempfile::TempDir::new().unwrap());
        std::fs::rename(&path, away.path().join("old")).unwrap();
        assert!(!fixture.store.is_in_place(&lock), "{file}");
        let new = Store::open(fixture.folder.path()).unwrap();
        let _lock = new.try_worker_lock().unwrap();
        assert!(!fixture.store.is_in_place(&lock), "{file}");
    }
}

#[test]
fn a_trouble_is_told_while_the_store_cannot_be_written_and_ends_with_the_worker() {
    let fixture = empty();
    let lock = fixture.store.try_worker_lock().unwrap().unwrap();
    let raw = fixture.raw();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    let other = Store::open(fixture.folder.path()).unwrap();
    assert_eq!(other.worker_trouble().unwrap(), None);
    let trouble = Trouble { since: at(5), message: "the store is locked \u{1F512}".to_owned() };
    lock.tell(Some(&trouble)).unwrap();
    assert_eq!(other.worker_trouble().unwrap(), Some(trouble));
    let endless = Trouble { since: at(5), message: "\u{0}".repeat(100_000) };
    lock.tell(Some(&endless)).unwrap();
    assert!(other.worker_trouble().unwrap().is_some());
    drop(lock);
    let _next = other.try_worker_lock().unwrap().unwrap();
    assert_eq!(other.worker_trouble().unwrap(), None);
}

#[test]
fn a_sign_of_life_is_seen_by_others() {
    let fixture = empty();
    let none = WorkerRow { heartbeat: None, last_seen_at: None, stop_requested: false, nudges: 0 };
    assert_eq!(fixture.store.worker_row().unwrap(), none);
    let beat = Heartbeat { process_id: 42, started_at: at(0), version: "0.1.0".to_owned(), active_users: 3 };
    fixture.store.heartbeat(&beat, at(5)).unwrap();
    let other = Store::open(fixture.folder.path()).unwrap();
    let seen =
        WorkerRow { heartbeat: Some(beat), last_seen_at: Some(at(5)), stop_requested: false, nudges: 0 };
    assert_eq!(other.worker_row().unwrap(), seen);
}

#[test]
fn a_request_to_end_outlives_signs_of_life_until_it_is_taken_back() {
    let fixture = empty();
    fixture.store.request_worker_stop(true).unwrap();
    let beat = Heartbeat { process_id: 42, started_at: at(0), version: "0.1.0".to_owned(), active_users: 0 };
    fixture.store.heartbeat(&beat, at(1)).unwrap();
    assert!(fixture.store.worker_stop_requested().unwrap());
    fixture.store.request_worker_stop(false).unwrap();
    assert!(!fixture.store.worker_stop_requested().unwrap());
}

#[test]
fn a_start_and_other_settings_of_an_endpoint_ask_to_try_again_what_is_waited_for() {
    let fixture = fixture();
    let nudges = || fixture.store.worker_row().unwrap().nudges;
    let batch = fixture.add("wave", &["ann@x"]);
    assert_eq!(nudges(), 0);
    fixture.store.start(batch.guid, at(0)).unwrap();
    assert_eq!(nudges(), 1);
    fixture.store.update_endpoint(&fixture.store.endpoint("source").unwrap()).unwrap();
    assert_eq!(nudges(), 2);
}
