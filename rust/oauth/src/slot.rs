//! One token, and what is to be done with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::{Error, Secret};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use crate::mint::Minted;

/// How long a token is kept of which nobody says how long it is good.
const UNKNOWN_LIFE: Duration = Duration::from_secs(300);
/// The shortest life that is believed: each who asks would ask anew for a token that is over at once.
const SHORTEST_LIFE: Duration = Duration::from_secs(10);
/// The longest life that is believed.
const LONGEST_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Until when a token is new: refused then, the next one would be, too.
const NEW: Duration = Duration::from_secs(60);
/// After how long a token that could not be renewed before its time is tried to be renewed again.
const LATER: Duration = Duration::from_secs(30);

/// The place of a token. Whoever holds its lock may ask for one.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// How many requests have ended.
    ended: AtomicU64,
    state: Arc<Mutex<State>>,
}

/// What is in it.
#[derive(Debug, Default)]
pub(crate) struct State {
    held: Option<Held>,
    /// Why the last request failed, and which one it was.
    failure: Option<(u64, Error)>,
    /// A refresh token that is not in the vault yet.
    pub(crate) unsaved: Option<Secret>,
    /// The newest refresh token.
    pub(crate) refresh_token: Option<Secret>,
    /// Google gives tokens for what users show, and no more.
    pub(crate) is_limited: bool,
}

#[derive(Debug)]
struct Held {
    token: Secret,
    /// When it was asked for.
    minted: Instant,
    renew_at: Instant,
    over_at: Instant,
}

/// What there is for who asks.
pub(crate) enum Verdict {
    /// A token that is good as far as we know.
    Good(Secret),
    /// The token is too new for another one to do better.
    TooNew,
    /// One is to be asked for. Meanwhile there may be one that is good a little longer.
    Ask(Option<Secret>),
}

impl Slot {
    /// How many requests have ended: what [`State::failed_since`] wants.
    pub(crate) fn ended(&self) -> u64 {
        self.ended.load(Ordering::Acquire)
    }

    pub(crate) async fn lock(&self) -> OwnedMutexGuard<State> {
        self.state.clone().lock_owned().await
    }

    /// A request has ended with this token.
    pub(crate) fn minted(&self, state: &mut State, asked: Instant, minted: Minted) -> Secret {
        self.ended.fetch_add(1, Ordering::AcqRel);
        let life = minted.life.unwrap_or(UNKNOWN_LIFE).clamp(SHORTEST_LIFE, LONGEST_LIFE);
        if let Some(newer) = minted.refresh_token {
            (state.refresh_token, state.unsaved) = (Some(newer.clone()), Some(newer));
        }
        (state.is_limited, state.failure) = (minted.is_limited, None);
        let token = minted.token;
        let renew_at = asked + life * 4 / 5;
        state.held = Some(Held { token: token.clone(), minted: asked, renew_at, over_at: asked + life });
        token
    }

    /// A request has ended without one. Who asked meanwhile gets the same answer.
    pub(crate) fn failed(&self, state: &mut State, error: &Error) {
        let ended = self.ended.fetch_add(1, Ordering::AcqRel) + 1;
        state.failure = Some((ended, error.clone()));
    }

    /// A request has ended without one, and the one there is will do.
    pub(crate) fn postponed(&self, state: &mut State) {
        self.ended.fetch_add(1, Ordering::AcqRel);
        if let Some(held) = &mut state.held {
            held.renew_at = (Instant::now() + LATER).min(held.over_at);
        }
    }
}

impl State {
    /// Why a request failed that ended since so many had.
    pub(crate) fn failed_since(&self, ended: u64) -> Option<Error> {
        self.failure.as_ref().filter(|(at, _)| *at > ended).map(|(_, error)| error.clone())
    }

    /// The token there is, whatever it is worth.
    pub(crate) fn token(&self) -> Option<&Secret> {
        self.held.as_ref().map(|held| &held.token)
    }

    /// What there is for who asks, or was refused with `stale`. A token that was refused is nobody's any more.
    pub(crate) fn verdict(&mut self, stale: Option<&Secret>, now: Instant) -> Verdict {
        let Some(held) = &self.held else { return Verdict::Ask(None) };
        if stale == Some(&held.token) {
            if now < held.over_at.min(held.minted + NEW) {
                return Verdict::TooNew;
            }
            self.held = None;
            return Verdict::Ask(None);
        }
        if now < held.renew_at {
            return Verdict::Good(held.token.clone());
        }
        Verdict::Ask((now < held.over_at).then(|| held.token.clone()))
    }
}
