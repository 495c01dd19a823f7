//! Greeting and login, and what each failure says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::login::Impersonation;
use model::{ErrorKind, Secret, Security};
use wire::{Connection, Login, Proof};

use crate::support::{login, options, serve};

async fn open(transcript: &str, login: &Login) -> Result<Connection, model::Error> {
    let server = serve(transcript).await;
    let connection = Connection::open(&options(&server, Security::None), login).await;
    server.finish().await.unwrap();
    connection.map_err(model::Error::from)
}

async fn fails(transcript: &str) -> model::Error {
    open(transcript, &login("alice", "secret")).await.unwrap_err()
}

/// O25
#[tokio::test]
async fn login_quotes_user_and_password_and_asks_for_capabilities_again() {
    let transcript = r#"
        S: * OK ready
        C: A1 CAPABILITY
        S: * CAPABILITY IMAP4rev1
        S: A1 OK done
        C: A2 LOGIN "al ice" "p\"\\w"
        S: A2 OK in
        C: A3 CAPABILITY
        S: * CAPABILITY IMAP4rev1 UIDPLUS
        S: A3 OK done"#;
    let connection = open(transcript, &login("al ice", "p\"\\w")).await.unwrap();
    assert!(connection.capabilities().uidplus());
}

#[tokio::test]
async fn capabilities_told_with_the_greeting_and_the_login_are_not_asked_for() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1 AUTH=LOGIN] ready
        C: A1 LOGIN "alice" "secret"
        S: A1 OK [CAPABILITY IMAP4rev1 MULTIAPPEND] in"#;
    let connection = open(transcript, &login("alice", "secret")).await.unwrap();
    assert!(connection.capabilities().multiappend());
}

#[tokio::test]
async fn capabilities_may_come_untagged_during_login() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: A1 LOGIN "alice" "secret"
        S: * CAPABILITY IMAP4rev2 UNSELECT
        S: A1 OK in"#;
    let connection = open(transcript, &login("alice", "secret")).await.unwrap();
    assert!(connection.capabilities().unselect(), "a server of IMAP4rev2 alone is fine");
}

#[tokio::test]
async fn authenticate_plain_is_preferred_and_takes_any_bytes() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
        C: A1 AUTHENTICATE PLAIN
        S: +
        C: AGFsaWNlAHDDpHNz
        S: A1 OK [CAPABILITY IMAP4rev1] in"#;
    open(transcript, &login("alice", "päss")).await.unwrap();
}

/// C1, Z1
#[tokio::test]
async fn an_admin_names_the_user_by_the_authorization_identity() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
        C: A1 AUTHENTICATE PLAIN
        S: + go ahead
        C: YWxpY2UAYWRtaW4AcHc=
        S: A1 OK [CAPABILITY IMAP4rev1] in"#;
    let admin = login_for(Impersonation::SaslPlain, "alice", login("admin", "pw"));
    open(transcript, &admin).await.unwrap();
}

/// S1
#[tokio::test]
async fn an_admin_becomes_the_user_by_proxyauth() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: A1 LOGIN "admin" "pw"
        S: A1 OK in
        C: W1 PROXYAUTH "al ice"
        S: W1 OK Completed
        C: W2 CAPABILITY
        S: * CAPABILITY IMAP4rev1 UIDPLUS
        S: W2 OK done"#;
    let admin = login_for(Impersonation::ProxyAuth, "al ice", login("admin", "pw"));
    assert!(open(transcript, &admin).await.unwrap().capabilities().uidplus());
}

/// S1
#[tokio::test]
async fn an_admin_who_may_not_become_the_user_has_failed_to_log_in() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
        C: A1 AUTHENTICATE PLAIN
        S: +
        C: AGFkbWluAHB3
        S: A1 OK in
        C: W1 PROXYAUTH "alice"
        S: W1 NO Not allowed"#;
    let admin = login_for(Impersonation::ProxyAuth, "alice", login("admin", "pw"));
    let error = open(transcript, &admin).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
    assert!(error.message.contains("as `admin` for `alice`"), "{error}");
    assert!(error.remedy.unwrap().contains("may open the mailboxes of others"));
}

