//! Waits for what is away: a server that cannot be reached, an administrator's login or an endpoint's grant that is refused. One
//! tries, after longer and longer pauses; the others wait for what becomes of that.
//!
//! All passes of a worker share it. Nobody's attempts are spent, and nobody gives up: it may take days.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use model::Error;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::base::lock::lock;

/// How long failures are waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pauses {
    /// After so many failures in a row.
    after: u32,
    /// The first pause; it doubles each time.
    first: Duration,
    /// The longest one.
    longest: Duration,
    /// Whether one must have succeeded before several may try at once.
    proof: bool,
}

/// A server that cannot be reached.
pub(crate) const SERVER: Pauses =
    Pauses { after: 1, first: Duration::from_secs(1), longest: Duration::from_secs(300), proof: false };

/// An administrator's login that is refused: servers lock accounts that try too often.
pub(crate) const LOGIN: Pauses = Pauses {
    after: 5,
    first: Duration::from_secs(15 * 60),
    longest: Duration::from_secs(4 * 60 * 60),
    proof: true,
};

/// What an endpoint has its tokens for, and the authorization server refuses: that mends itself no sooner than a login.
pub(crate) const GRANT: Pauses = Pauses { after: 1, ..LOGIN };

/// What may be away, by a name that is nobody else's, and how long it is waited for.
pub(crate) type Key = (String, Pauses);

/// Shared by everything that connects. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outages {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    known: Mutex<Known>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Known {
    things: BTreeMap<String, Thing>,
    /// Counts how often an admin asked to try again.
    nudges: u64,
    /// Counts the tries.
    tries: u64,
}

/// What is known of a server or a login.
#[derive(Debug, Default)]
struct Thing {
    /// Whether the last try succeeded.
    proven: bool,
    /// Failures in a row.
    failures: u32,
    away: Option<(Away, Instant, Duration)>,
    /// The try that somebody is at, for whom the others wait.
    trying: Option<u64>,
    /// The users whose reports say that it is away.
    told: BTreeSet<i64>,
}

/// Since when something is away, and why.
#[derive(Debug, Clone)]
pub(crate) struct Away {
    /// The date for people.
    pub(crate) since: Timestamp,
    /// What came of the first try.
    pub(crate) error: Error,
}

/// The right to try, for which others wait. Dropped without a word on what became of it, another one tries.
#[derive(Debug)]
pub(crate) struct Try {
    shared: Arc<Shared>,
    name: String,
    number: u64,
}

/// Where the way leads.
#[derive(Debug)]
pub(crate) enum Way {
    /// On. Holding these tries, if any.
    Open(Vec<Try>),
    /// To a wait: this is away, which the caller did not know yet.
    Away(String, Away),
    /// Back to the store: an admin has asked to try again, maybe with other settings.
    Renewed,
}

/// What stands in the way.
struct Obstacle {
    name: String,
    /// None: somebody is at the first try.
    away: Option<Away>,
    /// When to look again at the latest.
    pause: Option<Duration>,
}

impl Outages {
    /// How often an admin asked to try again: to be asked for before settings are read.
    pub(crate) fn nudges(&self) -> u64 {
        self.known().nudges
    }

