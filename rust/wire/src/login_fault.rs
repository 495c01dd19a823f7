//! What the refusal of a login means, and what to do about it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use model::ErrorKind;
use model::login::Impersonation;
use zeroize::Zeroizing;

use crate::bearer::{Mechanism, no_mailbox};
use crate::error::{Condition, Error, Refusal};
use crate::login::sasl_plain;
use crate::options::{Login, Options, Proof};

/// What to do about a server that takes no password in clear.
pub(crate) const ENCRYPT: &str = "use -Security Tls or Ssl";

/// What to do about a server that does not know how we log in, and so has said nothing of the password.
const UNKNOWN: &str = "the server does not know this way to log in, and has not looked at the password: see which ways it \
    allows, and whether it wants TLS first (-Security Tls or Ssl)";

/// The same of a token.
const UNKNOWN_TOKEN: &str =
    "the server offers to take tokens and does not know how: see which ways to log in it allows";

/// What to do where a fresh token is refused.
const TOKEN: &str =
    "see for which mailboxes the token is good, and whether the server allows IMAP to this mailbox";

/// What is added where a login is not plain ASCII (mailcow#6968).
const BEYOND_ASCII: &str = "; user name or password have characters beyond ASCII, which servers keep in different encodings: \
    try a password without such characters";

/// Whether a refusal of AUTHENTICATE says nothing of the password: BAD, or a NO to the bare command.
pub(crate) fn is_unknown(refusal: &Refusal, is_asked: bool) -> bool {
    let is_plain = refusal.kind() == ErrorKind::ServerRefused && !speaks_of_the_login(refusal);
    is_plain && (refusal.condition == Condition::Bad || !is_asked)
}

/// What the refusal of a login means. NO says that the login is wrong, unless it says something else (RFC 3501 §6.2.3); BAD
/// says so only in as many words.
pub(crate) fn authentication_error(error: Error, login: &Login) -> Error {
    let Error::Refused(refusal) = error else { return error };
    if let Proof::Token(_) = login.proof {
        return token_error(&refusal);
    }
    let mut error = refusal.to_error();
    if error.kind == ErrorKind::ServerRefused {
        error.kind = meaning(&refusal);
    }
    let remedy = match error.kind {
        ErrorKind::AuthenticationFailed => what_to_check(&refusal.text, login),
        // Exchange's words for a password in clear (peers O19).
        ErrorKind::AuthenticationUnsupported if speaks_of_encryption(&refusal) => ENCRYPT,
        ErrorKind::AuthenticationUnsupported => UNKNOWN,
        _ => return error.into(),
    };
    let remedy = if is_ascii(login) { remedy.to_owned() } else { format!("{remedy}{BEYOND_ASCII}") };
    error.remedy.get_or_insert(remedy);
    error.into()
}

/// What the refusal of a token means.
fn token_error(refusal: &Refusal) -> Error {
    if refusal.speaks_of_no_mailbox() {
        return no_mailbox(refusal);
    }
    let mut error = refusal.to_error();
    if error.kind == ErrorKind::ServerRefused {
        error.kind = meaning(refusal);
    }
    let remedy = match error.kind {
        ErrorKind::AuthenticationFailed => {
            error.kind = ErrorKind::OauthTokenRejected;
            TOKEN
        }
        ErrorKind::AuthenticationUnsupported if speaks_of_encryption(refusal) => ENCRYPT,
        ErrorKind::AuthenticationUnsupported => UNKNOWN_TOKEN,
        _ => return error.into(),
    };
    error.remedy(remedy).into()
}

fn meaning(refusal: &Refusal) -> ErrorKind {
    if speaks_of_the_login(refusal) {
        ErrorKind::AuthenticationFailed
    } else if speaks_of_encryption(refusal) {
        ErrorKind::AuthenticationUnsupported
    } else if speaks_of_itself(refusal) {
        ErrorKind::ServerRefused
    } else if refusal.condition == Condition::Bad {
        ErrorKind::AuthenticationUnsupported
    } else {
        ErrorKind::AuthenticationFailed
    }
}

fn is_ascii(login: &Login) -> bool {
    login.authentication_user.is_ascii() && login.proof.secret().is_ascii()
}

/// Whether the text holds one of these words, in any case.
fn says(refusal: &Refusal, words: &[&str]) -> bool {
    let text = refusal.text.to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}

