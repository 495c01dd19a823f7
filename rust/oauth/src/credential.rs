//! A credential is asked, never a string: it has a token, or asks for one, once however many want it.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::oauth::{Claims, Grant, OAuth};
use model::{Error, ErrorKind, Result, Secret};
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use crate::blocking::blocking;
use crate::net::Net;
use crate::server::Server;
use crate::slot::{Slot, State, Verdict};

/// Where refresh tokens lie. Both calls may block for as long as a database does.
pub trait Vault: Debug + Send + Sync {
    /// Keeps a refresh token in place of the one before. The token that came with it is used only after that.
    fn keep(&self, refresh_token: &Secret) -> Result<()>;

    /// The one that lies there, if another process may have put it there. `None`: ours is the newest.
    fn newest(&self) -> Result<Option<Secret>> {
        Ok(None)
    }
}

/// The tokens of an endpoint. Cheap to clone: all clones have the same ones.
#[derive(Debug, Clone)]
pub struct Credential(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    server: Server,
    vault: Arc<dyn Vault>,
    /// By mailbox; one of no name where a token is for all.
    slots: Mutex<BTreeMap<String, Arc<Slot>>>,
}

/// For how many mailboxes tokens are held. With more, those that nobody asks for are forgotten.
const MOST_HELD: usize = 4096;

impl Credential {
    /// Tokens that are had so.
    pub fn new(oauth: OAuth, net: Net, vault: Arc<dyn Vault>) -> Self {
        Self(Arc::new(Inner { server: Server { oauth, net }, vault, slots: Mutex::default() }))
    }

    /// A token for this mailbox: the one there is, or a new one when 80 % of its life are over.
    pub async fn token(&self, mailbox: &str) -> Result<Secret> {
        self.ask(mailbox, None).await
    }

    /// The mail server has refused `stale`: another token, or [`ErrorKind::OauthTokenRejected`] where `stale` is less than a
    /// minute old, as the next one would be refused, too.
    pub async fn refused(&self, mailbox: &str, stale: &Secret) -> Result<Secret> {
        self.ask(mailbox, Some(stale)).await
    }

    /// What the token for this mailbox says of itself. `None`: there is none yet, or it says nothing.
    pub async fn claims(&self, mailbox: &str) -> Option<Claims> {
        self.held(mailbox)?.lock().await.token().and_then(Claims::of)
    }

    /// Whether the token for this mailbox shows what its user has not hidden, and no more: Google's delegation lacks
    /// [`model::oauth::GOOGLE_ADMIN_SCOPE`].
    pub async fn is_limited(&self, mailbox: &str) -> bool {
        match self.held(mailbox) {
            Some(slot) => slot.lock().await.is_limited,
            None => false,
        }
    }

    async fn ask(&self, mailbox: &str, stale: Option<&Secret>) -> Result<Secret> {
        let slot = self.slot(mailbox);
        let ended = slot.ended();
        let mut state = slot.lock().await;
        if let Some(error) = state.failed_since(ended) {
            return Err(error);
        }
        self.0.settle(&mut state).await?;
        let spare = match state.verdict(stale, Instant::now()) {
            Verdict::Good(token) => return Ok(token),
            Verdict::TooNew => return Err(refused_when_new(&state)),
            Verdict::Ask(spare) => spare,
        };
        let renewal = self.0.clone().renew(slot, mailbox.to_owned(), state, spare);
        if !matches!(self.0.server.oauth.grant, Grant::SignIn { .. }) {
            return renewal.await;
        }
        // Whoever asks may leave, but a refresh token that is on its way must find its place: the old one may be used up.
        let ended = tokio::spawn(renewal).await;
        ended.unwrap_or_else(|error| Err(Error::internal(format!("a request for a token broke: {error}"))))
    }

