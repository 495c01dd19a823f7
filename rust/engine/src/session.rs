//! Opens a user's connection to a server: from endpoint and login to a connection of the wire crate.

use model::folder::{ListedFolder, Listing, Namespace, Namespaces};
use model::login::Login;
use model::{Error, ErrorKind, ImapServer, Place, Result};
use wire::{CertificatePolicy, Connection, ListOptions, NamespaceEntry, Options};

/// How the wire crate is to reach a server.
pub(crate) fn options(server: &ImapServer) -> Options {
    let mut options = Options::new(&server.remote_server, server.port, server.security);
    if server.accept_untrusted_certificates {
        options.certificates = CertificatePolicy::AcceptAny;
    }
    options
}

/// Who logs in, for the wire crate.
pub(crate) fn wire_login(login: Login) -> wire::Login {
    wire::Login {
        authentication_user: login.authentication_user,
        authorization_user: login.authorization_user,
        password: login.password,
    }
}

/// Opens a connection for a user to a place that must be an IMAP server.
pub(crate) async fn open(place: &Place, login: Login) -> Result<Connection> {
    let Place::Imap(server) = place else {
        return Err(Error::new(ErrorKind::InvalidArgument, "a Maildir tree cannot be connected to"));
    };
    Ok(Connection::open(&options(server), &wire_login(login)).await?)
}

/// All folders that a server shows a user, and which of them are subscribed.
pub(crate) async fn listing(connection: &mut Connection) -> Result<(Listing, Vec<Vec<u8>>)> {
    let namespaces = namespaces(connection).await?;
    let special_use = ListOptions { special_use: true, ..ListOptions::default() };
    let mut folders = Vec::new();
    for prefix in roots(&namespaces) {
        let reference = wire::MailboxName::from_text(&prefix);
        let reference = String::from_utf8_lossy(reference.as_bytes()).into_owned();
        for entry in connection.list(&reference, "*", special_use).await? {
            folders.push(ListedFolder {
                key: entry.name.as_bytes().to_vec(),
                name: entry.name.to_text().into_owned(),
                delimiter: entry.delimiter.map(char::from),
                attributes: entry.attributes,
            });
        }
    }
    let subscribed = connection.lsub("", "*").await?;
    let subscribed =
        subscribed.into_iter().filter(|e| !e.has("\\Noselect")).map(|e| e.name.as_bytes().to_vec());
    Ok((Listing { folders, namespaces }, subscribed.collect()))
}

/// Where LIST has to begin: everywhere, and in personal namespaces that the empty reference does not reach.
fn roots(namespaces: &Namespaces) -> Vec<String> {
    let hidden =
        namespaces.personal.iter().map(|n| n.prefix.clone()).filter(|prefix| prefix.starts_with('#'));
    std::iter::once(String::new()).chain(hidden).collect()
}

async fn namespaces(connection: &mut Connection) -> Result<Namespaces> {
    if !connection.capabilities().namespace() {
        return Ok(Namespaces::default());
    }
    let found = match connection.namespace().await {
        Ok(found) => found,
        // Announced and refused: as if it were not there.
        Err(e) if e.refusal().is_some() => return Ok(Namespaces::default()),
        Err(e) => return Err(e.into()),
    };
    let convert = |entries: Vec<NamespaceEntry>| {
        let convert = |entry: NamespaceEntry| Namespace {
            prefix: entry.prefix.to_text().into_owned(),
            delimiter: entry.delimiter.map(char::from),
        };
        entries.into_iter().map(convert).collect()
    };
    Ok(Namespaces {
        personal: convert(found.personal),
        others: convert(found.other_users),
        shared: convert(found.shared),
    })
}
