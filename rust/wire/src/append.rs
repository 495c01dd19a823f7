//! Appends messages as streams: many under way, each with its own outcome (RFC 3501 §6.3.11, RFC 3502, RFC 7888).

use std::io;
use std::time::Duration;

use tokio::time::Instant;

use crate::command::Command;
use crate::connection::Connection;
use crate::error::Result;
use crate::flags::Flags;
use crate::frame::{Frame, Framer, Stop};
use crate::internal_date::InternalDate;
use crate::mailbox_name::MailboxName;
use crate::under_way::{Append, Outcome, Ticket, UnderWay};

/// What waits in memory before it is sent, while the server has other commands to do.
const GATHER: usize = 64 * 1024;

/// How long messages may join a command: a connection that is lost takes back what is in an unfinished one.
const LONGEST_BATCH: Duration = Duration::from_secs(2);

/// How long a system keeps back an acknowledgement, if nothing else is to be sent (RFC 1122 §4.2.3.2): 40 ms and more. A
/// server that does not turn Nagle's algorithm off (RFC 896) says nothing new until then.
const DELAYED_ACKNOWLEDGEMENT: Duration = Duration::from_millis(40);

const CONTEXT: &str = "cannot append messages";

/// How much is under way at once, and how much shares a command.
#[derive(Debug, Clone, Copy)]
pub struct AppendOptions {
    /// Messages without an outcome.
    pub messages_in_flight: usize,
    /// Bytes of messages without an outcome. One message of any size always may.
    pub bytes_in_flight: u64,
    /// Messages in one command, where the server has MULTIAPPEND and non-synchronizing literals. All of them are
    /// stored, or none.
    pub messages_per_batch: usize,
    /// Bytes in one command of several messages.
    pub bytes_per_batch: u64,
}

impl Default for AppendOptions {
    fn default() -> Self {
        Self {
            messages_in_flight: 2048,
            bytes_in_flight: 32 * 1024 * 1024,
            messages_per_batch: 512,
            bytes_per_batch: 8 * 1024 * 1024,
        }
    }
}

/// Whether a message's body may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Begun {
    /// Write it.
    Accepted(Ticket),
    /// The server refused it before the body; do not write it.
    Refused(Outcome),
}

/// Appends messages over one connection: [`Self::begin`], [`Self::write`], [`Self::finish`], and outcomes when they
/// come.
///
/// Dropped while anything is under way, after an error, or after a cancelled call, it takes the connection with it.
/// A message whose body ends short is never stored: the server waits for the rest until the connection is gone.
pub struct Appender<'c> {
    connection: &'c mut Connection,
    options: AppendOptions,
    under_way: UnderWay,
    last_ticket: u64,
    /// How much of the message's body is still to be written; `None` between messages.
    left: Option<u64>,
    /// Set while a step is under way, and left set by one that fails or is cancelled.
    broken: bool,
}

impl Connection {
    /// Starts appending.
    pub fn appender(&mut self, mut options: AppendOptions) -> Result<Appender<'_>> {
        self.begin(CONTEXT)?;
        let limit = self.capabilities.message_limit().and_then(|limit| usize::try_from(limit).ok());
        options.messages_per_batch = options.messages_per_batch.min(limit.unwrap_or(usize::MAX));
        let under_way = UnderWay::default();
        Ok(Appender { connection: self, options, under_way, last_ticket: 0, left: None, broken: false })
    }
}

