//! Decides which bodies to ask for next, and which body answers which request. Pure: it sends and reads nothing.
//!
//! Many messages are asked for in one command. Where a server puts UID, FLAGS or INTERNALDATE behind the body
//! (which is legal), the body cannot be handed on as it comes. Such messages are asked for once more, alone: first
//! the facts, then the body, with nothing else under way, so that whatever comes is theirs.

use std::collections::VecDeque;

use tracing::debug;

use crate::budget::Heard;
use crate::commands::store::MAX_SET_BYTES;
use crate::error::Refusal;
use crate::fetch_item::FetchItems;
use crate::flags::Flags;
use crate::internal_date::InternalDate;
use crate::uid_set::UidSet;

/// How much is asked for at once.
///
/// By default one command asks for as much as fits into a line, and its answer streams without a pause. A server may
/// answer several commands interleaved, so that messages come out of order: Dovecot does when it has to wait for us.
#[derive(Debug, Clone, Copy)]
pub struct FetchOptions {
    /// Messages asked for by one command, at most; nor are they more than a line holds.
    pub messages_per_command: u64,
    /// Commands sent before the first is answered.
    pub commands_in_flight: usize,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self { messages_per_command: u64::MAX, commands_in_flight: 1 }
    }
}

/// What is known of a message before its body comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyHead {
    /// The UID.
    pub uid: u32,
    /// The flags.
    pub flags: Flags,
    /// When it arrived; `None` where the server does not say.
    pub internal_date: Option<InternalDate>,
    /// The exact size of the body that follows.
    pub size: u64,
}

/// What did not come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BodiesReport {
    /// Messages that the server left out, or sent as NIL or empty, and yet said OK: mostly they are gone.
    pub missing: UidSet,
    /// Messages that were not sent because their command was refused.
    pub refused: Vec<RefusedFetch>,
    /// Messages of which more bodies came than were asked for: the first was handed on, and nobody knows which is right.
    pub doubled: UidSet,
}

/// A refused command, and what it still owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFetch {
    /// The messages that did not come.
    pub uids: UidSet,
    /// The server's words.
    pub refusal: Refusal,
}

/// What to do with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Hand it on.
    Deliver(BodyHead),
    /// Nobody asked for it, it came before, or it is empty.
    Skip,
    /// It is not known whose it is, or when it arrived: [`BodyQueue::set_aside`] it when all of it was seen.
    SetAside { uid: Option<u32> },
}

/// What a command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Facts and bodies of many messages.
    Everything,
    /// The facts of one message.
    Facts,
    /// The body of one message whose facts are known.
    Body,
}

#[derive(Debug)]
struct Asked {
    tag: String,
    what: What,
    /// What has not come.
    uids: UidSet,
    /// How many bodies came of which nobody knows whose they were.
    anonymous: u64,
}

/// The facts of the message that is asked for alone.
#[derive(Debug, Default)]
struct Facts {
    flags: Flags,
    internal_date: Option<InternalDate>,
}

/// The requests of one [`Bodies`](crate::Bodies).
#[derive(Debug)]
pub(crate) struct BodyQueue {
    options: FetchOptions,
    waiting: UidSet,
    /// To be asked for alone.
    again: UidSet,
    flight: VecDeque<Asked>,
    /// All that was asked for so far.
    asked: UidSet,
    /// The message whose facts have come and whose body is next.
    single: Option<u32>,
    facts: Facts,
    /// Whether this server tells facts too late.
    late: bool,
    /// Whether this server leaves facts out altogether.
    sparse: bool,
    pub(crate) report: BodiesReport,
}

impl BodyQueue {
    pub(crate) fn new(uids: UidSet, options: FetchOptions) -> Self {
        Self {
            options,
            waiting: uids,
            again: UidSet::new(),
            flight: VecDeque::new(),
            asked: UidSet::new(),
            single: None,
            facts: Facts::default(),
            late: false,
            sparse: false,
            report: BodiesReport::default(),
        }
    }

    /// Asks for as much as may be under way; `send` sends a command and returns its tag.
    pub(crate) fn refill(&mut self, mut send: impl FnMut(&str) -> String) {
        while let Some((what, uids)) = self.next_request() {
            let items = match what {
                What::Everything => "(UID FLAGS INTERNALDATE BODY.PEEK[])",
                What::Facts => "(UID FLAGS INTERNALDATE)",
                What::Body => "(UID BODY.PEEK[])",
            };
            let tag = send(&format!("UID FETCH {uids} {items}"));
            uids.ranges().for_each(|range| self.asked.insert_range(range));
            self.flight.push_back(Asked { tag, what, uids, anonymous: 0 });
        }
    }

    /// Whether everything was asked for and answered.
    pub(crate) fn is_done(&self) -> bool {
        self.flight.is_empty()
    }

