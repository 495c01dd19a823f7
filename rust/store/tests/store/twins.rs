//! Twins: two users between the same two mailboxes.

use crate::common::{Fixture, at, batch, endpoint, fixture, name, row};
use model::status::Wish;
use model::{ErrorKind, Place, Result, Role, UserRow};
use store::{Adopt, PassEnd};

/// A row between two mailboxes.
fn between(address: &str, source: &str, target: &str) -> UserRow {
    UserRow { user_name: source.to_owned(), target_user_name: Some(target.to_owned()), ..row(3, address) }
}

fn insert(fixture: &Fixture, text: &str, row: UserRow) -> Result<()> {
    fixture.store.insert_batch(&batch(text), &[row], Adopt::Refuse)
}

/// A store in which a batch has Ann under one address.
fn with_ann() -> Fixture {
    let fixture = fixture();
    insert(&fixture, "first", between("ann@x", "ann", "ann")).unwrap();
    fixture
}

#[test]
fn the_same_two_mailboxes_are_refused_under_another_address_in_another_batch() {
    let fixture = with_ann();
    let error = insert(&fixture, "second", between("alias@x", "Ann", "ANN")).unwrap_err();
    assert_eq!((error.kind, error.object.as_deref()), (ErrorKind::UserExists, Some("first")));
    assert!(
        error.message.starts_with("line 3: `alias@x` has the same") && error.message.contains("`ann@x`"),
        "{error}"
    );
    assert_eq!(fixture.store.batch("second").unwrap_err().kind, ErrorKind::BatchNotFound);
    let twin = UserRow { target_user_name: None, ..between("ann", "ann", "") };
    assert_eq!(insert(&fixture, "second", twin).unwrap_err().kind, ErrorKind::UserExists);
}

#[test]
fn the_same_two_mailboxes_are_refused_within_a_batch_and_when_users_are_added() {
    let fixture = fixture();
    let rows = [between("ann@x", "ann", "ann"), between("alias@x", "ann", "ann")];
    let both = fixture.store.insert_batch(&batch("both"), &rows, Adopt::TakeOver).unwrap_err();
    assert_eq!(both.kind, ErrorKind::UserExists);
    let [ann, alias] = rows;
    insert(&fixture, "first", ann).unwrap();
    let first = fixture.store.batch("first").unwrap().guid;
    let added = fixture.store.add_users(first, &[alias], Adopt::Refuse, at(1)).unwrap_err();
    assert_eq!(added.kind, ErrorKind::UserExists);
}

#[test]
fn two_sources_of_one_target_and_two_targets_of_one_source_are_no_twins() {
    let fixture = with_ann();
    insert(&fixture, "another source", between("b@x", "bob", "ann")).unwrap();
    insert(&fixture, "another target", between("c@x", "ann", "bob")).unwrap();
    let rooted = UserRow { user_root: Some("/others".to_owned()), ..between("d@x", "ann", "ann") };
    insert(&fixture, "another root", rooted).unwrap();
    let mut analysis = batch("analysis");
    analysis.options.analyze = true;
    fixture.store.insert_batch(&analysis, &[between("e@x", "ann", "ann")], Adopt::Refuse).unwrap();
}

#[test]
fn endpoints_of_the_same_server_make_twins_and_those_of_another_one_do_not() {
    let fixture = with_ann();
    fixture.store.insert_endpoint(&endpoint("elsewhere", Role::Target)).unwrap();
    let mut second = batch("second");
    second.target_endpoint = Some(name("elsewhere"));
    let alias = || between("alias@x", "ann", "ann");
    fixture.store.insert_batch(&second, &[alias()], Adopt::Refuse).unwrap();

    second.target_endpoint = Some(name("target"));
    assert_eq!(fixture.store.update_batch(&second).unwrap_err().kind, ErrorKind::UserExists);
    let mut elsewhere = fixture.store.endpoint("elsewhere").unwrap();
    let Place::Imap(server) = &mut elsewhere.place else { panic!("an IMAP server") };
    (server.remote_server, server.port) = ("Target.example".to_owned(), 143);
    assert_eq!(fixture.store.update_endpoint(&elsewhere).unwrap_err().kind, ErrorKind::UserExists);
    let Place::Imap(server) = &mut elsewhere.place else { panic!("an IMAP server") };
    server.port = 1993;
    fixture.store.update_endpoint(&elsewhere).unwrap();
}

#[test]
fn mailboxes_are_free_again_when_their_batch_is_removed_and_its_pass_has_ended() {
    let fixture = with_ann();
    let first = fixture.store.batch("first").unwrap().guid;
    fixture.store.start(first, at(0)).unwrap();
    let lease = fixture.lease(0);
    fixture.store.set_wish(first, Wish::Remove).unwrap();
    let again = || insert(&fixture, "second", between("alias@x", "ann", "ann"));
    let error = again().unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidState);
    assert!(error.message.contains("`first`, which is being removed"), "{error}");
    fixture.finish(&lease, &PassEnd::Stopped, 1);
    again().unwrap();
}
