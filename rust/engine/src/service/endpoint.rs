//! Endpoints: make, show, change, remove.

use model::contract::{EndpointChanges, EndpointQuery, Item, NewEndpoint};
use model::oauth::Claims;
use model::{AdminLoginFormat, Endpoint, Error, ErrorKind, Limit, Name, Place, Result};
use uuid::Uuid;

use super::change::{Change, replace, warn};
use super::context::{Context, Reply};
use super::telling::moved_endpoint;
use super::{connection, oauth, view};
use crate::base::world::World;
use crate::job::Events;

/// Above this many mailboxes at once, servers rather refuse than go faster (spec 4).
const MANY_MIGRATIONS: Limit = Limit::Count(100);

pub(super) async fn new(context: Context, args: NewEndpoint, events: &Events) -> Result<Reply> {
    let has_separator = args.login_separator.is_some();
    let mut endpoint = Endpoint {
        guid: Uuid::new_v4(),
        name: Name::parse(&args.name)?,
        role: args.role,
        place: args.location,
        max_concurrent_migrations: args.max_concurrent_migrations.unwrap_or(Endpoint::DEFAULT_MIGRATIONS),
        max_concurrent_incremental_syncs: args.max_concurrent_incremental_syncs.unwrap_or(
            Endpoint::DEFAULT_INCREMENTAL_SYNCS
                .min(args.max_concurrent_migrations.unwrap_or(Endpoint::DEFAULT_MIGRATIONS)),
        ),
        credentials: args.credentials,
        admin_login_format: args.admin_login_format,
        login_separator: args.login_separator.unwrap_or_else(|| Endpoint::DEFAULT_SEPARATOR.to_owned()),
        oauth: args.oauth,
        claims: None,
        created_at: context.now,
        modified_at: context.now,
    };
    endpoint.validate()?;
    oauth::check_mailbox(&endpoint, args.test_mailbox.as_deref())?;
    refuse_existing(&context, &endpoint.name)?;
    warn(events, warnings(&endpoint, has_separator)).await;
    if let Some(oauth) = endpoint.oauth.as_mut().filter(|_| !context.dry_run) {
        oauth::sign_in(&context.world, oauth, events).await?;
    }
    let mailbox = args.test_mailbox.as_deref();
    if !args.skip_verification && !context.dry_run {
        let tested = verify(&context.world, &mut endpoint, mailbox, true).await?;
        endpoint.claims = tested.claims;
        warn(events, tested.warnings).await;
    }
    let made = view::endpoint(endpoint.clone(), (0, 0));
    let insert = Change::writing(move |context| context.store.insert_endpoint(&endpoint));
    context.make(insert.answering(|_| Ok(vec![Item::Endpoint(Box::new(made))]))).await
}

pub(super) fn get(context: &Context, query: &EndpointQuery) -> Result<Reply> {
    let items = context.store.endpoints(query)?.into_iter().map(|endpoint| {
        let active = context.store.active_counts(endpoint.guid)?;
        Ok(Item::Endpoint(Box::new(view::endpoint(endpoint, active))))
    });
    Ok(Reply { items: items.collect::<Result<_>>()?, warnings: Vec::new() })
}

pub(super) async fn set(context: Context, args: EndpointChanges, events: &Events) -> Result<Reply> {
    let before = context.store.endpoint(&args.identity)?;
    let endpoint = changed(&context, before.clone(), &args)?;
    oauth::check_mailbox(&endpoint, args.test_mailbox.as_deref())?;
    let mut warnings = warnings(&endpoint, args.login_separator.is_some());
    if before.place.key() != endpoint.place.key() && context.store.has_records(endpoint.guid)? {
        warnings.push(moved_endpoint(&endpoint));
    }
    warn(events, warnings).await;
    let guid = endpoint.guid.to_string();
    // A dry run asks no server and no person.
    let (args, claims) =
        if context.dry_run { (args, None) } else { try_out(&context, endpoint, args, events).await? };
    let update = move |context: &Context| {
        // Somebody else may have changed it meanwhile: what was not named here stays as it is now.
        let mut endpoint = changed(context, context.store.endpoint(&guid)?, &args)?;
        endpoint.claims = claims.clone().or(endpoint.claims);
        context.store.update_endpoint(&endpoint)
    };
    context.make(Change::writing(update)).await
}

/// Tests an endpoint; the grant of its tokens is new, or lies in the store.
async fn verify(
    world: &World,
    endpoint: &mut Endpoint,
    mailbox: Option<&str>,
    is_new: bool,
) -> Result<oauth::Tested> {
    match &endpoint.oauth {
        None => connection::verify(world, endpoint).await.map(|()| oauth::Tested::default()),
        Some(_) if is_new => oauth::test_draft(world, endpoint, mailbox).await,
        Some(_) => oauth::test_stored(world, endpoint, mailbox).await,
    }
}

