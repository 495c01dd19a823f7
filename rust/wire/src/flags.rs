//! Message flags ([RFC 3501 §2.3.2]).
//!
//! [RFC 3501 §2.3.2]: https://www.rfc-editor.org/rfc/rfc3501#section-2.3.2

use std::borrow::{Borrow, Cow};
use std::fmt;

use crate::token::Lexer;

/// One flag or keyword. System flags have one spelling, keywords keep the server's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flag(Cow<'static, str>);

const SYSTEM: [&str; 6] = ["\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Recent", "\\Seen"];

impl Flag {
    /// `\Answered`
    pub const ANSWERED: Self = Self(Cow::Borrowed("\\Answered"));
    /// `\Deleted`
    pub const DELETED: Self = Self(Cow::Borrowed("\\Deleted"));
    /// `\Draft`
    pub const DRAFT: Self = Self(Cow::Borrowed("\\Draft"));
    /// `\Flagged`
    pub const FLAGGED: Self = Self(Cow::Borrowed("\\Flagged"));
    /// `\Recent`, which the server alone sets.
    pub const RECENT: Self = Self(Cow::Borrowed("\\Recent"));
    /// `\Seen`
    pub const SEEN: Self = Self(Cow::Borrowed("\\Seen"));

    /// A flag by its name.
    pub fn new(name: &str) -> Self {
        match SYSTEM.into_iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(known) => Self(Cow::Borrowed(known)),
            None => Self(Cow::Owned(name.to_owned())),
        }
    }

    /// The name as it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it starts with a backslash: a flag that the RFCs define, not a keyword.
    pub fn is_system(&self) -> bool {
        self.0.starts_with('\\')
    }

    /// Whether a command can carry it: a flag is an atom (RFC 3501 §9), and whatever else a server calls one would be read as
    /// something else by another.
    pub fn is_sendable(&self) -> bool {
        let name = self.0.strip_prefix('\\').unwrap_or(&self.0);
        !name.is_empty() && name.bytes().all(is_atom_char)
    }

    fn may_be_set(&self) -> bool {
        *self != Self::RECENT && self.is_sendable()
    }

    /// Whether it is a keyword, or a system flag that RFC 3501 has.
    pub fn is_standard(&self) -> bool {
        !self.is_system() || SYSTEM.contains(&self.as_str())
    }
}

impl Borrow<str> for Flag {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A sorted set of flags. Printed, it is the list that STORE and APPEND take.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(Vec<Flag>);

impl Flags {
    /// No flags.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Reads what stands between the parentheses of a flag list.
    pub(crate) fn parse(list: &[u8]) -> Self {
        let mut lexer = Lexer::new(list);
        std::iter::from_fn(|| lexer.value())
            .filter_map(|value| value.text().map(|name| Flag::new(&String::from_utf8_lossy(name))))
            .collect()
    }

    /// Adds a flag.
    pub fn insert(&mut self, flag: Flag) {
        if let Err(at) = self.0.binary_search(&flag) {
            self.0.insert(at, flag);
        }
    }

    /// Whether the flag is set.
    pub fn contains(&self, flag: &Flag) -> bool {
        self.0.binary_search(flag).is_ok()
    }

    /// Whether there is no flag.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that a command carries.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &Flag> {
        self.0.iter().filter(|flag| flag.may_be_set())
    }

    /// The flags, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Flag> {
        self.0.iter()
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        let mut sorted: Vec<Flag> = flags.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self(sorted)
    }
}

/// RFC 3501 §9, `ATOM-CHAR`.
fn is_atom_char(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte)
}

/// `(\Seen $Forwarded)`. `\Recent` is left out: a client may not set it (RFC 3501 §2.3.2). So is what no command can carry.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (index, flag) in self.sent().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{flag}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_flags_have_no_case_and_keywords_do() {
        let flags = Flags::parse(b"\\SEEN  $Forwarded $forwarded \\seen ");
        assert_eq!(flags.to_string(), "($Forwarded $forwarded \\Seen)");
        assert!(flags.contains(&Flag::SEEN) && Flag::SEEN.is_system());
    }

    #[test]
    fn recent_is_kept_and_never_sent() {
        let flags = Flags::parse(b"\\Recent");
        assert!(flags.contains(&Flag::RECENT));
        assert_eq!(flags.to_string(), "()");
    }

    #[test]
    fn odd_keywords_are_known_and_those_that_are_no_atoms_are_never_sent() {
        let flags =
            Flags::parse("[odd a]b \\* wichtig-ü 50% \"my tag\" \\Odd ^~'`#&;:<=>?@_|},.-+/!$".as_bytes());
        let names: Vec<&str> = flags.iter().filter(|flag| !flag.is_sendable()).map(Flag::as_str).collect();
        assert_eq!(names, ["50%", "\\*", "a]b", "my tag", "wichtig-ü"]);
        assert_eq!(flags.to_string(), "([odd \\Odd ^~'`#&;:<=>?@_|},.-+/!$)");
    }
}
