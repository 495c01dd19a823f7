//! Notes what became of each message of a copy: recorded, to be tried again, or refused.

use model::plan::Identity;
use model::{Error, ErrorKind, Result};
use store::LedgerMessage;
use wire::{Condition, Refusal, RefusedFetch, suggested_backoff};

use super::outcome::{Again, CopyReport, Dated, Delivered, NotDelivered, Sent};
use super::sink::Sink;
use crate::pass::report::meter::Meter;
use crate::pass::report::words::meaning;
use crate::pass::side::recorder::Recorder;
use crate::pass::side::source::from_source;

/// How many messages in a row a server may refuse for a bug of its own before it is given a rest.
const MOST_BUGS: u32 = 10;

/// How many copies of one zone, or of others, are looked at for their dates.
const MOST_DATED: usize = 4;

/// Records what became of messages.
pub(crate) struct Fate<'a> {
    pub(crate) recorder: &'a mut Recorder,
    pub(crate) meter: &'a Meter,
    pub(crate) report: &'a mut CopyReport,
    pub(crate) again: &'a mut Again,
    /// The message that is being written.
    pub(crate) writing: Option<u32>,
}

impl Fate<'_> {
    /// Notes all that is known by now.
    pub(crate) async fn settle(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        while let Some(Delivered { message, result }) = sink.next_delivered() {
            match result {
                Ok(place) => self.copied(message, place).await?,
                Err(NotDelivered::WithOthers { together }) => {
                    self.again.uids.insert(message.uid);
                    self.again.sent.together = self.again.sent.together.max(together);
                    self.again.denied.push(message);
                }
                Err(NotDelivered::Refused(refusal)) => self.refused(message, *refusal)?,
            }
        }
        Ok(())
    }

    /// Notes a message that the target has, where it told.
    pub(super) async fn copied(&mut self, message: Sent, place: Option<u32>) -> Result<()> {
        self.report.copied += 1;
        self.report.octets += message.size;
        self.report.bugs = 0;
        self.meter.update(|p| {
            p.transferred_items += 1;
            p.transferred_bytes += message.size;
            p.synced_items += 1;
        });
        self.report.done(message.uid);
        match place {
            Some(uid) => {
                self.report.placed.insert(uid);
                self.report.sample(&message, uid);
                self.sample_date(&message, uid);
                self.recorder.row(row(&message, uid)).await
            }
            None => {
                self.report.unplaced.push(message);
                Ok(())
            }
        }
    }

    fn sample_date(&mut self, Sent { received, is_utc, .. }: &Sent, uid: u32) {
        let (dated, is_utc) = (&mut self.report.dated, *is_utc);
        let alike = || dated.iter().filter(|other| other.is_utc == is_utc).count();
        if let Some(received) = received.filter(|_| dated.len() < 2 * MOST_DATED && alike() < MOST_DATED) {
            dated.push(Dated { uid, received, is_utc });
        }
    }

    /// A refusal to deliver one message is about that message; one to deliver several may be about any of them. Who
    /// says how long to wait is asked for nothing more.
    pub(crate) fn not_read(&mut self, refused: RefusedFetch) -> Result<()> {
        if suggested_backoff(&refused.refusal.line).is_some() {
            return Err(from_source(refused.refusal.to_error()));
        }
        match usize::try_from(refused.uids.count()).unwrap_or(usize::MAX) {
            0 | 1 => {
                self.again.read.alone = true;
                self.report.unreadable.push(refused);
            }
            together => {
                refused.uids.ranges().for_each(|range| self.again.uids.insert_range(range));
                self.again.read.together = self.again.read.together.max(together);
            }
        }
        Ok(())
    }

    /// A refusal that would meet the next message, too, ends the pass; one that is about this message does not.
    fn refused(&mut self, message: Sent, refusal: Refusal) -> Result<()> {
        use ErrorKind::*;
        if refusal.condition == Condition::Bye && meaning(&refusal) != OauthTokenExpired {
            self.report.blamed = Some(message.uid);
        }
        match meaning(&refusal) {
            // Its owner has renamed or deleted it meanwhile: another pass looks where it is.
            FolderNotFound => Err(Error { retryable: true, ..refusal.to_error().uid(message.uid) }),
            QuotaExceeded | Throttled | ConnectionLost | AuthenticationFailed | OauthTokenExpired
            | PermissionDenied => Err(refusal.to_error().uid(message.uid)),
            _ if self.is_broken(&refusal) => {
                let error = Error::new(Throttled, refusal.context).server(refusal.line);
                Err(error.uid(message.uid))
            }
            _ => {
                self.again.sent.alone = true;
                self.report.refused.push((message, refusal));
                Ok(())
            }
        }
    }

    /// Whether the target has refused so many messages in a row for a bug of its own (RFC 5530) that it is none about
    /// these messages (peers A19).
    fn is_broken(&mut self, refusal: &Refusal) -> bool {
        self.report.bugs += u32::from(refusal.code_word().as_deref() == Some("SERVERBUG"));
        self.report.bugs >= MOST_BUGS
    }
}

/// The ledger row of a message.
pub(crate) fn row(message: &Sent, target_uid: u32) -> LedgerMessage {
    LedgerMessage {
        source_uid: message.uid,
        target_uid: Some(target_uid),
        size: message.size,
        digest: Some(message.digest),
        received: message.received,
        identity: message.identity.map(Identity::digest),
        flags: message.flags.to_string(),
    }
}