/// K1: the digest is that of `<42.kerio>secret`.
#[tokio::test]
async fn a_master_proves_the_password_and_sets_the_user() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: W1 X-MASTERAUTH
        S: + <42.kerio>
        C: 682d7c8c8eabb5ffe37d387e23e9dc02
        S: W1 OK X-MASTERAUTH Welcome, master
        C: W2 X-SETUSER "alice"
        S: W2 OK X-SETUSER completed
        C: W3 CAPABILITY
        S: * CAPABILITY IMAP4rev1
        S: W3 OK done"#;
    open(transcript, &master()).await.unwrap();
}

/// K1
#[tokio::test]
async fn a_wrong_master_password_has_failed_to_log_in_and_is_not_shown() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: W1 X-MASTERAUTH
        S: + <42.kerio>
        C: *
        S: W1 NO X-MASTERAUTH failed"#;
    let error = open(transcript, &master()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
    assert!(
        error.message.contains("master password for `alice`") && !format!("{error:?}").contains("secret")
    );
    assert!(error.remedy.unwrap().contains("this machine's address"));
}

/// The login of somebody who wants the mail of this user.
fn login_for(how: fn(String) -> Impersonation, user: &str, login: Login) -> Login {
    Login { impersonation: Some(how(user.to_owned())), ..login }
}

fn master() -> Login {
    login_for(Impersonation::Kerio, "alice", login("", "secret"))
}

#[tokio::test]
async fn an_eight_bit_password_travels_as_a_literal_where_plain_is_not_offered() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: A1 LOGIN "alice" {5}
        S: +
        C: päss
        S: A1 OK [CAPABILITY IMAP4rev1] in
        C: A2 CAPABILITY
        S: * CAPABILITY IMAP4rev1
        S: A2 OK done"#;
    open(transcript, &login("alice", "päss")).await.unwrap();
}

/// G1
#[tokio::test]
async fn a_refused_login_keeps_the_servers_text_and_hides_the_password() {
    let error = fails(
        r#"
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: A1 LOGIN "alice" "secret"
        S: * NO [ALERT] Application-specific password required
        S: A1 NO Invalid credentials (Failure)"#,
    )
    .await;
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
    let server = error.server.as_deref().unwrap();
    assert!(server.contains("Application-specific password required"), "{server}");
    assert!(server.contains("NO Invalid credentials (Failure)"), "{server}");
    assert!(error.message.contains("alice") && !format!("{error:?}").contains("secret"));
}

/// What is said to do about a login that the server refuses with these words.
async fn remedy(login: &Login, words: &str) -> String {
    let transcript = format!(
        "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\nC: A1 AUTHENTICATE PLAIN\nS: +\nC: *\nS: A1 NO {words}"
    );
    let error = open(&transcript, login).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
    assert_eq!(error.server, Some(format!("NO {words}")));
    error.remedy.unwrap()
}

/// O1
#[tokio::test]
async fn a_login_that_exchange_refuses_names_basic_authentication() {
    for words in ["AUTHENTICATE failed.", "LOGIN failed."] {
        let remedy = remedy(&login("alice@example.com", "secret"), words).await;
        assert!(remedy.contains("Exchange Online takes no password") && !remedy.contains("administrator"));
    }
    let elsewhere = remedy(&login("alice", "secret"), "[AUTHENTICATIONFAILED] Authentication failed.").await;
    assert!(!elsewhere.contains("Exchange"), "{elsewhere}");
}

