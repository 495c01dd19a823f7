//! Passwords lie encrypted, each at its own place.

use std::fs;

use crate::common::{fixture, rows};
use model::ErrorKind;

#[test]
fn no_file_of_the_store_holds_a_password() {
    let fixture = fixture();
    fixture.add("wave", &["ann@x", "bob@x"]);
    let search = || {
        for file in fs::read_dir(fixture.folder.path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            for password in ["admin-pass", "source-pass", "target-pass"] {
                let found = bytes.windows(password.len()).any(|window| window == password.as_bytes());
                assert!(!found, "{password} in {}", path.display());
            }
        }
    };
    search();
    fixture.raw().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    search();
    assert!(
        fs::read(fixture.folder.path().join("migration.db")).unwrap().windows(5).any(|text| text == b"ann@x")
    );
}

#[test]
fn passwords_come_back_to_who_logs_in_and_to_nobody_else() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    let given = &rows(&["ann@x"])[0];
    assert!(fixture.user("ann@x").row.password.is_empty());
    assert_eq!(&fixture.store.users_with_passwords(&["ann@x".to_owned()]).unwrap()[0].row, given);
    assert_eq!(&fixture.lease(1).user.row, given);
}

#[test]
fn a_password_moved_to_another_row_or_column_does_not_open() {
    let fixture = fixture();
    fixture.add("wave", &["ann@x", "bob@x"]);
    let open = |address: &str| fixture.store.users_with_passwords(&[address.to_owned()]);
    fixture
        .raw()
        .execute_batch(
            "UPDATE user SET password = (SELECT password FROM user WHERE address = 'bob@x') WHERE address = 'ann@x';
             UPDATE user SET target_password = password WHERE address = 'bob@x';",
        )
        .unwrap();
    assert_eq!(open("ann@x").unwrap_err().kind, ErrorKind::StoreCorrupted);
    assert_eq!(open("bob@x").unwrap_err().kind, ErrorKind::StoreCorrupted);
}
