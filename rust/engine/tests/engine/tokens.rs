//! Logins with tokens: who has them, how often they are asked for, and what becomes of a copy when their time is over.

use std::time::Duration;

use model::contract::{
    ConnectionTest, ConnectionTestView, CsvTest, EndpointChanges, EndpointQuery, EndpointView, Item,
    NewBatch, NewEndpoint, OAuthChanges, Operation,
};
use model::oauth::{Cloud, Grant, OAuth, Provider, SignIn};
use model::status::{BatchStatus, UserStatus};
use model::{ErrorKind, Secret, Security, SkippedKind};
use testkit::PASSWORD;
use testkit::sample::{Fault, Judge, Options, Sample};
use testkit::tokens::{self, Tokens};

use crate::common::lab::{BATCH, address_of, batch_from, eventually, imap, source, target};
use crate::common::{Lab, message, put};

/// What an application asks by.
const GRANT: &str = "client_credentials";

/// A token server, and an Exchange Online that believes it.
struct Office {
    tokens: Tokens,
    known: tokens::Options,
}

impl Office {
    fn new(life: Duration) -> Self {
        let known = tokens::Options { life, ..tokens::Options::default() };
        Self { tokens: Tokens::start(known.clone()).unwrap(), known }
    }

    fn judge(&self) -> Judge {
        let tokens = self.tokens.clone();
        Judge::new(move |token, mailbox| tokens.is_good(token, mailbox))
    }

    fn exchange(&self) -> Options {
        Options::exchange_online(self.judge())
    }

    fn oauth(&self, grant: Grant) -> OAuth {
        OAuth {
            provider: Provider::Office365 { cloud: Cloud::Global, tenant: self.known.tenant.clone() },
            application_id: Some(self.known.application.clone()),
            authority: Some(self.tokens.authority()),
            scope: None,
            grant,
        }
    }

    fn application(&self) -> OAuth {
        self.oauth(secret(&self.known.secret))
    }

    /// The endpoint `target` at this server, whose tokens are had so.
    fn target(&self, to: &Sample, oauth: OAuth) -> NewEndpoint {
        NewEndpoint { oauth: Some(oauth), ..target(imap(to.address(), Security::None)) }
    }

    /// A migration from a server with passwords.
    fn lab(&self, from: &Sample, to: &Sample) -> Lab {
        Lab::with(source(imap(from.address(), Security::None)), self.target(to, self.application()))
    }
}

fn secret(text: &str) -> Grant {
    Grant::ClientSecret { client_secret: Secret::new(text) }
}

fn hour() -> Office {
    Office::new(Duration::from_secs(3600))
}

/// A source with so many messages in the INBOX of each user.
fn filled(users: &[&str], messages: usize) -> Sample {
    let from = Sample::start(Options::default()).unwrap();
    for user in users {
        put(from.address(), user, "INBOX", (0..messages).map(|number| message(&format!("{user} {number}"))));
    }
    from
}

/// Users with a password on the source alone.
fn batch(users: &[&str]) -> NewBatch {
    let row = |user: &&str| format!("{},{user},{PASSWORD}\n", address_of(user));
    let rows: String = users.iter().map(row).collect();
    batch_from(&format!("EmailAddress,UserName,Password\n{rows}"))
}

/// A copy holds what its source does, in that order, but for what Exchange adds.
fn assert_same(from: &Sample, to: &Sample, users: &[&str]) {
    let bodies = |server: &Sample, mailbox: &str| -> Vec<Vec<u8>> {
        let plain = |bytes: &[u8]| bytes.strip_prefix(b"X-Sample: stored\r\n").unwrap_or(bytes).to_vec();
        server.messages(mailbox, "INBOX").iter().map(|message| plain(&message.bytes)).collect()
    };
    for user in users {
        let (copies, originals) = (bodies(to, &address_of(user)), bodies(from, user));
        assert!(copies == originals, "{user} has {} messages of {}", copies.len(), originals.len());
    }
}

fn texts(lab: &Lab, user: &str) -> Vec<String> {
    lab.statistics(user).report.into_iter().map(|entry| entry.text).collect()
}

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
fn one_token_opens_the_mailboxes_of_all_users_without_a_password_of_theirs() {
    let (office, users) = (hour(), ["ada", "bob", "eve"]);
    let (from, to) = (filled(&users, 5), Sample::start(office.exchange()).unwrap());
    let lab = office.lab(&from, &to);
    lab.migrate_batch(batch(&users));
    assert_same(&from, &to, &users);
    lab.pass();
    assert_eq!(office.tokens.count(GRANT), 1);
}

