//! Matches the server's answers to appended messages. Pure: it sends and reads nothing.

use std::collections::VecDeque;
use tokio::time::Instant;

use tracing::debug;

use crate::append_uid::{self, AppendUid};
use crate::connection::completion;
use crate::error::{Refusal, Status};
use crate::mailbox_name::MailboxName;
use crate::response::{Response, StatusText};

/// Names one appended message until its outcome is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(crate) u64);

/// What became of an appended message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which message.
    pub ticket: Ticket,
    /// Where it is, if the server says so (RFC 4315); or why it was refused. After a BYE it may be stored all the
    /// same.
    pub result: Result<Option<AppendUid>, Refusal>,
    /// How many messages shared the command, and so the outcome (RFC 3502). One that stands alone says 1.
    pub batch: usize,
}

/// One APPEND command.
#[derive(Debug)]
pub(crate) struct Append {
    pub(crate) tag: String,
    pub(crate) mailbox: MailboxName,
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) bytes: u64,
    /// Whether other messages may join.
    pub(crate) shared: bool,
    /// When it was begun.
    pub(crate) since: Instant,
}

/// The commands under way.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    /// The command that is being written; more messages may join it.
    pub(crate) open: Option<Append>,
    /// Commands that were written, and not answered.
    pending: VecDeque<Append>,
    outcomes: VecDeque<Outcome>,
    /// Whether `+` came.
    pub(crate) continued: bool,
    /// Whether the server said that it will hang up, or lost track of what we write.
    pub(crate) doomed: bool,
}

impl UnderWay {
    /// Messages without an outcome, oldest first.
    pub(crate) fn unanswered(&self) -> impl Iterator<Item = Ticket> {
        self.pending.iter().chain(&self.open).flat_map(|append| append.tickets.iter().copied())
    }

    /// How many messages have no outcome, and how many bytes they are.
    pub(crate) fn load(&self) -> (usize, u64) {
        let under_way = self.pending.iter().chain(&self.open);
        under_way.fold((0, 0), |(count, bytes), append| (count + append.tickets.len(), bytes + append.bytes))
    }

    /// Whether commands wait for their answers.
    pub(crate) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Whether the server has answered the open command while it is being written.
    pub(crate) fn is_open_answered(&self) -> bool {
        self.open.as_ref().is_none_or(|open| open.tickets.is_empty())
    }

    /// Nothing more joins the open command: it waits for its answer, if that has not come already.
    pub(crate) fn close(&mut self) -> bool {
        let open = self.open.take();
        let was_open = open.is_some();
        self.pending.extend(open.filter(|append| !append.tickets.is_empty()));
        was_open
    }

    /// The next outcome that is known.
    pub(crate) fn next_outcome(&mut self) -> Option<Outcome> {
        self.outcomes.pop_front()
    }

    /// The outcome of this message, out of turn.
    pub(crate) fn take_outcome(&mut self, ticket: Ticket) -> Option<Outcome> {
        let at = self.outcomes.iter().position(|outcome| outcome.ticket == ticket)?;
        self.outcomes.remove(at)
    }

    /// Takes note of a response.
    pub(crate) fn note(&mut self, response: &Response<'_>, alert: Option<&str>) {
        match response {
            Response::Continue(_) => self.continued = true,
            Response::Done { tag, text } => self.complete(tag, *text, alert),
            Response::Status(text) if matches!(text.status, Status::Bad | Status::Bye) => self.blame(*text),
            _ => {}
        }
    }

    fn complete(&mut self, tag: &[u8], text: StatusText<'_>, alert: Option<&str>) {
        let at = self.pending.iter().position(|append| append.tag.as_bytes() == tag);
        let open = self.open.as_mut().filter(|append| append.tag.as_bytes() == tag);
        let answered = match (at, open) {
            (Some(at), _) => self.pending.remove(at).map(|append| (append.mailbox, append.tickets)),
            (None, Some(open)) => Some((open.mailbox.clone(), std::mem::take(&mut open.tickets))),
            (None, None) => None,
        };
        match answered {
            Some((mailbox, tickets)) => self.settle(&mailbox, &tickets, text, alert),
            None => debug!(tag = %tag.escape_ascii(), "Skipped a completion that nobody waits for"),
        }
    }

    /// An untagged BAD or BYE speaks of the command that the server is at: the oldest. Exchange answers a literal
    /// that is too large with an untagged BAD and nothing else.
    fn blame(&mut self, text: StatusText<'_>) {
        let (mailbox, tickets) = match (self.pending.pop_front(), &mut self.open) {
            (Some(append), _) => (append.mailbox, append.tickets),
            (None, Some(open)) => (open.mailbox.clone(), std::mem::take(&mut open.tickets)),
            (None, None) => return,
        };
        self.doomed = true;
        self.settle(&mailbox, &tickets, text, None);
    }

    fn settle(
        &mut self,
        mailbox: &MailboxName,
        tickets: &[Ticket],
        text: StatusText<'_>,
        alert: Option<&str>,
    ) {
        let batch = tickets.len();
        let context = format!("cannot append to folder `{mailbox}`");
        let answer = completion(&context, text, alert);
        let places = answer.as_ref().ok().and_then(|code| append_uid::parse(code.as_deref()?, batch));
        for (index, &ticket) in tickets.iter().enumerate() {
            let place = places.as_ref().and_then(|places| places.get(index).copied());
            let result = answer.clone().map(|_| place);
            self.outcomes.push_back(Outcome { ticket, result, batch });
        }
    }
}
