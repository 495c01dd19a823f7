//! Cells that a program has wrapped up: Excel's `="00123"`, and the curly quotes of a word processor.

/// What stands round a cell that is not part of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapping {
    /// `="00123"`, by which a cell keeps its zeros in Excel.
    Formula,
    /// Quotes that are none to a CSV.
    CurlyQuotes,
}

const CURLY: [char; 4] = ['\u{201C}', '\u{201D}', '\u{201E}', '\u{201F}'];

impl Wrapping {
    /// The value inside a wrapped cell, and what is round it.
    pub(super) fn open(cell: &str) -> Option<(&str, Self)> {
        let formula = || cell.strip_prefix("=\"")?.strip_suffix('"').map(|inner| (inner, Self::Formula));
        let curly = || cell.strip_prefix(CURLY)?.strip_suffix(CURLY).map(|inner| (inner, Self::CurlyQuotes));
        formula().or_else(curly)
    }

    /// What is wrong, and how to mend it.
    pub(super) fn fault(self) -> (&'static str, &'static str) {
        match self {
            Self::Formula => (
                "is a formula of Excel, as in =\"00123\"",
                "Write what stands between the quotes, without = and quotes",
            ),
            Self::CurlyQuotes => {
                ("stands in curly quotes, which are none to a CSV", "Write straight quotes, or none")
            }
        }
    }
}
