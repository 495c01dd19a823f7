//! Opens a user's connection to a server: from endpoint and login to a connection of the wire crate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use model::folder::{ListedFolder, Listing, Namespace, Namespaces};
use model::login::{Login, Proof};
use model::{Endpoint, Error, ErrorKind, ImapServer, Numbers, Place, Result};
use wire::{
    Access, CertificatePolicy, Connection, ListEntry, ListOptions, MailboxName, MailboxStatus,
    NamespaceEntry, Options, StatusItems,
};

use super::tokens::{Bearer, Reached};
use crate::base::world::World;

/// Who answers quicker is on a network that is quicker than compression.
const FAR: Duration = Duration::from_millis(5);

/// How the wire crate is to reach a server.
pub(crate) fn options(world: &World, server: &ImapServer) -> Options {
    let mut options = Options::new(&server.remote_server, server.port, server.security);
    options.dialer = world.dialer.clone();
    options.certificates = if server.accept_untrusted_certificates {
        CertificatePolicy::AcceptAny
    } else {
        world.certificates.clone()
    };
    options
}

/// Opens a connection for a user to an endpoint that must be an IMAP server; compressed where the server is far away and
/// can do it (RFC 4978).
pub(crate) async fn open(world: &World, endpoint: &Endpoint, login: Login) -> Result<Connection> {
    reach(world, endpoint, login).await.result
}

/// The same, and how far it got.
pub(crate) async fn reach(world: &World, endpoint: &Endpoint, login: Login) -> Opened<Connection> {
    let Place::Imap(server) = &endpoint.place else {
        let error = Error::new(ErrorKind::InvalidArgument, "a Maildir tree cannot be connected to");
        return Opened { reached: Reached::Server, result: Err(error) };
    };
    let (reached, opened) = log_in(world, endpoint, &options(world, server), login).await;
    let result = match opened {
        Ok(connection) => compressed(connection).await,
        Err(error) => Err(error),
    };
    Opened { reached, result }
}

async fn log_in(
    world: &World,
    endpoint: &Endpoint,
    options: &Options,
    login: Login,
) -> (Reached, Result<Connection>) {
    let Login { authentication_user, impersonation, proof, .. } = login;
    match proof {
        Proof::Password(password) => {
            let proof = wire::Proof::Password(password);
            let login = wire::Login { authentication_user, impersonation, proof };
            let (there, opened) = Connection::open_telling(options, &login).await;
            (Reached::of(there), opened.map_err(Error::from))
        }
        Proof::Token => match Bearer::new(world, endpoint, &authentication_user) {
            Ok(bearer) => bearer.open(world, options).await,
            Err(error) => (Reached::NoToken, Err(error)),
        },
    }
}

async fn compressed(mut connection: Connection) -> Result<Connection> {
    if is_far(&connection) {
        connection.compress().await?;
    }
    Ok(connection)
}

/// Where a connection leads, and as whom: another one can be had.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    world: World,
    endpoint: Arc<Endpoint>,
    login: Login,
}

impl Door {
    pub(crate) fn new(world: World, endpoint: Endpoint, login: Login) -> Self {
        Self { world, endpoint: Arc::new(endpoint), login }
    }

    /// A connection, and how far its opening got.
    pub(crate) async fn reach(&self) -> Opened<Connection> {
        reach(&self.world, &self.endpoint, self.login.clone()).await
    }
}

/// What came of opening a side.
#[derive(Debug)]
pub(crate) struct Opened<T> {
    /// How far it got.
    pub(crate) reached: Reached,
    /// The side, or why it is not open.
    pub(crate) result: Result<T>,
}

impl<T> Opened<T> {
    /// The same of what it is wrapped into.
    pub(crate) fn map<U>(self, into: impl FnOnce(T) -> U) -> Opened<U> {
        Opened { reached: self.reached, result: self.result.map(into) }
    }
}

