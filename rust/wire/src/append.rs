//! Appends messages as streams: many under way, each with its own outcome (RFC 3501 §6.3.11, RFC 3502, RFC 7888).

mod announce;
mod options;

use std::io;
use std::time::Duration;

use model::ErrorKind;

pub use options::AppendOptions;

use crate::capabilities::LiteralMode;
use crate::command_lines::CommandLines;
use crate::connection::Connection;
use crate::error::{Error, Result};
use crate::flags::Flags;
use crate::frame::{Frame, Framer, Stop};
use crate::internal_date::InternalDate;
use crate::literals::{Form, Place};
use crate::mailbox_name::MailboxName;
use crate::under_way::{Append, CONTEXT, End, Outcome, Ticket, UnderWay};

/// What waits in memory before it is sent, while the server has other commands to do.
const GATHER: usize = 64 * 1024;

/// How long messages may join a command: a connection that is lost takes back what is in an unfinished one.
const LONGEST_BATCH: Duration = Duration::from_secs(2);

/// How long a system keeps back an acknowledgement, if nothing else is to be sent (RFC 1122 §4.2.3.2): 40 ms and more. A
/// server that does not turn Nagle's algorithm off (RFC 896) says nothing new until then.
const DELAYED_ACKNOWLEDGEMENT: Duration = Duration::from_millis(40);

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
    /// How literals may go, once their form is known.
    mode: LiteralMode,
    multiappend: bool,
    /// Whether the message at hand waits for its `+`, whatever is known.
    asks: bool,
    under_way: UnderWay,
    last_ticket: u64,
    /// Whether the body of the message at hand is on its way without being asked for, so that
    flies: bool,
    /// lines of it that would be commands wait.
    commands: CommandLines,
    /// How much of the message's body is still to be written; `None` between messages.
    left: Option<u64>,
    /// How far the next answer has been looked at.
    framer: Framer,
    /// Set while a step is under way, and left set by one that fails or is cancelled.
    broken: bool,
}

impl Connection {
    /// Starts appending.
    pub fn appender(&mut self, mut options: AppendOptions) -> Result<Appender<'_>> {
        self.begin(CONTEXT)?;
        let limit = self.capabilities.message_limit().and_then(|limit| usize::try_from(limit).ok());
        options.messages_per_batch = options.messages_per_batch.min(limit.unwrap_or(usize::MAX));
        let must_ask = options.literals.must_ask();
        let mode = if must_ask { LiteralMode::Synchronizing } else { self.capabilities.literal() };
        let (multiappend, under_way) = (self.capabilities.multiappend(), UnderWay::default());
        let (last_ticket, asks, flies, left, broken) = (0, false, false, None, false);
        let framer = Framer::new(Stop::AtEnd);
        Ok(Appender {
            connection: self,
            options,
            mode,
            multiappend,
            asks,
            under_way,
            last_ticket,
            flies,
            commands: CommandLines::default(),
            left,
            framer,
            broken,
        })
    }
}

