//! What strikes, where and after how many bytes: drawn from chance alone.

use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use testkit::proxy::{Cut, Direction, Way};

/// The most bytes to wait for where mail passes,
const MAIL: u64 = 400_000;
/// and where commands and answers pass.
const TALK: u64 = 4_000;

/// One of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Target,
}

/// Where bytes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) side: Side,
    pub(super) direction: Direction,
}

/// How the ways to both servers are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ways {
    source: Way,
    target: Way,
}

/// What strikes after so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The worker is killed.
    Kill { at: Place, after: u64 },
    /// The connection is cut, right after that byte.
    Cut { at: Place, after: u64, how: Cut },
    /// Nothing passes for a while, then the connections are cut.
    Stall { at: Place, after: u64, how: Cut },
}

/// A fault, and how the ways are until it strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Round {
    pub(super) ways: Ways,
    pub(super) fault: Fault,
}

impl Ways {
    pub(super) fn of(&self, side: Side) -> &Way {
        match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        }
    }
}

impl Round {
    /// Draws a round after another one, while so many kills and cuts are left. No way is narrower than so many bytes a
    /// second.
    pub(super) fn draw(
        chance: &mut StdRng,
        last: Option<&Self>,
        (kills, cuts): (u32, u32),
        narrowest: u64,
    ) -> Self {
        let ways = Ways { source: way(chance, narrowest), target: way(chance, narrowest) };
        // Half of the ways last: what waits before a narrow one when a worker is killed meets the next worker there.
        let ways = last.filter(|_| chance.random()).map_or(ways, |last| last.ways.clone());
        let at = place(chance);
        let after = bytes(chance, at);
        let how = if chance.random() { Cut::Fin } else { Cut::Reset };
        let fault = if chance.random_ratio(kills, kills + cuts) {
            Fault::Kill { at, after }
        } else if chance.random_ratio(1, 5) {
            Fault::Stall { at, after, how }
        } else {
            Fault::Cut { at, after, how }
        };
        Self { ways, fault }
    }
}

/// Half of the ways are good; the others are long, narrow or in pieces.
fn way(chance: &mut StdRng, narrowest: u64) -> Way {
    let mut way = Way::default();
    match chance.random_range(0..6) {
        0 => way.delay = Duration::from_millis(chance.random_range(1..8)),
        1 => way.bandwidth = Some(narrowest << chance.random_range(0..6)),
        2 => way.piece = Some(chance.random_range(1..200)),
        _ => {}
    }
    way
}

/// Mostly where mail passes: within bodies, their heads, and the answers in between.
fn place(chance: &mut StdRng) -> Place {
    const PLACES: [(Side, Direction); 6] = [
        (Side::Source, Direction::ToClient),
        (Side::Source, Direction::ToClient),
        (Side::Source, Direction::ToServer),
        (Side::Target, Direction::ToServer),
        (Side::Target, Direction::ToServer),
        (Side::Target, Direction::ToClient),
    ];
    let (side, direction) = PLACES.choose(chance).copied().unwrap_or(PLACES[0]);
    Place { side, direction }
}

/// As often within the first bytes, where logins and listings are, as in the mass of mail.
fn bytes(chance: &mut StdRng, at: Place) -> u64 {
    let carries_mail = (at.side == Side::Source) == (at.direction == Direction::ToClient);
    let most = if carries_mail { MAIL } else { TALK };
    if chance.random() { chance.random_range(1..most) } else { (most as f64).powf(chance.random()) as u64 }
}
