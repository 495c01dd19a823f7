//! The commands on the selected folder but FETCH: SELECT, STORE, SEARCH, EXPUNGE, CLOSE, UNSELECT ([RFC 3501 §6.4]).
//!
//! [RFC 3501 §6.4]: https://www.rfc-editor.org/rfc/rfc3501#section-6.4

use std::collections::BTreeSet;

use super::folders::{done, no_such_folder};
use super::sequence::{Numbers, resolve};
use super::session::Session;
use crate::command::{Argument, Command};

/// A connection's view of its folder.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) folder: String,
    pub(super) read_only: bool,
    /// The UIDs by position, as this client knows them.
    pub(super) view: Vec<u32>,
}

/// Answers a command on the selected folder, if it is one and a folder is selected.
pub(super) fn answer(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let selected = session.selected.clone()?;
    let status = match command.name.as_str() {
        "STORE" | "UID STORE" => store(session, user, &selected, command),
        "SEARCH" | "UID SEARCH" => search(session, &selected, command),
        "EXPUNGE" => expunge(session, user, &selected, None),
        "UID EXPUNGE" if session.shared.options.has("UIDPLUS") => {
            command.text(0).and_then(|set| expunge(session, user, &selected, Some(&set)))
        }
        "UNSELECT" if session.shared.options.has("UNSELECT") => close(session),
        "CLOSE" => {
            expunge(session, user, &selected, None);
            close(session)
        }
        _ => return None,
    };
    Some(status.unwrap_or_else(|| "BAD Wrong arguments".to_owned()))
}

/// SELECT and EXAMINE.
pub(super) fn select(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let name = command.text(0)?;
    session.selected = None;
    if let Some(refusal) = session.shared.opening_refusal(&name) {
        return Some(refusal.to_owned());
    }
    session.shared.store().opened(user, &name);
    let Some(folder) = session.shared.store().account(user).folder(&name).cloned() else {
        return no_such_folder();
    };
    let read_only = command.name == "EXAMINE";
    let view = folder.messages.iter().map(|message| message.uid).collect::<Vec<_>>();
    session.untagged("FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)");
    let any_keyword = if session.shared.options.keywords { " \\*" } else { "" };
    session.untagged(&format!(
        "OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft{any_keyword})] Kept"
    ));
    session.untagged(&format!("{} EXISTS", view.len() + session.shared.options.phantoms));
    session.untagged("0 RECENT");
    session.untagged(&format!("OK [UIDVALIDITY {}] Valid", folder.uid_validity));
    let after = session.shared.options.uids_after;
    session.untagged(&format!("OK [UIDNEXT {}] Next", u64::from(folder.uid_next) + after));
    session.selected = Some(Selected { folder: name, read_only, view });
    Some(format!("OK [{}] Selected", if read_only { "READ-ONLY" } else { "READ-WRITE" }))
}

/// Tells what other connections removed and added since ([RFC 3501 §7.3.1], [RFC 3501 §7.4.1]).
///
/// [RFC 3501 §7.3.1]: https://www.rfc-editor.org/rfc/rfc3501#section-7.3.1
/// [RFC 3501 §7.4.1]: https://www.rfc-editor.org/rfc/rfc3501#section-7.4.1
pub(super) fn announce(session: &mut Session, user: &str) {
    let Some(mut selected) = session.selected.take() else { return };
    let now = uids(session, user, &selected.folder);
    let there = now.iter().collect::<BTreeSet<_>>();
    // From the last to the first, so that the numbers of those that are still to be told do not shift.
    for (index, _) in selected.view.iter().enumerate().rev().filter(|(_, uid)| !there.contains(uid)) {
        session.untagged(&format!("{} EXPUNGE", index + 1));
    }
    let kept = selected.view.iter().filter(|uid| there.contains(uid)).count();
    if now.len() > kept {
        session.untagged(&format!("{} EXISTS", now.len()));
    }
    selected.view = now;
    session.selected = Some(selected);
}

fn uids(session: &Session, user: &str, folder: &str) -> Vec<u32> {
    let mut store = session.shared.store();
    let messages = store.account(user).folder(folder).map(|folder| folder.messages.as_slice());
    messages.unwrap_or_default().iter().map(|message| message.uid).collect()
}

/// The numbers that a command with or without UID in front uses.
pub(super) fn numbers(command: &Command) -> Numbers {
    if command.name.starts_with("UID ") { Numbers::Uids } else { Numbers::Positions }
}