impl Appender<'_> {
    /// The next message waits for the server's `+`, alone in its command: what the server says of it is about it.
    pub fn ask(&mut self) {
        self.asks = true;
    }

    /// Waits until a message of exactly `size` bytes may be announced. [`Self::begin`] does so, too: who calls this before
    /// learns what was refused meanwhile, and may announce another message, or none.
    pub async fn make_way(&mut self, mailbox: &MailboxName, size: u64) -> Result<()> {
        self.claim(self.left.is_none(), "a message was announced inside another")?;
        self.make_room(mailbox, size).await?;
        self.make_way_for_leave(size).await?;
        self.broken = false;
        Ok(())
    }

    /// Announces a message of exactly `size` bytes. Waits while too much is under way, and for the server's `+`
    /// where literals are synchronizing. A date that is none is left to the server.
    pub async fn begin(
        &mut self,
        mailbox: &MailboxName,
        flags: &Flags,
        date: Option<&InternalDate>,
        size: u64,
    ) -> Result<Begun> {
        self.make_way(mailbox, size).await?;
        (self.left, self.broken) = (Some(size), true);
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        let place = self.open_command(mailbox, size);
        let date = date.filter(|date| date.to_epoch_seconds().is_some());
        let form = Form { place, flags, date, size };
        let accepted = self.announce(mailbox, &form, ticket).await?;
        (self.asks, self.broken) = (false, false);
        Ok(if accepted { Begun::Accepted(ticket) } else { self.refused(ticket)? })
    }

    /// Writes a part of the body. The server's answers are read meanwhile.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<()> {
        let left = self.left.and_then(|left| left.checked_sub(chunk.len() as u64));
        self.claim(left.is_some(), "more was written than announced")?;
        self.left = left;
        let command = if self.flies { self.commands.pass(chunk, left == Some(0)) } else { None };
        let (before, chunk) = chunk.split_at_checked(command.unwrap_or(0)).unwrap_or((chunk, &[]));
        if command.is_some() {
            self.hold_commands(before).await?;
        }
        self.send(chunk).await?;
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

    /// Those of them whose commands were ended: a server that has read them may store them still.
    pub fn ended(&self) -> impl Iterator<Item = Ticket> {
        self.under_way.ended()
    }

    /// Lets no more messages join the command that is open, and sends what waits.
    pub async fn flush(&mut self) -> Result<()> {
        self.claim(self.left.is_none(), "a flush came inside a message")?;
        self.close_command();
        self.send_backlog().await?;
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

    /// Whether the server may have lost track of what was written: nobody knows whether what is unanswered is stored, and who
    /// sends it again had better [`Self::ask`].
    pub fn lost_track(&self) -> bool {
        self.under_way.is_confused()
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
    async fn make_room(&mut self, mailbox: &MailboxName, size: u64) -> Result<()> {
        loop {
            let (messages, bytes) = self.under_way.load();
            let fits = messages < self.options.messages_in_flight.max(1)
                && bytes.saturating_add(size) <= self.options.bytes_in_flight;
            if messages == 0 || fits && self.is_its_turn(mailbox, size) {
                return Ok(());
            }
            self.close_command();
            self.exchange(&mut &[][..]).await?;
        }
    }

    /// Whether no command of several messages would be under way beside the one of this message.
    fn is_its_turn(&self, mailbox: &MailboxName, size: u64) -> bool {
        !self.options.in_turn || self.joins(mailbox, size) || !self.under_way.is_shared()
    }

    /// Where the server says `+` to each message, it must not have answered another one just before: its `+` might wait for
    /// the acknowledgement of that answer. Where the round trip is longer than that takes, it does no harm.
    async fn make_way_for_leave(&mut self, size: u64) -> Result<()> {
        let is_near = self.connection.round_trip() < DELAYED_ACKNOWLEDGEMENT;
        if is_near && !self.may_fly(size) {
            self.close_command();
            self.await_outcomes().await?;
        }
        Ok(())
    }

    async fn send(&mut self, chunk: &[u8]) -> Result<()> {
        let mut rest = self.connection.wire.queue_some(chunk);
        while !rest.is_empty() {
            self.exchange(&mut rest).await?;
        }
        Ok(())
    }

    async fn send_backlog(&mut self) -> Result<()> {
        while self.connection.wire.backlog() > 0 {
            self.exchange(&mut &[][..]).await?;
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
    fn open_command(&mut self, mailbox: &MailboxName, size: u64) -> Place {
        if self.joins(mailbox, size) {
            return Place::Joined;
        }
        self.close_command();
        let shared = self.may_share(size);
        let tag = self.connection.queue_tag(&format!("APPEND {mailbox}"));
        self.under_way.open = Some(Append::new(tag, mailbox.clone(), shared));
        Place::First
    }

    /// Whether a message joins the open command.
    fn joins(&self, mailbox: &MailboxName, size: u64) -> bool {
        let fits = self.under_way.open.as_ref().is_some_and(|open| {
            open.mailbox == *mailbox && open.bytes.saturating_add(size) <= self.options.bytes_per_batch
        });
        fits && self.is_open_for_more() && self.may_share(size)
    }

    /// Whether a message of this size may share its command. One without bytes may not: an empty literal takes
    /// the whole command back (RFC 3502 §3).
    fn may_share(&self, size: u64) -> bool {
        self.multiappend && self.may_fly(size) && size > 0
    }

    /// Whether a literal of this size need not be asked for, once its form is known.
    fn may_fly(&self, size: u64) -> bool {
        !self.asks && self.mode.is_immediate(size)
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

    /// The command ended with its refusal: no line end is owed.
    fn refused(&mut self, ticket: Ticket) -> Result<Begun> {
        (self.under_way.open, self.left) = (None, None);
        let missing = || model::Error::internal("a refused message has no outcome");
        Ok(Begun::Refused(self.under_way.take_outcome(ticket).ok_or_else(missing)?))
    }

    /// Sends and receives until something has moved, and takes what answers there are.
    async fn exchange(&mut self, more: &mut &[u8]) -> Result<()> {
        let moved = self.connection.wire.exchange(more).await;
        moved.map_err(|error| self.connection.failed(CONTEXT, &error))?;
        while !self.under_way.is_confused()
            && let Some(end) = self.next_response()?
        {
            let (response, alert) = self.connection.take_response(end);
            let known = self.under_way.known();
            self.under_way.note(&response, alert.as_deref());
            if self.under_way.known() > known {
                self.connection.wire.pace.get_on();
            }
        }
        if std::mem::take(&mut self.under_way.landed) {
            self.options.literals.landed();
        }
        self.go_on()
    }

    /// An error where nothing more can be sent.
    fn go_on(&self) -> Result<()> {
        self.under_way.end.as_ref().map_or(Ok(()), |end| Err(self.over(end)))
    }

    /// Why nothing more can be sent.
    fn over(&self, end: &End) -> Error {
        let words = match end {
            End::GaveUp => {
                return self.broke(io::ErrorKind::ConnectionAborted, "the server gave up");
            }
            End::Doubt(refusal) if refusal.kind() != ErrorKind::ServerRefused => {
                return refusal.to_error().into();
            }
            End::Doubt(refusal) => &refusal.line,
            End::LostTrack(words) => *words,
        };
        if self.under_way.has_flown() {
            self.options.literals.lost_track(matches!(end, End::LostTrack(_)));
        }
        self.broke(
            io::ErrorKind::InvalidData,
            &format!("the server lost track of what is sent to it: {words}"),
        )
    }

    fn broke(&self, kind: io::ErrorKind, words: &str) -> Error {
        self.connection.failed(CONTEXT, &io::Error::new(kind, words))
    }

    fn next_response(&mut self) -> Result<Option<usize>> {
        let frame = self.framer.find(self.connection.wire.input.data());
        match frame.map_err(|excess| self.connection.overdone(CONTEXT, excess))? {
            Some(Frame::Whole(end) | Frame::Body { body: end, .. }) => {
                self.framer = Framer::new(Stop::AtEnd);
                Ok(Some(end))
            }
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
