//! The commands on the selected folder but FETCH: SELECT, EXAMINE, STORE, UNSELECT, CLOSE (RFC 3501 §6.3, §6.4).

use std::collections::BTreeSet;

use testkit::command::Command;

use super::Server;
use super::folders::{done, missing, path};
use super::session::{Session, account};
use crate::mail::{By, Flags};

/// The folder that a connection has open, as it knows it.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) folder: u64,
    pub(super) view: Vec<u32>,
    phantoms: usize,
    for_writing: bool,
    /// UIDNEXT when it was opened.
    next: u32,
    /// How many messages this connection itself has put there since.
    pub(super) own: usize,
}

const SYSTEM: [&str; 5] = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"];

pub(super) fn answer(
    session: &mut Session,
    server: &mut Server,
    user: &str,
    command: &Command,
) -> Option<String> {
    match command.name.as_str() {
        "SELECT" | "EXAMINE" => select(session, server, user, command),
        "UID STORE" => store(session, server, user, command),
        "UNSELECT" | "CLOSE" => {
            leave(session, server);
            done()
        }
        _ => Some("BAD Unknown command".to_owned()),
    }
}

fn select(session: &mut Session, server: &mut Server, user: &str, command: &Command) -> Option<String> {
    leave(session, server);
    let Some(path) = path(server, command, 0) else { return missing() };
    let manners = server.manners.clone();
    let Some(folder) = account(server, user)?.folder(&path) else { return missing() };
    let view = folder.uids();
    let flags = SYSTEM.join(" ");
    session.untagged(&format!("FLAGS ({flags})"));
    let any = if manners.keywords { " \\*" } else { "" };
    session.untagged(&format!("OK [PERMANENTFLAGS ({flags}{any})] Kept"));
    session.untagged(&format!("{} EXISTS", view.len() + manners.phantoms));
    session.untagged("0 RECENT");
    session.untagged(&format!("OK [UIDVALIDITY {}] Valid", folder.validity));
    if manners.tells_uid_next {
        session.untagged(&format!("OK [UIDNEXT {}] Next", folder.next));
    }
    if manners.condstore {
        session.untagged(&format!("OK [HIGHESTMODSEQ {}] Highest", folder.modseq));
    }
    let for_writing = command.name == "SELECT";
    let (phantoms, next) = (manners.phantoms, folder.next);
    session.selected = Some(Selected { folder: folder.id, view, phantoms, for_writing, next, own: 0 });
    let access = if for_writing { "READ-WRITE" } else { "READ-ONLY" };
    Some(format!("OK [{access}] Selected"))
}

/// Leaves the folder that is open. Where a folder is a file, and was opened for writing, and grew meanwhile, an old view of it
/// is written back: all but the first message is gone of one that was empty, all but two of many that came this way.
pub(super) fn leave(session: &mut Session, server: &mut Server) {
    let Some(selected) = session.selected.take().filter(|selected| selected.for_writing) else { return };
    if !server.manners.mbox {
        return;
    }
    let second = u64::try_from(server.now).unwrap_or(0);
    let user = session.user.clone().unwrap_or_default();
    let Some(account) = account(server, &user) else { return };
    let Some(folder) = account.by_id_mut(selected.folder) else { return };
    let grown: Vec<u32> = folder.uids().into_iter().filter(|uid| *uid >= selected.next).collect();
    if grown.is_empty() {
        return;
    }
    folder.validity = second;
    let kept = if selected.next == 1 { 1 } else { 2 };
    if selected.next == 1 || selected.own > kept {
        account.destroy(selected.folder, grown.get(kept..).unwrap_or_default());
    }
}

/// Tells what came and went since the connection last heard of it.
pub(super) fn announce(session: &mut Session, server: &mut Server) {
    let Some(mut selected) = session.selected.take() else { return };
    let user = session.user.clone().unwrap_or_default();
    let folder = account(server, &user).and_then(|account| account.by_id_mut(selected.folder));
    let now = folder.map(|folder| folder.uids()).unwrap_or_default();
    let there: BTreeSet<u32> = now.iter().copied().collect();
    for (index, _) in selected.view.iter().enumerate().rev().filter(|(_, uid)| !there.contains(uid)) {
        session.untagged(&format!("{} EXPUNGE", index + 1));
    }
    let kept = selected.view.iter().filter(|uid| there.contains(uid)).count();
    if now.len() > kept {
        session.untagged(&format!("{} EXISTS", now.len() + selected.phantoms));
    }
    selected.view = now;
    session.selected = Some(selected);
}

fn store(session: &mut Session, server: &mut Server, user: &str, command: &Command) -> Option<String> {
    let Some(selected) = session.selected.clone() else { return Some("BAD Select first".to_owned()) };
    let uids = uids(&command.text(0)?, &selected.view)?;
    let action = command.text(1)?.to_uppercase();
    let keywords = server.manners.keywords;
    let given = kept_flags(&command.arguments.get(2)?.words(), keywords);
    let folder = account(server, user)?.by_id_mut(selected.folder);
    let Some(folder) = folder else { return missing() };
    let shown = format!("{uids:?} {action} {given:?}");
    for uid in uids {
        let change = |flags: &mut Flags| match action.trim_end_matches(".SILENT") {
            "+FLAGS" => flags.extend(given.iter().cloned()),
            "-FLAGS" => flags.retain(|flag| !given.contains(flag)),
            _ => flags.clone_from(&given),
        };
        folder.change_flags(uid, change, By::Client);
    }
    Some(format!("OK Done: {shown}"))
}

/// The flags of these that a folder keeps.
pub(super) fn kept_flags(words: &[String], keywords: bool) -> Flags {
    let usual = |word: &String| SYSTEM.iter().find(|system| system.eq_ignore_ascii_case(word));
    let keep = |word: &String| match usual(word) {
        Some(system) => Some((*system).to_owned()),
        None => (keywords && !word.starts_with('\\')).then(|| word.clone()),
    };
    words.iter().filter_map(keep).collect()
}

/// The UIDs of a set that there are.
pub(super) fn uids(set: &str, view: &[u32]) -> Option<Vec<u32>> {
    let last = view.last().copied().unwrap_or(0);
    let number = |text: &str| if text == "*" { Some(last) } else { text.parse().ok() };
    let mut found = BTreeSet::new();
    for part in set.split(',') {
        let (from, to) = part.split_once(':').unwrap_or((part, part));
        let (from, to): (u32, u32) = (number(from)?, number(to)?);
        let range = from.min(to)..=from.max(to);
        found.extend(view.iter().filter(|uid| range.contains(uid)));
    }
    Some(found.into_iter().collect())
}
