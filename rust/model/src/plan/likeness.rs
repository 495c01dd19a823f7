//! In how far a folder that has come may be one that is gone, and how much of it must be there to tell.

/// Which pairs are looked at together, the likeliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// All numbers are what they were.
    Exact,
    /// A folder above was renamed so that this name follows.
    Below,
    /// The numbers are possible.
    Possible,
    /// It has the name of the page, and other numbers: most messages are the same if it kept that name.
    Kept,
    /// It has other numbers: most messages would have to be the same, whatever their UIDs.
    Renumbered,
    /// It has other numbers, and a folder above was renamed so that this name follows: any of its messages will do.
    RenumberedBelow,
}

/// How much a page and a folder that has other numbers must have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// At least one.
    Any,
    /// More than half of them, or of those that the folder has now.
    Most,
}

impl Share {
    /// Whether it is enough that so many were found of those known among those there.
    pub fn is_reached(self, found: usize, known: usize, there: usize) -> bool {
        match self {
            Self::Any => found > 0,
            Self::Most => found * 2 > known.min(there),
        }
    }
}

impl Likeness {
    /// How many messages must be the same, whatever their UIDs; none where UIDs still mean what they meant.
    pub fn share(self) -> Option<Share> {
        match self {
            Self::Exact | Self::Below | Self::Possible => None,
            Self::Kept | Self::Renumbered => Some(Share::Most),
            Self::RenumberedBelow => Some(Share::Any),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_what_was_known_or_most_of_what_is_there_tells_a_folder_by_other_numbers() {
        let reached = |found, known, there| Share::Most.is_reached(found, known, there);
        assert!(reached(2, 3, 9) && reached(1, 2, 1));
        assert!(!reached(1, 2, 2) && !reached(0, 2, 0));
        assert!(Share::Any.is_reached(1, 9, 9) && !Share::Any.is_reached(0, 9, 9));
    }
}
