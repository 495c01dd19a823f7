//! Has both servers read by Python's imaplib, and by none of our own code, and counts what differs.

use std::fmt;
use std::ops::AddAssign;

use super::script::Bed;

/// How two sides compare.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Messages on the source.
    messages: u64,
    /// Of these, how many are not on the target.
    lost: u64,
    /// Messages that are on the target once too often.
    doubled: u64,
    /// Whatever else is different: bodies, flags, dates, order, subscriptions.
    altered: u64,
    /// The lines of folders that differ.
    pub(super) report: String,
}

impl Verdict {
    /// Whether there is no difference.
    pub(super) fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.altered == 0
    }

    /// Takes a folder's line apart: user, folder, messages, and `identical` or what is wrong.
    fn read(line: &str) -> Self {
        let mut fields = line.split('\t').skip(2);
        let messages = fields.next().and_then(|count| count.parse().ok());
        let (Some(messages), Some(findings)) = (messages, fields.next()) else { return Self::altered(line) };
        let mut verdict = Self { messages, ..Self::default() };
        for finding in findings.split("; ").filter(|finding| *finding != "identical") {
            let count = finding.split(' ').find_map(|word| word.parse().ok()).unwrap_or(1).max(1);
            let kind = match finding {
                _ if finding.ends_with("lost") || finding.starts_with("is missing") => &mut verdict.lost,
                _ if finding.ends_with("doubled") => &mut verdict.doubled,
                _ => &mut verdict.altered,
            };
            *kind += count;
            verdict.report = format!("{line}\n");
        }
        verdict
    }

    /// What the reader said beside its lines: that it could not read.
    fn altered(line: &str) -> Self {
        Self { altered: 1, report: format!("{line}\n"), ..Self::default() }
    }
}

impl AddAssign for Verdict {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.altered += other.altered;
        self.report += &other.report;
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages, lost, doubled, altered, .. } = self;
        write!(f, "{messages} messages, {lost} lost, {doubled} doubled, {altered} altered")
    }
}

/// Compares all that these users have on both servers.
pub(super) fn compare(bed: Bed<'_>) -> Verdict {
    let output = bed.run("compare.py", &["-"]);
    let text = [output.stdout, output.stderr].concat();
    let mut verdict = Verdict::default();
    String::from_utf8_lossy(&text).lines().map(Verdict::read).for_each(|found| verdict += found);
    assert_eq!(
        output.status.success(),
        verdict.is_clean(),
        "the reader's words were not understood: {verdict:?}"
    );
    verdict
}
