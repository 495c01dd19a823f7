//! Opens a connection: DNS, TCP, TLS, greeting, STARTTLS, login. The only module that drives async-imap.

use std::future::Future;
use std::io;

use async_imap::Client;
use model::{Error as ModelError, ErrorKind, Security};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tracing::debug;

use crate::budget::{TooMuch, excess};
use crate::capabilities::Capabilities;
use crate::certificate::Certificate;
use crate::connection::Connection;
use crate::dial::dial;
use crate::error::{Condition, Error, Refusal, Result, quoted};
use crate::gate::Gate;
use crate::login;
use crate::options::{Login, Options};
use crate::probe::{ProbeReport, TlsFacts};
use crate::response::Response;
use crate::tls;
use crate::tls_fault::{handshake_error, tls_error, wants_certificate};
use crate::wire::Stream;

impl Connection {
    /// Connects and logs in.
    pub async fn open(options: &Options, login: &Login) -> Result<Self> {
        Self::open_telling(options, login).await.1
    }

    /// The same, and whether the server was there: what fails before login is nobody's fault who logs in.
    pub async fn open_telling(options: &Options, login: &Login) -> (bool, Result<Self>) {
        let (report, opened) = open_guarded(options, Some(login)).await;
        let message = "the connection was opened without a login";
        let opened = opened.and_then(|opened| opened.ok_or_else(|| ModelError::internal(message).into()));
        (report.capabilities_before_login.is_some(), opened)
    }
}

/// Opens a connection in a task of its own: async-imap's parser may panic, and that must end no more than this
/// connection. Without a login there is no connection in the end, only the report.
pub(crate) async fn open_guarded(
    options: &Options,
    login: Option<&Login>,
) -> (ProbeReport, Result<Option<Connection>>) {
    let (options, login) = (options.clone(), login.cloned());
    let address = options.address();
    // Dropping the set aborts the task: a cancelled opening leaves nothing behind.
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut report = ProbeReport::default();
        let opened = open(&options, login.as_ref(), &mut report).await;
        (report, opened)
    });
    tasks.join_next().await.and_then(std::result::Result::ok).unwrap_or_else(|| {
        let message = format!("`{address}`: the opening of the connection broke down");
        (ProbeReport::default(), Err(ModelError::internal(message).into()))
    })
}

async fn open(
    options: &Options,
    login: Option<&Login>,
    report: &mut ProbeReport,
) -> Result<Option<Connection>> {
    let stream = dial(options, report).await?;
    let io = match options.security {
        Security::Ssl => start_tls(options, stream, report).await?,
        Security::None | Security::Tls => stream,
    };
    let mut opening = Opening::greet(options, io, report).await?;
    if options.security == Security::Tls {
        opening = opening.upgrade(report).await?;
    }
    opening.ask_capabilities().await?;
    report.capabilities_before_login = Some(opening.capabilities.clone());
    let Some(login) = login else {
        opening.hang_up().await;
        return Ok(None);
    };
    let mut connection = login::log_in(opening, login).await?;
    connection.greeting = report.greeting.clone().unwrap_or_default();
    report.capabilities_after_login = Some(connection.capabilities().clone());
    Ok(Some(connection))
}

/// Waits for one step of the opening, and no longer than the connect time-out.
pub(crate) async fn within<T>(options: &Options, verb: &str, step: impl Future<Output = T>) -> Result<T> {
    timeout(options.connect_timeout, step).await.map_err(|_| {
        let seconds = options.connect_timeout.as_secs_f32();
        let message = format!("cannot {verb} `{}` within {seconds} s", options.address());
        ModelError::new(ErrorKind::TimedOut, message).remedy("check the port number and the firewall").into()
    })
}

async fn start_tls(
    options: &Options,
    io: Box<dyn Stream>,
    report: &mut ProbeReport,
) -> Result<Box<dyn Stream>> {
    let address = options.address();
    let name = options.host.clone().try_into().map_err(|_| {
        let message = format!("`{}` is not a name that a certificate can carry", options.host);
        ModelError::new(ErrorKind::InvalidArgument, message)
    })?;
    let connector = TlsConnector::from(tls::config(&options.certificates)?);
    let handshake = tls::noticing_wish(connector.connect(name, io));
    let (shaken, is_asked) = within(options, "negotiate TLS with", handshake).await?;
    match shaken {
        Ok(stream) => {
            note_tls(&stream, is_asked, report);
            Ok(Box::new(stream))
        }
        Err(error) => {
            report.certificate = tls::rejected_certificate(&error);
            Err(handshake_error(&address, &error, is_asked).into())
        }
    }
}