/// Lets whoever has to sign in do so, and tests the endpoint as it is to be. What is new of the grant goes into the changes.
async fn try_out(
    context: &Context,
    mut endpoint: Endpoint,
    mut args: EndpointChanges,
    events: &Events,
) -> Result<(EndpointChanges, Option<Claims>)> {
    let world = &context.world;
    if let Some(oauth) = &mut endpoint.oauth {
        oauth::sign_in(world, oauth, events).await?;
    }
    let is_new = args.oauth.as_ref().is_some_and(|changes| changes.grant.is_some());
    let mut claims = None;
    if !args.skip_verification {
        let tested = verify(world, &mut endpoint, args.test_mailbox.as_deref(), is_new).await?;
        warn(events, tested.warnings).await;
        claims = tested.claims;
    }
    if let (true, Some(changes), Some(oauth)) = (is_new, &mut args.oauth, endpoint.oauth) {
        changes.grant = Some(oauth.grant);
    }
    Ok((args, claims))
}

/// The endpoint with what was named, checked.
fn changed(context: &Context, mut endpoint: Endpoint, args: &EndpointChanges) -> Result<Endpoint> {
    refuse_of_another_type(&endpoint, args)?;
    apply(&mut endpoint, args);
    if let Some(changes) = &args.oauth {
        oauth::apply(&mut endpoint, changes)?;
    }
    endpoint.modified_at = context.now;
    endpoint.validate()?;
    Ok(endpoint)
}

pub(super) fn remove(context: &Context, identity: String) -> Result<Change> {
    context.store.endpoint(&identity)?;
    Ok(Change::writing(move |context| context.store.remove_endpoint(&identity)))
}

/// Said before the connection is tested, which may take its time. The store says it again, for good.
fn refuse_existing(context: &Context, name: &Name) -> Result<()> {
    match context.store.endpoint(name.as_str()) {
        Ok(_) => Err(Error::new(ErrorKind::EndpointExists, format!("endpoint `{name}` exists already"))
            .object(name.as_str())
            .remedy("choose another name, or change it with Set-MigrationEndpoint")),
        Err(e) if e.kind == ErrorKind::EndpointNotFound => Ok(()),
        Err(e) => Err(e),
    }
}

/// What says how to reach a server means nothing for a folder, and the other way round.
fn refuse_of_another_type(endpoint: &Endpoint, args: &EndpointChanges) -> Result<()> {
    let (given, wanted) = match &endpoint.place {
        Place::Imap(_) => (vec![("Path", args.path.is_some())], "an IMAP endpoint, and has no folder"),
        Place::Maildir { .. } => (
            vec![
                ("RemoteServer", args.remote_server.is_some()),
                ("Port", args.port.is_some()),
                ("Security", args.security.is_some()),
                ("AcceptUntrustedCertificates", args.accept_untrusted_certificates.is_some()),
            ],
            "a Maildir endpoint, and has no server",
        ),
    };
    match given.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((name, _)) => Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("`{}` is {wanted}: {name} means nothing for it", endpoint.name),
        )
        .object(endpoint.name.as_str())
        .remedy("make another endpoint with New-MigrationEndpoint; the type of one cannot change")),
    }
}

fn apply(endpoint: &mut Endpoint, args: &EndpointChanges) {
    match &mut endpoint.place {
        Place::Imap(server) => {
            replace(&mut server.remote_server, args.remote_server.as_ref());
            replace(&mut server.port, args.port.as_ref());
            replace(&mut server.security, args.security.as_ref());
            replace(&mut server.accept_untrusted_certificates, args.accept_untrusted_certificates.as_ref());
        }
        Place::Maildir { path } => replace(path, args.path.as_ref()),
    }
    replace(&mut endpoint.max_concurrent_migrations, args.max_concurrent_migrations.as_ref());
    replace(&mut endpoint.max_concurrent_incremental_syncs, args.max_concurrent_incremental_syncs.as_ref());
    replace(&mut endpoint.admin_login_format, args.admin_login_format.as_ref());
    replace(&mut endpoint.login_separator, args.login_separator.as_ref());
    if args.credentials.is_some() {
        endpoint.credentials.clone_from(&args.credentials);
    }
}

fn warnings(endpoint: &Endpoint, has_separator: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    if has_separator && endpoint.admin_login_format != AdminLoginFormat::Dovecot {
        warnings.push(format!(
            "endpoint `{}` logs in without a separator: LoginSeparator means something only with AdminLoginFormat Dovecot",
            endpoint.name
        ));
    }
    if endpoint.max_concurrent_migrations > MANY_MIGRATIONS {
        warnings.push(format!(
            "endpoint `{}` allows {} mailboxes at once; above 100 most servers refuse connections rather than go faster",
            endpoint.name, endpoint.max_concurrent_migrations
        ));
    }
    if let Place::Imap(server) = &endpoint.place
        && server.security == model::Security::None
    {
        warnings.push(format!("endpoint `{}` sends passwords and mail unencrypted", endpoint.name));
    }
    warnings
}
