//! The name of an endpoint or of a batch, checked once.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Result, shown};

/// Characters that a name may not hold: what shells, paths, wildcards and CSV give a meaning of their own.
const FORBIDDEN: &str = "*?[]\"'`<>|/\\:;,%&$#^~{}=!";

/// A name of 1 to 64 characters without control characters, outer blanks, or any of `* ? [ ] " ' < > | / \ : ; ,`
/// and their like. Exchange allows 64 characters for a batch (spec 1.6). Names compare without regard to case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 64;

    /// Checks a name.
    pub fn parse(text: &str) -> Result<Self> {
        let fault = if text.trim().is_empty() {
            Some("a name cannot be empty".to_owned())
        } else if text.chars().count() > Self::MAX_CHARS {
            Some(format!("the name has {} characters, the most is {}", text.chars().count(), Self::MAX_CHARS))
        } else if text.trim() != text {
            Some("a name cannot begin or end with a blank".to_owned())
        } else {
            text.chars()
                .find(|c| c.is_control() || FORBIDDEN.contains(*c))
                .map(|c| format!("the name holds the forbidden character {c:?}"))
        };
        match fault {
            None => Ok(Self(text.to_owned())),
            Some(fault) => Err(Error::new(
                ErrorKind::InvalidName,
                format!("{fault}: {}", shown(text)),
            )
            .object_given(text)
            .remedy(
                "use letters, digits, blanks, `-`, `_`, `.`, `@`, `+` and round brackets, 64 characters at most",
            )),
        }
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which names are compared and kept unique.
    pub fn key(&self) -> String {
        name_key(&self.0)
    }
}

/// The form of any text in which it is compared with a [`Name`].
pub fn name_key(text: &str) -> String {
    text.to_lowercase()
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Name {}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Name {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_64_characters_is_the_longest() {
        assert!(Name::parse(&"ä".repeat(64)).is_ok());
        assert_eq!(Name::parse(&"ä".repeat(65)).unwrap_err().kind, ErrorKind::InvalidName);
    }

    #[test]
    fn a_name_is_refused_for_what_shells_and_paths_read_into_it() {
        for bad in ["", "  ", " a", "a ", "a*", "a/b", "a\\b", "a\nb", "a:b", "a;b", "x\u{0}"] {
            assert_eq!(Name::parse(bad).unwrap_err().kind, ErrorKind::InvalidName, "{bad:?}");
        }
        for good in ["Wave 1", "wave_1-b.2", "büro@contoso", "(pilot)"] {
            assert_eq!(Name::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn names_compare_without_regard_to_case() {
        assert_eq!(Name::parse("Wave").unwrap(), Name::parse("wAVE").unwrap());
    }
}
