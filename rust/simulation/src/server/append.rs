//! APPEND of one or several messages (RFC 3501 §6.3.11, RFC 3502, RFC 4315), and what servers do to them.

use testkit::command::{Argument, Command};

use super::folders::path;
use super::selected::kept_flags;
use super::session::{Session, account};
use super::{Server, Validity};
use crate::mail::{By, Content, Flags, Incoming, digest, is_refused};

/// A message as it came.
struct Sent {
    flags: Flags,
    date: i64,
    octets: Content,
}

/// Stores all messages of the command, or none.
pub(super) fn append(
    session: &mut Session,
    server: &mut Server,
    user: &str,
    command: &Command,
) -> Option<String> {
    let Some(path) = path(server, command, 0) else { return Some("NO [CANNOT] No such place".to_owned()) };
    let mut sent = messages(command.arguments.get(1..)?, server)?;
    if account(server, user)?.folder(&path).is_none() {
        return Some("NO [TRYCREATE] No such folder".to_owned());
    }
    if server.manners.refuses && sent.iter().any(|message| is_refused(&message.octets)) {
        return Some("NO [CANNOT] Message refused for what it is".to_owned());
    }
    let count = sent.len();
    let swallows = server.manners.swallows;
    if server.moody && server.chance.one_in(swallows) {
        sent.pop();
    }
    let swallowed = sent.len() < count;
    session.appends += 1;
    let shown: Vec<String> = sent.iter().map(|message| digest(&message.octets)).collect();
    let (validity, mut uids) = store(server, user, &path, sent)?;
    let lies = swallowed && server.manners.lies;
    if lies {
        uids.push(unstored(server, user, &path)?);
    }
    let folder = account(server, user)?.folder(&path).map(|folder| folder.id);
    if let Some(selected) = session.selected.as_mut().filter(|selected| Some(selected.folder) == folder) {
        selected.own += uids.len() - usize::from(lies);
    }
    let forgets = server.manners.forgets_appenduid;
    let forgets = swallowed && !lies || server.moody && server.chance.one_in(forgets);
    let code = match (uids.first(), uids.last()) {
        (Some(first), Some(last)) if server.manners.uidplus && !forgets => {
            format!("[APPENDUID {validity} {first}:{last}] ")
        }
        _ => String::new(),
    };
    Some(format!("OK {code}Stored in {path}: {}", shown.join(" ")))
}

/// Puts messages into a folder; tells its UIDVALIDITY and their UIDs.
fn store(server: &mut Server, user: &str, path: &str, sent: Vec<Sent>) -> Option<(u64, Vec<u32>)> {
    let fresh = server.fresh_validity();
    let late = server.manners.validity == Validity::AfterFirstAppend;
    let rewrites = server.manners.rewrites;
    server.appended += sent.len() as u64;
    let account = account(server, user)?;
    let was_empty = account.folder(path)?.next == 1;
    let mut uids = Vec::new();
    for Sent { flags, date, octets } in sent {
        let lineage = account.fresh();
        let kept = if rewrites { rewritten(&octets) } else { octets.clone() };
        let incoming = Incoming { content: octets, octets: kept, date, flags, lineage, by: By::Client };
        uids.push(account.deliver(path, incoming)?);
    }
    let folder = account.folder_mut(path)?;
    if late && was_empty && !uids.is_empty() {
        folder.validity = fresh;
    }
    Some((folder.validity, uids))
}

/// The UID that a message would have got that is not stored; it is used up, or the next message has it.
fn unstored(server: &mut Server, user: &str, path: &str) -> Option<u32> {
    let uses_up = server.chance.one_in(2);
    let folder = account(server, user)?.folder_mut(path)?;
    let uid = folder.next;
    folder.next += u32::from(uses_up);
    Some(uid)
}

/// What a server that adds to messages makes of one.
pub(crate) fn rewritten(octets: &[u8]) -> Content {
    [b"X-Kept: yes\r\n", octets].concat().into()
}

/// Flags, date and literal of each message; nothing where they are malformed.
fn messages(mut arguments: &[Argument], server: &Server) -> Option<Vec<Sent>> {
    let mut messages = Vec::new();
    while !arguments.is_empty() {
        let mut flags = Flags::new();
        if let [list @ Argument::List(_), rest @ ..] = arguments {
            flags = kept_flags(&list.words(), server.manners.keywords);
            arguments = rest;
        }
        let mut date = server.now;
        if let [told, rest @ ..] = arguments
            && let Some(parsed) = told.octets().and_then(parse_date)
        {
            (date, arguments) = (parsed, rest);
        }
        let [body, rest @ ..] = arguments else { return None };
        messages.push(Sent { flags, date, octets: body.octets()?.into() });
        arguments = rest;
    }
    (!messages.is_empty()).then_some(messages)
}

fn parse_date(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.len() < 40)?;
    let parsed = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim_start()).ok()?;
    parsed.to_timestamp().ok().map(|at| at.as_second())
}