/// O15
#[tokio::test]
async fn an_administrator_whom_exchange_refuses_is_told_what_it_must_have() {
    let by_identity = login_for(Impersonation::SaslPlain, "alice", login("admin", "secret"));
    for admin in
        [by_identity, login("example.com/admin/alice", "secret"), login("example\\admin\\alice", "secret")]
    {
        let remedy = remedy(&admin, "AUTHENTICATE failed.").await;
        assert!(remedy.contains("mailbox of its own") && remedy.contains("full access"), "{remedy}");
        assert!(remedy.contains("built-in Administrator"), "{remedy}");
    }
}

#[tokio::test]
async fn too_many_connections_is_no_wrong_password() {
    let error = fails(
        r#"
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
        C: A1 AUTHENTICATE PLAIN
        S: +
        C: *
        S: A1 NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded"#,
    )
    .await;
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert!(error.retryable);
}

/// O2
#[tokio::test]
async fn an_authenticated_user_without_a_mailbox_is_an_authentication_failure() {
    let error = fails(
        r#"
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: A1 LOGIN *
        S: A1 OK LOGIN completed.
        C: A2 CAPABILITY
        S: A2 BAD User is authenticated but not connected."#,
    )
    .await;
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
    assert!(error.remedy.unwrap().contains("licence"));
}

#[tokio::test]
async fn a_connection_cut_during_login_is_lost_and_the_farewell_is_kept() {
    let error = fails(
        r#"
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: A1 LOGIN *
        S: * BYE too busy
        S: <CUT>"#,
    )
    .await;
    assert_eq!(error.kind, ErrorKind::ConnectionLost);
    assert_eq!(error.server.as_deref(), Some("BYE too busy"));
}

/// A31: thunderbird-android#2650, neomutt#348, curl#10027
#[tokio::test]
async fn a_server_that_offers_plain_and_does_not_know_it_gets_the_password_by_login() {
    for unknown in [
        "C: A1 AUTHENTICATE PLAIN\nS: A1 BAD unknown command",
        "C: A1 AUTHENTICATE PLAIN\nS: A1 NO no such mechanism",
        "C: A1 AUTHENTICATE PLAIN\nS: +\nC: *\nS: A1 BAD wrong arguments",
    ] {
        let transcript = format!(
            "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\n{unknown}\n\
             C: A2 LOGIN \"alice\" \"secret\"\nS: A2 OK [CAPABILITY IMAP4rev1] in"
        );
        open(&transcript, &login("alice", "secret")).await.unwrap();
    }
}

#[tokio::test]
async fn a_refused_password_is_not_tried_in_another_way() {
    for refusal in ["NO no", "BAD invalid credentials", "NO [AUTHENTICATIONFAILED] no"] {
        let error = fails(&format!(
            "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\nC: A1 AUTHENTICATE PLAIN\nS: +\nC: *\nS: A1 {refusal}"
        ))
        .await;
        assert_eq!(error.kind, ErrorKind::AuthenticationFailed, "{refusal}");
    }
}

#[tokio::test]
async fn where_login_is_not_to_be_had_either_the_first_refusal_is_told() {
    let transcript = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED] ready\nC: A1 AUTHENTICATE PLAIN\nS: A1 BAD what";
    let error = fails(transcript).await;
    assert_eq!(
        (error.kind, error.server.as_deref()),
        (ErrorKind::AuthenticationUnsupported, Some("BAD what"))
    );
    assert!(error.remedy.unwrap().contains("has not looked at the password"));
}

#[tokio::test]
async fn a_password_is_wrong_only_where_the_server_says_so() {
    let kinds = [
        ("NO no", ErrorKind::AuthenticationFailed),
        ("BAD Login failed", ErrorKind::AuthenticationFailed),
        ("BAD what", ErrorKind::AuthenticationUnsupported),
        ("NO LOGIN without TLS is not allowed", ErrorKind::AuthenticationUnsupported),
        ("NO [SERVERBUG] oops", ErrorKind::ServerRefused),
        ("NO internal error, try again later", ErrorKind::ServerRefused),
    ];
    for (refusal, kind) in kinds {
        let error =
            fails(&format!("S: * OK [CAPABILITY IMAP4rev1] ready\nC: A1 LOGIN *\nS: A1 {refusal}")).await;
        assert_eq!(error.kind, kind, "{refusal}");
    }
}

