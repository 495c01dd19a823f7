//! A connection after login: sends commands, reads responses, and knows whether it may be used again.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::io;
use std::time::Duration;

use model::ErrorKind;
use tracing::{debug, trace};

use crate::alert::Alert;
use crate::budget::{Heard, TooMuch, excess};
use crate::capabilities::Capabilities;
use crate::command::Command;
use crate::commands::server::INTRODUCTION;
use crate::commands::store::MAX_SET_BYTES;
use crate::error::{Condition, Error, Refusal, Result, lossy, speaks_of_an_expired_token};
use crate::frame::{Frame, Framer, Stop};
use crate::mailbox_name::MailboxName;
use crate::response::{Response, StatusText};
use crate::round_trip::RoundTrip;
use crate::tags::Tags;
use crate::uid_set::UidSet;
use crate::wire::Wire;

/// An authenticated IMAP connection.
///
/// INVARIANT: it is usable only between commands. A command that ends in any other way than with its own tagged
/// response (an error on the wire, a time-out, a dropped future) leaves it unusable for good.
pub struct Connection {
    pub(crate) wire: Wire,
    pub(crate) capabilities: Capabilities,
    /// What the server greeted us with.
    pub(crate) greeting: String,
    /// The mailboxes that have taken a message over this connection.
    pub(crate) appended_to: BTreeSet<MailboxName>,
    /// `host:port`, for messages.
    address: String,
    tags: Tags,
    usable: bool,
    /// Whether the server does not know EXAMINE.
    pub(crate) selects_only: bool,
    /// Whether the server was told who we are.
    pub(crate) introduced: bool,
    /// What the server wants people to read, and nothing has failed for yet.
    alert: Alert,
    round_trip: RoundTrip,
}

impl Connection {
    pub(crate) fn new(wire: Wire, address: String, tags: Tags, round_trip: RoundTrip) -> Self {
        let (capabilities, greeting) = Default::default();
        Self {
            wire,
            capabilities,
            greeting,
            address,
            tags,
            appended_to: BTreeSet::new(),
            usable: true,
            selects_only: false,
            introduced: false,
            alert: Alert::default(),
            round_trip,
        }
    }

    /// What the server can do, as it said last.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// What the server greeted us with: some say what they are.
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// How far away the server is: the shortest time so far from sending a command to its tagged answer, or to the
    /// `+` that asks for more of it. Right after [`Self::open`] it is that of CAPABILITY and login.
    pub fn round_trip(&self) -> Duration {
        self.round_trip.shortest()
    }

    /// Whether another command may be sent.
    pub fn is_usable(&self) -> bool {
        self.usable
    }

    /// Sends LOGOUT and closes (RFC 3501 §6.1.3). A server that just hangs up is fine, too.
    pub async fn logout(mut self) -> Result<()> {
        let outcome = self.run_one("cannot log out", Command::new("LOGOUT"), |_| Heard::Other).await;
        // The server has said goodbye; how the socket closes changes nothing.
        let _closed = self.wire.shutdown().await;
        match outcome {
            Err(error) if error.kind() != ErrorKind::ConnectionLost => Err(error),
            _ => Ok(()),
        }
    }

    /// Gives the line up at once, whatever the server is saying; nothing can be done over it any more.
    pub fn hang_up(&mut self) {
        self.usable = false;
        self.wire.hang_up();
    }

    /// Divides a set of messages into what one command each may be about. A range without an end counts as one message:
    /// nobody knows how many are in it, and the server says where it stopped.
    pub(crate) fn parts_of(&self, uids: &UidSet) -> Vec<UidSet> {
        let limit = self.capabilities.message_limit().filter(|_| !uids.contains(u32::MAX));
        uids.clone().split_lines(limit.unwrap_or(u64::MAX), MAX_SET_BYTES)
    }

