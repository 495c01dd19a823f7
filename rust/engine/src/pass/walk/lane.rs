//! A pair of connections, and the folders that are brought in step over it, one after another.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use model::{Error, ErrorKind, Result, Side, SkippedKind};

use super::agenda::Agenda;
use super::ahead::Ahead;
use super::connect::Connected;
use crate::base::stop::Ended;
use crate::net::governor::Seat;
use crate::net::session;
use crate::pass::context::Context;
use crate::pass::folder::receipts;
use crate::pass::folder::sync::sync;
use crate::pass::folder::task::Task;
use crate::pass::memory::folder_suspects::Act;
use crate::pass::memory::suspects::is_break;
use crate::pass::pair::Pair;
use crate::pass::report::words::{is_of_folder, may_pass};
use crate::pass::side::recorder::Recorder;
use crate::pass::side::source::{SourceFolder, of_source};
use crate::target::{OpenFolder, Target};

/// A pair of connections at work.
pub(crate) struct Lane {
    pub(crate) pair: Pair,
    ahead: Ahead,
    /// Held as long as the connections are.
    _seats: Vec<Seat>,
}

impl Lane {
    pub(crate) fn new(context: Arc<Context>, connected: Connected) -> Self {
        let Connected { source, target, seats } = connected;
        let recorder = Recorder::new(context.store.clone(), context.lease.clone());
        let pair = Pair { context, source, target, recorder, receipts: Vec::new() };
        Self { pair, ahead: Ahead::default(), _seats: seats }
    }

    /// Whether one of the servers is far away.
    pub(crate) fn is_far(&self) -> bool {
        let target = matches!(&self.pair.target, Target::Imap(imap) if session::is_far(&imap.connection));
        target || session::is_far(&self.pair.source.connection)
    }

    /// Does tasks until there are none left. What was copied is recorded, whatever ends that.
    pub(crate) async fn run(mut self, agenda: Agenda) -> Result<Ended> {
        self.ahead = Ahead::new(self.pair.context.content_filter.clone(), agenda);
        let ended = self.folders().await;
        let recorded = self.pair.recorder.flush().await;
        let ended = ended?;
        recorded.map(|()| ended)
    }

    async fn folders(&mut self) -> Result<Ended> {
        loop {
            if self.pair.context.stop.is_cancelled() {
                return Ok(Ended::Stopped);
            }
            let Some((task, listed)) = self.ahead.take(&mut self.pair.source).await else {
                return receipts::compare(&mut self.pair).await.map(|()| Ended::Complete);
            };
            if self.folder(task, listed).await? == Ended::Stopped {
                return Ok(Ended::Stopped);
            }
        }
    }

    async fn folder(&mut self, task: Task, listed: Result<SourceFolder>) -> Result<Ended> {
        let (mapped, ledger_id, counted) = (task.mapped.clone(), task.ledger_id, task.counted);
        self.pair.context.meter.stage("CopyingMessages", Some(&mapped.source_shown()));
        let ended = match self.open(&task, listed).await {
            Ok((from, to)) => sync(&mut self.pair, &mut self.ahead, task, from, to).await,
            Err(e) if may_pass(&e) && self.is_usable() => {
                self.ahead.put_off(task, e.folder(mapped.source_shown()));
                return Ok(Ended::Complete);
            }
            Err(e) => Err(e),
        };
        match ended {
            Err(e) if is_of_folder(e.kind) && self.pair.source.connection.is_usable() => {
                self.pair.context.leave_out(&mapped, left_out_as(&e), &e).await?;
                self.pair.context.count_as_known(ledger_id, counted).await?;
                Ok(Ended::Complete)
            }
            ended => ended.map_err(|e| e.folder(mapped.source_shown())),
        }
    }

    /// The folder on both sides, open.
    async fn open(
        &mut self,
        task: &Task,
        listed: Result<SourceFolder>,
    ) -> Result<(SourceFolder, OpenFolder)> {
        let (context, key) = (self.pair.context.clone(), task.mapped.key.as_slice());
        let (suspects, user) = (&context.memory.folder_suspects, context.lease.user.id);
        if listed.as_ref().is_err_and(|e| is_break(e.kind)) {
            suspects.broke(user, Act::List, &[key]);
        }
        let from = listed.map_err(of_source)?;
        suspects.passed(user, Act::List, key);
        let to = self.pair.target.open_folder(&task.mapped.target_name, task.as_made).await?;
        context.opens_folders.store(true, Ordering::Relaxed);
        Ok((from, to))
    }

    /// Whether both connections are as good as before.
    fn is_usable(&self) -> bool {
        self.pair.target.is_usable() && self.pair.source.connection.is_usable()
    }
}

/// What it is called that a folder was left out: the side that refused decides.
pub(crate) fn left_out_as(error: &Error) -> SkippedKind {
    match error.kind {
        _ if error.side == Some(Side::Source) => SkippedKind::SourceReadError,
        ErrorKind::FolderNameInvalid => SkippedKind::FolderNameInvalid,
        _ => SkippedKind::TargetRejected,
    }
}