/// mailcow/mailcow-dockerized#6968
#[tokio::test]
async fn a_refused_password_beyond_ascii_is_told_to_be_one() {
    let odd = remedy(&login("alice", "geheim\u{a7}"), "[AUTHENTICATIONFAILED] no").await;
    let plain = remedy(&login("alice", "geheim"), "[AUTHENTICATIONFAILED] no").await;
    assert!(odd.contains("characters beyond ASCII") && !plain.contains("ASCII"), "{odd}");
    assert!(!odd.contains('\u{a7}'));
}

#[tokio::test]
async fn a_server_that_takes_us_for_logged_in_opens_nobody_knows_whose_mailbox() {
    let error = fails("S: * PREAUTH [CAPABILITY IMAP4rev1] welcome back").await;
    assert_eq!(error.kind, ErrorKind::AuthenticationUnsupported);
    assert!(error.message.contains("does not say as whom"), "{error}");
}

/// jstedfast/MailKit#938
#[tokio::test]
async fn a_goodbye_in_place_of_an_answer_ends_the_opening_and_is_quoted() {
    let error =
        fails("S: * OK ready\nC: A1 CAPABILITY\nS: * BYE Autologout; idle for too long\nS: <STALL>").await;
    assert_eq!(error.server.as_deref(), Some("BYE Autologout; idle for too long"));
    assert_eq!(error.kind, ErrorKind::ConnectionLost);
    let error =
        fails("S: * OK ready\nC: A1 CAPABILITY\nS: * BYE [UNAVAILABLE] too many connections\nS: <STALL>")
            .await;
    assert_eq!(error.kind, ErrorKind::Throttled);
}

#[tokio::test]
async fn a_server_that_does_not_say_after_login_what_it_offers_offers_what_it_did_before() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1 UIDPLUS] ready
        C: A1 LOGIN "alice" "secret"
        S: A1 OK in
        C: A2 CAPABILITY
        S: A2 BAD what"#;
    let connection = open(transcript, &login("alice", "secret")).await.unwrap();
    assert!(connection.capabilities().uidplus());
}

/// O19
#[tokio::test]
async fn a_server_that_takes_no_password_in_clear_is_told_apart_from_a_wrong_password() {
    for refusal in ["BAD Command received in Invalid state.", "NO [PRIVACYREQUIRED] TLS first"] {
        let error = fails(&format!(
            "S: * OK [CAPABILITY IMAP4rev1] ready\nC: A1 LOGIN \"alice\" \"secret\"\nS: A1 {refusal}"
        ))
        .await;
        assert_eq!(error.kind, ErrorKind::AuthenticationUnsupported);
        assert!(error.remedy.unwrap().contains("-Security Tls"));
    }
}

#[tokio::test]
async fn login_disabled_is_respected() {
    let error = fails("S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS] ready").await;
    assert_eq!(error.kind, ErrorKind::AuthenticationUnsupported);
    assert!(error.remedy.unwrap().contains("-Security Tls"));
}

/// A21
#[tokio::test]
async fn a_farewell_instead_of_a_greeting_is_told() {
    let error = fails("S: * BYE Too many connections from your network").await;
    assert_eq!(error.kind, ErrorKind::Throttled);
    let error = fails("S: * BYE maintenance").await;
    assert_eq!((error.kind, error.server.as_deref()), (ErrorKind::ConnectionLost, Some("BYE maintenance")));
}

