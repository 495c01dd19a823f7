//! Endpoints: names, changes, use.

use crate::common::{at, empty, endpoint, fixture};
use model::contract::EndpointQuery;
use model::oauth::{Grant, OAuth, Provider, SignIn};
use model::{Endpoint, ErrorKind, Limit, Place, Role, Secret};

/// An endpoint whose person is remembered by this.
fn signed_in(refresh_token: &str) -> Endpoint {
    let grant = Grant::SignIn {
        how: SignIn::Browser,
        refresh_token: Secret::new(refresh_token),
        client_secret: Secret::new("client-pass"),
    };
    let (authority, scope) = (None, None);
    let oauth =
        OAuth { provider: Provider::Google, application_id: Some("app".to_owned()), authority, scope, grant };
    Endpoint { credentials: None, oauth: Some(oauth), ..endpoint("Google", Role::Source) }
}

#[test]
fn an_endpoint_with_tokens_comes_back_with_its_secrets_and_no_file_holds_them() {
    let fixture = empty();
    let given = signed_in("refresh-pass");
    fixture.store.insert_endpoint(&given).unwrap();
    assert_eq!(fixture.store.endpoint("google").unwrap(), given);
    fixture.raw().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let database = std::fs::read(fixture.folder.path().join("migration.db")).unwrap();
    for secret in ["refresh-pass", "client-pass"] {
        assert!(!database.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}

#[test]
fn a_refresh_token_is_replaced_by_what_came_for_it_and_one_of_another_sign_in_stays() {
    let (fixture, given) = (empty(), signed_in("one"));
    fixture.store.insert_endpoint(&given).unwrap();
    let replace = |old: &str, new: &str| {
        fixture.store.replace_refresh_token(given.guid, &Secret::new(old), &Secret::new(new)).unwrap()
    };
    assert!(replace("one", "two") && !replace("one", "three"));
    assert_eq!(fixture.store.refresh_token(given.guid).unwrap(), Secret::new("two"));
    let read = fixture.store.endpoint("google").unwrap();
    assert_eq!((read.modified_at, read.oauth), (given.modified_at, signed_in("two").oauth));
}

#[test]
fn an_endpoint_comes_back_as_it_was_given() {
    let fixture = empty();
    let mut given = endpoint("Contoso", Role::Source);
    given.max_concurrent_migrations = Limit::Unlimited;
    fixture.store.insert_endpoint(&given).unwrap();
    assert_eq!(fixture.store.endpoint("cONTOSO").unwrap(), given);
    assert_eq!(fixture.store.endpoint(&given.guid.to_string()).unwrap(), given);
}

#[test]
fn names_are_unique_without_regard_to_case() {
    let fixture = fixture();
    let error = fixture.store.insert_endpoint(&endpoint("SOURCE", Role::Source)).unwrap_err();
    assert_eq!((error.kind, error.object.as_deref()), (ErrorKind::EndpointExists, Some("SOURCE")));
}

#[test]
fn a_change_keeps_name_role_and_birth() {
    let fixture = fixture();
    let mut changed = fixture.store.endpoint("source").unwrap();
    changed.credentials = None;
    changed.max_concurrent_migrations = Limit::Count(3);
    changed.modified_at = at(5);
    fixture.store.update_endpoint(&changed).unwrap();
    assert_eq!(fixture.store.endpoint("source").unwrap(), changed);
    let error = fixture.store.update_endpoint(&endpoint("gone", Role::Source)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::EndpointNotFound);
}

#[test]
fn endpoints_are_listed_by_name_and_by_type() {
    let fixture = fixture();
    let mut maildir = endpoint("archive", Role::Target);
    maildir.place = Place::Maildir { path: "/mail".to_owned() };
    fixture.store.insert_endpoint(&maildir).unwrap();
    let names = |query: &EndpointQuery| -> Vec<String> {
        fixture
            .store
            .endpoints(query)
            .unwrap()
            .into_iter()
            .map(|endpoint| endpoint.name.to_string())
            .collect()
    };
    assert_eq!(names(&EndpointQuery::default()), ["archive", "source", "target"]);
    let imap = EndpointQuery { endpoint_type: Some("imap".to_owned()), ..EndpointQuery::default() };
    assert_eq!(names(&imap), ["source", "target"]);
    let one = EndpointQuery { identity: Some("Target".to_owned()), ..EndpointQuery::default() };
    assert_eq!(names(&one), ["target"]);
    let missing = EndpointQuery { identity: Some("missing".to_owned()), ..EndpointQuery::default() };
    let error = fixture.store.endpoints(&missing).unwrap_err();
    assert_eq!(error.kind, ErrorKind::EndpointNotFound);
    assert!(error.remedy.unwrap().contains("Get-MigrationEndpoint"));
}

#[test]
fn an_endpoint_in_use_stays_and_its_batches_are_named() {
    let fixture = fixture();
    let batch = fixture.add("wave", &["ann@x"]);
    for identity in ["source", "target"] {
        let error = fixture.store.remove_endpoint(identity).unwrap_err();
        assert_eq!(error.kind, ErrorKind::EndpointInUse);
        assert!(error.message.contains("the batch `wave`"), "{error}");
    }
    fixture.store.set_wish(batch.guid, model::status::Wish::Remove).unwrap();
    fixture.store.purge_removed().unwrap();
    fixture.store.remove_endpoint("source").unwrap();
    assert_eq!(fixture.store.remove_endpoint("source").unwrap_err().kind, ErrorKind::EndpointNotFound);
}

#[test]
fn active_counts_tell_initial_from_incremental_passes() {
    let fixture = fixture();
    let counts = || {
        let endpoint = fixture.store.endpoint("target").unwrap();
        fixture.store.active_counts(endpoint.guid).unwrap()
    };
    let first = fixture.run("first", &["ann@x"]);
    fixture.seed_all(1);
    fixture.store.request_batch_sync(first.guid, at(2)).unwrap();
    fixture.run("second", &["bob@x", "eve@x"]);
    while fixture.next(3).is_some() {}
    assert_eq!(counts(), (2, 1));
    fixture.release_all();
    assert_eq!(counts(), (0, 0));
}
