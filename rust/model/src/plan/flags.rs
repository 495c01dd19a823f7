//! The flags of a message, as the server wrote them.

use std::fmt;

/// Flags and keywords, verbatim, separated by blanks: IMAP's own form without the brackets (RFC 3501 §2.3.2).
///
/// Two flags are one if they are equal, or system flags (`\Seen`) that differ in case only. `\Recent` is never kept:
/// it says something about a session, not about the message.
#[derive(Debug, Clone, Default)]
pub struct Flags(String);

impl Flags {
    /// Reads a blank-separated list; a flag that stands twice counts once.
    pub fn parse(text: &str) -> Self {
        let mut kept: Vec<&str> = Vec::new();
        for flag in text.split_ascii_whitespace() {
            if !same(flag, "\\Recent") && !kept.iter().any(|other| same(flag, other)) {
                kept.push(flag);
            }
        }
        Self(kept.join(" "))
    }

    /// Each flag, in the order in which it came.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_ascii_whitespace()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this flag is among them.
    pub fn contains(&self, flag: &str) -> bool {
        self.iter().any(|other| same(flag, other))
    }

    /// Whether each of them is in `other`, too.
    fn are_all_in(&self, other: &Self) -> bool {
        self.iter().all(|flag| other.contains(flag))
    }

    /// Those that `other` lacks.
    pub fn without(&self, other: &Self) -> Self {
        let kept: Vec<&str> = self.iter().filter(|flag| !other.contains(flag)).collect();
        Self(kept.join(" "))
    }
}

/// In any order.
impl PartialEq for Flags {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || (self.are_all_in(other) && other.are_all_in(self))
    }
}

impl Eq for Flags {}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn same(a: &str, b: &str) -> bool {
    a == b || (a.starts_with('\\') && a.eq_ignore_ascii_case(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_compared_in_any_order_and_system_flags_in_any_case() {
        assert_eq!(Flags::parse("\\seen $Forwarded"), Flags::parse("$Forwarded \\SEEN \\Recent"));
        assert_ne!(Flags::parse("$forwarded"), Flags::parse("$Forwarded"));
        assert_ne!(Flags::parse("\\Seen"), Flags::parse("\\Seen \\Flagged"));
    }

    #[test]
    fn flags_stay_as_they_were_written() {
        assert_eq!(Flags::parse(" \\sEEN  a \\Seen \\recent ").to_string(), "\\sEEN a");
        assert!(Flags::parse(" \\recent").is_empty() && !Flags::parse("a").is_empty());
    }
}
