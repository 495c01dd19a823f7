//! Endpoints: make, show, change, remove.

use model::contract::{EndpointChanges, EndpointQuery, Item, NewEndpoint};
use model::{Endpoint, Error, ErrorKind, Limit, Name, Place, Result};
use uuid::Uuid;

use super::change::{Change, warn};
use super::context::{Context, Reply};
use super::{connection, view};
use crate::job::Events;

/// Above this many mailboxes at once, servers rather refuse than go faster (spec 4).
const MANY_MIGRATIONS: Limit = Limit::Count(100);

pub(super) async fn new(context: Context, args: NewEndpoint, events: &Events) -> Result<Reply> {
    let endpoint = Endpoint {
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
    refuse_existing(&context, &endpoint.name)?;
    warn(events, warnings(&endpoint)).await;
    if !args.skip_verification {
        connection::verify(&context.world, &endpoint).await?;
    }
    let insert = move |context: &Context| {
        context.store.insert_endpoint(&endpoint)?;
        Ok(vec![Item::Endpoint(Box::new(view::endpoint(endpoint, (0, 0))))])
    };
    context.make(insert).await
}

pub(super) fn get(context: &Context, query: &EndpointQuery) -> Result<Reply> {
    let items = context.store.endpoints(query)?.into_iter().map(|endpoint| {
        let active = context.store.active_counts(endpoint.guid)?;
        Ok(Item::Endpoint(Box::new(view::endpoint(endpoint, active))))
    });
    Ok(Reply { items: items.collect::<Result<_>>()?, warnings: Vec::new() })
}

pub(super) async fn set(context: Context, args: EndpointChanges, events: &Events) -> Result<Reply> {
    let mut endpoint = context.store.endpoint(&args.identity)?;
    let skip_verification = args.skip_verification;
    apply(&mut endpoint, args)?;
    endpoint.modified_at = context.now;
    endpoint.validate()?;
    warn(events, warnings(&endpoint)).await;
    if !skip_verification {
        connection::verify(&context.world, &endpoint).await?;
    }
    let update = move |context: &Context| context.store.update_endpoint(&endpoint).map(|()| Vec::new());
    context.make(update).await
}

pub(super) fn remove(context: &Context, identity: String) -> Result<Change> {
    context.store.endpoint(&identity)?;
    Ok(Change::new(move |context| context.store.remove_endpoint(&identity).map(|()| Vec::new())))
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

fn apply(endpoint: &mut Endpoint, args: EndpointChanges) -> Result<()> {
    match &mut endpoint.place {
        Place::Imap(server) => {
            replace(&mut server.remote_server, args.remote_server);
            replace(&mut server.port, args.port);
            replace(&mut server.security, args.security);
            replace(&mut server.accept_untrusted_certificates, args.accept_untrusted_certificates);
        }
        Place::Maildir { path } => replace(path, args.path),
    }
    replace(&mut endpoint.max_concurrent_migrations, args.max_concurrent_migrations);
    replace(&mut endpoint.max_concurrent_incremental_syncs, args.max_concurrent_incremental_syncs);
    replace(&mut endpoint.admin_login_format, args.admin_login_format);
    replace(&mut endpoint.login_separator, args.login_separator);
    if args.credentials.is_some() {
        endpoint.credentials = args.credentials;
    }
    Ok(())
}

fn replace<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

fn warnings(endpoint: &Endpoint) -> Vec<String> {
    let mut warnings = Vec::new();
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
