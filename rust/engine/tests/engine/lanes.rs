//! Several connections for one mailbox: where there is much to copy, and both ends have room.

use std::time::Duration;

use model::contract::NewEndpoint;
use model::{Limit, Security};
use testkit::proxy::{Counts, Cut, Direction, Proxy, Way};
use testkit::sample::{Options, Refusal, Sample};

use crate::common::lab::{imap, source, target};
use crate::common::{Lab, Mailbox, batch_of, message, put};

/// Messages enough to be worth four connections to a server that is far away, in so many folders.
const MANY: usize = 1_000;
const FOLDERS: usize = 8;

/// Far enough: 6 ms there and back.
const FAR: Way = Way { delay: Duration::from_millis(3), bandwidth: None, piece: None, stalled: false };

/// A mailbox with many messages, and the way to it.
struct Rig {
    from: Sample,
    way: Proxy,
    to: Sample,
    lab: Lab,
}

impl Rig {
    fn new(options: Options, most: Limit) -> Self {
        let (from, to) = (Sample::start(options).unwrap(), Sample::start(Options::default()).unwrap());
        for folder in 0..FOLDERS {
            let messages = (0..MANY / FOLDERS).map(|n| message(&format!("{folder}-{n}")));
            put(from.address(), "ada", &format!("Folder {folder}"), messages);
        }
        let way = Proxy::start(from.address()).unwrap();
        way.set(FAR);
        let limited = NewEndpoint {
            max_concurrent_migrations: Some(most),
            max_concurrent_incremental_syncs: Some(most),
            ..source(imap(&way.address(from.address()), Security::None))
        };
        let lab = Lab::with(limited, target(imap(to.address(), Security::None)));
        Self { from, way, to, lab }
    }

    /// Everything arrived once, in order, and the numbers say so.
    fn assert_complete(&self) {
        assert_eq!(self.to.appended(), MANY);
        let progress = self.lab.statistics("ada").progress;
        assert_eq!((progress.source_items, progress.synced_items), (MANY as u64, MANY as u64));
        Mailbox::read(self.to.address(), "ada").assert_is(&Mailbox::read(self.from.address(), "ada"));
    }
}

#[test]
fn a_large_mailbox_is_copied_over_several_connections() {
    let rig = Rig::new(Options::default(), Limit::Count(3));
    rig.lab.migrate(&["ada"]);
    assert_eq!(rig.way.counts().most_open, 3);
    rig.assert_complete();
}

/// The large one takes seconds over such a way, the other one a moment.
#[test]
fn a_large_mailbox_gets_the_connection_that_another_one_leaves() {
    let rig = Rig::new(Options::default(), Limit::Count(2));
    put(rig.from.address(), "bob", "INBOX", [message("one")]);
    rig.way.set(Way { bandwidth: Some(300_000), ..FAR });
    rig.lab.migrate(&["ada", "bob"]);
    let Counts { most_open, connections, .. } = rig.way.counts();
    assert_eq!((most_open, connections), (2, 3), "two for one, one for the other");
    assert_eq!(rig.to.appended(), MANY + 1);
}

/// Near by, a connection costs more than it gives for so few messages.
#[test]
fn a_mailbox_that_is_near_and_not_large_gets_one_connection() {
    let rig = Rig::new(Options::default(), Limit::Count(3));
    rig.way.set(Way::default());
    rig.lab.migrate(&["ada"]);
    assert_eq!(rig.way.counts().most_open, 1);
    rig.assert_complete();
}

#[test]
fn an_endpoint_that_takes_one_mailbox_at_once_gets_one_connection() {
    let rig = Rig::new(Options::default(), Limit::Count(1));
    rig.lab.migrate(&["ada"]);
    assert_eq!(rig.way.counts().most_open, 1);
    rig.assert_complete();
}

#[test]
fn a_server_that_refuses_a_second_connection_is_copied_over_the_first() {
    for refusal in [Refusal::No, Refusal::Bye, Refusal::HangUp] {
        let rig =
            Rig::new(Options { max_connections: Some(1), refusal, ..Options::default() }, Limit::Unlimited);
        let mut batch = batch_of(&["ada"]);
        batch.options.auto_retry_count = 0;
        rig.lab.migrate_batch(batch);
        rig.assert_complete();
    }
}

#[test]
fn one_of_several_connections_that_is_cut_off_loses_and_doubles_nothing() {
    let rig = Rig::new(Options::default(), Limit::Unlimited);
    rig.way.cut_after(Direction::ToClient, 100_000, Cut::Reset);
    rig.lab.migrate(&["ada"]);
    assert_eq!(rig.way.counts().cut, 1);
    rig.assert_complete();
}
