//! Keeps connections to each server within what it bears: a refusal for their number narrows it, quiet time widens it.
//!
//! All passes of a worker share it, whichever batches they belong to. Servers count connections by user or by client
//! address, and tell their limit only by refusing (peers D9, G10, I4, A16).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;
use tokio::time::Instant;

use crate::base::lock::lock;

/// How long a server must not have refused anything before one more connection is tried.
const QUIET: Duration = Duration::from_secs(60);
/// The pause after the first refusal; it doubles with each one that follows.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Shared by everything that connects. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Governor {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    hosts: Mutex<BTreeMap<String, Host>>,
    changed: Arc<Notify>,
}

/// The right to have one connection to a host open. Dropped, it is free for others.
#[derive(Debug)]
pub(crate) struct Seat {
    shared: Arc<Shared>,
    host: String,
    /// Whether the host has taken the connection.
    taken: bool,
}

/// What a further connection for a user who has one works by: it makes way for others.
#[derive(Debug)]
pub(crate) struct ExtraSeats {
    shared: Arc<Shared>,
    /// Hosts, and how many connections there may be to each.
    limits: Vec<(String, usize)>,
}

/// Somebody who waits for a seat.
struct Waiting<'a> {
    shared: &'a Shared,
    host: &'a str,
}

/// What is known of one host.
#[derive(Debug, Default)]
struct Host {
    open: usize,
    /// How many of them the host has taken.
    taken: usize,
    /// How many wait for a seat.
    waiting: usize,
    /// The most connections that it seems to bear; unknown until it refused one.
    limit: Option<usize>,
    /// Refusals since a connection was last accepted.
    refusals: u32,
    paused_until: Option<Instant>,
    widen_at: Option<Instant>,
}

impl Governor {
    /// Waits for a seat at each of these hosts. They are taken in one order by everybody, so that no two wait for
    /// each other.
    pub(crate) async fn seats(&self, hosts: &[String]) -> Vec<Seat> {
        let mut hosts = hosts.to_vec();
        hosts.sort();
        let mut seats = Vec::new();
        for host in hosts {
            seats.push(self.seat(host).await);
        }
        seats
    }

    /// Ends when seats may have become free after this call.
    pub(crate) fn changed(&self) -> OwnedNotified {
        self.shared.changed.clone().notified_owned()
    }

    /// Takes one more seat at each of these hosts, if that makes no more than so many there and nobody has to wait.
    pub(crate) fn extra(&self, limits: Vec<(String, usize)>) -> Option<(Vec<Seat>, ExtraSeats)> {
        let mut hosts = lock(&self.shared.hosts);
        let mut taken = Vec::new();
        for (name, most) in &limits {
            let host = hosts.entry(name.clone()).or_default();
            if host.waiting > 0 || host.open >= *most || host.admit(Instant::now()).is_err() {
                // As if they had not been taken: nobody has to look again.
                taken.into_iter().for_each(|name: &String| hosts.entry(name.clone()).or_default().open -= 1);
                return None;
            }
            taken.push(name);
        }
        let seat = |(name, _): &(String, usize)| Seat::new(&self.shared, name.clone());
        let seats = limits.iter().map(seat).collect();
        Some((seats, ExtraSeats { shared: self.shared.clone(), limits }))
    }

    async fn seat(&self, host: String) -> Seat {
        let mut waiting = None;
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // Whoever leaves between the look and the wait is heard.
            changed.as_mut().enable();
            let admitted = lock(&self.shared.hosts).entry(host.clone()).or_default().admit(Instant::now());
            match admitted {
                Ok(()) => {
                    drop(waiting);
                    return Seat::new(&self.shared, host);
                }
                Err(_) if waiting.is_none() => waiting = Some(Waiting::new(&self.shared, &host)),
                Err(Some(pause)) => {
                    // Either is a reason to look again.
                    let _ = tokio::time::timeout(pause, changed).await;
                }
                Err(None) => changed.await,
            }
        }
    }

    /// Takes note that a host accepted a connection.
    pub(crate) fn accepted(&self, host: &str) {
        self.shared.with(host, |host| host.refusals = 0);
    }

    /// Takes note that a host refused a connection for which there was a seat.
    pub(crate) fn refused(&self, host: &str) {
        self.shared.with(host, |host| host.refused(Instant::now()));
    }

    /// Whether others have, or ask for, connections to this host, too.
    pub(crate) fn is_shared(&self, host: &str) -> bool {
        lock(&self.shared.hosts).get(host).is_some_and(|host| host.open > 1)
    }

    /// Whether this host has taken connections that are still open. One that is down has not, however many ask for one.
    pub(crate) fn has_taken(&self, host: &str) -> bool {
        lock(&self.shared.hosts).get(host).is_some_and(|host| host.taken > 0)
    }
}

impl Shared {
    fn with(&self, host: &str, change: impl FnOnce(&mut Host)) {
        change(lock(&self.hosts).entry(host.to_owned()).or_default());
        self.changed.notify_waiters();
    }
}

impl ExtraSeats {
    /// Whether others wait for a seat, or have taken those that were free.
    pub(crate) fn are_wanted_by_others(&self) -> bool {
        let hosts = lock(&self.shared.hosts);
        self.limits
            .iter()
            .any(|(name, most)| hosts.get(name).is_some_and(|host| host.waiting > 0 || host.open > *most))
    }
}

