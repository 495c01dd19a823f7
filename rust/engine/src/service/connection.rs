//! Connection tests: of a server, of an endpoint, before an endpoint is made.

use std::fs;
use std::path::Path;

use model::contract::{ConnectionTest, ConnectionTestView, Item};
use model::{AdminLoginFormat, Credentials, Endpoint, Error, ErrorKind, Place, Result};
use wire::{Login, Proof, probe};

use super::context::{Context, Reply};
use super::{oauth, probed};
use crate::base::blocking::blocking;
use crate::base::world::World;
use crate::net::session;

pub(super) async fn test(context: Context, args: ConnectionTest) -> Result<Reply> {
    let (place, credentials, endpoint) = match (args.server, args.endpoint) {
        (Some(server), None) => {
            server.check()?;
            (Place::Imap(server), args.credentials, None)
        }
        (None, Some(identity)) => {
            let endpoint = context.store.endpoint(&identity)?;
            oauth::check_mailbox(&endpoint, args.test_mailbox.as_deref())?;
            if endpoint.oauth.is_some() && args.credentials.is_none() {
                return test_tokens(&context, &endpoint, args.test_mailbox.as_deref()).await;
            }
            let credentials = args.credentials.or_else(|| own_credentials(&endpoint));
            (endpoint.place, credentials, Some(endpoint.name.to_string()))
        }
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                "a connection test names a server or an endpoint",
            ));
        }
    };
    if context.dry_run {
        return Ok(Reply::none());
    }
    let mut view = examine(&context.world, &place, credentials).await?;
    view.endpoint = endpoint;
    Ok(Reply::items([Item::ConnectionTest(Box::new(view))]))
}

async fn test_tokens(context: &Context, endpoint: &Endpoint, mailbox: Option<&str>) -> Result<Reply> {
    let Some(credential) = context.world.credential(endpoint).filter(|_| !context.dry_run) else {
        return Ok(Reply::none());
    };
    let (mut view, warnings) = oauth::examine(&context.world, endpoint, credential, mailbox).await?;
    view.endpoint = Some(endpoint.name.to_string());
    Ok(Reply { items: vec![Item::ConnectionTest(Box::new(view))], warnings })
}

/// Fails as the test of an endpoint fails: what cannot be reached is not made (spec 1.1).
pub(super) async fn verify(world: &World, endpoint: &Endpoint) -> Result<()> {
    let view = examine(world, &endpoint.place, own_credentials(endpoint)).await?;
    match view.error {
        None => Ok(()),
        Some(error) => Err(Error { object: Some(endpoint.name.to_string()), ..error }),
    }
}

/// The administrator's own login proves the credentials, where the form of the login is the administrator's own.
fn own_credentials(endpoint: &Endpoint) -> Option<Credentials> {
    use AdminLoginFormat as Format;
    let is_own = matches!(endpoint.admin_login_format, Format::None | Format::ProxyAuth | Format::UserRoot);
    endpoint.credentials.clone().filter(|_| is_own)
}

async fn examine(
    world: &World,
    place: &Place,
    credentials: Option<Credentials>,
) -> Result<ConnectionTestView> {
    match place {
        Place::Imap(server) => {
            let login = credentials.map(|c| Login {
                authentication_user: c.user_name,
                impersonation: None,
                proof: Proof::Password(c.password),
            });
            let report = probe(&session::options(world, server), login.as_ref()).await;
            Ok(probed::of_server(server, report, login.is_some()))
        }
        Place::Maildir { path } => {
            let path = path.clone();
            blocking(move || Ok(of_maildir(path))).await
        }
    }
}

/// A Maildir endpoint is good when its folder is there, or can be made, and can be written to.
fn of_maildir(path: String) -> ConnectionTestView {
    let error = try_folder(Path::new(&path)).err().map(|e| {
        Error::new(ErrorKind::PermissionDenied, format!("cannot write to the folder `{path}`"))
            .server(e.to_string())
            .object(path.clone())
            .remedy("give the account that runs the worker the right to write there, or name another folder")
    });
    ConnectionTestView {
        success: error.is_none(),
        message: error
            .as_ref()
            .map_or_else(|| format!("the folder `{path}` can be written to"), ToString::to_string),
        error,
        path: Some(path),
        ..ConnectionTestView::default()
    }
}

fn try_folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)?;
    let trial = path.join(".imap-migration-test");
    fs::write(&trial, b"")?;
    fs::remove_file(&trial)
}
