//! The environment of the host, which is not always that of the process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Variables as the host has them; `null` for one that it has not. Those that are not among them are the process's.
///
/// On Unix .NET keeps a copy of the environment: what PowerShell sets there, no native code sees. `Debug` shows names alone, as
/// the address of a proxy may hold a password.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Environment(BTreeMap<String, Option<String>>);

impl Environment {
    /// The value of a variable, which is the process's own where the host does not speak of it.
    pub fn get(&self, name: &str, own: impl FnOnce(&str) -> Option<OsString>) -> Option<OsString> {
        self.0.get(name).map_or_else(|| own(name), |value| value.as_ref().map(OsString::from))
    }

    /// Whether it is the process's own.
    pub fn is_own(&self) -> bool {
        self.0.is_empty()
    }

    /// What the host says of its variables.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_deref()))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_printed() {
        let text = r#"{"HTTPS_PROXY": "http://user:s3cret@proxy"}"#;
        let environment: Environment = serde_json::from_str(text).unwrap();
        assert_eq!(format!("{environment:?}"), r#"{"HTTPS_PROXY"}"#);
    }

    #[test]
    fn a_variable_that_the_host_speaks_of_is_as_it_says_and_another_is_the_processs() {
        let environment: Environment = serde_json::from_str(r#"{"HOME": "/here", "PATH": null}"#).unwrap();
        let own = |name: &str| Some(format!("own {name}").into());
        assert_eq!(environment.get("HOME", own), Some("/here".into()));
        assert_eq!(environment.get("PATH", own), None);
        assert_eq!(environment.get("SHELL", own), Some("own SHELL".into()));
    }
}
