//! What goes wrong around a worker is waited for and told; nobody pays for it.

use rusqlite::Connection;
use testkit::mail;
use testkit::proxy::{Proxy, Way};
use testkit::sample::{Options, Sample};

use crate::common::lab::PATIENCE;
use crate::common::lab::{eventually, within};
use crate::common::{Lab, Mailbox, batch_of};

const COUNT: usize = 30;

/// A backup tool, or an administrator's own query, holds the database for longer than anybody waits for it.
#[test]
fn a_worker_waits_for_a_locked_store_and_tells_so_and_goes_on() {
    let (from, to) = (
        Sample::start(Options::default()).unwrap(),
        Sample::start(Options::without(&["MULTIAPPEND"])).unwrap(),
    );
    mail::append(from.address(), "ada", "INBOX", 9, COUNT).unwrap();
    let proxy = Proxy::start(to.address()).unwrap();
    let lab = Lab::between(from.address(), &proxy.address(to.address()));
    proxy.set(Way { bandwidth: Some(20_000), ..Way::default() });
    let mut batch = batch_of(&["ada"]);
    batch.options.auto_retry_count = 0;
    lab.start(batch);
    eventually("some messages arrive", || to.appended() > 0);

    let other = Connection::open(lab.folder().join("migration.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    proxy.set(Way::default());
    within(2 * PATIENCE, "the worker tells its trouble", || lab.worker_view().message.is_some());
    assert!(lab.worker_view().running);
    let message = lab.batch().unwrap().message.unwrap();
    assert!(message.contains("is held by another process"), "{message}");
    other.execute_batch("COMMIT").unwrap();

    lab.synced();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    assert_eq!((lab.worker_view().message, lab.batch().unwrap().message), (None, None));
    let report = lab.report();
    assert!(report.iter().any(|line| line.text.contains("could not use its store since")), "{report:?}");
}