/// Whether a server answers so late that waiting for it costs more than another connection, or compression.
pub(crate) fn is_far(connection: &Connection) -> bool {
    connection.round_trip() >= FAR
}

/// All folders that a server shows a user.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// The folders.
    pub(crate) listing: Listing,
    /// The subscribed ones, by the server's bytes of their names.
    pub(crate) subscribed: BTreeSet<Vec<u8>>,
    /// Their numbers, where the server told them along.
    pub(crate) status: Statuses,
    /// What is done without, because the server does not tell it: sentences for the report.
    pub(crate) without: Vec<String>,
}

/// The numbers of folders, by the server's bytes of their names.
pub(crate) type Statuses = BTreeMap<Vec<u8>, MailboxStatus>;

/// What is asked of each folder: whether anything in it has changed, and how much there is.
const NUMBERS: StatusItems = StatusItems { unseen: false, ..StatusItems::ALL };

/// Lists the folders, in one round trip where the server can tell all at once.
pub(crate) async fn catalog(connection: &mut Connection) -> Result<Catalog> {
    let mut catalog = Catalog::default();
    let namespaces = catalog.or_without(namespaces(connection).await)?;
    let mut knows_subscribed = connection.capabilities().list_extended();
    for prefix in roots(&namespaces) {
        let reference = MailboxName::from_text(&prefix);
        let reference = String::from_utf8_lossy(reference.as_bytes()).into_owned();
        let (entries, told_all) = list(connection, &reference).await?;
        entries.into_iter().for_each(|entry| catalog.add(entry));
        knows_subscribed &= told_all;
    }
    if !catalog.has_inbox()
        && let Some(inbox) = inbox(connection).await?
    {
        catalog.add(inbox);
    }
    if !knows_subscribed {
        catalog.subscribed = catalog.or_without(subscribed(connection).await)?;
    }
    catalog.listing.namespaces = namespaces;
    Ok(catalog)
}

/// Asks for the numbers of those folders of which they are not known.
pub(crate) async fn complete<'f>(
    statuses: &mut Statuses,
    connection: &mut Connection,
    folders: impl Iterator<Item = &'f [u8]>,
) -> Result<()> {
    let names: Vec<MailboxName> =
        folders.filter(|key| !statuses.contains_key(*key)).map(MailboxName::from_wire).collect();
    let told = connection.status(&names, NUMBERS).await?;
    let told = names.iter().zip(told).filter_map(|(name, status)| Some((name.as_bytes().to_vec(), status?)));
    statuses.extend(told);
    Ok(())
}

/// How many messages a folder has at least that shows fewer than STATUS told before; none where that is not told again. It is
/// closed for that: some tell of an open folder what its session sees.
pub(crate) async fn recount(
    connection: &mut Connection,
    name: &MailboxName,
    before: u64,
    shown: Numbers,
) -> Result<Option<u64>> {
    connection.leave(name, Access::Write).await?;
    let told = connection.status(std::slice::from_ref(name), NUMBERS).await?.pop().flatten();
    Ok(told.and_then(|told| told.numbers.had(before, shown)))
}

