//! Moves bodies from FETCH to APPEND, hashed on the way, never whole in memory.

use model::{Error, Result, Side};
use tokio_util::sync::CancellationToken;
use wire::{Bodies, BodyHead, FetchOptions, InternalDate, UidSet};
use xxhash_rust::xxh3::Xxh3Default;

use super::fate::Fate;
use super::manner::Manner;
use super::outcome::Sent;
use super::outgoing::{Outgoing, Recipe};
use super::sink::Sink;
use crate::base::flags::plan_flags;
use crate::base::header::HeaderTap;
use crate::pass::report::words::is_of_folder;
use crate::pass::side::source::{Source, SourceFolder, from_source};
use crate::target::KeptFlags;

/// What the source may do while the target still stores what it was sent.
pub(crate) trait Meanwhile {
    /// The source has delivered everything.
    fn source_is_free(&mut self, source: &mut Source) -> impl Future<Output = ()> + Send;
}

/// How much the source may still deliver in vain before another connection to it costs less.
const MOST_IN_VAIN: u64 = 4 * 1024 * 1024;

/// How a stream ended in good order.
#[derive(Debug)]
pub(crate) enum Streamed {
    /// All of it has its outcome.
    Complete,
    /// It was told to stop.
    Stopped,
    /// The target refused several together, so these were not sent behind them; the first is so many bytes.
    Refused { unsent: UidSet, first: u64 },
}

/// Moves messages from one side to the other.
pub(crate) struct Pump<'a> {
    pub(crate) sink: Sink<'a>,
    pub(crate) fate: Fate<'a>,
    pub(crate) keeps: KeptFlags,
    pub(crate) recipe: Option<Recipe<'a>>,
    pub(crate) manner: Manner,
    /// Messages that wait for the target's `+`.
    pub(crate) wary: UidSet,
    pub(crate) cancel: &'a CancellationToken,
    /// The header of the message that is being written.
    pub(crate) header: HeaderTap,
    /// What the source still owed when it failed.
    pub(crate) owed: Option<UidSet>,
}

