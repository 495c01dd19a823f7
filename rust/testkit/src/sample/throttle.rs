//! Users of whom a server has enough.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::lock;

/// How many commands of which user are still refused, and for how long the user is to stay away.
#[derive(Debug, Default)]
pub(super) struct Throttled(Mutex<BTreeMap<String, (usize, Duration)>>);

impl Throttled {
    pub(super) fn begin(&self, user: &str, commands: usize, backoff: Duration) {
        lock(&self.0).insert(user.to_owned(), (commands, backoff));
    }

    /// The answer to a command of this user, where it is refused.
    pub(super) fn refusal(&self, user: &str) -> Option<String> {
        let mut throttled = lock(&self.0);
        let (left, backoff) = throttled.get_mut(user)?;
        *left = left.checked_sub(1)?;
        let milliseconds = backoff.as_millis();
        Some(format!("BAD Request is throttled. Suggested Backoff Time: {milliseconds} milliseconds"))
    }
}
