//! A store is made whole, found again, and refused when it cannot be trusted.

use std::fs;

use crate::common::{at, empty, fixture};
use model::{ErrorKind, Role};
use store::Store;
use tempfile::TempDir;

#[test]
fn a_store_is_made_once_and_then_found_again() {
    let fixture = empty();
    let first = fixture.store.view().unwrap();
    assert!(first.created);
    assert_eq!((first.schema_version, first.endpoints, first.batches, first.users), (1, 0, 0, 0));
    fixture.store.insert_endpoint(&crate::common::endpoint("source", Role::Source)).unwrap();

    let again = Store::open(fixture.folder.path()).unwrap().view().unwrap();
    assert!(!again.created);
    assert_eq!((again.endpoints, again.path), (1, first.path));
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_a_store() {
    use std::os::unix::fs::PermissionsExt;
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("a/store");
    let _store = Store::open(&folder).unwrap();
    let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("migration.key"), mode("migration.db")), (0o700, 0o600, 0o600));
    assert_eq!(fs::read(folder.join("migration.key")).unwrap().len(), 32);
}

#[cfg(unix)]
#[test]
fn what_others_could_read_before_they_cannot_when_a_store_is_opened() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = fixture();
    let path = |name: &str| fixture.folder.path().join(name);
    let files = [
        "migration.db",
        "migration.db-wal",
        "migration.db-shm",
        "migration.key",
        "worker.lock",
        "worker.log.3",
    ];
    fs::write(path("other"), "").unwrap();
    fs::write(path("worker.lock"), "").unwrap();
    fs::write(path("worker.log.3"), "").unwrap();
    let set = |name: &str, mode| fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).unwrap();
    files.iter().chain(&["other", ""]).for_each(|name| set(name, 0o755));
    let _store = Store::open(fixture.folder.path()).unwrap();
    let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(files.map(mode), [0o600; 6]);
    assert_eq!([mode("other"), mode("")], [0o755; 2], "what is not ours");
}

#[cfg(unix)]
#[test]
fn a_folder_in_which_others_may_write_is_refused_and_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::StoreUnavailable);
    assert!(error.remedy.unwrap().contains("chmod go-w"));
    assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o777);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn many_who_open_a_new_store_at_once_get_the_same_one() {
    let folder = TempDir::new().unwrap();
    let stores: Vec<Store> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| Store::open(folder.path()).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(stores.iter().filter(|store| store.view().unwrap().created).count(), 1);
    let endpoint = crate::common::endpoint("source", Role::Source);
    stores[0].insert_endpoint(&endpoint).unwrap();
    for store in &stores {
        assert_eq!(store.endpoint("source").unwrap(), endpoint, "sealed and opened with one key");
    }
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(files.iter().all(|file| file.to_str().unwrap().starts_with("migration.")), "{files:?}");
}

#[test]
fn what_was_written_outlives_a_process_that_never_closes() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    let lease = fixture.lease(1);
    std::mem::forget(fixture.store.clone());

    let other = Store::open(fixture.folder.path()).unwrap();
    assert_eq!(other.user("ann@x").unwrap()[0].id, lease.user.id);
    assert!(other.save_progress(&lease, &lease.user.progress, None, at(2)).unwrap());
}

#[test]
fn a_lost_key_is_replaced_only_while_nothing_is_sealed_with_it() {
    let fixture = empty();
    let key = fixture.folder.path().join("migration.key");
    fs::remove_file(&key).unwrap();
    let store = Store::open(fixture.folder.path()).unwrap();
    store.insert_endpoint(&crate::common::endpoint("source", Role::Source)).unwrap();

    fs::remove_file(&key).unwrap();
    let error = Store::open(fixture.folder.path()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::StoreCorrupted);
    assert!(error.remedy.unwrap().contains("migration.key"));
    assert!(!key.exists());
}

#[test]
fn a_key_of_another_store_opens_nothing() {
    let (fixture, other) = (fixture(), empty());
    fs::copy(other.folder.path().join("migration.key"), fixture.folder.path().join("migration.key")).unwrap();
    let store = Store::open(fixture.folder.path()).unwrap();
    assert_eq!(store.endpoint("source").unwrap_err().kind, ErrorKind::StoreCorrupted);

    fs::write(fixture.folder.path().join("migration.key"), [1; 31]).unwrap();
    assert_eq!(Store::open(fixture.folder.path()).unwrap_err().kind, ErrorKind::StoreCorrupted);
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let fixture = empty();
    fixture.raw().pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(fixture.folder.path()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::StoreCorrupted);
    assert!(error.message.contains("made by a newer version"), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("migration.db"),
        "not a database, but long enough to have a header".repeat(9),
    )
    .unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::StoreCorrupted);
    assert!(error.message.contains(folder.path().to_str().unwrap()));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = Store::open(&path).unwrap_err();
        assert_eq!(error.kind, ErrorKind::StoreUnavailable);
        assert_eq!(error.object.as_deref(), path.to_str());
        assert!(error.remedy.is_some());
    }
}
