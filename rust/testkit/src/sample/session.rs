//! One connection to a sample server: reads commands, hands them out, sends the answers.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;

use super::fault::{Fault, Moment};
use super::options::Refusal;
use super::selected::Selected;
use super::stream::Stream;
use super::{Shared, Wrapping, append, bearer, fetch, folders, lock, login, selected};
use crate::command::{Command, Literal};

/// How much of an answer is gathered before it is sent.
const FLUSH_AT: usize = 1 << 18;

/// A connection's state. Commands put untagged responses into `out` and return their status.
pub(super) struct Session {
    /// Counts this connection. Declared first, so that it is uncounted before the client sees the end of it.
    _connection: Arc<()>,
    /// Counts it as one of the user's.
    pub(super) seat: Option<Arc<()>>,
    pub(super) shared: Arc<Shared>,
    pub(super) stream: Stream,
    pub(super) out: Vec<u8>,
    /// Whose mail is open, after the login.
    pub(super) user: Option<String>,
    /// What has opened it, where that was no password.
    pub(super) token: Option<String>,
    /// Whether no mailbox is behind the login.
    pub(super) unconnected: bool,
    pub(super) selected: Option<Selected>,
    /// When the connection ends, once a command has decided that.
    pub(super) closing: Option<Moment>,
    /// Whether the login is to be refused, for there are too many connections.
    pub(super) turned_away: bool,
}

/// Serves one connection to its end.
pub(super) async fn serve(shared: Arc<Shared>, socket: TcpStream, wrapping: Wrapping) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let connection = Arc::clone(&shared.connections);
    // One count belongs to the server itself.
    let open = Arc::strong_count(&connection) - 1;
    let crowded = shared.options.max_connections.is_some_and(|most| open > most);
    let mut stream = Stream::plain(socket);
    if wrapping == Wrapping::Tls {
        stream = stream.encrypt(&shared.acceptor).await?;
    }
    if crowded && shared.options.refusal == Refusal::Bye {
        drop(connection);
        return stream.write(b"* BYE [UNAVAILABLE] Too many connections\r\n").await;
    }
    let session = Session {
        _connection: connection,
        seat: None,
        shared,
        stream,
        out: Vec::new(),
        user: None,
        token: None,
        unconnected: false,
        selected: None,
        closing: None,
        turned_away: crowded,
    };
    session.run().await
}

impl Session {
    async fn run(mut self) -> io::Result<()> {
        self.untagged(&format!("OK {}{}", self.told_capabilities(), self.shared.options.greeting));
        self.flush().await?;
        while let Some((line, faults)) = self.read_command().await? {
            let Some(command) = Command::parse(&line) else {
                self.stream.write(b"* BAD Malformed command\r\n").await?;
                continue;
            };
            lock(&self.shared.commands).insert(command.name.clone());
            if bearer::is_over(&self) {
                return self.expire().await;
            }
            let starts_tls = command.name == "STARTTLS" && !self.stream.is_encrypted();
            let status =
                if starts_tls { "OK Begin TLS".to_owned() } else { self.answer(&command, faults).await? };
            if self.closing == Some(Moment::BeforeOk) {
                return self.flush().await;
            }
            self.out.extend_from_slice(format!("{} {status}\r\n", command.tag).as_bytes());
            self.flush().await?;
            if self.closing == Some(Moment::AfterOk) {
                return Ok(());
            }
            if starts_tls {
                self.stream = self.stream.encrypt(&self.shared.acceptor).await?;
            }
        }
        Ok(())
    }

    /// Does a command; what other connections did in the meantime is told with it ([RFC 3501 §5.2]).
    ///
    /// [RFC 3501 §5.2]: https://www.rfc-editor.org/rfc/rfc3501#section-5.2
    async fn answer(&mut self, command: &Command, faults: Vec<Fault>) -> io::Result<String> {
        let Some(user) = self.user.clone() else { return self.answer_stranger(command).await };
        if let Some(refusal) = self.refusal(&user, &command.name) {
            return Ok(refusal);
        }
        if command.name.ends_with("FETCH") {
            return fetch::fetch(self, &user, command).await;
        }
        let status = if command.name == "APPEND" {
            tokio::time::sleep(append::time(self, command)).await;
            append::append(self, &user, command, faults)
        } else {
            let any_state = self.answer_always(command);
            any_state
                .or_else(|| folders::answer(self, &user, command))
                .or_else(|| selected::answer(self, &user, command))
                .unwrap_or_else(|| "BAD Unknown command".to_owned())
        };
        if self.tells_news_after(&command.name) {
            selected::announce(self, &user);
        }
        Ok(status)
    }

    /// The answer to a command that is not looked at.
    fn refusal(&self, user: &str, command: &str) -> Option<String> {
        if self.unconnected && command != "LOGOUT" {
            return Some("BAD User is authenticated but not connected.".to_owned());
        }
        let refusal = (self.shared.options.command_refusal)(command).map(str::to_owned);
        refusal.or_else(|| self.shared.throttled.refusal(user))
    }

    /// Ends a session whose token has come to its end.
    async fn expire(&mut self) -> io::Result<()> {
        self.untagged(bearer::EXPIRED);
        self.flush().await
    }

