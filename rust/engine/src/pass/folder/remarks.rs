//! What a folder's report says beside what was left behind.

use crate::pass::transfer::outcome::CopyReport;

/// What came of copying that one would not expect, a sentence each.
pub(super) fn remarks(report: &CopyReport) -> Vec<String> {
    // Order is part of the copy, and a refusal is not the last word.
    let (late, denied, doubled) = (&report.late, &report.stored_all_the_same, &report.doubled);
    let late = (!late.is_empty()).then(|| {
        format!("{} messages lie behind later ones, as they could not be copied before them.", late.count())
    });
    let denied = (!denied.is_empty()).then(|| {
        let count = denied.count();
        format!(
            "the target refused {count} messages and has them all the same: they are copied (UID {denied})."
        )
    });
    // Which of several bodies is the message, nobody knows.
    let doubled = (!doubled.is_empty()).then(|| {
        let count = doubled.count();
        format!("the source delivered {count} messages more than once, and the first of each was copied (UID {doubled}).")
    });
    [late, denied, doubled, report.dates.words()].into_iter().flatten().collect()
}
