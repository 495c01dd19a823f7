//! Takes messages as streams and tells later what became of each: one set of verbs for IMAP and Maildir.

use std::collections::{BTreeMap, VecDeque};

use model::plan::Flags;
use model::{Error, ErrorKind, Result, UidValidity};
use wire::{
    AppendOptions, AppendUid, Appender, Begun, BodyHead, InternalDate, MailboxName, Outcome, Ticket, UidSet,
};

use super::outcome::{Delivered, NotDelivered, Sent};
use crate::base::flags::wire_flags;
use crate::pass::report::words::meaning;
use crate::target::{Delivery, MaildirFolder, OpenFolder, OpenPlace, Target};

/// Where messages go.
pub(crate) enum Sink<'t> {
    /// An IMAP folder.
    Imap(Box<ImapSink<'t>>),
    /// A Maildir folder.
    Maildir(MaildirSink<'t>),
}

pub(crate) struct ImapSink<'t> {
    appender: Appender<'t>,
    mailbox: MailboxName,
    uid_validity: Option<UidValidity>,
    current: Option<Ticket>,
    under_way: BTreeMap<Ticket, Sent>,
    refused_early: VecDeque<Outcome>,
    failed: bool,
}

pub(crate) struct MaildirSink<'t> {
    folder: &'t mut MaildirFolder,
    uid_validity: Option<UidValidity>,
    current: Option<(Delivery, Option<i64>)>,
    done: VecDeque<Delivered>,
}

impl<'t> Sink<'t> {
    /// Opens the way into a folder. `source_uid_validity` becomes part of a Maildir message's name.
    pub(crate) fn open(
        target: &'t mut Target,
        folder: &'t mut OpenFolder,
        source_uid_validity: Option<UidValidity>,
        options: AppendOptions,
    ) -> Result<Self> {
        match (target, &mut folder.place) {
            (Target::Imap(imap), OpenPlace::Imap(mailbox)) => Ok(Self::Imap(Box::new(ImapSink {
                appender: imap.connection.appender(options)?,
                mailbox: mailbox.clone(),
                uid_validity: folder.numbers.uid_validity,
                current: None,
                under_way: BTreeMap::new(),
                refused_early: VecDeque::new(),
                failed: false,
            }))),
            (Target::Maildir(_), OpenPlace::Maildir(folder)) => Ok(Self::Maildir(MaildirSink {
                folder,
                uid_validity: source_uid_validity,
                current: None,
                done: VecDeque::new(),
            })),
            _ => Err(Error::internal("a folder of one kind was opened on a target of the other")),
        }
    }

    /// The next message waits until the target asks for it.
    pub(crate) fn ask(&mut self) {
        if let Self::Imap(sink) = self {
            sink.appender.ask();
        }
    }

    /// Waits until a message of this size may be announced: what was refused before is known then.
    pub(crate) async fn make_way(&mut self, size: u64) -> Result<()> {
        match self {
            Self::Imap(sink) => {
                let made = sink.appender.make_way(&sink.mailbox, size).await;
                sink.note(made)
            }
            Self::Maildir(_) => Ok(()),
        }
    }