fn speaks_of_the_login(refusal: &Refusal) -> bool {
    let words = ["password", "credential", "login fail", "logon fail", "authentication fail", "invalid user"];
    says(refusal, &words) && !speaks_of_itself(refusal)
}

/// Whether the server speaks of a trouble of its own, or of a way to log in that it has not.
fn speaks_of_itself(refusal: &Refusal) -> bool {
    let codes = ["SERVERBUG", "CLIENTBUG", "CONTACTADMIN", "CORRUPTION", "CANNOT"];
    let words = ["internal error", "server error", "try again", "not available", "disabled", "not supported"];
    refusal.code_word().is_some_and(|code| codes.contains(&code.as_str())) || says(refusal, &words)
}

fn speaks_of_encryption(refusal: &Refusal) -> bool {
    refusal.code_word().as_deref() == Some("PRIVACYREQUIRED")
        || says(refusal, &["received in invalid state", "starttls", "without tls", "without ssl", "encrypt"])
}

/// What may be wrong with a login that the server refuses. Exchange gives one and the same answer for everything (peers
/// O1, O15).
fn what_to_check(text: &str, login: &Login) -> &'static str {
    let text = text.trim_end_matches('.');
    let is_exchange =
        ["LOGIN failed", "AUTHENTICATE failed"].iter().any(|words| text.eq_ignore_ascii_case(words));
    let for_another = login.impersonation.is_some() || login.authentication_user.contains(['/', '\\']);
    match (is_exchange, for_another) {
        (true, true) => {
            "check user names and password; at Exchange the administrator must have a mailbox of its own, which the \
             built-in Administrator has not, and full access to the user's; Exchange Online takes no password, because \
             basic authentication is off there"
        }
        (true, false) => {
            "check user name and password; Exchange Online takes no password, because basic authentication is off there"
        }
        _ => what_else_to_check(login),
    }
}

/// As [`what_to_check`], with servers other than Exchange.
fn what_else_to_check(login: &Login) -> &'static str {
    match login.impersonation {
        Some(Impersonation::Kerio(_)) => {
            "check the master password and the user's name, and that the server allows master authentication from this \
             machine's address"
        }
        Some(Impersonation::ProxyAuth(_) | Impersonation::SaslPlain(_)) => {
            "check both user names and the administrator's password, and that the administrator may open the mailboxes \
             of others"
        }
        None => {
            "check user name and password; some servers want an app password, or allow no passwords at all"
        }
    }
}

/// A shorter password is part of too many words.
const SHORTEST: usize = 4;

/// Of a secret that is longer, servers quote parts, too.
const PART: usize = 16;

/// The error without what a server repeats of the login: some quote the line that they refuse.
pub(crate) fn without_login(mut error: Error, options: &Options, login: &Login) -> Error {
    let forms = forms(options, login);
    let hide = |text: &mut String| {
        if forms.iter().any(|secret| repeats(text, secret)) {
            *text = "(the server repeats the login, which is not shown)".to_owned();
        }
    };
    match &mut error {
        Error::Refused(refusal) => {
            let Refusal { text, line, code, .. } = &mut **refusal;
            [text, line].into_iter().chain(code).for_each(hide);
        }
        Error::Failed(error) => error.server.iter_mut().for_each(hide),
    }
    error
}

/// What a login sends that is secret, in all forms.
fn forms(options: &Options, login: &Login) -> Vec<Zeroizing<String>> {
    let secret = login.proof.secret();
    let mut forms = vec![Zeroizing::new(secret.to_owned())];
    if let Proof::Password(_) = login.proof {
        forms.push(Zeroizing::new(secret.replace('\\', "\\\\").replace('"', "\\\"")));
        forms.push(Zeroizing::new(BASE64_STANDARD.encode(sasl_plain(login))));
    } else {
        forms.extend(Mechanism::ALL.map(|mechanism| mechanism.message(options, login)));
    }
    forms
}

/// Whether a text holds a secret, or a part of it that is long enough to be nothing else.
fn repeats(text: &str, secret: &str) -> bool {
    let (text, secret) = (text.as_bytes(), secret.as_bytes());
    let holds = |part: &[u8]| memchr::memmem::find(text, part).is_some();
    let parts = || secret.chunks_exact(PART).any(holds);
    secret.len() >= SHORTEST && (holds(secret) || (secret.len() > 2 * PART && parts()))
}
