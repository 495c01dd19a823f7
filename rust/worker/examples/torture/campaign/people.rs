//! The owners of the target mailboxes, who work in them while they are filled.

use serde_json::Value;

use super::script::Bed;

/// What was done to target mailboxes, in its order.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) deeds: Vec<Value>,
}

impl People {
    /// Somebody does something to one of the mailboxes.
    pub(super) fn work(&mut self, bed: Bed<'_>, seed: u64) {
        self.run(bed, &["work", &seed.to_string()]);
    }

    /// All has come to rest: what is there now is known to the ledger.
    pub(super) fn rest(&mut self, bed: Bed<'_>) {
        self.run(bed, &["rest"]);
    }

    fn run(&mut self, bed: Bed<'_>, arguments: &[&str]) {
        let output = Bed { deeds: &self.deeds, ..bed }.run("people.py", arguments);
        assert!(output.status.success(), "people.py: {}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        self.deeds.extend(lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    }
}
