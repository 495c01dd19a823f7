//! Connects a pass to both sides, as soon as both bear it.

use std::sync::Arc;

use model::status::PassKind;
use model::{Endpoint, Error, ErrorKind, Lease, Place, Result, login};
use tokio::time::Instant;
use wire::{Connection, suggested_backoff};

use crate::base::world::World;
use crate::net::governor::{ExtraSeats, Governor, Seat};
use crate::net::session;
use crate::pass::report::journal::Journal;
use crate::pass::report::meter::Meter;
use crate::target::Target;

/// How often servers may refuse for the number of connections before the pass fails.
const MOST_REFUSALS: u32 = 8;

/// What came of opening both sides.
type Sides = Result<(Connection, Target)>;

/// Both sides of a pass, and the right to be connected to them.
pub(crate) struct Connected {
    pub(crate) source: Connection,
    pub(crate) target: Target,
    pub(crate) seats: Vec<Seat>,
}

/// Where a pass connects to. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Ends {
    both: Arc<(Endpoint, Endpoint)>,
    world: World,
}

impl Ends {
    pub(crate) fn new(source: Endpoint, target: Endpoint, world: World) -> Self {
        Self { both: Arc::new((source, target)), world }
    }

    /// Opens both sides. A server that has too many connections is tried again when it has fewer.
    pub(crate) async fn connect(
        &self,
        governor: &Governor,
        lease: &Lease,
        meter: &Meter,
        journal: &Journal,
    ) -> Result<Connected> {
        let (source, target) = &*self.both;
        let hosts: Vec<String> = [source, target].into_iter().filter_map(host).collect();
        let mut refusals = 0;
        loop {
            let began = Instant::now();
            let seats = governor.seats(&hosts).await;
            meter.stalled(began.elapsed());
            meter.stage("Connecting", None);
            let (sides, crowded) = self.open(governor, lease).await?;
            refusals += u32::from(crowded.is_some());
            match sides {
                Ok((source, target)) => return Ok(Connected { source, target, seats }),
                Err(error) => match crowded {
                    Some(detail) if refusals <= MOST_REFUSALS && may_be_crowded(&error) => {
                        meter.stage(detail, None);
                        journal.note(format!("Stage: {detail}. Waiting for room: {error}.")).await?;
                    }
                    _ => return Err(error),
                },
            }
        }
    }

    /// Room for one more connection to both sides, if neither the endpoints' limits nor the servers are against it and
    /// nobody waits. The endpoints limit mailboxes, and so do they connections: what others leave free may be used.
    pub(crate) fn room(&self, governor: &Governor, pass: PassKind) -> Option<(Vec<Seat>, ExtraSeats)> {
        let (source, target) = &*self.both;
        let most = |endpoint: &Endpoint| Some((host(endpoint)?, most_connections(endpoint, pass)));
        governor.extra([source, target].into_iter().filter_map(most).collect())
    }

    /// Opens both sides once more for the same user, if that can be had without asking again.
    pub(crate) async fn connect_once(
        &self,
        governor: &Governor,
        lease: &Lease,
        seats: Vec<Seat>,
    ) -> Option<Connected> {
        match self.open(governor, lease).await {
            Ok((Ok((source, target)), _)) => Some(Connected { source, target, seats }),
            Ok((Err(error), _)) | Err(error) => {
                tracing::debug!(%error, "No other connection for this mailbox");
                None
            }
        }
    }

    /// Opens both sides, and says which has too many connections.
    async fn open(&self, governor: &Governor, lease: &Lease) -> Result<(Sides, Option<&'static str>)> {
        let (source, target) = &*self.both;
        let login = login::source_login(source, &lease.user.row)?;
        let (from, to) = tokio::join!(
            session::open(&self.world, &source.place, login),
            Target::open(&self.world, target, &lease.user.row)
        );
        let mut crowded = None;
        let sides = [
            (source, from.as_ref().err(), "StalledDueToSource_ConnectionLimit"),
            (target, to.as_ref().err(), "StalledDueToTarget_ConnectionLimit"),
        ];
        for (endpoint, error, detail) in sides {
            crowded = note(governor, endpoint, error).then_some(detail).or(crowded);
        }
        Ok((from.and_then(|from| Ok((from, to?))), crowded))
    }
}

/// How many mailboxes an endpoint takes at once in such a pass.
fn most_connections(endpoint: &Endpoint, pass: PassKind) -> usize {
    match pass {
        PassKind::Initial | PassKind::Analyze => endpoint.max_concurrent_migrations,
        PassKind::Incremental => endpoint.max_concurrent_incremental_syncs,
    }
    .as_usize()
}

/// Tells the governor what became of a connection; says whether it was refused for the number of connections.
fn note(governor: &Governor, endpoint: &Endpoint, error: Option<&Error>) -> bool {
    let Some(host) = host(endpoint) else { return false };
    match error {
        None => governor.accepted(&host),
        // Some servers just hang up on one connection too many (peers 2.3).
        Some(error) if error.kind == ErrorKind::ConnectionLost && !governor.is_shared(&host) => {}
        Some(error) if may_be_crowded(error) => {
            governor.refused(&host);
            return true;
        }
        Some(_) => {}
    }
    false
}

/// Whether a server may have refused for the number of connections. One that says for how long to leave the account alone
/// means that account.
fn may_be_crowded(error: &Error) -> bool {
    let has_time = error.server.as_deref().and_then(suggested_backoff).is_some();
    matches!(error.kind, ErrorKind::Throttled | ErrorKind::ConnectionLost) && !has_time
}

/// The host that the governor knows an endpoint by.
pub(crate) fn host(endpoint: &Endpoint) -> Option<String> {
    match &endpoint.place {
        Place::Imap(server) => Some(format!("{}:{}", server.remote_server.to_ascii_lowercase(), server.port)),
        Place::Maildir { .. } => None,
    }
}
