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
    /// It has the name of the page, and other numbers: most of its messages are the same if it kept that name.
    Kept,
    /// It has other numbers: most of its messages would have to be the same, whatever their UIDs.
    Renumbered,
    /// It has other numbers, and a folder above was renamed so that this name follows: any of its messages will do.
    RenumberedBelow,
}

/// How many of a page's messages must be in a folder that has other numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// At least one.
    Any,
    /// More than half of them.
    Most,
}

impl Share {
    /// Whether so many of so many are enough.
    pub fn is_reached(self, found: usize, of: usize) -> bool {
        match self {
            Self::Any => found > 0,
            Self::Most => found * 2 > of,
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
