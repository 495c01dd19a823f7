//! Endpoints that have tokens: a person signs in, a token is asked for, a mailbox is opened with it.

use std::sync::Arc;

use model::contract::{ConnectionTestView, OAuthChanges};
use model::oauth::{Claims, Grant, OAuth, Provider};
use model::{Endpoint, Error, ErrorKind, Place, Result, Secret};
use oauth::{Credential, Prompt};
use wire::probe;

use super::change::replace;
use super::probed::of_server;
use crate::base::credentials::Draft;
use crate::base::world::World;
use crate::job::Events;
use crate::net::session;
use crate::net::tokens::{Bearer, limited};

/// Lets a person sign in where a grant wants that and nobody is remembered yet.
pub(super) async fn sign_in(world: &World, oauth: &mut OAuth, events: &Events) -> Result<()> {
    if !wants_person(&oauth.grant) {
        return Ok(());
    }
    let prompt = |Prompt { url, code, message }| events.sign_in(url, code, message);
    let (refresh_token, _access) = oauth::sign_in(oauth, &world.net(), &prompt).await?;
    remember(&mut oauth.grant, refresh_token);
    Ok(())
}

/// Whether somebody has to sign in.
pub(super) fn wants_person(grant: &Grant) -> bool {
    matches!(grant, Grant::SignIn { refresh_token, .. } if refresh_token.is_empty())
}

fn remember(grant: &mut Grant, newest: Secret) {
    if let Grant::SignIn { refresh_token, .. } = grant {
        *refresh_token = newest;
    }
}

/// What was found out about the tokens of an endpoint.
#[derive(Debug, Default)]
pub(super) struct Tested {
    /// What the token says of itself; none where it says nothing, or none was asked for.
    pub(super) claims: Option<Claims>,
    /// What the admin should know.
    pub(super) warnings: Vec<String>,
}

/// Tests an endpoint that is about to be written, whose grant nobody has but we: what it is given to be remembered by goes into
/// the grant.
pub(super) async fn test_draft(
    world: &World,
    endpoint: &mut Endpoint,
    mailbox: Option<&str>,
) -> Result<Tested> {
    let Some(oauth) = endpoint.oauth.clone() else { return Ok(Tested::default()) };
    let draft = Arc::new(Draft::default());
    let credential = Credential::new(oauth, world.net(), draft.clone());
    let tested = test(world, endpoint, credential, mailbox).await;
    if let (Some(oauth), Some(newest)) = (&mut endpoint.oauth, draft.take()) {
        remember(&mut oauth.grant, newest);
    }
    tested
}

/// Tests an endpoint whose grant lies in the store.
pub(super) async fn test_stored(world: &World, endpoint: &Endpoint, mailbox: Option<&str>) -> Result<Tested> {
    match world.credential(endpoint) {
        Some(credential) => test(world, endpoint, credential, mailbox).await,
        None => Ok(Tested::default()),
    }
}

async fn test(
    world: &World,
    endpoint: &Endpoint,
    credential: Credential,
    mailbox: Option<&str>,
) -> Result<Tested> {
    let (view, warnings) = examine(world, endpoint, credential, mailbox).await?;
    match view.error {
        None => Ok(Tested { claims: view.claims, warnings }),
        Some(error) => Err(Error { object: Some(endpoint.name.to_string()), ..error }),
    }
}

/// Looks at the server, asks for a token, and opens a mailbox with it where one is named.
pub(super) async fn examine(
    world: &World,
    endpoint: &Endpoint,
    credential: Credential,
    mailbox: Option<&str>,
) -> Result<(ConnectionTestView, Vec<String>)> {
    let (Place::Imap(server), Some(oauth)) = (&endpoint.place, &endpoint.oauth) else {
        return Err(Error::internal(format!("endpoint `{}` has no tokens", endpoint.name)));
    };
    let (options, user) = (session::options(world, server), mailbox.unwrap_or_default());
    let bearer = Bearer { oauth, credential, user };
    let (claims, report) = match mailbox {
        Some(_) => bearer.probe(world, &options).await,
        None => {
            let token =
                if oauth.is_shared() { bearer.credential.token(user).await.map(Some) } else { Ok(None) };
            (token.map(|token| token.as_ref().and_then(Claims::of)), probe(&options, None).await)
        }
    };
    let mut view = of_server(server, report, mailbox.is_some());
    match claims {
        Ok(claims) => view.claims = claims,
        Err(error) => {
            (view.success, view.logged_in, view.message) = (false, false, error.to_string());
            view.error = Some(error);
        }
    }
    let is_limited = mailbox.is_some() && bearer.credential.is_limited(user).await;
    Ok((view, is_limited.then(|| limited(endpoint)).into_iter().collect()))
}

/// Checks that a mailbox is named only where one is opened with a token.
pub(super) fn check_mailbox(endpoint: &Endpoint, mailbox: Option<&str>) -> Result<()> {
    if mailbox.is_none() || endpoint.oauth.is_some() {
        return Ok(());
    }
    let message = format!("endpoint `{}` has no tokens to open a mailbox with", endpoint.name);
    Err(Error::new(ErrorKind::InvalidArgument, message)
        .object(endpoint.name.as_str())
        .remedy("leave -TestMailbox out, or give -Credentials"))
}

/// Changes how tokens are had. What the last token said is nothing that another one says.
pub(super) fn apply(endpoint: &mut Endpoint, changes: &OAuthChanges) -> Result<()> {
    let fault = |text: &str| {
        let message = format!("endpoint `{}` {text}", endpoint.name);
        Error::new(ErrorKind::InvalidArgument, message)
            .object(endpoint.name.as_str())
            .remedy("make another endpoint with New-MigrationEndpoint")
    };
    let (of_passwords, of_others) = (fault("logs in with passwords"), fault("is none of Office 365"));
    let oauth = endpoint.oauth.as_mut().ok_or(of_passwords)?;
    match &mut oauth.provider {
        Provider::Office365 { cloud, tenant } => {
            replace(cloud, changes.cloud.as_ref());
            replace(tenant, changes.tenant.as_ref());
        }
        Provider::Google | Provider::Other if changes.cloud.is_some() || changes.tenant.is_some() => {
            return Err(of_others);
        }
        Provider::Google | Provider::Other => {}
    }
    let named = |slot: &mut Option<String>, named: &Option<String>| {
        if named.is_some() {
            slot.clone_from(named);
        }
    };
    named(&mut oauth.application_id, &changes.application_id);
    named(&mut oauth.authority, &changes.authority);
    named(&mut oauth.scope, &changes.scope);
    replace(&mut oauth.grant, changes.grant.as_ref());
    endpoint.claims = None;
    Ok(())
}