impl Appender<'_> {
    /// Announces a message of exactly `size` bytes. Waits while too much is under way, and for the server's `+`
    /// where literals are synchronizing. A date that is none is left to the server.
    pub async fn begin(
        &mut self,
        mailbox: &MailboxName,
        flags: &Flags,
        date: Option<&InternalDate>,
        size: u64,
    ) -> Result<Begun> {
        self.claim(self.left.is_none(), "a message was begun inside another")?;
        self.left = Some(size);
        self.make_room(size).await?;
        self.make_way_for_leave(size).await?;
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        let facts = match date.and_then(InternalDate::for_append) {
            Some(date) => format!("{flags} \"{date}\""),
            None => flags.to_string(),
        };
        let command = self.open_command(mailbox, &facts, size);
        let accepted = self.announce(command, ticket, size).await?;
        self.broken = false;
        Ok(if accepted { Begun::Accepted(ticket) } else { self.refused(ticket)? })
    }

    /// Writes a part of the body. The server's answers are read meanwhile.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<()> {
        let left = self.left.and_then(|left| left.checked_sub(chunk.len() as u64));
        self.claim(left.is_some(), "more was written than announced")?;
        self.left = left;
        let mut rest = self.connection.wire.queue_some(chunk);
        while !rest.is_empty() {
            self.exchange(&mut rest).await?;
        }
        self.broken = false;
        Ok(())
    }

    /// Ends the message. Its outcome comes later. Small messages may wait for more to go along with: where none
    /// is at hand, [`Self::flush`].
    pub async fn finish(&mut self) -> Result<()> {
        self.claim(self.left == Some(0), "a message ended short of its announced size")?;
        self.left = None;
        if !self.is_open_for_more() {
            self.close_command();
        }
        // A server with nothing to do gets the message now; a busy one gets more at a time.
        if self.connection.wire.backlog() >= GATHER || !self.under_way.has_pending() {
            self.connection.wire.nudge().await;
        }
        self.broken = false;
        Ok(())
    }

    /// The next outcome that is known. It also hands out, after an error, what came before it.
    pub fn next_outcome(&mut self) -> Option<Outcome> {
        self.under_way.next_outcome()
    }

    /// The messages without an outcome, oldest first. After an error nobody knows whether they are stored.
    pub fn unanswered(&self) -> impl Iterator<Item = Ticket> {
        self.under_way.unanswered()
    }

    /// Lets no more messages join the command that is open, and sends what waits.
    pub async fn flush(&mut self) -> Result<()> {
        self.claim(self.left.is_none(), "a flush came inside a message")?;
        self.close_command();
        while self.connection.wire.backlog() > 0 {
            self.exchange(&mut &[][..]).await?;
        }
        self.broken = false;
        Ok(())
    }

    /// Waits until every message has its outcome.
    pub async fn drain(&mut self) -> Result<()> {
        self.flush().await?;
        self.broken = true;
        self.await_outcomes().await?;
        self.broken = false;
        Ok(())
    }

    /// Gives the connection up in the middle of a message, which is then not stored.
    pub fn abandon(mut self) {
        self.broken = true;
    }

    /// Marks the appender as broken until the step is done: who is cancelled inside leaves it so.
    fn claim(&mut self, in_order: bool, complaint: &str) -> Result<()> {
        if self.broken {
            return Err(self.connection.unusable(CONTEXT));
        }
        self.broken = true;
        if in_order { Ok(()) } else { Err(model::Error::internal(complaint).into()) }
    }

    /// Waits until one more message may be under way.
    async fn make_room(&mut self, size: u64) -> Result<()> {
        loop {
            let (messages, bytes) = self.under_way.load();
            let fits = messages < self.options.messages_in_flight.max(1)
                && bytes.saturating_add(size) <= self.options.bytes_in_flight;
            if messages == 0 || fits {
                return Ok(());
            }
            self.close_command();
            self.exchange(&mut &[][..]).await?;
        }
    }

    /// Where the server says `+` to each message, it must not have answered another one just before: its `+` might wait for
    /// the acknowledgement of that answer. Where the round trip is longer than that takes, it does no harm.
    async fn make_way_for_leave(&mut self, size: u64) -> Result<()> {
        let is_near = self.connection.round_trip() < DELAYED_ACKNOWLEDGEMENT;
        if is_near && !self.connection.capabilities().literal().is_immediate(size) {
            self.close_command();
            self.await_outcomes().await?;
        }
        Ok(())
    }

    async fn await_outcomes(&mut self) -> Result<()> {
        while self.under_way.has_pending() {
            self.exchange(&mut &[][..]).await?;
        }
        Ok(())
    }

    /// Starts a command, or goes on with the open one where the message may join it (RFC 3502).
    fn open_command(&mut self, mailbox: &MailboxName, facts: &str, size: u64) -> Command {
        let joins = self.under_way.open.as_ref().is_some_and(|open| {
            open.mailbox == *mailbox && open.bytes.saturating_add(size) <= self.options.bytes_per_batch
        });
        if joins && self.is_open_for_more() && self.may_share(size) {
            self.connection.wire.queue(b" ");
            return self.connection.command(facts).literal(size);
        }
        self.close_command();
        let command = self.connection.command("APPEND").mailbox(mailbox).word(facts).literal(size);
        let tag = self.connection.queue_tag(&command.shown());
        let shared = self.may_share(size);
        self.under_way.open = Some(Append {
            tag,
            mailbox: mailbox.clone(),
            tickets: Vec::new(),
            bytes: 0,
            shared,
            since: Instant::now(),
        });
        command
    }

    /// Whether a message of this size may share its command. One without bytes may not: an empty literal takes
    /// the whole command back (RFC 3502 §3).
    fn may_share(&self, size: u64) -> bool {
        let capabilities = self.connection.capabilities();
        capabilities.multiappend() && capabilities.literal().is_immediate(size) && size > 0
    }

    /// Whether another message may join the open command.
    fn is_open_for_more(&self) -> bool {
        self.under_way.open.as_ref().is_some_and(|open| {
            let count = open.tickets.len();
            open.shared
                && (1..self.options.messages_per_batch).contains(&count)
                && open.bytes < self.options.bytes_per_batch
                && open.since.elapsed() < LONGEST_BATCH
        })
    }

    /// Ends the open command, if there is one.
    fn close_command(&mut self) {
        if self.under_way.close() {
            self.connection.wire.queue(b"\r\n");
        }
    }

    /// Queues a message's announcement, waiting where literals are synchronizing. Says whether the body may come:
    /// a server may refuse instead of saying `+`.
    async fn announce(&mut self, command: Command, ticket: Ticket, size: u64) -> Result<bool> {
        if let Some(open) = &mut self.under_way.open {
            open.tickets.push(ticket);
            open.bytes += size;
        }
        for (index, piece) in command.pieces().enumerate() {
            while index > 0 && !std::mem::take(&mut self.under_way.continued) {
                if self.under_way.is_open_answered() {
                    return Ok(false);
                }
                self.exchange(&mut &[][..]).await?;
            }
            // A `+` that came unasked must not count for what is announced now.
            self.under_way.continued = false;
            self.connection.wire.queue(piece);
        }
        Ok(true)
    }

    /// The command ended with its refusal: no line end is owed.
    fn refused(&mut self, ticket: Ticket) -> Result<Begun> {
        self.under_way.open = None;
        self.left = None;
        let missing = || model::Error::internal("a refused message has no outcome");
        Ok(Begun::Refused(self.under_way.take_outcome(ticket).ok_or_else(missing)?))
    }

    /// Sends and receives until something has moved, and takes what answers there are.
    async fn exchange(&mut self, more: &mut &[u8]) -> Result<()> {
        let moved = self.connection.wire.exchange(more).await;
        moved.map_err(|error| self.connection.failed(CONTEXT, &error))?;
        while let Some(end) = self.next_response()? {
            let (response, alert) = self.connection.take_response(end);
            self.under_way.note(&response, alert.as_deref());
        }
        if self.under_way.doomed {
            let aborted = io::Error::new(io::ErrorKind::ConnectionAborted, "the server gave up");
            return Err(self.connection.failed(CONTEXT, &aborted));
        }
        Ok(())
    }

    fn next_response(&self) -> Result<Option<usize>> {
        let frame = Framer::new(Stop::AtEnd).find(self.connection.wire.input.data());
        match frame.map_err(|error| self.connection.failed(CONTEXT, &error))? {
            Some(Frame::Whole(end) | Frame::Body { body: end, .. }) => Ok(Some(end)),
            None => Ok(None),
        }
    }
}

/// Gives the connection back, if nothing is under way.
impl Drop for Appender<'_> {
    fn drop(&mut self) {
        let under_way = self.left.is_some() || self.under_way.open.is_some() || self.under_way.has_pending();
        if !self.broken && !under_way && self.connection.wire.backlog() == 0 {
            self.connection.end();
        }
    }
}
