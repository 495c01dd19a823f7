//! The testbed and the comparing script, as demos and benchmarks use them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

struct Testbed {
    process: Child,
    answers: BufReader<ChildStdout>,
    line: String,
}

impl Testbed {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_testbed"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut testbed = Self { process, answers, line: String::new() };
        testbed.line = testbed.read();
        testbed
    }

    fn read(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line
    }

    fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.process.stdin.as_mut().unwrap(), "{request}").unwrap();
        serde_json::from_str(&self.read()).unwrap()
    }

    /// Runs the script on both servers; nothing where there is no Python.
    fn compare(&self) -> Option<(bool, String)> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/compare.py");
        let child = Command::new("python3")
            .env("PYTHONIOENCODING", "utf-8")
            .args([script, "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = child else {
            eprintln!("SKIPPED: python3 is not installed, so that the mailboxes were not compared");
            return None;
        };
        child.stdin.take().unwrap().write_all(self.line.as_bytes()).unwrap();
        let Output { status, stdout, .. } = child.wait_with_output().unwrap();
        Some((status.success(), String::from_utf8(stdout).unwrap()))
    }
}

#[test]
fn mailboxes_compare_as_identical_until_the_source_changes() {
    let arguments = [
        "--server",
        "sample",
        "--users",
        "1",
        "--messages",
        "60",
        "--adopted",
        "100",
        "--target-layout",
        "dot",
    ];
    let mut testbed = Testbed::start(&arguments);
    let described: Value = serde_json::from_str(&testbed.line).unwrap();
    assert_eq!(described["users"], json!([{ "name": "user1", "password": "test", "messages": 60 }]));
    let Some((identical, report)) = testbed.compare() else { return };
    assert!(identical, "{report}");
    assert!(report.contains("user1\tEntwürfe\t2\tidentical"), "{report}");

    let changes = [
        json!({ "append": { "user": "user1", "folder": "Entwürfe", "count": 3 } }),
        json!({ "flag": { "user": "user1", "folder": "Sent", "messages": "1", "flags": ["$Changed"] } }),
        json!({ "delete": { "user": "user1", "folder": "Drafts", "messages": "1" } }),
    ];
    for change in changes {
        assert_eq!(testbed.ask(&change), json!({ "done": change }));
    }
    let (identical, report) = testbed.compare().unwrap();
    assert!(!identical);
    assert!(report.contains("user1\tEntwürfe\t5\t3 lost"), "{report}");
    assert!(report.contains("user1\tSent\t9\t1 with other flags"), "{report}");
    assert!(report.contains("user1\tDrafts\t0\t1 not from the source"), "{report}");
    assert!(report.contains("user1\tArchive/2019\t6\tidentical"), "{report}");
}

#[test]
fn a_server_stops_and_starts_on_request_and_all_ends_with_standard_input() {
    let mut testbed = Testbed::start(&["--server", "sample", "--users", "1", "--messages", "5"]);
    let flag = json!({ "flag": { "user": "user1", "folder": "INBOX", "messages": "1", "flags": ["$X"] } });
    testbed.ask(&json!({ "stop": "source" }));
    assert!(testbed.ask(&flag)["error"].is_string());
    testbed.ask(&json!({ "start": "source" }));
    assert!(testbed.ask(&flag)["error"].is_null());
    assert!(
        testbed.ask(&json!({ "dance": 1 }))["error"].as_str().unwrap().contains("unknown variant `dance`")
    );

    let described: Value = serde_json::from_str(&testbed.line).unwrap();
    drop(testbed.process.stdin.take());
    assert!(testbed.process.wait().unwrap().success());
    let certificate = described["source"]["certificate"].as_str().unwrap();
    assert!(!std::path::Path::new(certificate).exists());
}
