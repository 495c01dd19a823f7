//! Connects a pass to both sides, as soon as both bear it.

use std::sync::Arc;

use model::status::PassKind;
use model::{Endpoint, Error, ErrorKind, Lease, Result, login};
use tokio::time::Instant;
use wire::{Connection, suggested_backoff};

use super::patience::{self, End, Patience, host, keys, unless};
use crate::base::world::World;
use crate::net::governor::{ExtraSeats, Governor, Seat};
use crate::net::outage::{Key, Outages, Try};
use crate::net::session::{self, Door, Opened};
use crate::net::tokens::Reached;
use crate::pass::context::Context;
use crate::pass::report::meter::Meter;
use crate::pass::side::source::{Source, from_source};
use crate::target::Target;

/// How often servers may refuse for the number of connections before the pass fails.
const MOST_REFUSALS: u32 = 8;

/// Both sides of a pass, and the right to be connected to them.
pub(crate) struct Connected {
    pub(crate) source: Source,
    pub(crate) target: Target,
    pub(crate) seats: Vec<Seat>,
}

/// What came of opening both sides.
struct Sides {
    source: Opened<Source>,
    target: Opened<Target>,
    /// Which of them has too many connections, as status details have it.
    crowded: Option<&'static str>,
}

/// Where a pass connects to. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Ends {
    both: Arc<(Endpoint, Endpoint)>,
    world: World,
    outages: Outages,
}

impl Ends {
    pub(crate) fn new(source: Endpoint, target: Endpoint, world: World, outages: Outages) -> Self {
        Self { both: Arc::new((source, target)), world, outages }
    }

    /// Opens both sides. A server that is away is waited for, and one that has too many connections is tried again when
    /// it has fewer. None: an admin wants it to be tried anew, maybe with other settings.
    pub(crate) async fn connect(
        &self,
        governor: &Governor,
        lease: &Lease,
        mut patience: Patience<'_>,
        meter: &Meter,
    ) -> Result<Option<Connected>> {
        let (source, target) = &*self.both;
        let hosts: Vec<String> = [source, target].into_iter().filter_map(host).collect();
        let ends = [End { side: "Source", endpoint: source }, End { side: "Target", endpoint: target }];
        let mut refusals = 0;
        loop {
            let Some(tries) = patience.way(&ends).await? else { return Ok(None) };
            let began = Instant::now();
            let mut seats = governor.seats(&hosts).await;
            meter.stalled(began.elapsed());
            meter.stage("Connecting", None);
            let sides = self.open(governor, lease).await?;
            let (is_away, crowded) = (self.note(&sides, &tries), sides.crowded);
            refusals += u32::from(crowded.is_some());
            match sides.both() {
                Ok((source, target)) => {
                    patience.over().await?;
                    seats.iter_mut().for_each(Seat::take);
                    return Ok(Some(Connected { source, target, seats }));
                }
                Err(_) if is_away => {}
                Err(error) => match crowded {
                    Some(detail) if refusals <= MOST_REFUSALS && may_be_crowded(&error) => {
                        meter.stage(detail, None);
                        patience.journal.note(format!("Stage: {detail}. Waiting for room: {error}.")).await?;
                    }
                    _ => return Err(error),
                },
            }
        }
    }

    /// Opens both sides for another turn of a pass. None: it is to stop, or an admin wants it to be tried anew.
    pub(crate) async fn connect_again(&self, context: &Context) -> Result<Option<Connected>> {
        let Context { memory, journal, meter, lease, .. } = context;
        let patience = Patience::new(&memory.outages, journal, meter, memory.outages.nudges());
        unless(&context.stop, self.connect(&memory.governor, lease, patience, meter)).await
    }

