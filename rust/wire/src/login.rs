//! Logs in: with a token, or with a password by AUTHENTICATE PLAIN where it is offered, else by LOGIN (RFC 3501 §6.2.2, §6.2.3,
//! RFC 4616), and becomes whoever is impersonated.

use async_imap::{Authenticator, Session};
use model::login::Impersonation;
use model::{Error as ModelError, ErrorKind, Security};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::bearer::Mechanism;
use crate::budget::Heard;
use crate::capabilities::Capabilities;
use crate::command::Command;
use crate::connection::Connection;
use crate::error::{Error, Result};
use crate::gate::Gate;
use crate::login_fault::{ENCRYPT, authentication_error, is_unknown, without_login};
use crate::open::{Opening, explain, told_capabilities};
use crate::options::{Login, Options, Proof};
use crate::response::Response;

/// How the password or the token travels.
#[derive(Debug, PartialEq, Eq)]
enum Method {
    /// AUTHENTICATE PLAIN: takes any bytes, and an authorization identity.
    Plain,
    /// LOGIN with quoted strings.
    Quoted,
    /// LOGIN with literals: a quoted string holds printable ASCII only.
    Literal,
    /// X-MASTERAUTH: a digest of the master password.
    Master,
    /// A token.
    Bearer(Mechanism),
}

/// Logs in and hands over the connection.
pub(crate) async fn log_in(opening: Opening<'_>, login: &Login) -> Result<Connection> {
    let options = opening.options;
    if opening.preauthenticated {
        let reason =
            "the server takes the connection for logged in already (PREAUTH), and does not say as whom";
        let remedy = "use a port of the server, or connect from an address, where it asks for a login";
        return Err(unsupported(options, login, reason, remedy));
    }
    let method = choose(options, &opening.capabilities, login)?;
    let before = opening.capabilities.clone();
    let attempt = timeout(options.response_timeout, attempt(opening, login, method)).await;
    let attempt = attempt.unwrap_or_else(|_| {
        let message = format!("{}: the server does not answer", context(options, login));
        Err(ModelError::new(ErrorKind::TimedOut, message).into())
    });
    let attempt = attempt.map_err(|error| without_login(error, options, login));
    let mut connection = attempt.map_err(|error| authentication_error(error, login))?;
    if let Some(how) = &login.impersonation {
        let switched = connection.become_user(&context(options, login), how).await;
        switched.map_err(|error| authentication_error(error, login))?;
    }
    // Login changes what is offered, and not every server says so by itself.
    if connection.capabilities().is_empty() {
        match connection.capability().await.map(drop) {
            // What it offered before it offers still, as far as anybody knows.
            Err(error) if error.kind() == ErrorKind::ServerRefused => connection.capabilities = before,
            told => told?,
        }
    }
    Ok(connection)
}

fn choose(options: &Options, capabilities: &Capabilities, login: &Login) -> Result<Method> {
    if let Proof::Token(_) = login.proof {
        return choose_bearer(options, capabilities, login);
    }
    let secrets = [login.authentication_user.as_str(), login.proof.secret()];
    if secrets.iter().any(|text| text.contains('\0')) {
        let reason = "user name or password holds a NUL";
        return Err(unsupported(options, login, reason, "use a password without NUL"));
    }
    if let Some(Impersonation::Kerio(_)) = login.impersonation {
        return Ok(Method::Master);
    }
    if capabilities.auth_plain() {
        return Ok(Method::Plain);
    }
    choose_login(options, capabilities, login)
}

/// The ways with a token. Its fields end where a control character is.
fn choose_bearer(options: &Options, capabilities: &Capabilities, login: &Login) -> Result<Method> {
    if [login.authentication_user.as_str(), login.proof.secret()].iter().any(|t| t.contains(char::is_control))
    {
        let reason = "user name or token holds a control character";
        return Err(unsupported(options, login, reason, "see what gives the tokens: a token is one line"));
    }
    Mechanism::choose(capabilities).map(Method::Bearer).ok_or_else(|| {
        let offered: Vec<&str> = capabilities.mechanisms().collect();
        let offered = if offered.is_empty() { "none".to_owned() } else { offered.join(", ") };
        let reason = format!("the server takes no token: the mechanisms that it offers are {offered}");
        let remedy = match options.security {
            Security::None => ENCRYPT,
            _ => "use a password, or the server of the provider that gives the tokens",
        };
        unsupported(options, login, &reason, remedy)
    })
}

