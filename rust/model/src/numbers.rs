//! What a folder says of itself by numbers, each of them known or not.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};

/// A UIDVALIDITY (RFC 3501 §2.3.1.1): an opaque number. RFCs give it 32 bits; servers do not all keep to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UidValidity(NonZeroU64);

impl UidValidity {
    /// From what a server tells; zero is none.
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// Whether UIDs still mean what they meant. What is not known proves nothing.
    pub fn holds(now: Option<Self>, recorded: Option<Self>) -> bool {
        now.is_some() && now == recorded
    }
}

impl fmt::Display for UidValidity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The numbers of a folder. What a server does not tell, or cannot mean, is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Its UIDVALIDITY.
    pub uid_validity: Option<UidValidity>,
    /// Its UIDNEXT.
    pub uid_next: Option<NonZeroU32>,
    /// How many messages it has.
    pub messages: Option<u64>,
    /// Its highest change number (RFC 7162 §3.1.2.1).
    pub highest_modseq: Option<u64>,
}

impl Numbers {
    /// Whether both are known, equal, and tell so much that nothing in the folder can have changed in between. UIDNEXT and
    /// the count tell nothing of flags, so that this takes a change number.
    pub fn prove_same(self, other: Self) -> bool {
        let all_known = self.uid_validity.is_some()
            && self.uid_next.is_some()
            && self.messages.is_some()
            && self.highest_modseq.is_some();
        all_known && self == other
    }

    /// Whether both are known, equal, and tell so much that no message can have come or gone in between; flags may have
    /// changed.
    pub fn prove_same_messages(self, other: Self) -> bool {
        let all_known = self.uid_validity.is_some() && self.uid_next.is_some() && self.messages.is_some();
        let without_flags = |numbers: Self| Self { highest_modseq: None, ..numbers };
        all_known && without_flags(self) == without_flags(other)
    }

    /// How many messages a folder had at least when it said `shown`, if it counted `before` earlier and says this now: what
    /// has left it since, and what may have come, does not count.
    pub fn had(self, before: u64, shown: Self) -> Option<u64> {
        let next = |numbers: Self| numbers.uid_next.map_or(0, |next| u64::from(next.get()));
        let came = if shown.uid_next.is_some() { next(self).saturating_sub(next(shown)) } else { 0 };
        Some(self.messages?.saturating_sub(came).min(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_proves_nothing() {
        let full = Numbers {
            uid_validity: UidValidity::new(1 << 40),
            uid_next: NonZeroU32::new(2),
            messages: Some(3),
            highest_modseq: Some(4),
        };
        assert!(full.prove_same(full));
        for less in [
            Numbers { uid_validity: None, ..full },
            Numbers { uid_next: None, ..full },
            Numbers { messages: None, ..full },
            Numbers { highest_modseq: None, ..full },
        ] {
            assert!(!less.prove_same(less) && !full.prove_same(less), "{less:?}");
            let but_flags = less.highest_modseq.is_none();
            assert_eq!(
                (less.prove_same_messages(less), full.prove_same_messages(less)),
                (but_flags, but_flags)
            );
        }
        assert_eq!(Numbers::default().had(12, full), None);
        assert!(UidValidity::holds(full.uid_validity, full.uid_validity));
        assert!(!UidValidity::holds(None, None) && UidValidity::new(0).is_none());
    }

    #[test]
    fn what_left_a_folder_or_came_meanwhile_was_not_there() {
        let says = |messages, next| Numbers {
            uid_next: NonZeroU32::new(next),
            messages: Some(messages),
            ..Numbers::default()
        };
        let had = |now, shown| Numbers::had(now, 12, shown);
        assert_eq!(had(says(12, 30), says(7, 30)), Some(12), "all of them are there");
        assert_eq!(had(says(7, 30), says(7, 30)), Some(7), "they have left");
        assert_eq!(had(says(8, 31), says(7, 30)), Some(7), "they have left, and one has come");
        assert_eq!(had(says(14, 32), says(7, 30)), Some(12), "two have come");
        assert_eq!(had(says(13, 32), says(7, 0)), Some(12), "what comes has no number");
    }
}