fn close(session: &mut Session) -> Option<String> {
    session.selected = None;
    done()
}

fn store(session: &mut Session, user: &str, selected: &Selected, command: &Command) -> Option<String> {
    let messages = resolve(&command.text(0)?, &selected.view, numbers(command))?;
    let action = command.text(1)?.to_uppercase();
    let flags = flags(command.arguments.get(2..)?);
    if selected.read_only {
        return Some("NO [READ-ONLY] Examined, not selected".to_owned());
    }
    let (change, silent) =
        action.strip_suffix(".SILENT").map_or((action.as_str(), false), |change| (change, true));
    if session.shared.options.ignores_store {
        return done();
    }
    for (position, uid) in messages {
        let Some(now) = change_flags(session, user, &selected.folder, uid, change, &flags)? else { continue };
        if !silent {
            session.untagged(&format!("{position} FETCH (UID {uid} FLAGS ({}))", join(&now)));
        }
    }
    done()
}

/// The message's flags after the change; nothing inside where the message is gone, nothing at all for a bad change.
#[expect(clippy::option_option, reason = "the two absences mean different answers")]
fn change_flags(
    session: &Session,
    user: &str,
    folder: &str,
    uid: u32,
    change: &str,
    flags: &BTreeSet<String>,
) -> Option<Option<BTreeSet<String>>> {
    let mut store = session.shared.store();
    let Some(message) = store.account(user).folder_mut(folder).and_then(|folder| folder.message_mut(uid))
    else {
        return Some(None);
    };
    match change {
        "FLAGS" => message.flags.clone_from(flags),
        "+FLAGS" => message.flags.extend(flags.iter().cloned()),
        "-FLAGS" => message.flags.retain(|flag| !flags.contains(flag)),
        _ => return None,
    }
    Some(Some(message.flags.clone()))
}

/// ALL, a set, or UID and a set.
fn search(session: &mut Session, selected: &Selected, command: &Command) -> Option<String> {
    let key = command.text(0)?;
    let found = match (key.to_uppercase().as_str(), command.text(1)) {
        ("ALL", _) => resolve("1:*", &selected.view, Numbers::Positions)?,
        ("UID", Some(set)) => resolve(&set, &selected.view, Numbers::Uids)?,
        _ => resolve(&key, &selected.view, Numbers::Positions)?,
    };
    let numbers = numbers(command);
    let number = |(position, uid): (usize, u32)| match numbers {
        Numbers::Positions => format!(" {position}"),
        Numbers::Uids => format!(" {uid}"),
    };
    let list = found.into_iter().map(number).collect::<String>();
    session.untagged(&format!("SEARCH{list}"));
    done()
}

/// Removes what is marked as deleted, all or only these UIDs ([RFC 4315](https://www.rfc-editor.org/rfc/rfc4315)).
fn expunge(session: &mut Session, user: &str, selected: &Selected, uids: Option<&str>) -> Option<String> {
    if selected.read_only {
        return Some("NO [READ-ONLY] Examined, not selected".to_owned());
    }
    let candidates = resolve(uids.unwrap_or("1:*"), &selected.view, Numbers::Uids)?;
    let candidates = candidates.into_iter().map(|(_, uid)| uid).collect::<BTreeSet<_>>();
    if let Some(folder) = session.shared.store().account(user).folder_mut(&selected.folder) {
        folder
            .messages
            .retain(|message| !(message.flags.contains("\\Deleted") && candidates.contains(&message.uid)));
    }
    done()
}

/// The flags of a list or of bare arguments; system flags in their usual spelling, \Recent left out, for it is the
/// server's.
pub(super) fn flags(arguments: &[Argument]) -> BTreeSet<String> {
    const SYSTEM: [&str; 5] = ["\\Seen", "\\Answered", "\\Flagged", "\\Draft", "\\Deleted"];
    let usual = |flag: String| match SYSTEM.iter().find(|system| system.eq_ignore_ascii_case(&flag)) {
        Some(system) => (*system).to_owned(),
        None => flag,
    };
    let arguments = match arguments.first() {
        Some(Argument::List(items)) => items,
        _ => arguments,
    };
    let flags = arguments.iter().filter_map(Argument::text).map(usual);
    flags.filter(|flag| !flag.eq_ignore_ascii_case("\\Recent")).collect()
}

/// Flags as a response lists them.
pub(super) fn join(flags: &BTreeSet<String>) -> String {
    flags.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}