impl Pump<'_> {
    pub(crate) async fn run(
        &mut self,
        source: &mut Source,
        from: &SourceFolder,
        meanwhile: &mut (impl Meanwhile + Send),
        uids: UidSet,
        options: FetchOptions,
    ) -> Result<Streamed> {
        let mut bodies = source.select(from).await?.fetch_bodies(uids, options)?;
        let streamed = match self.messages(&mut bodies).await {
            Err(Broken::Source(error)) => {
                self.owed = Some(bodies.owed());
                self.save().await;
                return Err(from_source(error));
            }
            Err(Broken::Elsewhere(error)) => {
                if is_of_folder(error.kind) {
                    // Other folders follow over the same connections.
                    let (_drained, is_free) = tokio::join!(self.sink.drain(), in_vain(&mut bodies, 0));
                    if !is_free {
                        drop(bodies);
                        source.renew().await?;
                    }
                }
                return Err(error);
            }
            Ok(streamed) => streamed,
        };
        let left = bodies.take_report();
        match streamed {
            Streamed::Complete => {
                drop(bodies);
                // The target stores the last messages while the source lists the next folder.
                let (drained, ()) = tokio::join!(self.drain(), meanwhile.source_is_free(source));
                drained?;
            }
            Streamed::Stopped => return self.drain().await.map(|()| streamed),
            Streamed::Refused { first, .. } => {
                let (drained, is_free) = tokio::join!(self.drain(), in_vain(&mut bodies, first));
                drained?;
                if !is_free {
                    drop(bodies);
                    source.renew().await?;
                }
            }
        }
        left.missing.ranges().for_each(|range| self.fate.report.missing.insert_range(range));
        self.fate.report.doubled.extend(left.doubled.iter());
        left.refused.into_iter().try_for_each(|refused| self.fate.not_read(refused))?;
        Ok(streamed)
    }

    /// Waits for what becomes of all that was sent, and notes it.
    async fn drain(&mut self) -> Result<()> {
        let drained = self.sink.drain().await;
        self.fate.settle(&mut self.sink).await?;
        drained
    }

    async fn messages(&mut self, bodies: &mut Bodies<'_>) -> Result<Streamed, Broken> {
        while let Some(body) = bodies.next().await.map_err(Broken::source)? {
            if self.cancel.is_cancelled() {
                return Ok(Streamed::Stopped);
            }
            let body = Outgoing::new(body, self.recipe);
            let BodyHead { uid, size, .. } = *body.head();
            if self.wary.contains(uid) {
                self.sink.ask();
            }
            if !self.may_send(size).await? {
                let unsent = bodies.left().iter().chain([uid]).collect();
                return Ok(Streamed::Refused { unsent, first: size });
            }
            self.message(body).await?;
        }
        Ok(Streamed::Complete)
    }

    /// Waits for the way to be free; says whether no message waits to be sent again in front of this one.
    async fn may_send(&mut self, size: u64) -> Result<bool> {
        self.sink.make_way(size).await?;
        self.fate.settle(&mut self.sink).await?;
        Ok(self.fate.again.uids.is_empty())
    }

    async fn message(&mut self, mut body: Outgoing<'_, '_>) -> Result<(), Broken> {
        if let Some(from) = body.date().await.map_err(Broken::Source)? {
            self.fate.report.dates.note(body.head().uid, from);
        }
        let BodyHead { uid, size, .. } = *body.head();
        let own_date = body.head().internal_date.as_ref();
        let received = own_date.and_then(InternalDate::to_epoch_seconds);
        let is_utc = own_date.is_none_or(InternalDate::is_utc);
        let flags = plan_flags(&body.head().flags);
        let (kept, dropped) = self.keeps.split(&flags);
        self.fate.report.dropped_flags.extend(dropped.iter().map(str::to_owned));
        self.fate.writing = Some(uid);
        let (kept, date) = (self.manner.flags(kept), own_date.map(|date| self.manner.date(date)));
        let accepted = self.sink.begin(body.head(), date.as_deref(), &kept).await?;
        let mut hasher = Xxh3Default::new();
        self.header.begin();
        while accepted && let Some(chunk) = body.chunk().await.map_err(Broken::Source)? {
            hasher.update(chunk);
            self.header.pass(chunk);
            self.fate.meter.flow(chunk.len());
            self.sink.write(chunk).await?;
        }
        let (digest, identity) = (hasher.digest128().to_be_bytes(), self.header.identity());
        let message = Sent { uid, size, digest, flags, received, is_utc, identity };
        self.sink.finish(message, accepted, &kept).await?;
        self.fate.writing = None;
        Ok(self.fate.settle(&mut self.sink).await?)
    }

    /// What the source delivered before it broke is stored still, unless it broke inside a message.
    async fn save(&mut self) {
        if self.fate.writing.is_none() && self.sink.drain().await.is_ok() {
            // The source's failure is told. What else fails here will fail again in the next pass.
            let _settled = self.fate.settle(&mut self.sink).await;
        }
    }

    /// Whose connection broke, and by what it may have: messages that the server complained of, else all that were under
    /// way.
    pub(crate) fn under_suspicion(&self, refused_before: usize) -> Option<(Side, UidSet)> {
        if let Some(owed) = &self.owed {
            return Some((Side::Source, owed.iter().chain(self.fate.writing).collect()));
        }
        if !self.sink.has_failed() {
            return None;
        }
        let report = &self.fate.report;
        let blamed: UidSet = report
            .refused
            .iter()
            .skip(refused_before)
            .map(|(sent, _)| sent.uid)
            .chain(report.blamed)
            .collect();
        // A goodbye in place of an answer refuses all that shared a command.
        let together = self.fate.again.uids.iter();
        let under_way = || self.sink.under_way().chain(self.fate.writing).chain(together).collect();
        Some((Side::Target, if blamed.is_empty() { under_way() } else { blamed }))
    }
}

/// Reads what the source still delivers and nobody wants, the first of it so large. Says whether it came to its end soon, in
/// good order.
async fn in_vain(bodies: &mut Bodies<'_>, first: u64) -> bool {
    let mut left = MOST_IN_VAIN.checked_sub(first);
    while let Some(most) = left {
        match bodies.next().await {
            Ok(Some(body)) => left = most.checked_sub(body.head().size),
            Ok(None) => return true,
            // Another connection is had in place of this one.
            Err(_) => return false,
        }
    }
    false
}

/// What a copy breaks off by.
enum Broken {
    Source(Error),
    Elsewhere(Error),
}

impl Broken {
    fn source(error: impl Into<Error>) -> Self {
        Self::Source(error.into())
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Elsewhere(error)
    }
}
