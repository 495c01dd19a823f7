//! Logins with tokens: who has them, how often they are asked for, and what becomes of a copy when their time is over.

use std::time::Duration;

use model::contract::{CsvTest, EndpointChanges, Item, NewEndpoint, OAuthChanges, Operation};
use model::status::{BatchStatus, UserStatus};
use model::{ErrorKind, Security, SkippedKind};
use testkit::PASSWORD;
use testkit::sample::{Fault, Judge, Options, Sample};
use testkit::tokens;

use crate::common::lab::{address_of, batch_from, eventually, imap, source, target};
use crate::common::office::{GRANT, Office, assert_nowhere, assert_same, batch, filled, hour, secret};
use crate::common::{Lab, message, put};

fn texts(lab: &Lab, user: &str) -> Vec<String> {
    lab.statistics(user).report.into_iter().map(|entry| entry.text).collect()
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
