//! Waits with a pass for what is away, and says so in its user's status and report.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Endpoint, Error, ErrorKind, Place, Result};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::net::outage::{Away, GRANT, Key, LOGIN, Outages, SERVER, Try, Way};
use crate::net::session::Opened;
use crate::net::tokens::{Reached, concerns_all};
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
        let named = |end: &'_ End<'_>| things(end.endpoint).into_iter().find(|(_, (key, _))| *key == name);
        let Some((end, (thing, _))) = ends.iter().find_map(|end| Some((end, named(end)?))) else {
            return Ok(());
        };
        let (side, since) = (end.side, away.since.strftime("%F %T").to_string());
        let (detail, begun, over) = words(end, thing);
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
fn words(end: &End<'_>, thing: Thing) -> (&'static str, String, String) {
    let (side, endpoint) = (end.side.to_ascii_lowercase(), end.endpoint);
    let (server, name) = (host(endpoint).unwrap_or_default(), &endpoint.name);
    let login = endpoint.credentials.as_ref().map(|c| c.user_name.as_str()).unwrap_or_default();
    match thing {
        Thing::Server => (
            "Unreachable",
            format!("Waiting for the {side} server '{server}', which cannot be reached"),
            format!("The {side} server '{server}' answers again."),
        ),
        Thing::Login => (
            "LoginRefused",
            format!("Waiting with the login '{login}' at the {side} server '{server}', which refuses it"),
            format!("The {side} server '{server}' takes the login '{login}' again."),
        ),
        Thing::TokenServer => (
            "TokenServerUnreachable",
            format!(
                "Waiting for the server that gives the {side} endpoint '{name}' its tokens, which has none now"
            ),
            format!("The {side} endpoint '{name}' has tokens again."),
        ),
        Thing::Grant => (
            "TokenRefused",
            format!("Waiting with the {side} endpoint '{name}', which is given no token"),
            format!("The {side} endpoint '{name}' is given tokens again."),
        ),
    }
}

/// Takes note of what came of opening an end. Says whether something of it is away.
pub(crate) fn note<T>(
    outages: &Outages,
    endpoint: &Endpoint,
    opened: &Opened<T>,
    tries: &[Try],
    now: Timestamp,
) -> bool {
    let mut away = false;
    for (thing, key) in things(endpoint) {
        match thing.told_by(endpoint, opened) {
            Told::There => outages.answered(&key.0),
            Told::Nothing => {}
            Told::Refused(error) => outages.failed(&key, tries, error, now),
            Told::Away(error) => {
                outages.failed(&key, tries, error, now);
                away = true;
            }
        }
    }
    away
}

/// What may be away of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing {
    /// Its server.
    Server,
    /// The login that all of its users share.
    Login,
    /// The server that gives its tokens.
    TokenServer,
    /// What it has its tokens for.
    Grant,
}

/// What the opening of an end tells of one of these.
enum Told<'e> {
    There,
    Nothing,
    /// It is there, and of no use.
    Refused(&'e Error),
    Away(&'e Error),
}

impl Thing {
    fn told_by<'e, T>(self, endpoint: &Endpoint, opened: &'e Opened<T>) -> Told<'e> {
        let Err(error) = &opened.result else { return Told::There };
        let is_given = opened.reached != Reached::NoToken;
        let all = || endpoint.oauth.as_ref().is_some_and(|oauth| concerns_all(oauth, error.kind));
        match self {
            Self::Server if !is_given => Told::Nothing,
            Self::Server if opened.reached == Reached::Nobody && is_away(error) => Told::Away(error),
            Self::Login if error.kind == ErrorKind::AuthenticationFailed => Told::Refused(error),
            // Whatever else it said, it was there; of the login that says nothing.
            Self::Login => Told::Nothing,
            Self::TokenServer if !is_given && (is_away(error) || error.kind == ErrorKind::OauthBusy) => {
                Told::Away(error)
            }
            Self::Grant if !is_given => {
                if all() {
                    Told::Refused(error)
                } else {
                    Told::Nothing
                }
            }
            Self::Server | Self::TokenServer | Self::Grant => Told::There,
        }
    }
}

/// Whether an error before the login says that the server is not there now.
fn is_away(error: &Error) -> bool {
    use ErrorKind::{ConnectFailed, ConnectionLost, DnsFailed, TimedOut};
    matches!(error.kind, ConnectFailed | ConnectionLost | DnsFailed | TimedOut)
}

/// What may be away of an endpoint, by names.
pub(crate) fn keys(endpoint: &Endpoint) -> Vec<Key> {
    things(endpoint).into_iter().map(|(_, key)| key).collect()
}

fn things(endpoint: &Endpoint) -> Vec<(Thing, Key)> {
    let guid = endpoint.guid;
    let server = host(endpoint).map(|host| (Thing::Server, (host, SERVER)));
    let login = endpoint.credentials.as_ref().map(|_| (Thing::Login, (format!("login {guid}"), LOGIN)));
    let tokens = endpoint.oauth.as_ref().map(|_| (Thing::TokenServer, (format!("tokens {guid}"), SERVER)));
    let grant = endpoint.oauth.as_ref().map(|_| (Thing::Grant, (format!("grant {guid}"), GRANT)));
    [server, login, tokens, grant].into_iter().flatten().collect()
}

/// The host that an endpoint is known by.
pub(crate) fn host(endpoint: &Endpoint) -> Option<String> {
    match &endpoint.place {
        Place::Imap(server) => Some(format!("{}:{}", server.remote_server.to_ascii_lowercase(), server.port)),
        Place::Maildir { .. } => None,
    }
}
