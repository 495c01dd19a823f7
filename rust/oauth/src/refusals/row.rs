//! A reason, and what is said of it.

use model::ErrorKind;

/// A reason.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The words of the RFC, or of Google.
    pub(super) words: &'static [&'static str],
    /// Entra's numbers.
    pub(super) codes: &'static [u32],
    /// What it is for C#.
    pub(crate) kind: ErrorKind,
    /// The end of the sentence "… gives no token: ".
    pub(crate) cause: &'static str,
    /// What to do.
    pub(crate) remedy: &'static str,
}

/// A row for numbers.
pub(super) const fn coded(
    codes: &'static [u32],
    kind: ErrorKind,
    cause: &'static str,
    remedy: &'static str,
) -> Row {
    Row { words: &[], codes, kind, cause, remedy }
}

/// A row for words.
pub(super) const fn worded(
    words: &'static [&'static str],
    kind: ErrorKind,
    cause: &'static str,
    remedy: &'static str,
) -> Row {
    Row { words, codes: &[], kind, cause, remedy }
}

/// Over in a while.
pub(super) static BUSY: Row = worded(&[], ErrorKind::OauthBusy, "it is busy", "wait: it is tried again");

/// What people may do.
pub(super) const AGAIN: &str = "sign in again: Set-MigrationEndpoint with -Interactive or -DeviceCode";
