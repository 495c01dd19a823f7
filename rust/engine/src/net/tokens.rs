//! Logs in with tokens: asks for one, and for another one where the server refuses it.

use model::oauth::{Claims, OAuth};
use model::{Endpoint, Error, ErrorKind, Result, Secret};
use oauth::Credential;
use wire::{Connection, Login, Options, ProbeReport, Proof, probe};

use crate::base::world::World;

/// How far the opening of a side got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// No token was to be had: the server was not asked.
    NoToken,
    /// The server was not there.
    Nobody,
    /// The server was there, be it that it refused the login.
    Server,
}

impl Reached {
    pub(crate) fn of(server_was_there: bool) -> Self {
        if server_was_there { Self::Server } else { Self::Nobody }
    }
}

/// How many tokens are tried for one login. More than two are wanted only where their lives are as short as the way to the server
/// is long.
const MOST_TOKENS: u32 = 4;

/// Somebody who logs in with tokens.
pub(crate) struct Bearer<'a> {
    pub(crate) oauth: &'a OAuth,
    pub(crate) credential: Credential,
    /// The user whose mailbox is opened.
    pub(crate) user: &'a str,
}

impl<'a> Bearer<'a> {
    /// Who logs in at this endpoint; an error where it has no tokens.
    pub(crate) fn new(world: &World, endpoint: &'a Endpoint, user: &'a str) -> Result<Self> {
        let credential = world.credential(endpoint);
        let (oauth, credential) = endpoint.oauth.as_ref().zip(credential).ok_or_else(|| {
            Error::internal(format!("endpoint `{}` has no tokens to log in with", endpoint.name))
        })?;
        Ok(Self { oauth, credential, user })
    }

    /// Opens a connection. A token that is refused is replaced by another, unless it is too new for another to do better: then
    /// what the server said of it stands.
    pub(crate) async fn open(&self, world: &World, options: &Options) -> (Reached, Result<Connection>) {
        let mut token = match self.credential.token(self.user).await {
            Ok(token) => token,
            Err(error) => return (Reached::NoToken, Err(error)),
        };
        for _ in 1..MOST_TOKENS {
            let (reached, opened) = self.log_in(world, options, &token).await;
            if !opened.as_ref().is_err_and(|error| is_about_the_token(error.kind)) {
                return (reached, opened);
            }
            match self.credential.refused(self.user, &token).await {
                Ok(another) => token = another,
                Err(error) if error.kind == ErrorKind::OauthTokenRejected => return (reached, opened),
                Err(error) => return (Reached::NoToken, Err(error)),
            }
        }
        self.log_in(world, options, &token).await
    }

    /// Tests a server and opens the mailbox as [`Self::open`] does; what the token says of itself, or why there is none, in which
    /// case the server is tested without it.
    pub(crate) async fn probe(
        &self,
        world: &World,
        options: &Options,
    ) -> (Result<Option<Claims>>, ProbeReport) {
        let token = match self.credential.token(self.user).await {
            Ok(token) => token,
            Err(error) => return (Err(error), probe(options, None).await),
        };
        let report = self.probe_with(world, options, &token).await;
        if !report.error.as_ref().is_some_and(|error| is_about_the_token(error.kind)) {
            return (Ok(Claims::of(&token)), report);
        }
        match self.credential.refused(self.user, &token).await {
            Ok(another) => {
                let report = self.probe_with(world, options, &another).await;
                (Ok(Claims::of(&another)), report)
            }
            Err(error) if error.kind == ErrorKind::OauthTokenRejected => (Ok(Claims::of(&token)), report),
            Err(error) => (Err(error), report),
        }
    }

    async fn probe_with(&self, world: &World, options: &Options, token: &Secret) -> ProbeReport {
        let report = probe(options, Some(&self.login(token))).await;
        let error = report.error.map(|error| self.explain(world, error, token));
        ProbeReport { error, ..report }
    }

    async fn log_in(
        &self,
        world: &World,
        options: &Options,
        token: &Secret,
    ) -> (Reached, Result<Connection>) {
        let (there, opened) = Connection::open_telling(options, &self.login(token)).await;
        (Reached::of(there), opened.map_err(|error| self.explain(world, error.into(), token)))
    }

    /// The login with a token.
    fn login(&self, token: &Secret) -> Login {
        let (authentication_user, proof) = (self.user.to_owned(), Proof::Token(token.clone()));
        Login { authentication_user, impersonation: None, proof }
    }

    /// What a server's refusal means, with what the token says of itself.
    fn explain(&self, world: &World, error: Error, token: &Secret) -> Error {
        if !is_about_the_token(error.kind) && error.kind != ErrorKind::OauthMailboxUnavailable {
            return error;
        }
        self.oauth.explain(error, Claims::of(token).as_ref(), self.user, world.clock.now())
    }
}

/// Whether another token may do better.
fn is_about_the_token(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::OauthTokenRejected | ErrorKind::OauthTokenExpired)
}

/// Whether what kept a token from being had would keep all others of the endpoint from it, too.
pub(crate) fn concerns_all(oauth: &OAuth, kind: ErrorKind) -> bool {
    use ErrorKind::*;
    match kind {
        OauthSecretInvalid
        | OauthSecretExpired
        | OauthAssertionRejected
        | OauthApplicationUnknown
        | OauthTenantUnknown
        | OauthScopeInvalid
        | OauthConsentMissing
        | OauthApplicationDisabled
        | OauthApplicationMisregistered
        | OauthSignInExpired
        | OauthSignInRevoked
        | OauthSignInFrequency
        | OauthDeviceCodeBlocked
        | OauthInteractionRequired
        | OauthConditionalAccess
        | OauthSecurityDefaults
        | OauthDelegationMissing
        | OauthAnswerInvalid
        | TlsFailed
        | CertificateRejected => true,
        OauthUserUnknown
        | OauthUserDisabled
        | OauthSignInUnfinished
        | OauthGrantInvalid
        | OauthPolicy
        | OauthRefused => oauth.is_shared(),
        _ => false,
    }
}

/// What the report says where a source shows its users' mail as they have set it, and not all of it.
pub(crate) async fn limitation(world: &World, endpoint: &Endpoint, user: &str) -> Option<String> {
    let credential = world.credential(endpoint)?;
    credential.is_limited(user).await.then(|| limited(endpoint))
}

/// That an endpoint's service account sees what users show.
pub(crate) fn limited(endpoint: &Endpoint) -> String {
    format!(
        "endpoint `{}` may hide mail: Google has not delegated the scope {} to the service account, so its users' own settings \
         decide which folders and messages are shown",
        endpoint.name,
        model::oauth::GOOGLE_ADMIN_SCOPE
    )
}
