//! The admin's own program.

use std::io::Write;

use model::oauth::{Grant, OAuth, Provider};
use model::{Error, ErrorKind, Secret};
use tokio::time::Instant;

use crate::support::credential;

fn script(script: &str, more: &[&str], input: &str) -> OAuth {
    let arguments = ["-c", script, "sh"].iter().chain(more).map(|&text| text.to_owned()).collect();
    let grant = Grant::Command { program: "/bin/sh".to_owned(), arguments, input: Secret::new(input) };
    OAuth { provider: Provider::Other, application_id: None, authority: None, scope: None, grant }
}

async fn token(oauth: OAuth) -> Result<Secret, Error> {
    credential(oauth).0.token("ann@example.org").await
}

#[tokio::test]
async fn what_it_prints_on_one_line_is_the_token() {
    for (command, printed) in [
        ("echo opaque-token", "opaque-token"),
        ("printf '\\357\\273\\277to.k_n~+/=\\r\\n\\r\\n'", "to.k_n~+/="),
        ("head -c 200000 /dev/zero >&2; echo token", "token"),
    ] {
        assert_eq!(token(script(command, &[], "")).await.unwrap().declassify(), printed);
    }
}

#[tokio::test]
async fn it_is_told_the_mailbox_where_it_asks_for_it_and_reads_its_script() {
    let asked = script("echo \"$1-$IMAP_MIGRATION_MAILBOX\" | tr -d @", &["{mailbox}"], "");
    let (asked, _) = credential(asked);
    assert_eq!(asked.token("a@b").await.unwrap().declassify(), "ab-ab");
    assert_eq!(asked.token("c@d").await.unwrap().declassify(), "cd-cd");
    let reading = script("tr -d @", &[], "{mailbox}-s3cret");
    let error = token(reading).await.unwrap_err();
    assert!(error.message.ends_with("prints no token"), "braces were left alone: {error}");
    assert_eq!(
        token(script("exec sh", &[], "echo $IMAP_MIGRATION_MAILBOX|tr -d @")).await.unwrap().declassify(),
        "annexample.org"
    );
}

#[tokio::test]
async fn a_token_that_is_for_all_mailboxes_is_asked_for_once() {
    let (credential, _) = credential(script("echo token-$$", &[], ""));
    assert_eq!(credential.token("a").await.unwrap(), credential.token("b").await.unwrap());
}

#[tokio::test]
async fn whatever_else_it_does_is_an_error_that_says_so_and_shows_no_token() {
    for (command, words) in [
        ("true", "prints nothing"),
        ("echo; echo ' '", "prints nothing"),
        ("echo s3cret-1; echo s3cret-2", "more than one line"),
        ("echo '{\"accessToken\":\"s3cret\"}'", "prints no token"),
        ("echo 's3cret two'", "prints no token"),
        ("printf '\\377'", "prints no text"),
        ("echo s3cret; exit 3", "exit status: 3"),
        ("kill -9 $$", "signal: 9"),
    ] {
        let error = token(script(command, &[], "")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::OauthCommandFailed);
        assert!(error.message.contains(words), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
    let missing = Grant::Command {
        program: "/no/such/program".to_owned(),
        arguments: Vec::new(),
        input: Secret::default(),
    };
    let error = token(OAuth { grant: missing, ..script("", &[], "") }).await.unwrap_err();
    assert!(error.message.contains("cannot be started"), "{error}");
}

#[tokio::test]
async fn the_last_line_of_its_complaints_is_told_without_secrets() {
    let command =
        "echo first >&2; echo \"no luck with s3cret-token and pass-w0rd\" >&2; echo s3cret-token; exit 1";
    let error = token(script(command, &[], "pass-w0rd")).await.unwrap_err();
    assert_eq!(error.server.as_deref(), Some("no luck with *** and ***"));
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_given_up_after_a_minute() {
    let started = Instant::now();
    let error = token(script("exec sleep 1000", &[], "")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthCommandFailed);
    assert!(error.message.contains("longer than 60 s"), "{error}");
    assert_eq!(started.elapsed().as_secs(), 60);
}

#[tokio::test]
async fn one_that_nobody_waits_for_any_more_is_killed_with_all_that_it_has_started() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let asking = tokio::spawn(token(script(&format!("cat {0} & cat {0}; true", pipe.display()), &[], "")));
    // The pipe can be opened while somebody reads it, and breaks when nobody does.
    let writer = tokio::task::spawn_blocking(move || std::fs::File::create(pipe));
    let mut writer = writer.await.unwrap().unwrap();
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    let broken = tokio::task::spawn_blocking(move || while writer.write_all(b"x").is_ok() {});
    broken.await.unwrap();
}
