//! Runs the Python programs that read the servers, and work on them: imaplib, and none of our code.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use testkit::{Address, PASSWORD};

/// Users on two servers, and what was done to their target mailboxes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bed<'a> {
    pub(super) source: &'a Address,
    pub(super) target: &'a Address,
    pub(super) users: &'a [String],
    /// Each with its user, in their order.
    pub(super) deeds: &'a [Value],
}

impl Bed<'_> {
    /// Runs a program of `tests/servers`, which finds this on its standard input.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/servers").join(program);
        let mut command = Command::new("python3");
        command.arg(script).args(arguments).env("PYTHONIOENCODING", "utf-8");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("cannot start python3: {e}"));
        writeln!(child.stdin.take().unwrap(), "{}", self.json()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn json(&self) -> Value {
        let deeds_of =
            |user: &String| self.deeds.iter().filter(|deed| deed["user"] == **user).collect::<Vec<_>>();
        let user = |user| json!({ "name": user, "password": PASSWORD, "deeds": deeds_of(user) });
        let users: Vec<Value> = self.users.iter().map(user).collect();
        json!({ "source": self.source, "target": self.target, "users": users })
    }
}
