//! A campaign: mailboxes move while faults strike, one after the other, until as many have struck as were asked for.
//!
//! It goes in chapters. Each has a batch of fresh users, so that initial passes are struck as well as incremental ones,
//! and ends with a comparison of both servers. A check that fails panics, as in a test: a campaign is one.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that runs as a program, too"
)]

mod fault;
mod people;
mod rig;
mod script;
mod verdict;
mod worker;

#[path = "../../../../engine/tests/engine/common/lab.rs"]
#[allow(dead_code, clippy::expect_used, reason = "a helper of tests, and the engine's need more of it")]
mod lab;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use testkit::mail;
use testkit::proxy::{Cut, Way};

use fault::{Fault, Place, Round};
use lab::within;
use rig::Rig;
use verdict::Verdict;

/// How many faults strike the users of one chapter.
const ROUNDS: u32 = 80;

/// What people do on the target is drawn from here on: more purposes than there are deliveries.
const PEOPLE: u64 = 1 << 31;

/// How long anything may take: the worker waits for an answer for two minutes, and a machine that paused is no defect.
const PATIENCE: Duration = Duration::from_secs(300);

/// What to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// The same seed draws the same faults and the same mail. Which message a fault meets is the machine's affair.
    pub(crate) seed: u64,
    /// How often the worker is killed.
    pub(crate) kills: u32,
    /// How often a connection is cut.
    pub(crate) cuts: u32,
    /// How many mailboxes move at once.
    pub(crate) users: u32,
    /// How many messages each of them holds at first.
    pub(crate) messages: usize,
    /// Whether their owners work in the target mailboxes meanwhile.
    pub(crate) people: bool,
}

impl Plan {
    /// Bytes a second on the narrowest way: all mailboxes pass within two minutes, however large they are.
    fn narrowest(&self) -> u64 {
        const BYTES_A_MESSAGE: u64 = 200;
        (BYTES_A_MESSAGE * u64::from(self.users) * self.messages as u64).max(100_000)
    }
}

/// As the command line has it, to be typed again.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, kills, cuts, users, messages, people } = self;
        let people = if *people { " --people" } else { "" };
        write!(f, "--seed {seed} --kills {kills} --cuts {cuts} --users {users} --messages {messages}{people}")
    }
}

/// A campaign under way.
pub(crate) struct Campaign {
    plan: Plan,
    began: Instant,
    rig: Rig,
    kills: u32,
    cuts: u32,
    deliveries: u64,
    verdict: Verdict,
    last: Option<Round>,
}

impl Campaign {
    /// Starts the servers, and the worker from its executable.
    pub(crate) fn new(plan: Plan, worker: PathBuf) -> Self {
        Self {
            plan,
            began: Instant::now(),
            rig: Rig::start(worker, plan.people),
            kills: 0,
            cuts: 0,
            deliveries: 0,
            verdict: Verdict::default(),
            last: None,
        }
    }

    /// Lets all faults strike, and tells whether nothing was lost, doubled or altered. Where something was, or if told
    /// to, it leaves everything behind.
    pub(crate) fn survives(mut self, keep: bool) -> bool {
        // A panic is how a check fails; its message is on the terminal by then.
        let survived = catch_unwind(AssertUnwindSafe(|| self.run())).is_ok();
        println!("{}: {}", if survived { "survived" } else { "FAILED" }, self.state());
        if keep || !survived {
            println!("last round: {:?}\n{}", self.last, self.rig.keep());
        }
        survived
    }

    fn run(&mut self) {
        while self.left() > 0 {
            self.begin_chapter();
            for _ in 0..ROUNDS.min(self.left()) {
                self.round();
            }
            self.check();
            println!("{}", self.state());
        }
    }

    /// How far it is, in a line.
    fn state(&self) -> String {
        let Self { plan: Plan { seed, .. }, kills, cuts, verdict, .. } = self;
        let (rounds, seconds) = (self.rounds(), self.began.elapsed().as_secs());
        format!("seed {seed}, {rounds} rounds, {kills} kills, {cuts} cuts, {verdict}, {seconds} s")
    }

