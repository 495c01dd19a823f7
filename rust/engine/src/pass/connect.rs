//! Connects a pass to both sides, as soon as both bear it.

use std::time::Instant;

use model::{Endpoint, Error, ErrorKind, Lease, Place, Result, login};
use wire::Connection;

use super::Meter;
use crate::session;
use crate::target::Target;
use crate::worker::governor::{Governor, Seat};

/// How often servers may refuse for the number of connections before the pass fails.
const MOST_REFUSALS: u32 = 8;

/// Both sides of a pass, and the right to be connected to them.
pub(super) struct Connected {
    pub(super) source: Connection,
    pub(super) target: Target,
    pub(super) seats: Vec<Seat>,
}

/// Opens both sides. A server that has too many connections is tried again when it has fewer.
pub(super) async fn connect(
    governor: &Governor,
    source: &Endpoint,
    target: &Endpoint,
    lease: &Lease,
    meter: &Meter,
) -> Result<Connected> {
    let hosts: Vec<String> = [source, target].into_iter().filter_map(host).collect();
    let mut refusals = 0;
    loop {
        let began = Instant::now();
        let seats = governor.seats(&hosts).await;
        meter.stalled(began.elapsed());
        meter.stage("Connecting", None);
        let login = login::source_login(source, &lease.user.row)?;
        let (from, to) =
            tokio::join!(session::open(&source.place, login), Target::open(target, &lease.user.row),);
        let mut crowded = None;
        let sides = [
            (source, from.as_ref().err(), "StalledDueToSource_ConnectionLimit"),
            (target, to.as_ref().err(), "StalledDueToTarget_ConnectionLimit"),
        ];
        for (endpoint, error, detail) in sides {
            crowded = note(governor, endpoint, error).then_some(detail).or(crowded);
        }
        refusals += u32::from(crowded.is_some());
        match (from, to) {
            (Ok(source), Ok(target)) => return Ok(Connected { source, target, seats }),
            (Err(error), _) | (_, Err(error)) => match crowded {
                Some(detail) if refusals <= MOST_REFUSALS && may_be_crowded(error.kind) => {
                    meter.stage(detail, None);
                }
                _ => return Err(error),
            },
        }
    }
}

/// Tells the governor what became of a connection; says whether it was refused for the number of connections.
fn note(governor: &Governor, endpoint: &Endpoint, error: Option<&Error>) -> bool {
    let Some(host) = host(endpoint) else { return false };
    match error.map(|error| error.kind) {
        None => governor.accepted(&host),
        // Some servers just hang up on one connection too many (peers 2.3).
        Some(ErrorKind::ConnectionLost) if !governor.is_shared(&host) => {}
        Some(kind) if may_be_crowded(kind) => {
            governor.refused(&host);
            return true;
        }
        Some(_) => {}
    }
    false
}

fn may_be_crowded(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Throttled | ErrorKind::ConnectionLost)
}

fn host(endpoint: &Endpoint) -> Option<String> {
    match &endpoint.place {
        Place::Imap(server) => Some(format!("{}:{}", server.remote_server.to_ascii_lowercase(), server.port)),
        Place::Maildir { .. } => None,
    }
}
