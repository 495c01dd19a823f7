//! Endpoints with tokens: what making, changing and testing them asks for, and what they show.

use std::time::Duration;

use model::contract::{
    ConnectionTest, ConnectionTestView, EndpointQuery, EndpointView, Item, NewEndpoint, Operation,
};
use model::oauth::{Grant, SignIn};
use model::{ErrorKind, Secret, Security};
use testkit::sample::{Options, Sample};
use testkit::tokens::{self, Tokens};

use crate::common::Lab;
use crate::common::lab::{BATCH, address_of, imap, source};
use crate::common::office::{GRANT, Office, assert_nowhere, assert_same, batch, filled, hour, secret};

fn endpoint(lab: &Lab, name: &str) -> EndpointView {
    let query = EndpointQuery { identity: Some(name.to_owned()), ..EndpointQuery::default() };
    match lab.ask(Operation::GetEndpoints(query)).unwrap().pop().unwrap() {
        Item::Endpoint(view) => *view,
        other => panic!("an endpoint brought {other:?}"),
    }
}

fn make(lab: &Lab, endpoint: NewEndpoint) -> model::Result<EndpointView> {
    match lab.ask(Operation::NewEndpoint(Box::new(endpoint)))?.pop().unwrap() {
        Item::Endpoint(view) => Ok(*view),
        other => panic!("a new endpoint brought {other:?}"),
    }
}

#[test]
fn a_new_endpoint_has_asked_for_a_token_and_shows_what_it_says() {
    let office = hour();
    let to = Sample::start(Options { unconnected: vec!["bob".to_owned()], ..office.exchange() }).unwrap();
    let lab = Lab::unserved(None);
    let endpoint_of = |grant, mailbox: Option<&str>| NewEndpoint {
        skip_verification: false,
        test_mailbox: mailbox.map(str::to_owned),
        ..office.target(&to, office.oauth(grant))
    };
    let error = make(&lab, endpoint_of(secret("an old one"), None)).unwrap_err();
    assert_eq!((error.kind, error.object.as_deref()), (ErrorKind::OauthSecretInvalid, Some("target")));
    let error = make(&lab, endpoint_of(secret(&office.known.secret), Some("bob"))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthMailboxUnavailable);
    let view = make(&lab, endpoint_of(secret(&office.known.secret), Some("ada"))).unwrap();
    let oauth = endpoint(&lab, "target").oauth.unwrap();
    assert_eq!(view.oauth.as_ref(), Some(&oauth));
    assert_eq!((oauth.provider.as_str(), oauth.grant.as_str()), ("Office365", "ClientSecret"));
    assert_eq!(oauth.scope, "https://outlook.office365.com/.default");
    assert_eq!(oauth.claims.unwrap().roles, ["IMAP.AccessAsApp"]);
    assert!(!lab.events().contains(&office.known.secret));
}

#[test]
fn an_endpoint_that_is_not_verified_asks_for_no_token() {
    let office = hour();
    let to = Sample::start(office.exchange()).unwrap();
    let lab = Lab::unserved(None);
    let view = make(&lab, office.target(&to, office.application())).unwrap();
    assert_eq!((view.oauth.unwrap().claims, office.tokens.count(GRANT)), (None, 0));
}

fn connection(lab: &Lab, mailbox: Option<&str>) -> ConnectionTestView {
    let test = ConnectionTest {
        server: None,
        endpoint: Some("target".to_owned()),
        credentials: None,
        test_mailbox: mailbox.map(str::to_owned),
    };
    match lab.ask(Operation::TestConnection(test)).unwrap().pop().unwrap() {
        Item::ConnectionTest(view) => *view,
        other => panic!("a test brought {other:?}"),
    }
}

#[test]
fn a_connection_test_of_an_endpoint_asks_for_a_token_and_opens_the_mailbox_that_is_named() {
    let office = hour();
    let to = Sample::start(Options { unconnected: vec!["bob".to_owned()], ..office.exchange() }).unwrap();
    let lab = Lab::unserved(None);
    make(&lab, office.target(&to, office.application())).unwrap();
    let view = connection(&lab, None);
    assert!(view.success && !view.logged_in && view.claims.is_some());
    assert!(connection(&lab, Some("ada")).logged_in);
    let refused = connection(&lab, Some("bob"));
    assert_eq!(refused.error.unwrap().kind, ErrorKind::OauthMailboxUnavailable);
    assert!(!refused.success && !refused.logged_in);
    assert_eq!(office.tokens.count(GRANT), 1, "requests of one process have the same token");
}

#[test]
fn whoever_signs_in_by_a_device_is_remembered_and_the_newest_refresh_token_is_in_the_store() {
    let public = tokens::Options {
        secret: String::new(),
        interval: Duration::from_secs(1),
        person: address_of("ada"),
        ..tokens::Options::default()
    };
    let office = Office { tokens: Tokens::start(public.clone()).unwrap(), known: public };
    let (from, to) = (filled(&["ada"], 2), Sample::start(office.exchange()).unwrap());
    let lab = Lab::unserved(None);
    let person = Grant::SignIn {
        how: SignIn::DeviceCode,
        refresh_token: Secret::default(),
        client_secret: Secret::default(),
    };
    office.tokens.answer_device(true);
    make(&lab, source(imap(from.address(), Security::None))).unwrap();
    let office365 = NewEndpoint { skip_verification: false, ..office.target(&to, office.oauth(person)) };
    let view = make(&lab, office365).unwrap();
    assert!(lab.events().contains("ABCD-EFGH"), "the code to type is shown");
    assert_eq!(view.oauth.unwrap().claims.unwrap().roles, ["IMAP.AccessAsUser.All"]);
    lab.serve();
    lab.migrate_batch(batch(&["ada"]));
    assert_same(&from, &to, &["ada"]);
    lab.stop_serving();
    lab.serve();
    lab.pass();
    assert!(
        office.tokens.count("refresh_token") >= 3,
        "each of them brought another one, and used the last one up"
    );
    let secrets = office.tokens.secrets();
    assert_nowhere(&lab, secrets.iter().map(String::as_str));
    assert_eq!(lab.batch().unwrap().name, BATCH);
}
