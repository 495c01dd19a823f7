//! Whether a command gets on. Silence ends it soon; here is what ends it where the server is not silent, and yet says
//! nothing that was asked for.
//!
//! INVARIANT: only the time counts that was spent waiting for the server. Pure: it reads no clock.

use std::time::Duration;

use crate::budget::{CHATTER, DETOUR, LEAST_OF_BODY, TooMuch};

/// What happened since the command last got on: by a response of its own, or by a good part of a body.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    waited: Duration,
    /// Octets that came, whatever they were.
    came: u64,
    /// Octets of bodies, there or back.
    gained: u64,
}

impl Pace {
    /// A command begins.
    pub(crate) fn restart(&mut self) {
        *self = Self::default();
    }

    /// Something came that was asked for.
    pub(crate) fn get_on(&mut self) {
        self.gained = LEAST_OF_BODY;
    }

    /// This much of a body passed.
    pub(crate) fn gain(&mut self, octets: usize) {
        self.gained = self.gained.saturating_add(octets as u64);
    }

    /// Somebody waited so long, and this much came.
    pub(crate) fn wait(&mut self, waited: Duration, came: usize) {
        self.waited += waited;
        self.came = self.came.saturating_add(came as u64);
    }

    /// How long it may still take; an error where it took too long, or too much came.
    pub(crate) fn left(&mut self) -> Result<Duration, TooMuch> {
        if self.gained >= LEAST_OF_BODY {
            self.restart();
        }
        if self.came > CHATTER {
            return Err(TooMuch::Chatter);
        }
        DETOUR.checked_sub(self.waited).filter(|left| !left.is_zero()).ok_or(TooMuch::Detour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// How many minutes a command lasts in which this happens each minute, up to ten hours.
    fn minutes(mut each: impl FnMut(&mut Pace)) -> Option<u32> {
        let mut pace = Pace::default();
        (1..=600).find(|_| {
            pace.wait(MINUTE, 10);
            each(&mut pace);
            pace.left().is_err()
        })
    }

    #[test]
    fn chatter_holds_a_command_for_half_an_hour() {
        assert_eq!(minutes(|_| {}), Some(30));
    }

    #[test]
    fn a_body_at_an_octet_a_minute_ends_and_one_over_a_slow_modem_does_not() {
        assert_eq!(minutes(|pace| pace.gain(1)), Some(30));
        assert_eq!(minutes(|pace| pace.gain(60 * 40)), None);
    }

    #[test]
    fn an_answer_that_comes_slowly_may_take_all_day() {
        let mut minute = 0;
        let each = |pace: &mut Pace| {
            minute += 1;
            if minute % 25 == 0 {
                pace.get_on();
            }
        };
        assert_eq!(minutes(each), None);
    }

    #[test]
    fn news_without_an_end_are_no_answer_however_quickly_they_come() {
        let mut pace = Pace::default();
        pace.wait(Duration::ZERO, CHATTER as usize);
        assert!(pace.left().is_ok());
        pace.wait(Duration::ZERO, 1);
        assert_eq!(pace.left(), Err(TooMuch::Chatter));
        pace.get_on();
        assert!(pace.left().is_ok());
    }
}
