//! Real servers: one for all tests that need nothing special, and those that do start their own.

use std::sync::LazyLock;

use testkit::dovecot::{self, Dovecot, Options};

/// The Dovecot that all tests share, each with users of its own; its files go when the tests end. None, said aloud,
/// where it is not installed.
pub(crate) fn dovecot() -> Option<&'static Dovecot> {
    static SHARED: LazyLock<Option<Dovecot>> = LazyLock::new(|| fresh_dovecot(&Options::default()));
    SHARED.as_ref()
}

/// A Dovecot of the test's own.
#[allow(clippy::print_stderr, reason = "a test that tests nothing says so")]
pub(crate) fn fresh_dovecot(options: &Options) -> Option<Dovecot> {
    if dovecot::find().is_none() {
        eprintln!("SKIPPED: dovecot is not installed, so that nothing was tested");
        return None;
    }
    Some(Dovecot::start(options).unwrap())
}