    /// The place of the token for this mailbox.
    fn slot(&self, mailbox: &str) -> Arc<Slot> {
        let key = self.0.key(mailbox);
        let mut slots = self.0.slots();
        if slots.len() >= MOST_HELD && !slots.contains_key(key) {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry(key.to_owned()).or_default().clone()
    }

    /// The same, if somebody has asked for it.
    fn held(&self, mailbox: &str) -> Option<Arc<Slot>> {
        self.0.slots().get(self.0.key(mailbox)).cloned()
    }
}

impl Inner {
    fn slots(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the token for a mailbox is known by: nothing, where one is good for all.
    fn key<'m>(&self, mailbox: &'m str) -> &'m str {
        if self.server.oauth.is_shared() { "" } else { mailbox }
    }

    /// Asks for a token. `spare` is one that will do a little longer.
    async fn renew(
        self: Arc<Self>,
        slot: Arc<Slot>,
        mailbox: String,
        mut state: OwnedMutexGuard<State>,
        spare: Option<Secret>,
    ) -> Result<Secret> {
        let asked = Instant::now();
        let minted = match self.refresh_token(&state).await {
            Ok(refresh_token) => self.server.mint(&mailbox, &refresh_token).await,
            Err(error) => Err(error),
        };
        match (minted, spare) {
            (Ok(minted), _) => {
                let token = slot.minted(&mut state, asked, minted);
                self.settle(&mut state).await.map(|()| token)
            }
            (Err(_), Some(spare)) => {
                // Why is told when there is none any more, if it is still so.
                slot.postponed(&mut state);
                Ok(spare)
            }
            (Err(error), None) => {
                slot.failed(&mut state, &error);
                Err(error)
            }
        }
    }

    /// The newest refresh token; empty where there are none.
    async fn refresh_token(&self, state: &State) -> Result<Secret> {
        let Grant::SignIn { refresh_token: first, .. } = &self.server.oauth.grant else {
            return Ok(Secret::default());
        };
        let vault = self.vault.clone();
        let newest = blocking(move || vault.newest()).await?;
        let ours = || state.refresh_token.as_ref().unwrap_or(first).clone();
        Ok(newest.unwrap_or_else(ours))
    }

    /// Brings a refresh token into the vault that is not there yet. Until it is, no token is given out.
    async fn settle(&self, state: &mut State) -> Result<()> {
        let Some(refresh_token) = state.unsaved.clone() else { return Ok(()) };
        let vault = self.vault.clone();
        blocking(move || vault.keep(&refresh_token)).await?;
        state.unsaved = None;
        Ok(())
    }
}

/// The mail server refuses what the authorization server has given just now.
fn refused_when_new(state: &State) -> Error {
    let claims = state.token().and_then(Claims::of).unwrap_or_default();
    let told = [
        ("audience", claims.audience),
        ("tenant", claims.tenant),
        ("application", claims.application_id),
        ("roles", (!claims.roles.is_empty()).then(|| claims.roles.join(" "))),
    ];
    let told: Vec<String> =
        told.into_iter().filter_map(|(name, value)| Some(format!("{name} `{}`", value?))).collect();
    let told = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
    Error::new(ErrorKind::OauthTokenRejected, format!("the mail server refuses a new token{told}"))
        .remedy("see that the token's audience is the mail server, and that whoever it is for may open the mailbox by IMAP")
}

#[cfg(test)]
mod tests {
    use model::oauth::Provider;

    use super::*;

    #[derive(Debug)]
    struct NoVault;

    impl Vault for NoVault {
        fn keep(&self, _: &Secret) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn tokens_of_mailboxes_that_nobody_asks_for_are_forgotten_when_there_are_too_many() {
        let arguments = vec!["{mailbox}".to_owned()];
        let grant = Grant::Command { program: "echo".to_owned(), arguments, input: Secret::default() };
        let oauth =
            OAuth { provider: Provider::Other, application_id: None, authority: None, scope: None, grant };
        let credential = Credential::new(oauth, Net::default(), Arc::new(NoVault));
        let asked = credential.slot("asked");
        for number in 0..2 * MOST_HELD {
            credential.slot(&number.to_string());
        }
        assert!(credential.0.slots().len() <= MOST_HELD);
        assert!(Arc::ptr_eq(&asked, &credential.slot("asked")));
    }
}