    /// Announces a message with a date and the flags that the folder keeps. False: it is refused already, and has no body.
    pub(crate) async fn begin(
        &mut self,
        head: &BodyHead,
        date: Option<&InternalDate>,
        kept: &Flags,
    ) -> Result<bool> {
        match self {
            Self::Imap(sink) => {
                let flags = wire_flags(kept);
                let begun = sink.appender.begin(&sink.mailbox, &flags, date, head.size).await;
                match sink.note(begun)? {
                    Begun::Accepted(ticket) => sink.current = Some(ticket),
                    Begun::Refused(outcome) => {
                        sink.current = Some(outcome.ticket);
                        sink.refused_early.push_back(outcome);
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Maildir(sink) => {
                let delivery = sink.folder.begin(head.uid, sink.uid_validity)?;
                let received = date.and_then(InternalDate::to_epoch_seconds);
                sink.current = Some((delivery, received));
                Ok(true)
            }
        }
    }

    /// Adds bytes to the message.
    pub(crate) async fn write(&mut self, chunk: &[u8]) -> Result<()> {
        match self {
            Self::Imap(sink) => {
                let written = sink.appender.write(chunk).await;
                sink.note(written)
            }
            Self::Maildir(sink) => match &mut sink.current {
                Some((delivery, _)) => delivery.write(chunk),
                None => Err(Error::internal("bytes came outside of a message")),
            },
        }
    }

    /// Ends the message, or notes it as refused.
    pub(crate) async fn finish(&mut self, message: Sent, accepted: bool, kept: &Flags) -> Result<()> {
        match self {
            Self::Imap(sink) => {
                if let Some(ticket) = sink.current.take() {
                    sink.under_way.insert(ticket, message);
                }
                if accepted {
                    let finished = sink.appender.finish().await;
                    sink.note(finished)?;
                }
            }
            Self::Maildir(sink) => {
                if let Some((delivery, received)) = sink.current.take() {
                    // Which keywords have no letter left is for the reader of the tree to see: they are rare.
                    sink.folder.finish(delivery, received, kept.iter())?;
                    let uid = message.uid;
                    sink.done.push_back(Delivered { message, result: Ok(Some(uid)) });
                }
            }
        }
        Ok(())
    }

    /// The next message whose fate is known.
    pub(crate) fn next_delivered(&mut self) -> Option<Delivered> {
        match self {
            Self::Imap(sink) => sink.next_delivered(),
            Self::Maildir(sink) => sink.done.pop_front(),
        }
    }

    /// Waits until the fate of every message is known, and it is on the disk.
    pub(crate) async fn drain(&mut self) -> Result<()> {
        match self {
            Self::Imap(sink) => {
                let drained = sink.appender.drain().await;
                sink.note(drained)
            }
            Self::Maildir(sink) => sink.folder.flush(),
        }
    }
}

impl Sink<'_> {
    /// Whether this side has failed.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self, Self::Imap(sink) if sink.failed)
    }

    /// Whether the server no longer knows which bytes are a message and which are commands.
    pub(crate) fn lost_track(&self) -> bool {
        matches!(self, Self::Imap(sink) if sink.appender.lost_track())
    }

    /// The source UIDs of what was sent and has no outcome.
    pub(crate) fn under_way(&self) -> impl Iterator<Item = u32> {
        let imap = match self {
            Self::Imap(sink) => Some(sink),
            Self::Maildir(_) => None,
        };
        imap.into_iter().flat_map(|sink| sink.under_way.values().map(|sent| sent.uid))
    }
}

impl Sink<'_> {
    /// The source UIDs of what was sent whole, with the end of its command, and has no outcome.
    pub(crate) fn ended(&self) -> UidSet {
        match self {
            Self::Imap(sink) => {
                let sent = sink.appender.ended().filter_map(|ticket| sink.under_way.get(&ticket));
                sent.map(|sent| sent.uid).collect()
            }
            Self::Maildir(_) => UidSet::new(),
        }
    }
}

impl ImapSink<'_> {
    fn note<T>(&mut self, result: wire::Result<T>) -> Result<T> {
        self.failed |= result.is_err();
        Ok(result?)
    }

    fn next_delivered(&mut self) -> Option<Delivered> {
        loop {
            let outcome = self.refused_early.pop_front().or_else(|| self.appender.next_outcome())?;
            // A message that is refused while its body is written has its outcome before `finish` names it.
            if let Some(message) = self.under_way.remove(&outcome.ticket) {
                return Some(Delivered { message, result: self.judge(outcome) });
            }
        }
    }

    fn judge(&self, outcome: Outcome) -> Result<Option<u32>, NotDelivered> {
        match outcome.result {
            Ok(place) => Ok(place.and_then(|place| self.trusted(place))),
            // Who asks to slow down, or for another token, means no message, and would be asked again at once by the halves of the command.
            Err(refusal)
                if outcome.batch > 1
                    && !matches!(meaning(&refusal), ErrorKind::Throttled | ErrorKind::OauthTokenExpired) =>
            {
                Err(NotDelivered::WithOthers { together: outcome.batch })
            }
            Err(refusal) => Err(NotDelivered::Refused(Box::new(refusal))),
        }
    }

    /// A UID counts only together with the UIDVALIDITY that we know (RFC 4315 §3).
    fn trusted(&self, place: AppendUid) -> Option<u32> {
        (Some(place.uid_validity) == self.uid_validity).then_some(place.uid)
    }
}