    /// Runs one command; `on_response` sees each untagged response, and says what it was to the command. Returns the
    /// tagged OK's response code.
    pub(crate) async fn run_one(
        &mut self,
        context: &str,
        command: Command,
        on_response: impl FnMut(&Response<'_>) -> Heard,
    ) -> Result<Option<String>> {
        self.run(context, &[command], on_response).await
    }

    /// Runs commands, all sent before the first answer is waited for. All completions are awaited; the first
    /// refusal is the result, else the last response code.
    pub(crate) async fn run(
        &mut self,
        context: &str,
        commands: &[Command],
        on_response: impl FnMut(&Response<'_>) -> Heard,
    ) -> Result<Option<String>> {
        let mut last = None;
        for answer in self.run_each(context, commands, on_response).await? {
            last = answer?;
        }
        Ok(last)
    }

    /// As [`Self::run`], with the answer to each command: its response code, or the refusal.
    pub(crate) async fn run_each(
        &mut self,
        context: &str,
        commands: &[Command],
        mut on_response: impl FnMut(&Response<'_>) -> Heard,
    ) -> Result<Vec<Result<Option<String>, Refusal>>> {
        self.begin(context)?;
        let mut open = Open { context, tags: HashMap::new(), answers: Vec::new(), left: 0 };
        let introduction = self.introduction();
        for command in introduction.iter().chain(commands) {
            self.send(command, &mut open, &mut on_response).await?;
        }
        while open.left > 0 {
            self.step(&mut open, &mut on_response).await?;
        }
        self.end();
        Ok(open.answers.into_iter().flatten().skip(introduction.iter().len()).collect())
    }

    /// ID, which goes out together with the first command wherever it is offered (RFC 2971): some servers open no mailbox to
    /// a client that has not said what it is (peers A28). What they answer changes nothing.
    fn introduction(&mut self) -> Option<Command> {
        let is_due = self.capabilities.id() && !std::mem::replace(&mut self.introduced, true);
        is_due.then(|| Command::new(INTRODUCTION))
    }

    /// Queues a command, waiting for `+` before each literal that needs it. A refusal instead ends the command.
    async fn send(
        &mut self,
        command: &Command,
        open: &mut Open<'_>,
        on_response: &mut impl FnMut(&Response<'_>) -> Heard,
    ) -> Result<()> {
        open.add(self.queue_tag(&command.shown()));
        if command.is_secret() {
            self.wire.wipe_when_sent();
        }
        for (index, piece) in command.pieces().enumerate() {
            while index > 0 && !self.step(open, on_response).await? {
                if open.is_last_answered() {
                    return Ok(());
                }
            }
            self.wire.queue(piece);
            self.round_trip.start();
        }
        self.wire.queue(b"\r\n");
        Ok(())
    }

    /// Reads one response; says whether it was `+`.
    async fn step(
        &mut self,
        open: &mut Open<'_>,
        on_response: &mut impl FnMut(&Response<'_>) -> Heard,
    ) -> Result<bool> {
        let end = self.read_response(open.context).await?;
        let response = Response::parse(self.wire.input.take(end));
        self.alert.note(&response);
        self.round_trip.note(&response);
        let heard = match response {
            Response::Continue(_) => return Ok(true),
            Response::Done { tag, text } => open.close(tag, text, self.alert.take().as_deref()),
            other => on_response(&other),
        };
        self.heed(open.context, heard)?;
        Ok(false)
    }

    /// Takes note of what a response was to the command under way.
    pub(crate) fn heed(&mut self, context: &str, heard: Heard) -> Result<()> {
        match heard {
            Heard::Own => self.wire.pace.get_on(),
            Heard::Other => {}
            Heard::TooMuch(excess) => return Err(self.overdone(context, excess)),
        }
        Ok(())
    }

    /// Claims the connection for a command. Whoever claims it and does not [`Self::end`] has poisoned it.
    pub(crate) fn begin(&mut self, context: &str) -> Result<()> {
        if !self.usable {
            return Err(self.unusable(context));
        }
        self.alert.forget();
        self.wire.pace.restart();
        self.usable = false;
        Ok(())
    }

    /// Gives the connection back after an orderly end.
    pub(crate) fn end(&mut self) {
        self.usable = true;
    }

    /// Queues a new tag and a space. The text is for the log.
    pub(crate) fn queue_tag(&mut self, shown: &str) -> String {
        let tag = self.tags.next();
        trace!(server = self.address, tag, command = shown, "Sending");
        self.wire.queue(tag.as_bytes());
        self.wire.queue(b" ");
        tag
    }

    /// Waits for a whole response and returns its length.
    pub(crate) async fn read_response(&mut self, context: &str) -> Result<usize> {
        match self.read_frame(context, Framer::new(Stop::AtEnd)).await? {
            Frame::Whole(end) | Frame::Body { body: end, .. } => Ok(end),
        }
    }

    /// Waits for what the framer looks for.
    pub(crate) async fn read_frame(&mut self, context: &str, mut framer: Framer) -> Result<Frame> {
        loop {
            match framer.find(self.wire.input.data()) {
                Ok(Some(frame)) => return Ok(frame),
                Ok(None) => self.receive(context).await?,
                Err(excess) => return Err(self.overdone(context, excess)),
            }
        }
    }

    /// Waits for more bytes, sending what is queued. Nothing comes after a goodbye, though some servers say it again and
    /// again and do not close (RFC 3501 §7.1.5).
    pub(crate) async fn receive(&mut self, context: &str) -> Result<()> {
        if self.alert.is_farewell() {
            return Err(self.failed(context, &io::ErrorKind::UnexpectedEof.into()));
        }
        self.wire.receive().await.map_err(|error| self.failed(context, &error))
    }

    /// Looks at a whole response of this length and takes it, with the alert that came before a completion.
    pub(crate) fn take_response(&mut self, end: usize) -> (Response<'_>, Option<String>) {
        let response = Response::parse(self.wire.input.take(end));
        self.alert.note(&response);
        let alert = if matches!(response, Response::Done { .. }) { self.alert.take() } else { None };
        (response, alert)
    }

    /// What is asked of a connection that was left in the middle of something.
    pub(crate) fn unusable(&self, context: &str) -> Error {
        let message = format!("{context}: the connection to `{}` can no longer be used", self.address);
        self.with_alert(model::Error::new(ErrorKind::ConnectionLost, message))
    }

    /// Turns a failure on the wire into an error that says what was tried and what the server said last.
    pub(crate) fn failed(&self, context: &str, error: &io::Error) -> Error {
        if let Some(excess) = excess(error) {
            return self.overdone(context, excess);
        }
        let address = &self.address;
        let (kind, reason) = match error.kind() {
            io::ErrorKind::TimedOut => (ErrorKind::TimedOut, format!("`{address}` does not answer")),
            io::ErrorKind::InvalidData => (ErrorKind::ProtocolViolation, format!("`{address}`: {error}")),
            io::ErrorKind::UnexpectedEof => {
                (ErrorKind::ConnectionLost, format!("`{address}` closed the connection"))
            }
            _ => (ErrorKind::ConnectionLost, format!("the connection to `{address}` broke: {error}")),
        };
        self.with_alert(model::Error::new(kind, format!("{context}: {reason}")))
    }

    /// An error about a server that went over a bound.
    pub(crate) fn overdone(&self, context: &str, excess: TooMuch) -> Error {
        let message = format!("{context}: `{}` {excess}", self.address);
        self.with_alert(model::Error::new(excess.kind(), message))
    }

    /// An error about what the server sent, which leaves the connection as it is.
    pub(crate) fn violation(&self, message: String) -> Error {
        self.with_alert(model::Error::new(ErrorKind::ProtocolViolation, message))
    }

    fn with_alert(&self, mut error: model::Error) -> Error {
        error.server = self.alert.last().map(str::to_owned);
        if error.kind == ErrorKind::ConnectionLost
            && error.server.as_deref().is_some_and(speaks_of_an_expired_token)
        {
            error.kind = ErrorKind::OauthTokenExpired;
        }
        error.into()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("address", &self.address)
            .field("usable", &self.usable)
            .finish_non_exhaustive()
    }
}

/// Commands whose completions are awaited.
struct Open<'c> {
    context: &'c str,
    /// Which command each tag belongs to.
    tags: HashMap<String, usize>,
    /// The answer to each, in the order of the commands.
    answers: Vec<Option<Result<Option<String>, Refusal>>>,
    /// How many have no answer.
    left: usize,
}

impl Open<'_> {
    fn add(&mut self, tag: String) {
        self.tags.insert(tag, self.answers.len());
        self.answers.push(None);
        self.left += 1;
    }

    fn is_last_answered(&self) -> bool {
        self.answers.last().is_some_and(Option::is_some)
    }

    fn close(&mut self, tag: &[u8], text: StatusText<'_>, alert: Option<&str>) -> Heard {
        let at = std::str::from_utf8(tag).ok().and_then(|tag| self.tags.get(tag));
        match at.and_then(|at| self.answers.get_mut(*at)) {
            Some(answer @ None) => {
                *answer = Some(completion(self.context, text, alert));
                self.left -= 1;
                Heard::Own
            }
            _ => {
                debug!(tag = %tag.escape_ascii(), "Skipped a completion that nobody waits for");
                Heard::Other
            }
        }
    }
}

/// The outcome that a tagged response tells: its response code, or the refusal. An OK that says that only a part was
/// done is none (RFC 9738 §3.1).
pub(crate) fn completion(
    context: &str,
    text: StatusText<'_>,
    alert: Option<&str>,
) -> Result<Option<String>, Refusal> {
    match text.condition {
        Condition::Ok if text.code_value("MESSAGELIMIT").is_none() => Ok(text.code.map(lossy)),
        _ => Err(Refusal::new(context, text, alert)),
    }
}