    /// Numbers must not shift under a command that uses them.
    fn tells_news_after(&self, command: &str) -> bool {
        match command {
            "NOOP" => true,
            "STORE" | "SEARCH" => false,
            _ => !self.shared.options.tells_by_noop,
        }
    }

    async fn answer_stranger(&mut self, command: &Command) -> io::Result<String> {
        match self.answer_always(command) {
            Some(status) => Ok(status),
            None => login::answer(self, command).await,
        }
    }

    /// The commands that are valid in any state ([RFC 3501 §6.1], [RFC 2971]).
    ///
    /// [RFC 3501 §6.1]: https://www.rfc-editor.org/rfc/rfc3501#section-6.1
    /// [RFC 2971]: https://www.rfc-editor.org/rfc/rfc2971
    fn answer_always(&mut self, command: &Command) -> Option<String> {
        match command.name.as_str() {
            "CAPABILITY" => self.untagged(&format!("CAPABILITY {}", self.capabilities())),
            "NOOP" | "CHECK" => {}
            "ID" if self.shared.options.has("ID") => self.untagged("ID (\"name\" \"sample\")"),
            "LOGOUT" => {
                self.untagged("BYE Logging out");
                self.closing = Some(Moment::AfterOk);
            }
            _ => return None,
        }
        Some("OK Done".to_owned())
    }

    /// What is announced at this point of the connection.
    pub(super) fn capabilities(&self) -> String {
        let list = self.shared.options.capabilities.join(" ");
        if self.stream.is_encrypted() { list } else { format!("{list} STARTTLS") }
    }

    /// The response code that tells it without having been asked, if this is such a server.
    pub(super) fn told_capabilities(&self) -> String {
        if self.shared.options.tells_capabilities {
            format!("[CAPABILITY {}] ", self.capabilities())
        } else {
            String::new()
        }
    }

    /// Adds an untagged response.
    pub(super) fn untagged(&mut self, response: &str) {
        self.out.extend_from_slice(format!("* {response}\r\n").as_bytes());
    }

    /// Sends what is gathered.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.stream.write(&self.out).await?;
        self.out.clear();
        Ok(())
    }

    /// Sends what is gathered where that is a lot.
    pub(super) async fn flush_if_large(&mut self) -> io::Result<()> {
        if self.out.len() < FLUSH_AT { Ok(()) } else { self.flush().await }
    }

    /// Reads a command with its literals, and takes the faults that its messages set off.
    async fn read_command(&mut self) -> io::Result<Option<(Vec<u8>, Vec<Fault>)>> {
        let (mut command, mut faults) = (Vec::new(), Vec::new());
        loop {
            let mut line = Vec::new();
            if !self.stream.read_line(&mut line).await? {
                return Ok(None);
            }
            command.extend_from_slice(&line);
            let Some(literal) = Literal::announced(&line) else { return Ok(Some((command, faults))) };
            if is_append(&command) && self.refuse(&command, &line, literal).await? {
                command.clear();
                faults.clear();
                continue;
            }
            self.invite(literal).await?;
            let fault = if is_append(&command) { self.shared.faults.next() } else { None };
            if matches!(fault, Some(Fault::CloseInLiteral { .. })) {
                self.stream.read_exact(literal.size / 2, &mut command).await?;
                return Ok(None);
            }
            let half = if is_append(&command) { literal.size / 2 } else { 0 };
            self.stream.read_exact(half, &mut command).await?;
            let is_over = matches!(fault, Some(Fault::ExpireInLiteral { .. }));
            if is_over || (half > 0 && bearer::is_over(self)) {
                self.expire().await?;
                return Ok(None);
            }
            faults.extend(fault);
            self.stream.read_exact(literal.size - half, &mut command).await?;
        }
    }

    /// Refuses a message before it has come, where it is such a one. What the client sends all the same is skipped, or left to be
    /// read as commands.
    async fn refuse(&mut self, command: &[u8], line: &[u8], literal: Literal) -> io::Result<bool> {
        let shown = String::from_utf8_lossy(line);
        let Some(answer) = (self.shared.options.announcement_refusal)(&shown, literal.size) else {
            return Ok(false);
        };
        let tag = command.split(|byte| *byte == b' ').next().unwrap_or_default();
        self.stream.write(&[tag, b" ", answer.as_bytes(), b"\r\n"].concat()).await?;
        let mut sent = Some(literal).filter(|literal| !literal.waits && self.shared.options.skips_refused);
        while let Some(literal) = sent.take() {
            let mut rest = Vec::new();
            self.stream.read_exact(literal.size, &mut rest).await?;
            rest.clear();
            self.stream.read_line(&mut rest).await?;
            sent = Literal::announced(&rest).filter(|literal| !literal.waits);
        }
        Ok(true)
    }

    async fn invite(&mut self, literal: Literal) -> io::Result<()> {
        if literal.waits {
            return self.stream.write(b"+ Go ahead\r\n").await;
        }
        if !self.shared.options.has("LITERAL+") {
            self.stream.write(b"* BYE Literal without leave\r\n").await?;
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(())
    }
}

fn is_append(command: &[u8]) -> bool {
    command.split(|byte| *byte == b' ').nth(1).is_some_and(|word| word.eq_ignore_ascii_case(b"APPEND"))
}
