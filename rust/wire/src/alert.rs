//! What the server wants people to read, and which failures it goes with.

use tracing::debug;

use crate::error::{Condition, quoted};
use crate::response::Response;

/// What the server wants people to read: BYE, and anything marked ALERT (RFC 3501 §7.1).
///
/// INVARIANT: an alert belongs to the next completion, in the command in which it came. What failed an hour ago explains
/// no refusal of now. A BYE explains all that follows, since nothing but the end does.
#[derive(Debug, Default)]
pub(crate) struct Alert {
    alert: Option<String>,
    farewell: Option<String>,
}

impl Alert {
    pub(crate) fn note(&mut self, response: &Response<'_>) {
        match response {
            Response::Status(text) if text.condition == Condition::Bye => {
                self.farewell = Some(quoted(text.line))
            }
            Response::Status(text) if text.code_value("ALERT").is_some() => {
                self.alert = Some(quoted(text.line));
            }
            Response::Unknown(_) => debug!("Skipped a response that is not IMAP"),
            _ => {}
        }
    }

    /// Whether the server has said goodbye.
    pub(crate) fn is_farewell(&self) -> bool {
        self.farewell.is_some()
    }

    /// What goes with a completion.
    pub(crate) fn take(&mut self) -> Option<String> {
        let alert = self.alert.take();
        self.farewell.clone().or(alert)
    }

    /// What goes with a failure of the connection.
    pub(crate) fn last(&self) -> Option<&str> {
        self.farewell.as_deref().or(self.alert.as_deref())
    }

    pub(crate) fn forget(&mut self) {
        self.alert = None;
    }
}