    /// Waits until everything of this is there, or may be tried. `told` are the names of those that the caller knows to
    /// be away; its settings are those of so many nudges.
    pub(crate) async fn way(&self, keys: &[Key], told: &BTreeSet<String>, nudges: u64) -> Way {
        let mut waits = !told.is_empty();
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // What changes between the look and the wait is heard.
            changed.as_mut().enable();
            if waits && self.nudges() != nudges {
                return Way::Renewed;
            }
            let Obstacle { name, away, pause } = match self.admit(keys) {
                Ok(tries) => return Way::Open(tries),
                Err(obstacle) => *obstacle,
            };
            waits |= away.is_some();
            if let Some(away) = away
                && !told.contains(&name)
            {
                return Way::Away(name, away);
            }
            match pause {
                // Either is a reason to look again.
                Some(pause) => _ = tokio::time::timeout(pause, changed).await,
                None => changed.await,
            }
        }
    }

    /// Takes all tries that are needed, or none: who waits for one thing keeps nobody from another.
    fn admit(&self, keys: &[Key]) -> Result<Vec<Try>, Box<Obstacle>> {
        let (mut known, now) = (self.known(), Instant::now());
        for (name, pauses) in keys {
            let fresh = || Thing { proven: !pauses.proof, ..Thing::default() };
            let thing = known.things.entry(name.clone()).or_insert_with(fresh);
            if let Some(pause) = thing.obstacle(now) {
                let away = thing.away.as_ref().map(|(away, ..)| away.clone());
                return Err(Box::new(Obstacle { name: name.clone(), away, pause }));
            }
        }
        known.tries += 1;
        let (mut tries, number) = (Vec::new(), known.tries);
        for (name, _) in keys {
            if let Some(thing) = known.things.get_mut(name).filter(|thing| !thing.proven) {
                thing.trying = Some(number);
                tries.push(Try { shared: self.shared.clone(), name: name.clone(), number });
            }
        }
        Ok(tries)
    }

    /// Whether all of this is there, as far as is known.
    pub(crate) fn are_there(&self, keys: &[Key]) -> bool {
        let known = self.known();
        keys.iter().all(|(name, _)| known.things.get(name).is_none_or(|thing| thing.proven))
    }

    /// Whether a user's report does not say yet that this is away: from now on it does.
    pub(crate) fn tell_once(&self, name: &str, user: i64) -> bool {
        self.known().things.get_mut(name).is_none_or(|thing| thing.told.insert(user))
    }

    /// Takes note that it is there.
    pub(crate) fn answered(&self, name: &str) {
        let mut known = self.known();
        if let Some(thing) = known.things.get_mut(name) {
            *thing = Thing { proven: true, ..Thing::default() };
        }
        drop(known);
        self.shared.changed.notify_waiters();
    }

    /// Takes note that a try failed. Where somebody else is at a try, or a pause has begun, that decides, and not this.
    pub(crate) fn failed(&self, (name, pauses): &Key, tries: &[Try], error: &Error, now: Timestamp) {
        let tried = tries.iter().find(|trial| trial.name == *name).map(|trial| trial.number);
        if let Some(thing) = self.known().things.get_mut(name)
            && (thing.proven || (tried.is_some() && thing.trying == tried))
        {
            thing.failed(*pauses, Away { since: now, error: error.clone() }, Instant::now());
        }
        self.shared.changed.notify_waiters();
    }

    /// Ends all pauses: an admin has asked to try again. Whoever waits reads its settings again.
    pub(crate) fn nudge(&self) {
        let mut known = self.known();
        known.nudges += 1;
        for thing in known.things.values_mut() {
            thing.failures = 0;
            if let Some((_, until, _)) = &mut thing.away {
                *until = Instant::now();
            }
        }
        drop(known);
        self.shared.changed.notify_waiters();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        lock(&self.shared.known)
    }
}

impl Thing {
    /// Whether to wait, and for how long at the most.
    fn obstacle(&self, now: Instant) -> Option<Option<Duration>> {
        match &self.away {
            _ if self.proven => None,
            Some((_, until, _)) if *until > now => Some(Some(*until - now)),
            _ if self.trying.is_some() => Some(None),
            _ => None,
        }
    }

    fn failed(&mut self, pauses: Pauses, away: Away, now: Instant) {
        (self.proven, self.trying) = (false, None);
        self.failures += 1;
        let before = self.away.take();
        if before.is_none() && self.failures < pauses.after {
            return;
        }
        let pause = before.as_ref().map_or(pauses.first, |(.., pause)| (*pause * 2).min(pauses.longest));
        let away = before.map_or(away, |(away, ..)| away);
        self.away = Some((away, now + pause, pause));
    }
}

