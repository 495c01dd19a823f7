//! The commands about folders: LIST, LSUB, CREATE, SUBSCRIBE, RENAME, DELETE, STATUS, NAMESPACE (RFC 3501 §6.3,
//! RFC 5258, RFC 5819, RFC 6154).

use testkit::command::{Argument, Command};

use super::Server;
use super::name::{decode, quoted};
use super::session::{Session, account};
use crate::mail::{Account, Folder};

const SPECIAL: [(&str, &str); 4] =
    [("Sent", "\\Sent"), ("Drafts", "\\Drafts"), ("Trash", "\\Trash"), ("Junk", "\\Junk")];

pub(super) fn answer(
    session: &mut Session,
    server: &mut Server,
    user: &str,
    command: &Command,
) -> Option<String> {
    match command.name.as_str() {
        "LIST" => list(session, server, user, command),
        "LSUB" => lsub(session, server, user),
        "CREATE" => create(server, user, command),
        "SUBSCRIBE" => subscribe(server, user, command),
        "RENAME" => rename(server, user, command),
        "DELETE" => delete(server, user, command),
        "STATUS" => status(session, server, user, command),
        "NAMESPACE" => namespace(session, server),
        _ => None,
    }
}

/// The path that a command names.
pub(super) fn path(server: &Server, command: &Command, at: usize) -> Option<String> {
    server.manners.to_path(&decode(&command.text(at)?)?)
}

fn list(session: &mut Session, server: &mut Server, user: &str, command: &Command) -> Option<String> {
    let separator = server.manners.separator;
    let pattern = command.text(0)? + &command.text(1)?;
    if pattern.is_empty() {
        session.untagged(&format!("LIST (\\Noselect) \"{separator}\" \"\""));
        return done();
    }
    let options = command.arguments.get(3).cloned();
    let manners = server.manners.clone();
    let account = account(server, user)?;
    for (path, folder) in &account.folders {
        let name = manners.to_name(path);
        if !matches(pattern.as_bytes(), name.as_bytes(), separator) {
            continue;
        }
        let attributes = attributes(account, path, options.as_ref());
        session.untagged(&format!("LIST ({attributes}) \"{separator}\" {}", quoted(&name)));
        if let Some(items) = options.as_ref().and_then(status_option) {
            let numbers = numbers(&manners, folder, &items);
            session.untagged(&format!("STATUS {} ({numbers})", quoted(&name)));
        }
    }
    if manners.inbox_twice {
        session.untagged(&format!("LIST () \"{separator}\" \"Inbox\""));
    }
    done()
}

fn attributes(account: &Account, path: &str, options: Option<&Argument>) -> String {
    let mut attributes = Vec::new();
    attributes.extend(SPECIAL.iter().find(|(usual, _)| *usual == path).map(|(_, attribute)| *attribute));
    let wants = options.is_some_and(|list| list.words().iter().any(|word| word == "SUBSCRIBED"));
    if wants && account.subscribed.contains(path) {
        attributes.push("\\Subscribed");
    }
    attributes.join(" ")
}

/// What `STATUS (...)` in the return options asks for (RFC 5819).
fn status_option(options: &Argument) -> Option<Vec<String>> {
    let Argument::List(items) = options else { return None };
    let at = items.iter().position(|item| item.text().as_deref() == Some("STATUS"))?;
    items.get(at + 1).map(Argument::words)
}

/// Whether a name falls under a pattern (RFC 3501 §6.3.8).
fn matches(pattern: &[u8], name: &[u8], separator: char) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*' | b'%', rest @ ..], _) if matches(rest, name, separator) => true,
        ([b'*', ..], [_, left @ ..]) => matches(pattern, left, separator),
        ([b'%', ..], [c, left @ ..]) => char::from(*c) != separator && matches(pattern, left, separator),
        ([p, rest @ ..], [c, left @ ..]) => p == c && matches(rest, left, separator),
        _ => false,
    }
}

fn lsub(session: &mut Session, server: &mut Server, user: &str) -> Option<String> {
    let manners = server.manners.clone();
    for path in &account(server, user)?.subscribed {
        let name = quoted(&manners.to_name(path));
        session.untagged(&format!("LSUB () \"{}\" {name}", manners.separator));
    }
    done()
}

fn create(server: &mut Server, user: &str, command: &Command) -> Option<String> {
    let Some(path) = path(server, command, 0) else { return Some("NO [CANNOT] No such place".to_owned()) };
    let validity = server.fresh_validity();
    if account(server, user)?.create(&path, validity) { done() } else { exists() }
}

fn subscribe(server: &mut Server, user: &str, command: &Command) -> Option<String> {
    let path = path(server, command, 0)?;
    account(server, user)?.subscribed.insert(Account::canonical(&path).to_owned());
    done()
}

fn rename(server: &mut Server, user: &str, command: &Command) -> Option<String> {
    let (from, to) = (path(server, command, 0)?, path(server, command, 1)?);
    let account = account(server, user)?;
    if account.folder(&from).is_none() {
        return missing();
    }
    if account.rename(&from, &to) { done() } else { exists() }
}

fn delete(server: &mut Server, user: &str, command: &Command) -> Option<String> {
    let path = path(server, command, 0)?;
    if account(server, user)?.remove(&path) { done() } else { missing() }
}

fn status(session: &mut Session, server: &mut Server, user: &str, command: &Command) -> Option<String> {
    let (name, items) = (command.text(0)?, command.arguments.get(1)?.words());
    let Some(path) = path(server, command, 0) else { return missing() };
    let manners = server.manners.clone();
    let Some(folder) = account(server, user)?.folder(&path) else { return missing() };
    let numbers = numbers(&manners, folder, &items);
    session.untagged(&format!("STATUS {} ({numbers})", quoted(&decode(&name)?)));
    done()
}

fn numbers(manners: &super::Manners, folder: &Folder, items: &[String]) -> String {
    let unseen = || folder.messages.iter().filter(|message| !message.flags.contains("\\Seen")).count();
    let value = |item: &String| match item.to_uppercase().as_str() {
        "MESSAGES" => Some((folder.messages.len() + manners.phantoms) as u64),
        "RECENT" => Some(0),
        "UIDNEXT" if manners.tells_uid_next => Some(u64::from(folder.next)),
        "UIDVALIDITY" => Some(folder.validity),
        "UNSEEN" => Some(unseen() as u64),
        "HIGHESTMODSEQ" if manners.condstore => Some(folder.modseq),
        _ => None,
    };
    let told = items.iter().filter_map(|item| Some(format!("{item} {}", value(item)?)));
    told.collect::<Vec<_>>().join(" ")
}

fn namespace(session: &mut Session, server: &Server) -> Option<String> {
    let manners = &server.manners;
    if !manners.namespace {
        return None;
    }
    let prefix = manners.prefix.replace('/', &manners.separator.to_string());
    session.untagged(&format!("NAMESPACE ((\"{prefix}\" \"{}\")) NIL NIL", manners.separator));
    done()
}

#[expect(clippy::unnecessary_wraps, reason = "an answer like the others")]
pub(super) fn missing() -> Option<String> {
    Some("NO [NONEXISTENT] No such folder".to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "an answer like the others")]
fn exists() -> Option<String> {
    Some("NO [ALREADYEXISTS] Folder exists".to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "an answer like the others")]
pub(super) fn done() -> Option<String> {
    Some("OK Done".to_owned())
}