#[tokio::test]
async fn a_server_of_another_kind_is_not_imap() {
    for greeting in
        ["220 mail.example ESMTP", "+OK POP3 ready", "SSH-2.0-OpenSSH_9.2", "HTTP/1.1 400 Bad Request"]
    {
        let error = fails(&format!("S: {greeting}")).await;
        assert_eq!(error.kind, ErrorKind::ProtocolViolation);
        assert_eq!(error.server.as_deref(), Some(greeting));
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_at_once_is_a_lost_connection() {
    assert_eq!(fails("S: <CUT>").await.kind, ErrorKind::ConnectionLost);
}

#[tokio::test]
async fn a_silent_server_is_timed_out_and_tls_is_suggested() {
    let server = serve("S: <STALL>").await;
    let mut options = options(&server, Security::None);
    options.connect_timeout = Duration::from_millis(50);
    let error = model::Error::from(Connection::open(&options, &login("a", "b")).await.unwrap_err());
    assert_eq!(error.kind, ErrorKind::TimedOut);
    assert!(error.remedy.unwrap().contains("-Security Ssl"));
    server.finish().await.unwrap();
}

/// Some quote the line that they refuse.
#[tokio::test]
async fn what_a_server_repeats_of_a_login_is_not_shown() {
    let cases = [
        ("", "A1 NO LOGIN \"alice\" \"hun\\\"ter2\" is wrong", "C: A1 LOGIN *"),
        ("", "A1 BAD [X hun\"ter2] no", "C: A1 LOGIN *"),
        ("AUTH=PLAIN", "A1 NO AGFsaWNlAGh1biJ0ZXIy is wrong", "C: A1 AUTHENTICATE PLAIN\nS: +\nC: *"),
    ];
    for (capabilities, answer, exchange) in cases {
        let transcript = format!("S: * OK [CAPABILITY IMAP4rev1 {capabilities}] hi\n{exchange}\nS: {answer}");
        let server = serve(transcript).await;
        let opened = Connection::open(&options(&server, Security::None), &login("alice", "hun\"ter2")).await;
        let error = model::Error::from(opened.unwrap_err());
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("ter2") && !shown.contains("AGFsaWNl") && shown.contains("not shown"),
            "{shown}"
        );
        server.finish().await.unwrap();
    }
}

#[tokio::test]
async fn no_log_line_shows_a_password_or_a_token() {
    assert_eq!(wire::LOG_DIRECTIVE, "async_imap=off");
    let log = Arc::new(Mutex::new(Vec::new()));
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || Lines(writer.clone()))
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let cases = [
        ("", "hunter2", "C: A1 LOGIN *"),
        ("AUTH=PLAIN", "hunter2", "C: A1 AUTHENTICATE PLAIN\nS: +\nC: *"),
        ("LITERAL+", "hünter2", "C: A1 LOGIN *\nS: +\nC: *"),
    ];
    for (capabilities, password, exchange) in cases {
        let transcript = format!("S: * OK [CAPABILITY IMAP4rev1 {capabilities}] hi\n{exchange}\nS: A1 NO no");
        let server = serve(transcript).await;
        Connection::open(&options(&server, Security::None), &login("alice", password)).await.unwrap_err();
        server.finish().await.unwrap();
    }
    let transcript =
        "S: * OK [CAPABILITY AUTH=XOAUTH2 SASL-IR] hi\nC: A1 AUTHENTICATE XOAUTH2 *\nS: A1 NO no";
    let server = serve(transcript).await;
    let login = Login { proof: Proof::Token(Secret::new("hunter2")), ..login("alice", "") };
    Connection::open(&options(&server, Security::None), &login).await.unwrap_err();
    server.finish().await.unwrap();
    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    assert!(log.contains("LOGIN ***") && log.contains("XOAUTH2 ***") && log.contains("Greeted"), "{log}");
    for secret in ["hunter2", "hünter2", "AGFsaWNlAGh1bnRlcjI=", "dXNlcj1hbGljZ"] {
        assert!(!log.contains(secret), "{log}");
    }
}

/// Collects what is logged.
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(buf)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
