//! The tokens that were given out, and for whom.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::options::Options;

/// Whose mailboxes a token opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// Those of an application: these, or all where there are none.
    Application(Vec<String>),
    /// That of a person or a service account's user.
    User(String),
}

impl Holder {
    fn opens(&self, mailbox: &str) -> bool {
        let is = |known: &String| known.eq_ignore_ascii_case(mailbox);
        match self {
            Self::Application(mailboxes) => mailboxes.is_empty() || mailboxes.iter().any(is),
            Self::User(user) => is(user),
        }
    }
}

/// Tokens by their text.
#[derive(Debug, Default)]
pub(super) struct Issued {
    access: BTreeMap<String, (Holder, Instant)>,
    /// Refresh tokens, and whether they are the newest.
    refresh: BTreeMap<String, (String, bool)>,
}

impl Issued {
    pub(super) fn is_good(&self, token: &str, mailbox: &str) -> bool {
        let issued = self.access.get(token);
        issued.is_some_and(|(holder, end)| Instant::now() < *end && holder.opens(mailbox))
    }

    pub(super) fn life_left(&self, token: &str) -> Option<Duration> {
        self.access.get(token)?.1.checked_duration_since(Instant::now())
    }

    pub(super) fn secrets(&self) -> impl Iterator<Item = String> {
        self.access.keys().chain(self.refresh.keys()).cloned()
    }

    pub(super) fn expire(&mut self) {
        let now = Instant::now();
        self.access.values_mut().for_each(|(_, end)| *end = now);
    }

    pub(super) fn revoke_all(&mut self) {
        self.expire();
        self.refresh.values_mut().for_each(|(_, is_newest)| *is_newest = false);
    }

    /// Whose refresh token this is, if it is the newest. It is used up thereby.
    pub(super) fn redeem(&mut self, refresh_token: &str) -> Option<String> {
        let (user, is_newest) = self.refresh.get_mut(refresh_token)?;
        std::mem::take(is_newest).then(|| user.clone())
    }

    /// A refresh token that is remembered.
    pub(super) fn remember(&mut self, user: &str) -> String {
        let token = format!("0.refresh-{}", Uuid::new_v4().simple());
        self.refresh.insert(token.clone(), (user.to_owned(), true));
        token
    }

    /// A token as Google has them: it says nothing of itself.
    pub(super) fn opaque(&mut self, options: &Options, user: &str) -> Value {
        let token = format!("ya29.{}", Uuid::new_v4().simple());
        self.answer(options, token, Holder::User(user.to_owned()))
    }

    /// A token as Entra has them.
    pub(super) fn jwt(&mut self, options: &Options, holder: Holder, now: i64) -> Value {
        let life = i64::try_from(options.life.as_secs()).unwrap_or(i64::MAX);
        let claims = json!({
            "aud": options.audience, "tid": options.tenant, "appid": options.application,
            "iat": now, "exp": now.saturating_add(life), "uti": Uuid::new_v4().simple().to_string(),
        });
        let claims = match &holder {
            Holder::Application(_) if options.role.is_empty() => claims,
            Holder::Application(_) => with(claims, "roles", json!([options.role])),
            Holder::User(user) => {
                with(with(claims, "scp", json!("IMAP.AccessAsUser.All")), "upn", json!(user))
            }
        };
        let part = |text: String| BASE64_URL_SAFE_NO_PAD.encode(text);
        let header = part(json!({"alg": "RS256", "typ": "JWT"}).to_string());
        let token = format!("{header}.{}.{}", part(claims.to_string()), part(Uuid::new_v4().to_string()));
        self.answer(options, token, holder)
    }

    fn answer(&mut self, options: &Options, token: String, holder: Holder) -> Value {
        let end = Instant::now() + options.life;
        self.access.insert(token.clone(), (holder, end));
        json!({"access_token": token, "token_type": "Bearer", "expires_in": options.life.as_secs()})
    }
}

/// A JSON object with one field more.
pub(super) fn with(mut json: Value, name: &str, value: Value) -> Value {
    json.as_object_mut().map(|object| object.insert(name.to_owned(), value));
    json
}
