//! Collects the faults of a file and puts them in its order.

use crate::contract::CsvFault;

/// How many faults are listed; one more entry says how many there are beyond.
const LISTED: usize = 1_000;

/// The errors and warnings found so far.
#[derive(Debug, Default)]
pub(super) struct Faults {
    errors: Vec<CsvFault>,
    warnings: Vec<CsvFault>,
}

impl Faults {
    /// An error of the whole file.
    pub(super) fn file(&mut self, message: impl Into<String>, remedy: impl Into<String>) {
        self.errors.push(fault(None, None, message, remedy));
    }

    /// An error in a line.
    pub(super) fn error(
        &mut self,
        line: u32,
        column: Option<&str>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.errors.push(fault(Some(line), column, message, remedy));
    }

    /// Something that does not stand in the way.
    pub(super) fn warning(
        &mut self,
        line: u32,
        column: Option<&str>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.warnings.push(fault(Some(line), column, message, remedy));
    }

    /// Errors and warnings, each in the order of the file, those of the whole file first.
    pub(super) fn finish(self) -> (Vec<CsvFault>, Vec<CsvFault>) {
        (listed(self.errors, "errors"), listed(self.warnings, "warnings"))
    }
}

fn fault(
    line: Option<u32>,
    column: Option<&str>,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> CsvFault {
    CsvFault { line, column: column.map(str::to_owned), message: message.into(), remedy: remedy.into() }
}

/// Sorts by line (stable: within a line, the order of the check) and cuts the list.
fn listed(mut faults: Vec<CsvFault>, what: &str) -> Vec<CsvFault> {
    faults.sort_by_key(|fault| fault.line);
    let more = faults.len().saturating_sub(LISTED);
    if more > 0 {
        faults.truncate(LISTED);
        let message = format!("The file has {more} more {what}");
        faults.push(fault(None, None, message, "Mend those listed and check the file again"));
    }
    faults
}
