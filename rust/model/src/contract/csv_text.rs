//! The CSV of a request, which holds the passwords of all its users.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The bytes of a CSV file, base64. `Debug` prints the length, memory is wiped on drop.
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CsvText(String);

impl CsvText {
    /// The base64: for whoever decodes it, for nothing that prints.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for CsvText {
    fn from(base64: String) -> Self {
        Self(base64)
    }
}

impl fmt::Debug for CsvText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} characters of base64", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::{CsvCheck, CsvTest, Operation};

    #[test]
    fn a_request_shows_how_long_its_csv_is_and_nothing_of_it() {
        let csv = CsvCheck { csv: "aHVudGVyMg==".to_owned().into(), ..CsvCheck::default() };
        let shown = format!("{:?}", Operation::TestCsv(CsvTest { csv, source_endpoint: None }));
        assert!(shown.contains("12 characters of base64") && !shown.contains("aHVudGVyMg"), "{shown}");
    }
}
