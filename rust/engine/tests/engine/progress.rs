//! How far a batch is, as it is told while it goes and when it has stopped.

use testkit::mail;
use testkit::sample::{Options, Sample};

use crate::common::lab::batch_from;
use crate::common::{Lab, batch_of, message, put};

fn servers() -> (Sample, Sample, Lab) {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    (from, to, lab)
}

#[test]
fn a_batch_is_as_far_as_its_users_and_knows_no_totals_of_mailboxes_that_never_opened() {
    let (from, _to, lab) = servers();
    put(from.address(), "ada", "INBOX", ["one", "two"].map(message));
    let rows = "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n\
                ada@new.example,ada,test,ada,test\nbob@new.example,bob,wrong,bob,test\n";
    lab.start(batch_from(rows));
    let batch = lab.wait();
    assert_eq!((batch.percentage_complete, batch.totals_known), (50, false));
    assert_eq!((batch.source_items, batch.synced_items), (2, 2));
    assert_eq!(lab.statistics("ada").percentage_complete, 100);
    assert_eq!(lab.statistics("bob").percentage_complete, 0);
}

#[test]
fn an_empty_mailbox_that_was_looked_through_is_done() {
    let (_from, _to, lab) = servers();
    let batch = lab.migrate(&["ada"]);
    assert_eq!((batch.percentage_complete, batch.totals_known, batch.source_items), (100, true, 0));
}

#[test]
fn what_was_copied_stays_so_when_the_batch_stops_and_when_the_source_loses_messages() {
    let (from, _to, lab) = servers();
    put(from.address(), "ada", "INBOX", ["one", "two", "three"].map(message));
    let counts = |lab: &Lab| {
        let batch = lab.batch().unwrap();
        (batch.counts.synced, batch.synced_items, batch.percentage_complete)
    };
    lab.start(batch_of(&["ada"]));
    lab.synced();
    lab.stop();
    assert_eq!((counts(&lab), lab.batch().unwrap().counts.stopped), ((1, 3, 100), 0));
    mail::delete(from.address(), "ada", "INBOX", "2").unwrap();
    lab.start_again();
    lab.synced();
    lab.pass();
    assert_eq!((counts(&lab), lab.batch().unwrap().source_items), ((1, 3, 100), 2));
}
