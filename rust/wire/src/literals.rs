//! Which literals need no `+` of the server's (RFC 7888): those of a form that it has taken before.
//!
//! A body that is on its way before the server has read the command is read as commands if the command is refused and the
//! body not skipped: a mail could then delete folders. So what a server has not shown to take waits for its `+`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::flags::{Flag, Flags};
use crate::internal_date::InternalDate;

/// The shortest time for which the first body that does not wait for a `+` is held back: whoever breaks such literals says so
/// meanwhile.
const SHORTEST_HOLD: Duration = Duration::from_millis(25);

/// The same, in round trips.
const HOLD_ROUND_TRIPS: u32 = 4;

/// What a server was seen to take, for all connections to it. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Literals(Arc<Mutex<Shown>>);

#[derive(Debug, Default)]
struct Shown {
    flags: BTreeSet<Flag>,
    /// The size of the largest message.
    largest: u64,
    /// Whether a date was among it.
    date: bool,
    /// How far literals without `+` were tried where a command begins.
    first: Flight,
    /// The same inside a command.
    joined: Flight,
    /// Whether a command with such a literal has ended well.
    landed: bool,
    /// Whether it lost track of one: none is sent to it again.
    lost_track: bool,
}

/// How far literals that wait for no `+` were tried in one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Flight {
    /// Not at all.
    #[default]
    Untried,
    /// One is held back.
    Held,
    /// One was taken.
    Taken,
}

/// How a literal goes.
#[derive(Debug)]
pub(crate) enum Way {
    /// It waits for the server's `+`.
    Asked,
    /// It asks for nothing, and its body waits until the server had time to complain.
    Held(Trial),
    /// It follows at once.
    Flown,
}

/// The first literal in a place that asks for nothing. Dropped, it has shown nothing.
#[derive(Debug)]
pub(crate) struct Trial {
    literals: Literals,
    place: Place,
    end: Flight,
}

impl Trial {
    /// The server had time to complain, and did not.
    pub(crate) fn passed(mut self) {
        self.end = Flight::Taken;
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        *self.literals.shown().flight(self.place) = self.end;
    }
}

/// Where in a command a literal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the command's first message.
    First,
    /// Others are before it (RFC 3502).
    Joined,
}

/// The form of a message's announcement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form<'a> {
    pub(crate) place: Place,
    pub(crate) flags: &'a Flags,
    pub(crate) date: Option<&'a InternalDate>,
    pub(crate) size: u64,
}

impl Literals {
    /// How a message of this form goes to a folder that has taken one over this connection.
    pub(crate) fn way(&self, form: &Form<'_>) -> Way {
        let mut shown = self.shown();
        if shown.lost_track || !shown.has_taken(form) {
            return Way::Asked;
        }
        let flight = shown.flight(form.place);
        match *flight {
            Flight::Taken => Way::Flown,
            // Another connection tries it.
            Flight::Held => Way::Asked,
            Flight::Untried => {
                *flight = Flight::Held;
                Way::Held(Trial { literals: self.clone(), place: form.place, end: Flight::Untried })
            }
        }
    }

    /// The server has asked for the body of such a message.
    pub(crate) fn asked_for(&self, form: &Form<'_>) {
        let mut shown = self.shown();
        shown.flags.extend(form.flags.sent().cloned());
        shown.largest = shown.largest.max(form.size);
        shown.date |= form.date.is_some_and(InternalDate::is_ordinary);
    }

    /// A command with literals that waited for nothing has ended well.
    pub(crate) fn landed(&self) {
        self.shown().landed = true;
    }

    /// The server lost track of such a literal. Where it is not certain, it counts if none has ever ended well.
    pub(crate) fn lost_track(&self, certain: bool) {
        let mut shown = self.shown();
        shown.lost_track |= certain || !shown.landed;
    }