fn note_tls(stream: &TlsStream<Box<dyn Stream>>, is_asked: bool, report: &mut ProbeReport) {
    let (_, session) = stream.get_ref();
    let version = session.protocol_version().map(|version| format!("{version:?}"));
    let suite = session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    report.tls = version.zip(suite).map(|(version, cipher_suite)| TlsFacts {
        version,
        cipher_suite,
        client_certificate_wanted: is_asked,
    });
    report.certificate =
        session.peer_certificates().and_then(|chain| chain.first()).map(|der| Certificate::read(der));
}

/// A connection before login.
pub(crate) struct Opening<'o> {
    pub(crate) options: &'o Options,
    pub(crate) client: Client<Gate>,
    pub(crate) capabilities: Capabilities,
    /// Whether the server takes us for logged in from the start.
    pub(crate) preauthenticated: bool,
}

impl<'o> Opening<'o> {
    /// Waits for the greeting (RFC 3501 §7.1.5).
    async fn greet(options: &'o Options, io: Box<dyn Stream>, report: &mut ProbeReport) -> Result<Self> {
        let mut client = Client::new(Gate::before_greeting(io));
        let answer =
            within(options, "get a greeting from", client.read_response()).await.map_err(|error| {
                let error = ModelError::from(error);
                match options.security {
                    Security::Ssl => error,
                    _ => error.remedy("the port may expect TLS from the first byte: use -Security Ssl"),
                }
            })?;
        let address = options.address();
        if let Some(excess) = answer.as_ref().err().and_then(excess) {
            return Err(overdone(&format!("cannot get a greeting from `{address}`"), excess).into());
        }
        if let Err(error) = &answer {
            check_alert(options, error, report)?;
        }
        let line = client.get_ref().lines.first().cloned().unwrap_or_default();
        report.greeting = (!line.is_empty()).then(|| quoted(&line));
        let capabilities = told_capabilities(&client.get_ref().lines).unwrap_or_default();
        debug!(server = address, greeting = %line.escape_ascii(), ok = answer.is_ok(), "Greeted");
        let preauthenticated = check_greeting(&address, &line)?;
        Ok(Self { options, client, capabilities, preauthenticated })
    }

    /// Starts TLS (RFC 3501 §6.2.1). There is no way around it: who asked for TLS gets TLS or an error.
    async fn upgrade(mut self, report: &mut ProbeReport) -> Result<Self> {
        let address = self.options.address();
        let no_tls = |message: String| {
            ModelError::new(ErrorKind::TlsFailed, message).remedy("use -Security Ssl with port 993")
        };
        if self.preauthenticated {
            return Err(no_tls(format!("`{address}` skips login before TLS could be started")).into());
        }
        self.ask_capabilities().await?;
        if !self.capabilities.starttls() {
            return Err(no_tls(format!("`{address}` does not offer STARTTLS")).into());
        }
        self.command("STARTTLS", &format!("`{address}`: cannot start TLS")).await?;
        let gate = self.client.into_inner();
        if gate.has_surplus() {
            // Whoever sits between could have put commands there (CVE-2011-0411 and its kind).
            let message = format!("`{address}` sent data between STARTTLS and TLS");
            return Err(ModelError::new(ErrorKind::ProtocolViolation, message).into());
        }
        let round_trip = gate.round_trip;
        let io = start_tls(self.options, gate.into_io(), report).await?;
        let client = Client::new(Gate::after_greeting(io, round_trip));
        // What was said before TLS must be forgotten (RFC 3501 §6.2.1).
        Ok(Self { client, capabilities: Capabilities::default(), ..self })
    }

    async fn ask_capabilities(&mut self) -> Result<()> {
        if !self.capabilities.is_empty() {
            return Ok(());
        }
        let context = format!("`{}`: cannot ask for the server's capabilities", self.options.address());
        self.command("CAPABILITY", &context).await?;
        self.capabilities = told_capabilities(&self.client.get_ref().lines).unwrap_or_default();
        Ok(())
    }

    async fn hang_up(mut self) {
        // The test is over; whether the server says goodbye changes nothing.
        let _goodbye = self.command("LOGOUT", "cannot log out").await;
    }

