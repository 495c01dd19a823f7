//! Counts tests: reads the closing lines of the test runners, and adds them up.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u32,
    /// Tests that did not.
    pub(crate) failed: u32,
}

impl Tally {
    /// One check.
    pub(crate) fn of(success: bool) -> Self {
        Self { passed: success.into(), failed: (!success).into() }
    }

    /// The counts in a line of output: the closing lines of cargo test, cargo nextest, Pester and the
    /// simulation have some.
    pub(crate) fn read(line: &str) -> Self {
        let line = without_colours(line);
        let words: Vec<&str> =
            line.split([' ', ',', ';', '\n', '\r']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["Summary", ..] => Self { passed: before(&words, "passed"), failed: not_passed(&words) },
            ["test", "result:", ..] => {
                Self { passed: before(&words, "passed"), failed: before(&words, "failed") }
            }
            ["Tests", "Passed:", ..] => {
                Self { passed: after(&words, "Passed:"), failed: after(&words, "Failed:") }
            }
            [_, "runs", "from", "seed", ..] => {
                let failed = before(&words, "failed");
                Self { passed: before(&words, "runs").saturating_sub(failed), failed }
            }
            _ => Self::default(),
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The number that stands before a word.
fn before(words: &[&str], word: &str) -> u32 {
    let pair = words.windows(2).find(|pair| pair.last() == Some(&word));
    pair.and_then(|pair| pair.first()?.parse().ok()).unwrap_or(0)
}

/// The number that stands after a word.
fn after(words: &[&str], word: &str) -> u32 {
    let pair = words.windows(2).find(|pair| pair.first() == Some(&word));
    pair.and_then(|pair| pair.last()?.parse().ok()).unwrap_or(0)
}

/// nextest tells apart the ways in which a test fails: `1 failed, 2 timed out, 1 exec failed`.
fn not_passed(words: &[&str]) -> u32 {
    before(words, "failed") + before(words, "timed") + before(words, "exec")
}

/// The line without ANSI escape sequences (ECMA-48 §5.4): from ESC to the first letter.
fn without_colours(line: &str) -> String {
    let mut escaped = false;
    let visible = line.chars().filter(|&c| {
        let hidden = escaped || c == '\u{1b}';
        escaped = hidden && !c.is_ascii_alphabetic();
        !hidden
    });
    visible.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (u32, u32) {
        let tally = Tally::read(line);
        (tally.passed, tally.failed)
    }

    #[test]
    fn the_closing_line_of_each_runner_is_counted() {
        assert_eq!(
            read("test result: ok. 12 passed; 3 failed; 1 ignored; 0 measured; finished in 0.02s"),
            (12, 3)
        );
        assert_eq!(read("     Summary [   0.012s] 14 tests run: 12 passed, 2 failed, 1 skipped\n"), (12, 2));
        assert_eq!(read("200 runs from seed 1, 3 failed, 41.5 ms each\n"), (197, 3));
        assert_eq!(read("Tests Passed: 40, Failed: 2, Skipped: 1, Inconclusive: 0, NotRun: 0\r\n"), (40, 2));
    }

    #[test]
    fn colours_do_not_hide_the_counts() {
        assert_eq!(
            read(
                "\u{1b}[32;1m     Summary\u{1b}[0m [ 1s] \u{1b}[1m3\u{1b}[0m tests run: \u{1b}[1m3\u{1b}[0m passed, 0 skipped"
            ),
            (3, 0)
        );
    }

    #[test]
    fn a_test_that_hangs_or_cannot_start_has_failed() {
        assert_eq!(
            read("Summary [ 9s] 5 tests run: 1 passed, 1 failed, 2 timed out, 1 exec failed, 0 skipped"),
            (1, 4)
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(read("test the_result_is_3 passed"), (0, 0));
        assert_eq!(read(""), (0, 0));
    }
}