    /// Room for one more connection to both sides, if neither the endpoints' limits nor the servers are against it and
    /// nobody waits. The endpoints limit mailboxes, and so do they connections: what others leave free may be used.
    pub(crate) fn room(&self, governor: &Governor, pass: PassKind) -> Option<(Vec<Seat>, ExtraSeats)> {
        let (source, target) = &*self.both;
        let keys: Vec<Key> = [source, target].into_iter().flat_map(keys).collect();
        let most = |endpoint: &Endpoint| Some((host(endpoint)?, most_connections(endpoint, pass)));
        let limits = || [source, target].into_iter().filter_map(most).collect();
        self.outages.are_there(&keys).then(|| governor.extra(limits())).flatten()
    }

    /// Opens both sides once more for the same user, if that can be had without asking again.
    pub(crate) async fn connect_once(
        &self,
        governor: &Governor,
        lease: &Lease,
        mut seats: Vec<Seat>,
    ) -> Result<Connected> {
        let sides = self.open(governor, lease).await?;
        self.note(&sides, &[]);
        let (source, target) = sides.both()?;
        seats.iter_mut().for_each(Seat::take);
        Ok(Connected { source, target, seats })
    }

    /// Opens both sides, and says which has too many connections.
    async fn open(&self, governor: &Governor, lease: &Lease) -> Result<Sides> {
        let (source, target) = &*self.both;
        let login = login::source_login(source, &lease.user.row)?;
        let door = Door::new(self.world.clone(), source.clone(), login);
        let (from, to) = tokio::join!(door.reach(), Target::reach(&self.world, target, &lease.user.row));
        let from = from.map(|connection| Source::new(connection, door));
        let mut crowded = None;
        let sides = [
            (source, from.reached, from.result.as_ref().err(), "StalledDueToSource_ConnectionLimit"),
            (target, to.reached, to.result.as_ref().err(), "StalledDueToTarget_ConnectionLimit"),
        ];
        for (endpoint, reached, error, detail) in sides {
            crowded = note(governor, endpoint, reached, error).then_some(detail).or(crowded);
        }
        Ok(Sides { source: from, target: to, crowded })
    }

    /// Takes note of what came of a try; says whether a server is away. One that has too many connections is there.
    fn note(&self, sides: &Sides, tries: &[Try]) -> bool {
        let ((source, target), now) = (&*self.both, self.world.clock.now());
        if sides.crowded.is_some() {
            return false;
        }
        let source = patience::note(&self.outages, source, &sides.source, tries, now);
        let target = patience::note(&self.outages, target, &sides.target, tries, now);
        source || target
    }
}

impl Sides {
    fn both(self) -> Result<(Source, Target)> {
        let (source, target) = (self.source.result, self.target.result);
        source.map_err(from_source).and_then(|source| Ok((source, target?)))
    }
}

/// Opens the source alone, as an analysis does. None: an admin wants it to be tried anew.
pub(crate) async fn connect_source(
    world: &World,
    outages: &Outages,
    source: &Endpoint,
    lease: &Lease,
    mut patience: Patience<'_>,
    meter: &Meter,
) -> Result<Option<Connection>> {
    loop {
        let end = End { side: "Source", endpoint: source };
        let Some(tries) = patience.way(&[end]).await? else { return Ok(None) };
        meter.stage("Connecting", None);
        let login = login::source_login(source, &lease.user.row)?;
        let opened = session::reach(world, source, login).await;
        if !patience::note(outages, source, &opened, &tries, world.clock.now()) {
            let connection = opened.result.map_err(from_source)?;
            patience.over().await?;
            return Ok(Some(connection));
        }
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
fn note(governor: &Governor, endpoint: &Endpoint, reached: Reached, error: Option<&Error>) -> bool {
    let Some(host) = host(endpoint) else { return false };
    match error {
        None => governor.accepted(&host),
        Some(_) if reached == Reached::NoToken => {}
        // Some servers just hang up on one connection too many (peers 2.3). Before the greeting, so does what stands before a
        // server that is down: for everybody.
        Some(error)
            if error.kind == ErrorKind::ConnectionLost
                && reached == Reached::Nobody
                && !governor.has_taken(&host) => {}
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
