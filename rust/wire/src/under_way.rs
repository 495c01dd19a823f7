//! Matches the server's answers to appended messages. Pure: it sends and reads nothing.

use std::collections::VecDeque;
use tokio::time::Instant;
use tracing::debug;

use crate::append_uid::{self, AppendUid};
use crate::connection::completion;
use crate::error::{Condition, Refusal};
use crate::mailbox_name::MailboxName;
use crate::response::{Response, StatusText};

/// What is tried, as errors begin.
pub(crate) const CONTEXT: &str = "cannot append messages";

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
    /// Whether a body in it went without being asked for: what the server does not take of it, it may read as commands.
    flown: bool,
}

impl Append {
    /// One without messages.
    pub(crate) fn new(tag: String, mailbox: MailboxName, shared: bool) -> Self {
        Self { tag, mailbox, tickets: Vec::new(), bytes: 0, shared, since: Instant::now(), flown: false }
    }

    /// Adds a message, which is asked for or not.
    pub(crate) fn add(&mut self, ticket: Ticket, size: u64, flown: bool) {
        self.tickets.push(ticket);
        self.bytes += size;
        self.flown |= flown;
    }
}

/// Why nothing more can be sent.
#[derive(Debug)]
pub(crate) enum End {
    /// The server said that it will hang up.
    GaveUp,
    /// It no longer knows which bytes are a message and which are commands: what it answered.
    LostTrack(&'static str),
    /// So it may be, unless this is about a message.
    Doubt(Box<Refusal>),
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
    /// Whether the body of the message at hand is held back.
    held: bool,
    /// Whether a command has ended well of which a body went without being asked for.
    pub(crate) landed: bool,
    /// Why nothing more can be sent.
    pub(crate) end: Option<End>,
}

impl UnderWay {
    /// Messages without an outcome, oldest first.
    pub(crate) fn unanswered(&self) -> impl Iterator<Item = Ticket> {
        self.pending.iter().chain(&self.open).flat_map(|append| append.tickets.iter().copied())
    }

    /// Those of them whose commands were ended: a server that has them may store them still, whatever becomes of the connection.
    pub(crate) fn ended(&self) -> impl Iterator<Item = Ticket> {
        self.pending.iter().flat_map(|append| append.tickets.iter().copied())
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

    /// Whether a body under way went without being asked for.
    pub(crate) fn has_flown(&self) -> bool {
        self.pending.iter().chain(&self.open).any(|append| append.flown)
    }

    /// Whether what the server says from here on may be about anything.
    pub(crate) fn is_confused(&self) -> bool {
        matches!(self.end, Some(End::LostTrack(_) | End::Doubt(_)))
    }

    /// The body of the message at hand is held back, or no longer. Whoever has answered it by then may read the rest as
    /// commands.
    pub(crate) fn hold(&mut self, held: bool) {
        self.held = held;
        if held && self.is_open_answered() {
            self.stray("an answer to half a message");
        }
    }

    /// Whether a command of several messages has no outcome.
    pub(crate) fn is_shared(&self) -> bool {
        self.pending.iter().chain(&self.open).any(|append| append.tickets.len() > 1)
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

    /// How many outcomes are known and not handed out.
    pub(crate) fn known(&self) -> usize {
        self.outcomes.len()
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
            Response::Status(text) if text.condition == Condition::Bad && self.has_flown() => {
                self.doubt(*text, alert)
            }
            Response::Status(text)
                if matches!(text.condition, Condition::Bad | Condition::Bye) && self.end.is_none() =>
            {
                self.blame(*text)
            }
            Response::Unknown(line) if !line.trim_ascii().is_empty() => self.stray("a line that is no IMAP"),
            _ => {}
        }
    }

    fn complete(&mut self, tag: &[u8], text: StatusText<'_>, alert: Option<&str>) {
        let at = self.pending.iter().position(|append| append.tag.as_bytes() == tag);
        let open = self.open.as_ref().filter(|append| append.tag.as_bytes() == tag);
        let Some(append) = at.map_or(open, |at| self.pending.get(at)) else {
            return self.stray("an answer to nothing that was sent");
        };
        if (at.is_none() && self.held) || (append.flown && text.condition == Condition::Bad) {
            return self.doubt(text, alert);
        }
        self.landed |= append.flown && text.condition == Condition::Ok;
        let mailbox = append.mailbox.clone();
        let answered = match at {
            Some(at) => self.pending.remove(at).map(|append| append.tickets),
            None => self.open.as_mut().map(|open| std::mem::take(&mut open.tickets)),
        };
        self.settle(&mailbox, &answered.unwrap_or_default(), text, alert);
    }

    /// An answer that the server may have given before it took the body: nobody knows what it makes of the rest.
    fn doubt(&mut self, text: StatusText<'_>, alert: Option<&str>) {
        self.end = Some(End::Doubt(Box::new(Refusal::new(CONTEXT, text, alert))));
    }

    /// An answer to nothing that we sent: the server reads messages as commands. What it answers is some mail's words, which
    /// are not repeated.
    fn stray(&mut self, words: &'static str) {
        if self.has_pending() || self.open.is_some() {
            self.end = Some(End::LostTrack(words));
        } else {
            debug!(words, "Skipped what nobody waits for");
        }
    }

    /// An untagged BAD or BYE speaks of the command that the server is at: the oldest. Exchange answers a literal
    /// that is too large with an untagged BAD and nothing else.
    fn blame(&mut self, text: StatusText<'_>) {
        let (mailbox, tickets) = match (self.pending.pop_front(), &mut self.open) {
            (Some(append), _) => (append.mailbox, append.tickets),
            (None, Some(open)) => (open.mailbox.clone(), std::mem::take(&mut open.tickets)),
            (None, None) => {
                // What is sent next would wait in vain, or be blamed for the next goodbye.
                if text.condition == Condition::Bye {
                    self.end = Some(End::GaveUp);
                }
                return;
            }
        };
        self.end = Some(End::GaveUp);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_half_a_message_may_read_the_rest_as_commands() {
        let mut under_way = UnderWay::default();
        let mut append = Append::new("A1".to_owned(), MailboxName::inbox(), false);
        append.add(Ticket(1), 9, true);
        under_way.open = Some(append);
        under_way.note(&Response::parse(b"A1 NO early\r\n"), None);
        assert!(!under_way.is_confused() && under_way.known() == 1, "it may skip the rest");
        under_way.hold(true);
        assert!(under_way.is_confused());
    }
}
