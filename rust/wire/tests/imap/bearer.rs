//! Login with a token, and what each failure says.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use model::{ErrorKind, Secret, Security};
use wire::{Connection, Login, Proof};

use crate::support::{options, serve};

fn token_login(user: &str, token: &str) -> Login {
    let proof = Proof::Token(Secret::new(token));
    Login { authentication_user: user.to_owned(), impersonation: None, proof }
}

async fn open(transcript: &str, token: &str) -> Result<Connection, model::Error> {
    let server = serve(transcript).await;
    let login = token_login("alice@example.com", token);
    let opened = Connection::open(&options(&server, Security::None), &login).await;
    server.finish().await.unwrap();
    opened.map_err(model::Error::from)
}

async fn fails(transcript: &str) -> model::Error {
    open(transcript, "t0ken").await.unwrap_err()
}

/// What XOAUTH2 sends for Alice.
fn xoauth2(token: &str) -> String {
    BASE64_STANDARD.encode(format!("user=alice@example.com\x01auth=Bearer {token}\x01\x01"))
}

const GOOGLES: &str = r#"{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"#;

#[tokio::test]
async fn a_token_goes_along_with_the_command_where_that_is_allowed() {
    let transcript = format!(
        "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR NAMESPACE] ready
        C: A1 AUTHENTICATE XOAUTH2 {}
        S: A1 OK AUTHENTICATE completed.
        C: A2 CAPABILITY
        C: A3 NAMESPACE
        S: * CAPABILITY IMAP4rev1 UIDPLUS
        S: A2 OK done
        S: * NAMESPACE ((\"\" \"/\")) NIL NIL
        S: A3 OK done",
        xoauth2("t0ken")
    );
    assert!(open(&transcript, "t0ken").await.unwrap().capabilities().uidplus());
}

#[tokio::test]
async fn a_token_waits_for_the_server_where_it_has_to_and_where_it_is_long() {
    for (capability, token) in [("", "t0ken".to_owned()), ("SASL-IR", "t".repeat(20_000))] {
        let transcript = format!(
            "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 {capability}] ready
            C: A1 AUTHENTICATE XOAUTH2
            S: +
            C: {}
            S: A1 OK [CAPABILITY IMAP4rev1 UNSELECT] in
            C: A2 NOOP
            S: A2 OK done",
            xoauth2(&token)
        );
        assert!(open(&transcript, &token).await.unwrap().capabilities().unselect());
    }
}

#[tokio::test]
async fn what_is_refused_with_a_challenge_is_answered_and_the_challenge_is_told() {
    let challenge = BASE64_STANDARD.encode(GOOGLES);
    for (mechanism, farewell) in [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")] {
        let error = fails(&format!(
            "S: * OK [CAPABILITY IMAP4rev1 AUTH={mechanism}] ready
            C: A1 AUTHENTICATE {mechanism}
            S: +
            C: *
            S: + {challenge}
            C: {farewell}
            S: A1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"
        ))
        .await;
        assert_eq!(error.kind, ErrorKind::OauthTokenRejected, "{error}");
        assert_eq!(
            error.server.unwrap(),
            "status 400, schemes Bearer, scope https://mail.google.com/; \
             NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"
        );
    }
}

/// O1
#[tokio::test]
async fn a_token_that_is_refused_without_a_word_is_rejected_and_one_that_is_old_may_be_had_anew() {
    let kinds = [
        ("NO AUTHENTICATE failed.", ErrorKind::OauthTokenRejected),
        ("NO Session invalidated - AccessTokenExpired", ErrorKind::OauthTokenExpired),
        ("BAD what", ErrorKind::AuthenticationUnsupported),
        ("NO [UNAVAILABLE] busy", ErrorKind::Throttled),
        ("BAD User is authenticated but not connected.", ErrorKind::OauthMailboxUnavailable),
    ];
    for (refusal, kind) in kinds {
        let error = fails(&format!(
            "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready
            C: A1 AUTHENTICATE XOAUTH2 *
            S: A1 {refusal}"
        ))
        .await;
        assert_eq!((error.kind, error.server.as_deref()), (kind, Some(refusal)));
        assert_eq!(error.retryable, kind.is_retryable());
    }
}

/// O2
#[tokio::test]
async fn a_token_that_opens_no_mailbox_has_not_logged_in() {
    for (capability, question) in [("NAMESPACE", "C: A2 NAMESPACE"), ("", "C: A2 NOOP")] {
        let error = fails(&format!(
            "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready
            C: A1 AUTHENTICATE XOAUTH2 *
            S: A1 OK [CAPABILITY IMAP4rev1 {capability}] AUTHENTICATE completed.
            {question}
            S: A2 BAD User is authenticated but not connected."
        ))
        .await;
        assert_eq!(error.kind, ErrorKind::OauthMailboxUnavailable);
        assert!(!error.retryable && error.remedy.unwrap().contains("licence"));
    }
}

#[tokio::test]
async fn what_else_the_first_command_is_answered_with_is_nothing_against_the_login() {
    let transcript = "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready
        C: A1 AUTHENTICATE XOAUTH2 *
        S: A1 OK [CAPABILITY IMAP4rev1 NAMESPACE] in
        C: A2 NAMESPACE
        S: A2 NO not today";
    assert!(open(transcript, "t0ken").await.unwrap().is_usable());
}

#[tokio::test]
async fn a_server_that_takes_no_token_is_not_told_it_and_what_it_offers_is_named() {
    let error = fails("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=CRAM-MD5] ready").await;
    assert_eq!(error.kind, ErrorKind::AuthenticationUnsupported);
    assert!(error.message.contains("CRAM-MD5, PLAIN"), "{error}");
    let error = open("S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready", "a\u{1}b").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthenticationUnsupported);
}

#[tokio::test]
async fn a_server_that_asks_again_and_again_is_left() {
    let error = fails(
        "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready
        C: A1 AUTHENTICATE XOAUTH2
        S: +
        C: *
        S: +
        C: 
        S: +",
    )
    .await;
    assert_eq!(error.kind, ErrorKind::ProtocolViolation);
}

#[tokio::test]
async fn a_session_that_ends_with_its_token_says_so() {
    let transcript = "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready
        C: A1 AUTHENTICATE XOAUTH2 *
        S: A1 OK [CAPABILITY IMAP4rev1] in
        C: A2 NOOP
        S: A2 OK done
        C: A3 NOOP
        S: * BYE Session invalidated - AccessTokenExpired
        S: <CUT>";
    let server = serve(transcript).await;
    let login = token_login("alice@example.com", "t0ken");
    let mut connection = Connection::open(&options(&server, Security::None), &login).await.unwrap();
    let error = model::Error::from(connection.noop().await.unwrap_err());
    assert_eq!(error.kind, ErrorKind::OauthTokenExpired);
    assert!(error.retryable && !connection.is_usable());
    server.finish().await.unwrap();
}

#[tokio::test]
async fn what_a_server_repeats_of_a_token_is_not_shown_be_it_a_part() {
    let token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ";
    let message = xoauth2(token);
    let challenge = BASE64_STANDARD.encode(format!(r#"{{"status":"{token}"}}"#));
    let answers = [
        format!("S: A1 NO {message} is wrong"),
        format!("S: A1 NO ...{} is wrong", message.get(40..90).unwrap()),
        format!("S: A1 BAD [X {token}] no"),
        format!("S: A1 NO ends in {}", token.get(20..).unwrap()),
        format!("S: + {challenge}\nC: \nS: A1 NO no"),
        format!("S: * BYE {message}\nS: <CUT>"),
    ];
    for answer in answers {
        let transcript = format!(
            "S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] hi\nC: A1 AUTHENTICATE XOAUTH2 *\n{answer}"
        );
        let error = open(&transcript, token).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("not shown") && !shown.contains(token.get(25..45).unwrap()), "{shown}");
    }
}