#[test]
fn a_source_with_tokens_needs_no_password_in_the_csv_and_is_read_by_user_names() {
    let office = hour();
    let from = Sample::start(Options { takes_passwords: true, ..office.exchange() }).unwrap();
    put(from.address(), "ada", "INBOX", [message("one"), message("two")]);
    let to = Sample::start(Options::default()).unwrap();
    let from_office =
        NewEndpoint { oauth: Some(office.application()), ..source(imap(from.address(), Security::None)) };
    let lab = Lab::with(from_office, target(imap(to.address(), Security::None)));
    let rows = batch_from(&format!("EmailAddress,UserName,TargetPassword\nada@new.example,ada,{PASSWORD}\n"));
    let check = CsvTest { csv: rows.csv.clone().unwrap(), source_endpoint: Some("source".to_owned()) };
    match lab.ask(Operation::TestCsv(check)).unwrap().pop().unwrap() {
        Item::CsvCheck(view) => assert!(view.valid, "{:?}", view.errors),
        other => panic!("a check brought {other:?}"),
    }
    lab.migrate_batch(rows);
    assert_eq!(to.messages("ada@new.example", "INBOX").len(), 2);
}

#[test]
fn a_session_that_ends_with_its_token_within_a_literal_costs_no_attempt_and_loses_and_doubles_nothing() {
    let office = hour();
    let exchange = office.exchange();
    let mut many = exchange.clone();
    many.capabilities.push("MULTIAPPEND".to_owned());
    for options in [exchange, many] {
        let (from, to) = (filled(&["ada"], 40), Sample::start(options).unwrap());
        let lab = office.lab(&from, &to);
        for nth in [3, 17, 30] {
            to.inject(Fault::ExpireInLiteral { nth });
        }
        let mut once = batch(&["ada"]);
        once.options.auto_retry_count = 0;
        lab.migrate_batch(once);
        assert_same(&from, &to, &["ada"]);
        let report = texts(&lab, "ada");
        let renewed = report.iter().filter(|text| text.starts_with("The time of a token is over")).count();
        assert!(renewed > 0 && !report.iter().any(|text| text.contains("Transient")), "{report:?}");
        // Like Exchange the target rewrites what it stores, and nothing else is said of any message.
        let kinds: Vec<_> = lab.statistics("ada").skipped_items.iter().map(|item| item.kind).collect();
        assert_eq!(kinds, [SkippedKind::ContentChanged]);
    }
}

#[test]
fn a_batch_with_tokens_of_short_life_that_is_throttled_cut_and_stopped_ends_with_the_same_mail_on_both_sides()
{
    // No shorter life is believed.
    let office = Office::new(Duration::from_secs(10));
    let names: Vec<String> = (1..=20).map(|number| format!("user{number:02}")).collect();
    let users: Vec<&str> = names.iter().map(String::as_str).collect();
    let from = filled(&users, 180);
    let slow = Options { append_time: Duration::from_millis(100), ..office.exchange() };
    let to = Sample::start(slow).unwrap();
    let lab = office.lab(&from, &to);
    to.inject(Fault::Close { nth: 25, moment: testkit::sample::Moment::BeforeOk });
    to.inject(Fault::CloseInLiteral { nth: 60 });
    to.inject(Fault::ExpireInLiteral { nth: 90 });
    to.throttle(&address_of("user03"), 2, Duration::from_millis(200));
    let began = std::time::Instant::now();
    lab.start(batch(&users));
    eventually("some of it is copied", || to.appended() > 400);
    lab.stop_serving();
    lab.serve();
    lab.synced();
    assert_same(&from, &to, &users);
    let (requests, lives) = (office.tokens.count(GRANT), began.elapsed().as_secs() / 8);
    // A worker begins with none, and there were two.
    assert!(requests >= 3 && (requests as u64) <= lives + 2, "{requests} requests in {lives} lives");
    let secrets = office.tokens.secrets();
    assert_nowhere(&lab, secrets.iter().map(String::as_str).chain([office.known.secret.as_str()]));
}

/// None of these is in a file of the store or in what was answered.
fn assert_nowhere<'s>(lab: &Lab, secrets: impl Iterator<Item = &'s str>) {
    let files = std::fs::read_dir(lab.folder()).unwrap().map(|file| file.unwrap().path());
    let mut kept: Vec<(String, Vec<u8>)> = files
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
        .collect();
    kept.push(("the events".to_owned(), lab.events().into_bytes()));
    let mut searched = 0;
    for secret in secrets {
        for (place, bytes) in &kept {
            assert!(!bytes.windows(secret.len()).any(|at| at == secret.as_bytes()), "a secret is in {place}");
        }
        searched += 1;
    }
    assert!(searched > 1 && kept.len() > 1);
}

