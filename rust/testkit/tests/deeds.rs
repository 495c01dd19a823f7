//! The judge of what owners do to their target mailboxes, which torture believes.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::process::Command;

#[test]
fn what_owners_did_to_their_mailboxes_is_told_from_what_is_wrong_with_them() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/deeds_test.py");
    let Ok(output) = Command::new("python3").arg(script).output() else {
        eprintln!("SKIPPED: python3 is not installed, so that nothing was tested");
        return;
    };
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !told.contains("Ran 0 tests"), "{told}");
}
