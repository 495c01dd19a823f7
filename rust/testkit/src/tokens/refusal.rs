//! Refusals, as Entra and Google write them.

use hyper::StatusCode;
use serde_json::{Value, json};

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) error: &'static str,
    /// Entra's number; 0: none.
    pub(super) code: u32,
    pub(super) text: &'static str,
}

/// A refusal.
pub(super) const fn refusal(error: &'static str, code: u32, text: &'static str) -> Refusal {
    Refusal { error, code, text }
}

impl Refusal {
    pub(super) fn status(self) -> StatusCode {
        if self.error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST }
    }

    /// The sentence: Entra's begins with the number, and ends with what its support asks for.
    pub(super) fn description(self) -> String {
        if self.code == 0 {
            return self.text.to_owned();
        }
        format!(
            "AADSTS{}: {} Trace ID: 11aa22bb-trace Correlation ID: 33cc44dd-correlation Timestamp: 2026-12-01 08:00:00Z",
            self.code, self.text
        )
    }

    pub(super) fn json(self) -> Value {
        let (error, description) = (self.error, self.description());
        if self.code == 0 {
            return json!({"error": error, "error_description": description});
        }
        json!({
            "error": error, "error_description": description, "error_codes": [self.code],
            "trace_id": "11aa22bb-trace", "correlation_id": "33cc44dd-correlation", "timestamp": "2026-12-01 08:00:00Z",
        })
    }
}