#[test]
fn a_new_token_that_is_refused_is_final_and_the_error_says_what_the_token_shows() {
    let office = hour();
    let refusing = Options::exchange_online(Judge::new(|_, _| false));
    let (from, to) = (filled(&["ada"], 1), Sample::start(refusing).unwrap());
    let lab = office.lab(&from, &to);
    lab.start(batch(&["ada"]));
    assert_eq!(lab.wait().status, BatchStatus::Failed);
    let error = lab.failure("ada");
    assert_eq!(
        (error.kind, error.server.as_deref()),
        (ErrorKind::OauthTokenRejected, Some("NO AUTHENTICATE failed."))
    );
    assert!(error.message.contains("aud https://outlook.office365.com"), "{error}");
    assert!(error.message.contains("roles IMAP.AccessAsApp"), "{error}");
    let remedy = error.remedy.unwrap();
    assert!(remedy.contains("Add-MailboxPermission -Identity 'ada@new.example'"), "{remedy}");
    assert_eq!(office.tokens.count(GRANT), 1);
    assert!(!texts(&lab, "ada").iter().any(|text| text.contains("Transient")));
}

#[test]
fn a_mailbox_that_no_token_opens_fails_alone() {
    let (office, users) = (hour(), ["ada", "bob"]);
    let options = Options { unconnected: vec![address_of("ada")], ..office.exchange() };
    let (from, to) = (filled(&users, 2), Sample::start(options).unwrap());
    let lab = office.lab(&from, &to);
    lab.start(batch(&users));
    lab.wait();
    let statuses: Vec<UserStatus> = lab.users().iter().map(|user| user.status).collect();
    assert_eq!(statuses, [UserStatus::Failed, UserStatus::Synced]);
    let error = lab.failure("ada");
    assert_eq!(error.kind, ErrorKind::OauthMailboxUnavailable);
    assert!(error.remedy.unwrap().contains("licence"));
}

/// The users' status details.
fn details(lab: &Lab, users: &[&str]) -> Vec<String> {
    users.iter().map(|user| lab.statistics(user).progress.status_detail).collect()
}

#[test]
fn a_secret_that_is_wrong_is_tried_once_and_the_others_wait_until_it_is_set_right() {
    let (office, users) = (hour(), ["ada", "bob", "eve"]);
    let (from, to) = (filled(&users, 2), Sample::start(office.exchange()).unwrap());
    let wrong = office.target(&to, office.oauth(secret("an old one")));
    let lab = Lab::with(source(imap(from.address(), Security::None)), wrong);
    lab.start(batch(&users));
    eventually("one has failed and the others wait", || {
        let waiting = details(&lab, &users)
            .iter()
            .filter(|at| at.starts_with("StalledDueToTarget_TokenRefused since"))
            .count();
        waiting == 2 && lab.users().iter().filter(|user| user.status == UserStatus::Failed).count() == 1
    });
    assert_eq!(office.tokens.count(GRANT), 1);
    let right = OAuthChanges { grant: Some(secret(&office.known.secret)), ..OAuthChanges::default() };
    let change =
        EndpointChanges { identity: "target".to_owned(), oauth: Some(right), ..EndpointChanges::default() };
    lab.ask(Operation::SetEndpoint(Box::new(change))).unwrap();
    lab.start_again();
    lab.synced();
    assert_same(&from, &to, &users);
}

#[test]
fn an_authorization_server_that_is_away_is_waited_for_and_costs_no_attempt() {
    let office = hour();
    let (from, to) = (filled(&["ada"], 2), Sample::start(office.exchange()).unwrap());
    let lab = office.lab(&from, &to);
    office.tokens.fail(tokens::Fault::Cut, 1);
    let mut once = batch(&["ada"]);
    once.options.auto_retry_count = 0;
    lab.migrate_batch(once);
    let report = texts(&lab, "ada");
    assert!(report.iter().any(|text| text == "The target endpoint 'target' has tokens again."), "{report:?}");
}

#[test]
fn a_throttled_mailbox_says_until_when_and_the_others_go_on() {
    let (office, users) = (hour(), ["ada", "bob"]);
    let (from, to) = (filled(&users, 2), Sample::start(office.exchange()).unwrap());
    let lab = office.lab(&from, &to);
    to.throttle(&address_of("ada"), 1000, Duration::from_secs(3000));
    lab.start(batch(&users));
    eventually("one waits and the other is synced", || {
        let statuses: Vec<UserStatus> = lab.users().iter().map(|user| user.status).collect();
        statuses[1] == UserStatus::Synced
            && details(&lab, &["ada"])[0].starts_with("StalledDueToTarget_Throttled until ")
    });
    assert_eq!(lab.users()[1].status, UserStatus::Synced);
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
