//! Several lanes for one mailbox, where that helps and both servers have room.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::{Error, ErrorKind, Result};
use tokio::task::JoinSet;

use super::agenda::Agenda;
use super::connect::{Connected, Ends};
use super::lane::{Lane, left_out_as};
use crate::base::stop::{Ended, out_of_patience};
use crate::net::governor::{ExtraSeats, Governor};
use crate::pass::context::Context;
use crate::pass::folder::task::Task;
use crate::pass::memory::lane_limits::MOST_LANES;

/// How many messages to copy are worth another lane: a connection costs both servers as much as some hundreds of them,
const WORTH_A_LANE: u64 = 2_000;
/// and far away, where each folder takes some round trips, as long as a few.
const WORTH_A_FAR_LANE: u64 = 50;

/// How long a seat that got free is left to others.
const MAKE_WAY: Duration = Duration::from_millis(100);

/// Does the tasks over the lane that there is, and over more where there is much to do. The first failure stops all.
pub(crate) async fn run(first: Lane, agenda: Agenda, ends: Ends) -> Result<Ended> {
    let context = first.pair.context.clone();
    let (governor, limits) = (&context.memory.governor, &context.memory.lane_limits);
    let user = context.lease.user.id;
    let worth = if first.is_far() { WORTH_A_FAR_LANE } else { WORTH_A_LANE };
    let most = worthwhile(&agenda, worth).min(limits.of(user));
    let (mut lanes, open_lanes) = (JoinSet::new(), Arc::new(AtomicUsize::new(1)));
    if most > 1 {
        agenda.sort();
    }
    for _ in 1..most {
        let open_lanes = open_lanes.clone();
        lanes.spawn(extra(
            context.clone(),
            agenda.clone(),
            ends.clone(),
            governor.clone(),
            worth,
            open_lanes,
        ));
    }
    lanes.spawn(patiently(context.clone(), first, agenda.clone()));
    let mut result = Ok(Ended::Complete);
    while let Some(ended) = lanes.join_next().await {
        let ended = ended.unwrap_or_else(|e| Err(Error::internal(format!("a lane ended early: {e}"))));
        if !matches!(ended, Ok(Ended::Complete)) {
            context.stop.cancel();
        }
        result = match (result, ended) {
            (Ok(Ended::Complete), ended) | (Ok(Ended::Stopped), ended @ Err(_)) => ended,
            (result, _) => result,
        };
    }
    limits.note(user, most, &result);
    match result {
        Ok(Ended::Complete) => settle(&context, agenda.take_put_off()).await,
        result => result,
    }
}

/// A folder that was refused for now is tried again by another pass, and left out when that has been done often enough. Where
/// no folder opens, it is about the mailbox or the server, and the pass fails.
async fn settle(context: &Context, put_off: Vec<(Task, Error)>) -> Result<Ended> {
    for (task, error) in put_off {
        if !context.is_last_try || !context.opens_folders.load(Ordering::Relaxed) {
            return Err(error);
        }
        context.leave_out(&task.mapped, left_out_as(&error), &error).await?;
        context.count_as_known(task.ledger_id, task.counted).await?;
    }
    Ok(Ended::Complete)
}

/// How many lanes are worth their connections.
fn worthwhile(agenda: &Agenda, worth: u64) -> usize {
    let (folders, messages) = agenda.size();
    let by_messages = usize::try_from(messages / worth).unwrap_or(usize::MAX);
    by_messages.min(folders).clamp(1, MOST_LANES)
}

/// Another lane, as soon as there is room for it and while there is enough to do. Where it cannot be opened, the others
/// do its tasks.
async fn extra(
    context: Arc<Context>,
    agenda: Agenda,
    ends: Ends,
    governor: Governor,
    worth: u64,
    open_lanes: Arc<AtomicUsize>,
) -> Result<Ended> {
    let opened = tokio::select! {
       biased;
        opened = open(&context, &agenda, &ends, &governor, worth, &open_lanes) => opened,
        () = agenda.all_taken() => None,
        () = context.stop.cancelled() => None,
    };
    let Some((connected, extra)) = opened else { return Ok(Ended::Complete) };
    open_lanes.fetch_add(1, Ordering::Relaxed);
    let lane = Lane::new(context.clone(), connected);
    patiently(context, lane, agenda.for_extra_lane(Arc::new(extra))).await
}

/// Waits for room, and connects.
async fn open(
    context: &Context,
    agenda: &Agenda,
    ends: &Ends,
    governor: &Governor,
    worth: u64,
    open_lanes: &AtomicUsize,
) -> Option<(Connected, ExtraSeats)> {
    loop {
        let changed = governor.changed();
        if agenda.size().1 < worth {
            return None;
        }
        if let Some((seats, extra)) = ends.room(governor, context.lease.pass) {
            return match ends.connect_once(governor, &context.lease, seats).await {
                Ok(connected) => Some((connected, extra)),
                Err(error) => {
                    note_refusal(context, open_lanes, &error);
                    None
                }
            };
        }
        changed.await;
        // Users that are due come first.
        tokio::time::sleep(MAKE_WAY).await;
    }
}

/// Exchange opens no mailbox to one connection too many of the same user, and says what it says where there is none.
fn note_refusal(context: &Context, open_lanes: &AtomicUsize, error: &Error) {
    tracing::debug!(%error, "No other connection for this mailbox");
    if error.kind == ErrorKind::OauthMailboxUnavailable {
        let open = open_lanes.load(Ordering::Relaxed);
        context.memory.lane_limits.found(context.lease.user.id, open);
    }
}

async fn patiently(context: Arc<Context>, lane: Lane, agenda: Agenda) -> Result<Ended> {
    tokio::select! {
       biased;
        ended = lane.run(agenda) => ended,
        () = out_of_patience(&context.stop) => Ok(Ended::Stopped),
    }
}