    fn next_request(&mut self) -> Option<(What, UidSet)> {
        if !self.late && !self.waiting.is_empty() {
            let room = self.flight.len() < self.options.commands_in_flight.max(1);
            return room.then(|| {
                let uids = self.waiting.take_line(self.options.messages_per_command.max(1), MAX_SET_BYTES);
                (What::Everything, uids)
            });
        }
        if !self.flight.is_empty() {
            return None;
        }
        if let Some(uid) = self.single.take() {
            return Some((What::Body, UidSet::one(uid)));
        }
        self.facts = Facts::default();
        let next = if self.again.is_empty() { &mut self.waiting } else { &mut self.again };
        let uids = next.take_first(1);
        (!uids.is_empty()).then_some((What::Facts, uids))
    }

    /// Judges a body by what came with it, so far or (`whole`) altogether.
    pub(crate) fn judge(&mut self, items: FetchItems<'_>, size: u64, whole: bool) -> Verdict {
        let alone = self.flight.front().filter(|asked| asked.what == What::Body);
        let alone = alone.and_then(|asked| asked.uids.iter().next());
        let complete = items.flags.is_some() && items.internal_date.is_some();
        let Some(uid) = items.uid.or(alone) else { return self.judge_anonymous() };
        if !self.is_owed(uid) {
            debug!(uid, "Skipped a body that was not asked for, or came before");
            if self.asked.contains(uid) {
                self.report.doubled.insert(uid);
            }
            return Verdict::Skip;
        }
        if !complete && !whole && !self.sparse && alone.is_none() {
            return Verdict::SetAside { uid: Some(uid) };
        }
        self.settle(uid);
        let facts = if alone.is_some() { std::mem::take(&mut self.facts) } else { Facts::default() };
        let internal_date = items.internal_date.flatten().or(facts.internal_date);
        Verdict::Deliver(BodyHead { uid, flags: items.flags.unwrap_or(facts.flags), internal_date, size })
    }

    /// Judges a body that is nobody's: of those, too, no more come than were asked for.
    fn judge_anonymous(&self) -> Verdict {
        let is_owed = self.flight.iter().any(|asked| asked.anonymous < asked.uids.count());
        if is_owed { Verdict::SetAside { uid: None } } else { Verdict::Skip }
    }

    /// Takes note of a message that could not be handed on. `told_late` says that the missing facts came behind
    /// the body.
    pub(crate) fn set_aside(&mut self, uid: Option<u32>, told_late: bool) {
        self.late |= told_late || uid.is_none();
        self.sparse |= !told_late;
        match uid {
            Some(uid) if self.settle(uid) => self.again.insert(uid),
            Some(_) => {}
            None => self.flight.iter_mut().for_each(|asked| asked.anonymous += 1),
        }
    }

    /// Takes note of a FETCH response without a body: facts that were asked for, or news.
    pub(crate) fn note_facts(&mut self, items: FetchItems<'_>) {
        let asked = self.flight.front().filter(|asked| asked.what == What::Facts);
        let (Some(uid), Some(asked)) = (items.uid, asked) else { return };
        if !asked.uids.contains(uid) {
            return;
        }
        if let Some(flags) = items.flags {
            self.facts.flags = flags;
        }
        if let Some(date) = items.internal_date {
            self.facts.internal_date = date;
        }
    }

    /// Closes the command with this tag. What it still owes is missing or refused, or asked for again.
    pub(crate) fn complete(&mut self, tag: &[u8], outcome: Result<(), Refusal>) -> Heard {
        let at = self.flight.iter().position(|asked| asked.tag.as_bytes() == tag);
        let Some(asked) = at.and_then(|at| self.flight.remove(at)) else { return Heard::Other };
        match outcome {
            Err(refusal) if !asked.uids.is_empty() => {
                self.report.refused.push(RefusedFetch { uids: asked.uids, refusal });
            }
            Ok(()) if asked.what == What::Facts => self.single = asked.uids.iter().next(),
            _ if asked.anonymous > 0 => self.again.extend(asked.uids.iter()),
            _ => self.report.missing.extend(asked.uids.iter()),
        }
        Heard::Own
    }

    /// The messages of all commands under way that have not come.
    pub(crate) fn owed(&self) -> UidSet {
        let mut owed = UidSet::new();
        self.flight.iter().flat_map(|asked| asked.uids.ranges()).for_each(|range| owed.insert_range(range));
        owed
    }

    /// What has not begun to come, asked for or not.
    pub(crate) fn left(&self) -> UidSet {
        let mut left = self.owed();
        let unasked = self.waiting.ranges().chain(self.again.ranges());
        unasked.for_each(|range| left.insert_range(range));
        left.extend(self.single);
        left
    }

    fn is_owed(&self, uid: u32) -> bool {
        self.flight.iter().any(|asked| asked.what != What::Facts && asked.uids.contains(uid))
    }

    fn settle(&mut self, uid: u32) -> bool {
        self.flight.iter_mut().any(|asked| asked.what != What::Facts && asked.uids.remove(uid))
    }
}