/// The ways without AUTHENTICATE PLAIN.
fn choose_login(options: &Options, capabilities: &Capabilities, login: &Login) -> Result<Method> {
    if let Some(Impersonation::SaslPlain(_)) = login.impersonation {
        let remedy = "use the user's own password, or a login form that names both users in one";
        let reason = "the server offers no AUTHENTICATE PLAIN, which logging in for another needs";
        return Err(unsupported(options, login, reason, remedy));
    }
    if capabilities.login_disabled() {
        let remedy = match options.security {
            Security::None => ENCRYPT,
            _ => "allow password login on the server",
        };
        return Err(unsupported(options, login, "the server allows no login with a password here", remedy));
    }
    let quotable = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    Ok(if quotable(&login.authentication_user) && quotable(login.proof.secret()) {
        Method::Quoted
    } else {
        Method::Literal
    })
}

/// A login that cannot be tried.
fn unsupported(options: &Options, login: &Login, reason: &str, remedy: &str) -> Error {
    let message = format!("{}: {reason}", context(options, login));
    ModelError::new(ErrorKind::AuthenticationUnsupported, message).remedy(remedy).into()
}

fn context(options: &Options, login: &Login) -> String {
    let (address, name) = (options.address(), &login.authentication_user);
    match &login.impersonation {
        None => format!("cannot log in to `{address}` as `{name}`"),
        Some(Impersonation::SaslPlain(user) | Impersonation::ProxyAuth(user)) => {
            format!("cannot log in to `{address}` as `{name}` for `{user}`")
        }
        Some(Impersonation::Kerio(user)) => {
            format!("cannot log in to `{address}` with the master password for `{user}`")
        }
    }
}

/// Runs the exchange and takes the stream back. Some servers offer AUTHENTICATE PLAIN and do not know it (peers A31): they have
/// not looked at the password, and get it by LOGIN.
async fn attempt(mut opening: Opening<'_>, login: &Login, mut method: Method) -> Result<Connection> {
    let context = context(opening.options, login);
    if method == Method::Plain {
        let refusal = match authenticate(opening, login, &context).await {
            Plainly::In(connection) => return Ok(*connection),
            Plainly::Failed(error) => return Err(error),
            Plainly::Unknown(before, refusal) => {
                opening = *before;
                refusal
            }
        };
        method = choose_login(opening.options, &opening.capabilities, login).map_err(|_| refusal)?;
    }
    opening.client.get_mut().forget();
    let session = match method {
        Method::Literal => return log_in_with_literals(opening, login, &context).await,
        Method::Bearer(mechanism) => return log_in_with_token(opening, login, &context, mechanism).await,
        Method::Master => return log_in_as_master(opening, login, &context).await,
        _ => opening.client.login(&login.authentication_user, login.proof.secret()).await,
    };
    match session {
        Ok(session) => Ok(into_connection(opening.options, session)),
        Err((error, client)) => Err(explain(&error, &context, &client.get_ref().lines)),
    }
}

/// What came of AUTHENTICATE PLAIN.
enum Plainly<'o> {
    In(Box<Connection>),
    Failed(Error),
    /// The server does not know the command, as its refusal says.
    Unknown(Box<Opening<'o>>, Error),
}

async fn authenticate<'o>(mut opening: Opening<'o>, login: &Login, context: &str) -> Plainly<'o> {
    opening.client.get_mut().forget();
    match opening.client.authenticate("PLAIN", Plain(login)).await {
        Ok(session) => Plainly::In(Box::new(into_connection(opening.options, session))),
        Err((error, client)) => {
            let lines = &client.get_ref().lines;
            let is_asked = lines.iter().any(|line| matches!(Response::parse(line), Response::Continue(_)));
            match explain(&error, context, lines) {
                Error::Refused(refusal) if is_unknown(&refusal, is_asked) => {
                    let before = Opening { client, ..opening };
                    Plainly::Unknown(Box::new(before), Error::Refused(refusal))
                }
                error => Plainly::Failed(error),
            }
        }
    }
}

/// A session gives its stream back only in exchange for another.
fn into_connection(options: &Options, mut session: Session<Gate>) -> Connection {
    connect(options, std::mem::replace(session.as_mut(), Gate::closed()))
}