/// The inbox, which every account has (RFC 3501 §5.1), though LIST of everything did not show it: broken shares make some
/// servers say OK and list nothing. None where the server does not open it either.
async fn inbox(connection: &mut Connection) -> Result<Option<ListEntry>> {
    let listed = match connection.list("", "INBOX", ListOptions::default()).await {
        Err(e) if e.refusal().is_some() => Vec::new(),
        listed => listed?,
    };
    if let Some(entry) = listed.into_iter().find(|entry| entry.name.is_inbox()) {
        return Ok(Some(entry));
    }
    let name = MailboxName::inbox();
    match connection.look_into(&name).await {
        Ok(_) => Ok(Some(ListEntry { name, delimiter: None, attributes: Vec::new(), status: None })),
        Err(e) if e.refusal().is_some() => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// LIST with all that the server offers. Where it refuses what it offers (peers 2.3), a plain one, which the second
/// value tells.
async fn list(connection: &mut Connection, reference: &str) -> Result<(Vec<ListEntry>, bool)> {
    let everything = ListOptions { special_use: true, subscribed: true, status: Some(NUMBERS) };
    match connection.list(reference, "*", everything).await {
        Err(e) if e.refusal().is_some() => {
            Ok((connection.list(reference, "*", ListOptions::default()).await?, false))
        }
        other => Ok((other?, true)),
    }
}

/// What the server tells, or a sentence on what it is to be done without.
type Told<T> = Result<std::result::Result<T, String>>;

impl Catalog {
    /// Mail needs none of this: a server that does not tell it says nothing against the user.
    fn or_without<T: Default>(&mut self, told: Told<T>) -> Result<T> {
        Ok(told?.unwrap_or_else(|without| {
            self.without.push(without);
            T::default()
        }))
    }

    fn has_inbox(&self) -> bool {
        self.listing.folders.iter().any(|folder| folder.name.eq_ignore_ascii_case("INBOX"))
    }

    fn add(&mut self, entry: ListEntry) {
        let key = entry.name.as_bytes().to_vec();
        if let Some(status) = &entry.status {
            self.status.insert(key.clone(), status.clone());
        }
        if entry.has("\\Subscribed") {
            self.subscribed.insert(key.clone());
        }
        self.listing.folders.push(ListedFolder {
            key,
            name: entry.text(),
            delimiter: entry.delimiter.map(char::from),
            attributes: entry.attributes,
        });
    }
}

/// Where LIST has to begin: everywhere, and in personal namespaces that the empty reference does not reach.
fn roots(namespaces: &Namespaces) -> Vec<String> {
    let hidden =
        namespaces.personal.iter().map(|n| n.prefix.clone()).filter(|prefix| prefix.starts_with('#'));
    std::iter::once(String::new()).chain(hidden).collect()
}

/// The subscribed folders, by the server's bytes of their names. Servers of IMAP4rev2 have no such command (peers A30), and one
/// that cannot read a list of subscriptions has lost no mail.
async fn subscribed(connection: &mut Connection) -> Told<BTreeSet<Vec<u8>>> {
    let subscribed = match connection.lsub("", "*").await {
        Err(e) => {
            let refusal = refused(e)?;
            return Ok(Err(format!(
                "The source does not tell subscriptions ({refusal}): none are carried over."
            )));
        }
        Ok(subscribed) => subscribed.into_iter().filter(|entry| !entry.has("\\Noselect")),
    };
    Ok(Ok(subscribed.map(|entry| entry.name.as_bytes().to_vec()).collect()))
}

/// The server's words of a refusal.
fn refused(error: wire::Error) -> Result<String> {
    match error {
        wire::Error::Refused(refusal) => Ok(refusal.line),
        failed @ wire::Error::Failed(_) => Err(failed.into()),
    }
}

async fn namespaces(connection: &mut Connection) -> Told<Namespaces> {
    if !connection.capabilities().namespace() {
        return Ok(Ok(Namespaces::default()));
    }
    let without = |reason: &str| {
        let lost = "folders that others share with the user count as the user's own";
        Ok(Err(format!("The source offers NAMESPACE and does not tell it ({reason}): {lost}.")))
    };
    let found = match connection.namespace().await {
        Ok(Some(found)) => found,
        Ok(None) => return without("it says OK and no more"),
        Err(e) => return without(&refused(e)?),
    };
    let convert = |entries: Vec<NamespaceEntry>| {
        let convert = |entry: NamespaceEntry| Namespace {
            prefix: entry.prefix.to_text(),
            delimiter: entry.delimiter.map(char::from),
        };
        entries.into_iter().map(convert).collect()
    };
    Ok(Ok(Namespaces {
        personal: convert(found.personal),
        others: convert(found.other_users),
        shared: convert(found.shared),
    }))
}