    /// Whether each literal has to wait for its `+`, whatever the server offers.
    pub(crate) fn must_ask(&self) -> bool {
        self.shown().lost_track
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    fn has_taken(&self, form: &Form<'_>) -> bool {
        let date = form.date.is_none_or(|date| self.date && date.is_ordinary());
        date && form.size <= self.largest && form.flags.sent().all(|flag| self.flags.contains(flag))
    }

    fn flight(&mut self, place: Place) -> &mut Flight {
        match place {
            Place::First => &mut self.first,
            Place::Joined => &mut self.joined,
        }
    }
}

/// How long a body is held back from a server at this distance.
pub(crate) fn hold(round_trip: Duration) -> Duration {
    round_trip.saturating_mul(HOLD_ROUND_TRIPS).max(SHORTEST_HOLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form<'a>(flags: &'a Flags, date: Option<&'a InternalDate>, size: u64) -> Form<'a> {
        Form { place: Place::First, flags, date, size }
    }

    /// One that has taken `\Seen`, a date and ten octets, and a literal that asked for nothing.
    fn known() -> Literals {
        let (literals, seen, date) = (Literals::default(), [Flag::SEEN].into_iter().collect(), date());
        literals.asked_for(&form(&seen, Some(&date), 10));
        let Way::Held(trial) = literals.way(&form(&seen, None, 1)) else { panic!("not tried") };
        trial.passed();
        literals
    }

    fn date() -> InternalDate {
        InternalDate::new("17-Jul-1996 02:44:25 -0700")
    }

    fn is_flown(literals: &Literals, form: &Form<'_>) -> bool {
        matches!(literals.way(form), Way::Flown)
    }

    #[test]
    fn only_what_a_server_has_taken_before_goes_without_asking() {
        let (literals, none) = (known(), Flags::new());
        let seen: Flags = [Flag::SEEN].into_iter().collect();
        let keyword: Flags = [Flag::SEEN, Flag::new("$Forwarded")].into_iter().collect();
        let (date, zone) = (date(), InternalDate::new("17-Jul-1996 02:44:25 +1400"));
        let ancient = InternalDate::new("30-Dec-1899 00:00:00 +0000");
        assert!(is_flown(&literals, &form(&seen, Some(&date), 10)));
        assert!(is_flown(&literals, &form(&none, None, 1)));
        assert!(!is_flown(&literals, &form(&keyword, Some(&date), 10)));
        assert!(!is_flown(&literals, &form(&seen, Some(&date), 11)));
        assert!(!is_flown(&literals, &form(&seen, Some(&zone), 10)));
        assert!(!is_flown(&literals, &form(&seen, Some(&ancient), 10)));
        assert!(!is_flown(&literals, &Form { place: Place::Joined, ..form(&seen, None, 1) }));
    }

    #[test]
    fn the_first_literal_that_asks_for_nothing_is_tried_by_one_connection() {
        let (literals, none) = (Literals::default(), Flags::new());
        literals.asked_for(&form(&none, None, 1));
        let Way::Held(trial) = literals.way(&form(&none, None, 1)) else { panic!() };
        assert!(matches!(literals.way(&form(&none, None, 1)), Way::Asked));
        drop(trial);
        assert!(matches!(literals.way(&form(&none, None, 1)), Way::Held(_)), "nothing was shown");
    }

    #[test]
    fn a_server_that_lost_track_is_asked_each_time() {
        let none = Flags::new();
        let literals = known();
        literals.lost_track(false);
        assert!(literals.must_ask() && !is_flown(&literals, &form(&none, None, 1)));
        let proven = known();
        proven.landed();
        proven.lost_track(false);
        assert!(is_flown(&proven, &form(&none, None, 1)), "the message may be why");
        proven.lost_track(true);
        assert!(proven.must_ask());
    }

    #[test]
    fn a_body_is_held_back_for_some_round_trips_and_no_shorter_than_a_busy_server_takes() {
        assert_eq!(hold(Duration::ZERO), Duration::from_millis(25));
        assert_eq!(hold(Duration::from_millis(50)), Duration::from_millis(200));
    }
}
