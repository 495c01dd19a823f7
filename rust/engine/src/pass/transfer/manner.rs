//! With which flags and date a message is announced: its own, or less where the target refuses it so (peers Z4).

use std::borrow::Cow;

use model::plan::Flags;
use wire::{Flag, InternalDate};

/// What of a message's flags and date goes along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    pub(crate) flags: Along,
    /// Whether the date is told in UTC.
    pub(crate) utc: bool,
}

/// Which flags go along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Along {
    /// All that the folder keeps.
    #[default]
    All,
    /// No keywords.
    System,
    /// None.
    None,
}

impl Manner {
    /// The manners in which a message that was refused with these flags is tried again, the least change first.
    pub(crate) fn plainer(flags: &Flags, is_utc: bool) -> Vec<Self> {
        let has_keywords = flags.iter().any(|flag| !Flag::new(flag).is_system());
        let manners = [
            (has_keywords, Self { flags: Along::System, utc: false }),
            (!flags.is_empty(), Self { flags: Along::None, utc: false }),
            (!is_utc, Self { flags: Along::All, utc: true }),
            (!is_utc && !flags.is_empty(), Self { flags: Along::None, utc: true }),
        ];
        manners.into_iter().filter(|(helps, _)| *helps).map(|(_, manner)| manner).collect()
    }

    /// The flags that go along.
    pub(crate) fn flags(self, kept: Flags) -> Flags {
        match self.flags {
            Along::All => kept,
            Along::None => Flags::default(),
            Along::System => {
                let system = kept.iter().filter(|flag| Flag::new(flag).is_system());
                Flags::parse(&system.collect::<Vec<_>>().join(" "))
            }
        }
    }

    /// The date that goes along.
    pub(crate) fn date(self, own: &InternalDate) -> Cow<'_, InternalDate> {
        if self.utc { Cow::Owned(own.in_utc()) } else { Cow::Borrowed(own) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_change_is_tried_first_and_nothing_twice() {
        let manners = |flags: &str, is_utc| {
            let plainer = Manner::plainer(&Flags::parse(flags), is_utc);
            plainer.into_iter().map(|manner| (manner.flags, manner.utc)).collect::<Vec<_>>()
        };
        assert_eq!(manners("", true), []);
        assert_eq!(manners("\\Seen", true), [(Along::None, false)]);
        assert_eq!(manners("\\Seen $A", true), [(Along::System, false), (Along::None, false)]);
        assert_eq!(manners("", false), [(Along::All, true)]);
        assert_eq!(
            manners("$A", false),
            [(Along::System, false), (Along::None, false), (Along::All, true), (Along::None, true)]
        );
    }

    #[test]
    fn keywords_are_left_off_and_system_flags_stay() {
        let manner = Manner { flags: Along::System, utc: false };
        assert_eq!(manner.flags(Flags::parse("\\Seen $A b \\Flagged")), Flags::parse("\\Seen \\Flagged"));
    }
}