impl Drop for Try {
    fn drop(&mut self) {
        // What came of it may be known, and another be at a try by now.
        if let Some(thing) = lock(&self.shared.known).things.get_mut(&self.name)
            && thing.trying == Some(self.number)
        {
            thing.trying = None;
        }
        self.shared.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use model::ErrorKind;

    use super::*;

    fn error() -> Error {
        Error::new(ErrorKind::ConnectFailed, "refused")
    }

    fn server() -> Key {
        ("a:143".to_owned(), SERVER)
    }

    fn login() -> Key {
        ("login".to_owned(), LOGIN)
    }

    async fn open(outages: &Outages, key: &Key) -> Vec<Try> {
        let told = BTreeSet::from([key.0.clone()]);
        match outages.way(std::slice::from_ref(key), &told, outages.nudges()).await {
            Way::Open(tries) => tries,
            other => panic!("{other:?}"),
        }
    }

    fn failed(outages: &Outages, key: &Key, tries: &[Try]) {
        outages.failed(key, tries, &error(), Timestamp::UNIX_EPOCH);
    }

    #[tokio::test(start_paused = true)]
    async fn one_tries_a_server_that_is_away_after_longer_and_longer_pauses_and_goes_on_for_days() {
        let (outages, key) = (Outages::default(), server());
        assert!(open(&outages, &key).await.is_empty(), "nobody waits for a server that is there");
        failed(&outages, &key, &[]);
        let began = Instant::now();
        let mut pauses = Vec::new();
        for _ in 0..1_000 {
            let last = began.elapsed();
            let tries = open(&outages, &key).await;
            pauses.push((began.elapsed() - last).as_secs());
            failed(&outages, &key, &tries);
            failed(&outages, &key, &[]);
        }
        assert_eq!(pauses[..3], [1, 2, 4]);
        assert_eq!(pauses[9..12], [300; 3]);
        assert!(began.elapsed() > Duration::from_secs(3 * 86_400));
    }

    #[tokio::test(start_paused = true)]
    async fn the_others_wait_for_who_tries_and_follow_when_it_gets_through() {
        let (outages, key) = (Outages::default(), server());
        open(&outages, &key).await;
        failed(&outages, &key, &[]);
        let trial = open(&outages, &key).await;
        assert_eq!(trial.len(), 1);
        let others = async { (open(&outages, &key).await, open(&outages, &key).await) };
        let succeed = async { outages.answered(&key.0) };
        let ((first, second), ()) = tokio::join!(others, succeed);
        assert!(first.is_empty() && second.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_its_try_leaves_it_to_another() {
        let (outages, key) = (Outages::default(), server());
        open(&outages, &key).await;
        failed(&outages, &key, &[]);
        let trial = open(&outages, &key).await;
        let (next, ()) = tokio::join!(open(&outages, &key), async { drop(trial) });
        assert_eq!(next.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_told_once_what_is_away_and_since_when() {
        let (outages, key) = (Outages::default(), server());
        open(&outages, &key).await;
        failed(&outages, &key, &[]);
        let way = outages.way(std::slice::from_ref(&key), &BTreeSet::new(), 0).await;
        assert!(matches!(way, Way::Away(name, away) if name == key.0 && away.since == Timestamp::UNIX_EPOCH));
    }

    #[tokio::test(start_paused = true)]
    async fn a_login_is_tried_by_one_at_a_time_until_it_succeeds_and_five_times_at_most() {
        let (outages, key, began) = (Outages::default(), login(), Instant::now());
        for _ in 0..5 {
            let tries = open(&outages, &key).await;
            assert_eq!(tries.len(), 1);
            failed(&outages, &key, &tries);
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        let tries = open(&outages, &key).await;
        assert_eq!(began.elapsed(), LOGIN.first);
        outages.answered(&key.0);
        drop(tries);
        assert!(open(&outages, &key).await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_reads_its_settings_again_when_an_admin_asks_to_try_again() {
        let (outages, key, began) = (Outages::default(), login(), Instant::now());
        for _ in 0..5 {
            let tries = open(&outages, &key).await;
            failed(&outages, &key, &tries);
        }
        let (keys, told) = ([key.clone()], BTreeSet::from([key.0.clone()]));
        let (way, ()) = tokio::join!(outages.way(&keys, &told, 0), async { outages.nudge() });
        assert!(matches!(way, Way::Renewed));
        assert_eq!((open(&outages, &key).await.len(), began.elapsed()), (1, Duration::ZERO));
    }
}
