//! A copy that takes long enough for something to happen meanwhile.

use model::contract::NewBatch;
use testkit::mail;
use testkit::proxy::{Proxy, Way};
use testkit::sample::{Options, Sample};

use super::lab::eventually;
use super::{Lab, Mailbox};

/// Mail of `ada` on its way to a target that takes it message by message, over a narrow line.
pub(crate) struct Slow {
    from: Sample,
    to: Sample,
    way: Proxy,
    pub(crate) lab: Lab,
}

impl Slow {
    const COUNT: usize = 30;

    /// Starts the batch, and returns when some of it has arrived.
    pub(crate) fn start(batch: NewBatch) -> Self {
        let from = Sample::start(Options::default()).unwrap();
        let to = Sample::start(Options::without(&["MULTIAPPEND"])).unwrap();
        mail::append(from.address(), "ada", "INBOX", 9, Self::COUNT).unwrap();
        let way = Proxy::start(to.address()).unwrap();
        let lab = Lab::between(from.address(), &way.address(to.address()));
        way.set(Way { bandwidth: Some(20_000), ..Way::default() });
        lab.start(batch);
        eventually("some messages arrive", || to.appended() > 0);
        Self { from, to, way, lab }
    }

    /// Makes the line wide.
    pub(crate) fn widen(&self) {
        self.way.set(Way::default());
    }

    /// Waits for the rest, and sees to it that all has arrived once. Says how many connections that took.
    pub(crate) fn finish(&self) -> u64 {
        self.lab.synced();
        Mailbox::read(self.to.address(), "ada").assert_is(&Mailbox::read(self.from.address(), "ada"));
        assert_eq!(self.to.appended(), Self::COUNT);
        self.way.counts().connections
    }
}