    async fn command(&mut self, word: &str, context: &str) -> Result<()> {
        self.client.get_mut().forget();
        let step = self.client.run_command_and_check_ok(word, None);
        match within(self.options, "get an answer from", step).await? {
            Ok(()) => Ok(()),
            Err(error) => Err(explain(&error, context, &self.client.get_ref().lines)),
        }
    }
}

/// Whether TLS broke off behind the handshake, as in TLS 1.3 for want of a certificate of ours.
fn check_alert(options: &Options, error: &io::Error, report: &ProbeReport) -> Result<()> {
    let is_asked = report.tls.as_ref().is_some_and(|tls| tls.client_certificate_wanted);
    if is_asked {
        return Err(wants_certificate(&options.address(), error).into());
    }
    match tls_error(error) {
        Some(_) => Err(handshake_error(&options.address(), error, is_asked).into()),
        None => Ok(()),
    }
}

/// Whether the greeting says that login is done already; an error if it is none.
fn check_greeting(address: &str, line: &[u8]) -> Result<bool> {
    match Response::parse(line) {
        Response::Status(text) if text.condition == Condition::Ok => Ok(false),
        Response::Status(text) if text.condition == Condition::Preauth => Ok(true),
        Response::Status(text) => {
            let context = format!("`{address}` refuses the connection");
            Err(Refusal::new(context, text, None).into())
        }
        _ if line.is_empty() => {
            let message = format!("`{address}` closed the connection without a greeting");
            let remedy = "the server may limit connections, or the port may expect TLS";
            Err(ModelError::new(ErrorKind::ConnectionLost, message).remedy(remedy).into())
        }
        _ => {
            let message = format!("`{address}` does not speak IMAP");
            let remedy = "check the port number: 993 for TLS, 143 for STARTTLS or none";
            Err(ModelError::new(ErrorKind::ProtocolViolation, message)
                .server(quoted(line))
                .remedy(remedy)
                .into())
        }
    }
}

/// Why a step of async-imap's failed, in the words of the server that it withholds.
pub(crate) fn explain(error: &async_imap::error::Error, context: &str, lines: &[Vec<u8>]) -> Error {
    let last = lines.last().map(|line| Response::parse(line));
    if let async_imap::error::Error::Io(error) = error
        && let Some(excess) = excess(error)
    {
        return overdone(context, excess).into();
    }
    if let (
        async_imap::error::Error::No(_) | async_imap::error::Error::Bad(_),
        Some(Response::Done { text, .. }),
    ) = (error, last)
    {
        return Refusal::new(context, text, alert(lines).as_deref()).into();
    }
    let message = format!("{context}: the server closed the connection");
    let lost = ModelError::new(ErrorKind::ConnectionLost, message);
    let mut error = match farewell(lines) {
        // It may say that there are too many connections, or that the account is locked.
        Some(text) => {
            ModelError { kind: text.kind(), retryable: text.kind().is_retryable(), ..lost }.server(text.line)
        }
        None => ModelError { server: alert(lines), ..lost },
    };
    if error.kind == ErrorKind::ConnectionLost {
        error = error.remedy("the server may limit connections: try fewer at a time");
    }
    error.into()
}

/// The goodbye among these lines.
fn farewell(lines: &[Vec<u8>]) -> Option<Refusal> {
    lines.iter().find_map(|line| match Response::parse(line) {
        Response::Status(text) if text.condition == Condition::Bye => Some(Refusal::new("", text, None)),
        _ => None,
    })
}

/// An error about a server that went over a bound; the context names it.
fn overdone(context: &str, excess: TooMuch) -> ModelError {
    ModelError::new(excess.kind(), format!("{context}: the server {excess}"))
}

fn alert(lines: &[Vec<u8>]) -> Option<String> {
    lines.iter().rev().find_map(|line| match Response::parse(line) {
        Response::Status(text) if text.code_value("ALERT").is_some() => Some(quoted(text.line)),
        _ => None,
    })
}

/// The capabilities in these lines.
pub(crate) fn told_capabilities(lines: &[Vec<u8>]) -> Option<Capabilities> {
    lines.iter().rev().find_map(|line| capabilities_in(&Response::parse(line)).map(Capabilities::parse))
}

/// The capabilities that a response tells: untagged, or in the code of a status.
pub(crate) fn capabilities_in<'a>(response: &Response<'a>) -> Option<&'a [u8]> {
    match response {
        Response::Status(text) | Response::Done { text, .. } => text.code_value("CAPABILITY"),
        other => other.data("CAPABILITY"),
    }
}
