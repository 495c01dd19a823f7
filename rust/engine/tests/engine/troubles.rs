//! What goes wrong around a worker is waited for and told; nobody pays for it.

use model::contract::{EndpointChanges, NewEndpoint, Operation};
use model::status::UserStatus;
use model::{AdminLoginFormat, Credentials, Secret, Security};
use rusqlite::Connection;
use testkit::proxy::Proxy;
use testkit::sample::{Options, Sample};
use testkit::{MASTER_PASSWORD, MASTER_USER, PASSWORD, mail};

use crate::common::lab::{PATIENCE, address_of, batch_from, eventually, imap, source, target, within};
use crate::common::{Lab, Mailbox, Slow, batch_of};

const COUNT: usize = 30;

/// A backup tool, or an administrator's own query, holds the database for longer than anybody waits for it.
#[test]
fn a_worker_waits_for_a_locked_store_and_tells_so_and_goes_on() {
    let mut batch = batch_of(&["ada"]);
    batch.options.auto_retry_count = 0;
    let slow = Slow::start(batch);
    let lab = &slow.lab;
    let other = Connection::open(lab.folder().join("migration.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    slow.widen();
    within(2 * PATIENCE, "the worker tells its trouble", || lab.worker_view().message.is_some());
    assert!(lab.worker_view().running);
    let message = lab.batch().unwrap().message.unwrap();
    assert!(message.contains("is held by another process"), "{message}");
    other.execute_batch("COMMIT").unwrap();

    slow.finish();
    assert_eq!((lab.worker_view().message, lab.batch().unwrap().message), (None, None));
    let report = lab.report();
    assert!(report.iter().any(|line| line.text.contains("could not use its store since")), "{report:?}");
}

/// Servers are taken down for hours, and nobody should have to start anything afterwards.
#[test]
fn a_server_that_is_away_is_waited_for_and_nobody_fails() {
    for side in ["Source", "Target"] {
        let [mut from, mut to] = [(), ()].map(|()| Sample::start(Options::default()).unwrap());
        mail::append(from.address(), "ada", "INBOX", 9, COUNT).unwrap();
        // What stands before the target takes connections, and hangs up when it has nobody to pass them on to.
        let before = Proxy::start(to.address()).unwrap();
        let lab = Lab::between(from.address(), &before.address(to.address()));
        let down = if side == "Source" { &mut from } else { &mut to };
        down.stop();
        let mut batch = batch_of(&["ada", "bob", "cid"]);
        batch.options.auto_retry_count = 0;
        lab.start(batch);
        let detail = || lab.statistics("ada").progress.status_detail;
        let expected = format!("StalledDueTo{side}_Unreachable since 20");
        eventually("it says what it waits for", || detail().starts_with(&expected));
        // Whoever does not want to wait need not.
        lab.stop();
        lab.until(UserStatus::Stopped);
        lab.start_again();
        eventually("it waits again", || detail().starts_with(&expected));
        down.restart().unwrap();
        lab.synced();
        Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
        let lines = lab.statistics("ada").report;
        let count = |text: &str| lines.iter().filter(|line| line.text.contains(text)).count();
        let side = side.to_ascii_lowercase();
        assert_eq!(count(&format!("Waiting for the {side} server")), 1, "{lines:?}");
        assert_eq!(count(&format!("The {side} server")), 1, "{lines:?}");
    }
}

/// A server locks an account that tries too often; all users of an endpoint share its administrator's.
#[test]
fn an_administrators_login_that_is_refused_again_and_again_waits_for_other_settings() {
    let [from, to] = [(), ()].map(|()| Sample::start(Options::default()).unwrap());
    let proxy = Proxy::start(from.address()).unwrap();
    let login = |password: &str| {
        Some(Credentials { user_name: MASTER_USER.to_owned(), password: Secret::new(password) })
    };
    let admin = NewEndpoint {
        credentials: login("wrong"),
        admin_login_format: AdminLoginFormat::SaslPlain,
        ..source(imap(&proxy.address(from.address()), Security::None))
    };
    let lab = Lab::with(admin, target(imap(to.address(), Security::None)));
    let users = ["a", "b", "c", "d", "e", "f", "g"];
    let rows: String = users.map(|user| format!("{},{user},{user},{PASSWORD}\n", address_of(user))).concat();
    let mut batch = batch_from(&format!("EmailAddress,UserName,TargetUserName,TargetPassword\n{rows}"));
    batch.options.auto_retry_count = 0;
    lab.start(batch);
    let status = |status| lab.users().iter().filter(|user| user.status == status).count();
    let waits = |user: &str| {
        lab.statistics(user).progress.status_detail.starts_with("StalledDueToSource_LoginRefused since")
    };
    eventually("the others wait", || users.iter().filter(|user| waits(user)).count() == 2);
    assert_eq!((status(UserStatus::Failed), proxy.counts().connections), (5, 5));

    let change = EndpointChanges {
        identity: "source".to_owned(),
        credentials: login(MASTER_PASSWORD),
        skip_verification: true,
        ..EndpointChanges::default()
    };
    lab.ask(Operation::SetEndpoint(Box::new(change))).unwrap();
    eventually("who waited is synced", || status(UserStatus::Synced) == 2);
    lab.start_again();
    lab.synced();
}

/// A defect, or a damaged row: it is not waited for, as that would be for ever.
#[test]
fn an_end_that_cannot_be_written_down_keeps_nobody_else_from_work() {
    let [from, to] = [(), ()].map(|()| Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    let raw = Connection::open(lab.folder().join("migration.db")).unwrap();
    raw.execute_batch(
        "CREATE TRIGGER broken BEFORE UPDATE OF synced_at ON user WHEN new.user_name = 'ada'
         BEGIN SELECT raise(ABORT, 'broken'); END",
    )
    .unwrap();
    lab.start(batch_of(&["ada", "bob"]));
    lab.wait();
    let statuses: Vec<UserStatus> = lab.users().into_iter().map(|user| user.status).collect();
    assert_eq!(statuses, [UserStatus::Failed, UserStatus::Synced]);
    assert!(lab.failure("ada").message.contains("broken"));
    assert_eq!(lab.worker_view().message, None);
}