impl Seat {
    fn new(shared: &Arc<Shared>, host: String) -> Self {
        Self { shared: shared.clone(), host, taken: false }
    }

    /// The host has taken the connection.
    pub(crate) fn take(&mut self) {
        if !std::mem::replace(&mut self.taken, true) {
            lock(&self.shared.hosts).entry(self.host.clone()).or_default().taken += 1;
        }
    }
}

impl<'a> Waiting<'a> {
    fn new(shared: &'a Shared, host: &'a str) -> Self {
        shared.with(host, |host| host.waiting += 1);
        Self { shared, host }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.with(self.host, |host| host.waiting = host.waiting.saturating_sub(1));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let taken = usize::from(self.taken);
        self.shared.with(&self.host, |host| {
            host.open = host.open.saturating_sub(1);
            host.taken = host.taken.saturating_sub(taken);
        });
    }
}

impl Host {
    /// Takes a seat, or says after what time at the latest to ask again.
    fn admit(&mut self, now: Instant) -> Result<(), Option<Duration>> {
        if let Some(limit) = &mut self.limit
            && self.widen_at.is_some_and(|at| at <= now)
        {
            *limit += 1;
            self.widen_at = Some(now + QUIET);
        }
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Err(Some(until - now));
        }
        if self.limit.is_some_and(|limit| self.open >= limit) {
            return Err(self.widen_at.map(|at| at - now));
        }
        self.open += 1;
        Ok(())
    }

    /// What others hold is what the host bears; one always may try.
    fn refused(&mut self, now: Instant) {
        let others = self.open.saturating_sub(1);
        self.limit = Some(others.max(1));
        let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.refusals)).min(LONGEST_PAUSE);
        self.refusals += 1;
        self.paused_until = Some(now + pause);
        self.widen_at = Some(now + QUIET);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_narrows_a_host_to_what_others_hold_and_quiet_time_widens_it() {
        let (mut host, now) = (Host::default(), Instant::now());
        for _ in 0..4 {
            host.admit(now).unwrap();
        }
        host.refused(now);
        host.open -= 1;
        assert_eq!(host.limit, Some(3));
        assert_eq!(host.admit(now), Err(Some(FIRST_PAUSE)));
        assert_eq!(host.admit(now + FIRST_PAUSE), Err(Some(QUIET - FIRST_PAUSE)));
        host.admit(now + QUIET).unwrap();
        assert_eq!(host.admit(now + QUIET), Err(Some(QUIET)));
    }

    #[test]
    fn refusals_in_a_row_pause_longer_and_one_connection_may_always_be_tried() {
        let (mut host, now) = (Host::default(), Instant::now());
        host.admit(now).unwrap();
        host.refused(now);
        host.refused(now);
        assert_eq!((host.limit, host.paused_until), (Some(1), Some(now + FIRST_PAUSE * 2)));
        host.open -= 1;
        host.admit(now + FIRST_PAUSE * 2).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_seat_gets_one_when_another_leaves() {
        let governor = Governor::default();
        let host = ["a".to_owned()];
        let first = governor.seats(&host).await;
        governor.refused("a");
        let (second, ()) = tokio::join!(governor.seats(&host), async { drop(first) });
        assert_eq!(second.len(), 1);
        assert!(!governor.is_shared("a"));
    }

    #[tokio::test]
    async fn a_host_has_taken_what_is_open_and_not_what_is_asked_for() {
        let governor = Governor::default();
        let mut seats = governor.seats(&["a".to_owned()]).await;
        assert!(!governor.has_taken("a"));
        seats.iter_mut().for_each(Seat::take);
        assert!(governor.has_taken("a"));
        drop(seats);
        assert!(!governor.has_taken("a"));
    }

    #[tokio::test]
    async fn an_extra_seat_is_one_that_limits_leave_free() {
        let governor = Governor::default();
        let most = |most| vec![("a".to_owned(), most), ("b".to_owned(), 9)];
        let _held = governor.seats(&["a".to_owned()]).await;
        assert!(governor.extra(most(1)).is_none());
        let (seats, extra) = governor.extra(most(2)).unwrap();
        assert_eq!(seats.len(), 2);
        assert!(!extra.are_wanted_by_others());
        let _other = governor.seats(&["a".to_owned()]).await;
        assert!(extra.are_wanted_by_others(), "there are three");
    }

    #[tokio::test(start_paused = true)]
    async fn an_extra_seat_makes_way_for_who_waits() {
        let governor = Governor::default();
        let host = ["a".to_owned()];
        let _first = governor.seats(&host).await;
        let (seats, extra) = governor.extra(vec![("a".to_owned(), 9)]).unwrap();
        let _refused = governor.seats(&host).await;
        governor.refused("a");
        let make_way = async {
            while !extra.are_wanted_by_others() {
                tokio::task::yield_now().await;
            }
            assert!(governor.extra(vec![("a".to_owned(), 9)]).is_none());
            drop(seats);
        };
        let (waited, ()) = tokio::join!(governor.seats(&host), make_way);
        assert_eq!(waited.len(), 1);
        assert!(!extra.are_wanted_by_others());
    }
}