/// async-imap quotes whatever it gets, so it is left out here.
async fn log_in_with_literals(opening: Opening<'_>, login: &Login, context: &str) -> Result<Connection> {
    let mut connection = connect(opening.options, opening.client.into_inner());
    let command = Command::new("LOGIN")
        .secret()
        .string(login.authentication_user.as_bytes())
        .string(login.proof.secret().as_bytes());
    connection.run_one(context, command, |_| Heard::Other).await?;
    Ok(connection)
}

/// Nothing that async-imap knows.
async fn log_in_as_master(opening: Opening<'_>, login: &Login, context: &str) -> Result<Connection> {
    let mut connection = connect(opening.options, opening.client.into_inner());
    connection.master_auth(context, login.proof.secret()).await?;
    Ok(connection)
}

/// A token is the server's word for a mailbox, too: whether one is there belongs to the login.
async fn log_in_with_token(
    opening: Opening<'_>,
    login: &Login,
    context: &str,
    mechanism: Mechanism,
) -> Result<Connection> {
    let Opening { options, client, capabilities, .. } = opening;
    let mut connection = connect(options, client.into_inner());
    let message = mechanism.message(options, login);
    connection.authenticate_with_token(context, mechanism, &message, &capabilities).await?;
    connection.look_behind(context, &capabilities).await?;
    Ok(connection)
}

fn connect(options: &Options, gate: Gate) -> Connection {
    let told = told_capabilities(&gate.lines).unwrap_or_default();
    let round_trip = gate.round_trip;
    let wire = gate.into_wire(options.response_timeout);
    let mut connection = Connection::new(wire, options.address(), options.dialer.tags(), round_trip);
    connection.capabilities = told;
    connection
}

/// SASL PLAIN (RFC 4616): authorization identity, user, password, with NULs between.
struct Plain<'l>(&'l Login);

impl Authenticator for Plain<'_> {
    type Response = Zeroizing<Vec<u8>>;

    fn process(&mut self, _challenge: &[u8]) -> Self::Response {
        sasl_plain(self.0)
    }
}

/// What SASL PLAIN sends.
pub(crate) fn sasl_plain(login: &Login) -> Zeroizing<Vec<u8>> {
    let Login { authentication_user, impersonation, proof } = login;
    let authorization_user = match impersonation {
        Some(Impersonation::SaslPlain(user)) => user.as_str(),
        _ => "",
    };
    let parts = [authorization_user, "\0", authentication_user, "\0", proof.secret()];
    Zeroizing::new(parts.concat().into_bytes())
}

#[cfg(test)]
mod tests {
    use model::Secret;

    use super::*;

    fn login(user: &str, password: &str, authorization: Option<&str>) -> Login {
        let impersonation = authorization.map(|user| Impersonation::SaslPlain(user.to_owned()));
        let proof = Proof::Password(Secret::new(password));
        Login { authentication_user: user.to_owned(), impersonation, proof }
    }

    fn method(capabilities: &str, login: &Login) -> Result<Method, ErrorKind> {
        let options = Options::new("mail.example", 143, Security::None);
        choose(&options, &Capabilities::parse(capabilities.as_bytes()), login).map_err(|error| error.kind())
    }

    #[test]
    fn plain_is_preferred_and_odd_passwords_become_literals() {
        assert_eq!(method("AUTH=PLAIN LOGINDISABLED", &login("a", "b", None)), Ok(Method::Plain));
        assert_eq!(method("IMAP4rev1", &login("a", "p\"\\ q", None)), Ok(Method::Quoted));
        assert_eq!(method("IMAP4rev1", &login("a", "pässword", None)), Ok(Method::Literal));
        assert_eq!(method("IMAP4rev1", &login("a", "a\r\nb", None)), Ok(Method::Literal));
    }

    #[test]
    fn what_the_server_does_not_allow_is_not_tried() {
        let unsupported = Err(ErrorKind::AuthenticationUnsupported);
        assert_eq!(method("LOGINDISABLED", &login("a", "b", None)), unsupported);
        assert_eq!(method("IMAP4rev1", &login("admin", "b", Some("alice"))), unsupported);
        assert_eq!(method("AUTH=PLAIN", &login("a", "b\0c", None)), unsupported);
    }

    #[test]
    fn sasl_plain_puts_the_authorization_identity_first() {
        let bytes = Plain(&login("admin", "pw", Some("alice"))).process(b"");
        assert_eq!(bytes.as_slice(), b"alice\0admin\0pw");
    }
}
