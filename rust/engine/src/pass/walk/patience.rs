//! Waits with a pass for what is away, and says so in its user's status and report.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Endpoint, Error, ErrorKind, Place, Result};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::net::outage::{Away, Key, LOGIN, Outages, SERVER, Try, Way};
use crate::net::session::Opened;
use crate::pass::report::journal::Journal;
use crate::pass::report::meter::Meter;

/// An end of a pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End<'e> {
    /// `Source` or `Target`, as status details have it.
    pub(crate) side: &'static str,
    pub(crate) endpoint: &'e Endpoint,
}

/// What a pass waits for.
pub(crate) struct Patience<'p> {
    outages: &'p Outages,
    pub(crate) journal: &'p Journal,
    meter: &'p Meter,
    /// Of how many nudges the settings are.
    nudges: u64,
    /// What the report says to be away, and the line for when it is over.
    told: BTreeMap<String, String>,
    /// What the status says meanwhile.
    detail: Option<String>,
}

impl<'p> Patience<'p> {
    pub(crate) fn new(outages: &'p Outages, journal: &'p Journal, meter: &'p Meter, nudges: u64) -> Self {
        Self { outages, journal, meter, nudges, told: BTreeMap::new(), detail: None }
    }

    /// Waits until the servers of these ends are there, or may be tried. None: the settings are to be read again.
    pub(crate) async fn way(&mut self, ends: &[End<'_>]) -> Result<Option<Vec<Try>>> {
        let keys: Vec<Key> = ends.iter().flat_map(|end| keys(end.endpoint)).collect();
        if let Some(detail) = &self.detail {
            // It tried in vain, and waits again.
            self.meter.stage(detail, None);
        }
        loop {
            let (began, told) = (Instant::now(), self.told.keys().cloned().collect::<BTreeSet<_>>());
            let way = self.outages.way(&keys, &told, self.nudges).await;
            self.meter.stalled(began.elapsed());
            match way {
                Way::Open(tries) => return Ok(Some(tries)),
                Way::Renewed => return Ok(None),
                Way::Away(name, away) => self.tell(ends, name, &away).await?,
            }
        }
    }

    async fn tell(&mut self, ends: &[End<'_>], name: String, away: &Away) -> Result<()> {
        let Some(end) = ends.iter().find(|end| keys(end.endpoint).iter().any(|(key, _)| *key == name)) else {
            return Ok(());
        };
        let (side, since) = (end.side, away.since.strftime("%F %T").to_string());
        let (detail, begun, over) = words(end, host(end.endpoint).as_deref() == Some(&name));
        let detail = format!("StalledDueTo{side}_{detail} since {since} UTC");
        self.meter.stage(&detail, None);
        self.detail = Some(detail);
        // A pass that was stopped meanwhile has said so already.
        if self.outages.tell_once(&name, self.journal.user()) {
            self.journal.note(format!("{begun} since {since} UTC: {}", away.error)).await?;
        }
        self.told.insert(name, over);
        Ok(())
    }

    /// Says that what was away is there again.
    pub(crate) async fn over(self) -> Result<()> {
        for line in self.told.into_values() {
            self.journal.note(line).await?;
        }
        Ok(())
    }
}

/// Connects, unless the pass is told to stop: a wait for a server may take days. What ends without a connection is due
/// again at once, as it is when it is stopped.
pub(crate) async fn unless<T>(
    stop: &CancellationToken,
    connecting: impl Future<Output = Result<Option<T>>>,
) -> Result<Option<T>> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Ok(None),
        connected = connecting => connected,
    }
}

/// A status detail, and the lines of the report for the begin and the end of a wait.
fn words(end: &End<'_>, is_server: bool) -> (&'static str, String, String) {
    let (side, endpoint) = (end.side.to_ascii_lowercase(), end.endpoint);
    let server = host(endpoint).unwrap_or_default();
    if is_server {
        let begun = format!("Waiting for the {side} server '{server}', which cannot be reached");
        return ("Unreachable", begun, format!("The {side} server '{server}' answers again."));
    }
    let login = endpoint.credentials.as_ref().map(|c| c.user_name.as_str()).unwrap_or_default();
    let begun = format!("Waiting with the login '{login}' at the {side} server '{server}', which refuses it");
    ("LoginRefused", begun, format!("The {side} server '{server}' takes the login '{login}' again."))
}

/// Takes note of what came of opening an end. Says whether its server is away.
pub(crate) fn note<T>(
    outages: &Outages,
    endpoint: &Endpoint,
    opened: &Opened<T>,
    tries: &[Try],
    now: Timestamp,
) -> bool {
    let mut away = false;
    for key in keys(endpoint) {
        let is_server = host(endpoint).as_deref() == Some(&key.0);
        match &opened.result {
            Err(error) if is_server && !opened.reached && is_away(error) => {
                outages.failed(&key, tries, error, now);
                away = true;
            }
            Err(error) if !is_server && error.kind == ErrorKind::AuthenticationFailed => {
                outages.failed(&key, tries, error, now);
            }
            // Whatever else it said, it was there; of the login that says nothing.
            Err(_) if !is_server => {}
            _ => outages.answered(&key.0),
        }
    }
    away
}

/// Whether an error before the login says that the server is not there now.
fn is_away(error: &Error) -> bool {
    use ErrorKind::{ConnectFailed, ConnectionLost, DnsFailed, TimedOut};
    matches!(error.kind, ConnectFailed | ConnectionLost | DnsFailed | TimedOut)
}

/// What may be away of an endpoint: its server, and the login that all of its users share.
pub(crate) fn keys(endpoint: &Endpoint) -> Vec<Key> {
    let server = host(endpoint).map(|host| (host, SERVER));
    let login = endpoint.credentials.as_ref().map(|_| (format!("login {}", endpoint.guid), LOGIN));
    server.into_iter().chain(login).collect()
}

/// The host that an endpoint is known by.
pub(crate) fn host(endpoint: &Endpoint) -> Option<String> {
    match &endpoint.place {
        Place::Imap(server) => Some(format!("{}:{}", server.remote_server.to_ascii_lowercase(), server.port)),
        Place::Maildir { .. } => None,
    }
}
