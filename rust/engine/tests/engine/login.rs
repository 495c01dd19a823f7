//! Who logs in, and how the way is protected.

use model::contract::NewEndpoint;
use model::status::UserStatus;
use model::{AdminLoginFormat, Credentials, ErrorKind, ImapServer, Place, Secret, Security};
use testkit::dovecot::Options;
use testkit::sample::{self, Sample};
use testkit::{MASTER_PASSWORD, MASTER_USER};

use crate::common::lab::{address_of, batch_from, imap, source, target};
use crate::common::{Lab, Mailbox, batch_of, fresh_dovecot, message, put};

fn with_admin(endpoint: NewEndpoint, format: AdminLoginFormat) -> NewEndpoint {
    let credentials =
        Credentials { user_name: MASTER_USER.to_owned(), password: Secret::new(MASTER_PASSWORD) };
    NewEndpoint { credentials: Some(credentials), admin_login_format: format, ..endpoint }
}

/// D1, Z1: rows without passwords; the administrator opens both mailboxes.
#[test]
fn an_administrator_opens_every_mailbox_on_both_sides() {
    let Some(server) = fresh_dovecot(&Options::default()) else { return };
    for (format, user) in [(AdminLoginFormat::Dovecot, "ada"), (AdminLoginFormat::SaslPlain, "bob")] {
        put(server.address(), user, "INBOX", [message("one"), message("two")]);
        let place = imap(server.address(), Security::None);
        let lab = Lab::with(with_admin(source(place.clone()), format), with_admin(target(place), format));
        let csv = format!("EmailAddress,UserName,TargetUserName\n{},{user},{user}-copy\n", address_of(user));
        lab.migrate_batch(batch_from(&csv));
        assert_eq!(Mailbox::read(server.address(), &format!("{user}-copy")).folder("INBOX").len(), 2);
    }
}

#[test]
fn tls_and_starttls_protect_the_way() {
    let Some(server) = fresh_dovecot(&Options::default()) else { return };
    put(server.address(), "ada", "INBOX", [message("one")]);
    let lab = Lab::with(
        source(imap(server.address(), Security::Tls)),
        target(imap(server.address(), Security::Ssl)),
    );
    let csv = format!(
        "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n{},ada,test,ada-copy,test\n",
        address_of("ada")
    );
    lab.migrate_batch(batch_from(&csv));
    assert_eq!(Mailbox::read(server.address(), "ada-copy").folder("INBOX").len(), 1);
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let Some(server) = fresh_dovecot(&Options::default()) else { return };
    let Place::Imap(accepting) = imap(server.address(), Security::Ssl) else { panic!("no server") };
    let strict = Place::Imap(ImapServer { accept_untrusted_certificates: false, ..accepting });
    let lab = Lab::with(source(strict), target(imap(server.address(), Security::None)));
    lab.start(batch_of(&["ada"]));
    lab.wait();
    assert_eq!(lab.failure("ada").kind, ErrorKind::CertificateRejected);
}

/// D2
#[test]
fn a_password_may_hold_whatever_it_likes() {
    let (from, to) = (
        Sample::start(sample::Options::default()).unwrap(),
        Sample::start(sample::Options::default()).unwrap(),
    );
    let lab = Lab::between(from.address(), to.address());
    let awkward = "a \"b\" \\c, {3} pä$$ %(*)";
    let csv = format!(
        "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n{},ada,\"{}\",ada,test\n",
        address_of("ada"),
        awkward.replace('"', "\"\"")
    );
    lab.start(batch_from(&csv));
    lab.wait();
    // The server knows another one: that it says so, and nothing of syntax, is what this is about.
    let error = lab.failure("ada");
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed, "{error}");
    assert!(!lab.events().contains(awkward));
}

/// A hiccup of what a server asks for passwords is no wrong password.
#[test]
fn a_login_that_has_worked_is_tried_again_twice_when_it_is_refused_and_then_the_user_has_failed() {
    let servers = || Sample::start(sample::Options::default()).unwrap();
    let (from, to) = (servers(), servers());
    put(from.address(), "ada", "INBOX", [message("one")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    from.refuse_logins(2);
    lab.pass();
    from.refuse_logins(usize::MAX);
    lab.sync_now();
    lab.until(UserStatus::IncrementalFailed);
    let report = lab.statistics("ada").report;
    let retries =
        report.iter().filter(|entry| entry.text.starts_with("Transient error AuthenticationFailed"));
    assert_eq!(retries.count(), 4, "{report:?}");
}
