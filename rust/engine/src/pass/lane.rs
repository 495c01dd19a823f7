//! A pair of connections, and the folders that are brought in step over it, one after another.

use std::sync::Arc;

use model::folder::MappedFolder;
use model::{Error, ErrorKind, Result, SkippedItem, SkippedKind};

use super::connect::Connected;
use super::jobs::{Job, Jobs};
use super::recorder::Recorder;
use super::source::{Ahead, Source, SourceFolder};
use super::walk::Walk;
use super::{Ended, folder};
use crate::session;
use crate::target::Target;
use crate::worker::governor::Seat;

/// Both sides of a pass, and what one connection to each knows.
pub(super) struct Lane {
    pub(super) walk: Arc<Walk>,
    pub(super) source: Source,
    pub(super) target: Target,
    pub(super) recorder: Recorder,
    pub(super) ahead: Ahead,
    /// Held as long as the connections are.
    _seats: Vec<Seat>,
}

impl Lane {
    pub(super) fn new(walk: Arc<Walk>, connected: Connected) -> Self {
        let Connected { source, target, seats } = connected;
        let recorder = Recorder::new(walk.store.clone(), walk.lease.clone());
        let ahead = Ahead::default();
        Self { walk, source: Source::new(source), target, recorder, ahead, _seats: seats }
    }

    /// Whether one of the servers is far away.
    pub(super) fn is_far(&self) -> bool {
        let target = matches!(&self.target, Target::Imap(imap) if session::is_far(&imap.connection));
        target || session::is_far(&self.source.connection)
    }

    /// Does jobs until there are none left. What was copied is recorded, whatever ends that.
    pub(super) async fn run(mut self, jobs: Jobs) -> Result<Ended> {
        self.ahead = Ahead::new(self.walk.content_filter.clone(), jobs);
        let ended = self.folders().await;
        let recorded = self.recorder.flush().await;
        let ended = ended?;
        recorded.map(|()| ended)
    }

    async fn folders(&mut self) -> Result<Ended> {
        loop {
            if self.walk.stop.is_cancelled() {
                return Ok(Ended::Stopped);
            }
            let Some((job, listed)) = self.ahead.take(&mut self.source).await else {
                return Ok(Ended::Complete);
            };
            if self.folder(job, listed).await? == Ended::Stopped {
                return Ok(Ended::Stopped);
            }
        }
    }

    async fn folder(&mut self, job: Job, listed: Result<SourceFolder>) -> Result<Ended> {
        let mapped = job.mapped.clone();
        self.walk.meter.stage("CopyingMessages", Some(&mapped.source_shown()));
        let ended = match listed {
            Ok(from) => folder::sync(self, job, from).await,
            Err(e) => Err(e),
        };
        match ended {
            Err(e) if is_of_folder(e.kind) && self.source.connection.is_usable() => {
                self.walk.leave_out(&mapped, SkippedKind::SourceReadError, &e).await?;
                Ok(Ended::Complete)
            }
            ended => ended.map_err(|e| e.folder(mapped.source_shown())),
        }
    }
}

impl Walk {
    /// Names a folder that cannot be copied.
    pub(super) async fn leave_out(
        &self,
        folder: &MappedFolder,
        kind: SkippedKind,
        error: &Error,
    ) -> Result<()> {
        let shown = folder.source_shown();
        self.journal.note(format!("Folder {shown} was left out: {error}")).await?;
        self.journal.skip(vec![SkippedItem::of_folder(kind, shown, error.to_string())]).await
    }
}

/// Failures that concern one folder and leave the connections good.
pub(super) fn is_of_folder(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::FolderNotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::FolderNameInvalid
            | ErrorKind::ServerRefused
    )
}