    fn rounds(&self) -> u32 {
        self.kills + self.cuts
    }

    fn left(&self) -> u32 {
        self.plan.kills + self.plan.cuts - self.rounds()
    }

    /// Chance that depends on the round and the purpose alone: how long anything took before does not change it.
    fn chance(&self, purpose: u64) -> StdRng {
        let round = u64::from(self.rounds()) << 32;
        StdRng::seed_from_u64(self.plan.seed.rotate_left(16) ^ round ^ purpose)
    }

    fn begin_chapter(&mut self) {
        let users = (1..=self.plan.users).map(|user| format!("u{user}after{}", self.rounds())).collect();
        let seed = self.chance(0).random();
        self.rig.begin_batch(users, mail::Plan { seed, messages: self.plan.messages });
    }

    /// One fault, from the draw to the moment when it has struck.
    fn round(&mut self) {
        let mut chance = self.chance(1);
        let left = (self.plan.kills - self.kills, self.plan.cuts - self.cuts);
        let round = Round::draw(&mut chance, self.last.as_ref(), left, self.plan.narrowest());
        self.last = Some(round.clone());
        if chance.random_ratio(1, 3) {
            self.rig.add_flag(&mut chance);
        }
        self.rig.set_ways(&round.ways);
        if self.chance(PEOPLE).random() {
            self.rig.work(self.chance(PEOPLE + 1).random());
        }
        match round.fault {
            Fault::Kill { at, after } => {
                self.until_passed(at, after);
                self.rig.kill_worker();
                self.kills += 1;
                // Now and then nothing else happens: what was under way from a dead worker has the time to do harm.
                if chance.random_ratio(1, 8) {
                    self.settle();
                }
            }
            Fault::Cut { at, after, how } => {
                self.cut(at, after, how);
                self.cuts += 1;
            }
            Fault::Stall { at, after, how } => {
                self.until_passed(at, after);
                self.stall(at, how, round.ways.of(at.side));
                self.cuts += 1;
            }
        }
    }

    fn cut(&mut self, at: Place, after: u64, how: Cut) {
        let before = self.rig.proxy(at.side).counts().cut;
        self.rig.proxy(at.side).cut_after(at.direction, after, how);
        self.until("a connection is cut", |rig| rig.proxy(at.side).counts().cut > before);
    }

    /// Nothing passes any more; when both ends have fallen silent, the connections are cut.
    fn stall(&mut self, at: Place, how: Cut, way: &Way) {
        self.rig.proxy(at.side).set(Way { stalled: true, ..way.clone() });
        let before = self.rig.proxy(at.side).counts();
        let mut last = before;
        self.until("a stalled connection is cut", |rig| {
            let now = rig.proxy(at.side).counts();
            if now.open > 0 && now == std::mem::replace(&mut last, now) {
                rig.proxy(at.side).cut_all(how);
            }
            now.cut > before.cut
        });
        self.rig.proxy(at.side).set(way.clone());
    }

    fn until_passed(&mut self, at: Place, bytes: u64) {
        let end = self.rig.passed(at) + bytes;
        self.until("bytes pass", |rig| rig.passed(at) >= end);
    }

    /// Waits until something is so, and meanwhile sees to it that there is mail to move.
    fn until(&mut self, what: &str, mut is_so: impl FnMut(&Rig) -> bool) {
        within(PATIENCE, what, || {
            if is_so(&self.rig) {
                return true;
            }
            if self.rig.is_at_rest() {
                self.deliveries += 1;
                self.rig.deliver(&mut self.chance(1 + self.deliveries));
            }
            false
        });
    }

    /// Without faults everything comes to rest, and then both sides are the same.
    fn check(&mut self) {
        self.rig.set_ways(&fault::Ways::default());
        self.settle();
        // What changed while that pass ran is the next one's.
        self.rig.sync_now();
        self.settle();
        self.verdict += self.rig.compare();
        assert!(self.verdict.is_clean(), "the sides differ:\n{}", self.verdict.report);
        self.rig.end_batch();
    }

    fn settle(&mut self) {
        within(PATIENCE, "everything is synced", || self.rig.is_at_rest());
    }
}
