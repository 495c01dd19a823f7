//! The commands about folders: LIST, LSUB, CREATE, RENAME, DELETE, subscriptions, STATUS, NAMESPACE ([RFC 3501 §6.3]).
//!
//! [RFC 3501 §6.3]: https://www.rfc-editor.org/rfc/rfc3501#section-6.3

use super::fault::Moment;
use super::session::Session;
use super::store::canonical;
use super::{pattern, selected};
use crate::client::quote;
use crate::command::{Argument, Command};

/// Answers a command about folders, if it is one.
pub(super) fn answer(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let status = match command.name.as_str() {
        "LIST" => list(session, user, command),
        "LSUB" => lsub(session, user, command),
        "CREATE" => create(session, user, command),
        "RENAME" => rename(session, user, command),
        "DELETE" => delete(session, user, command),
        "SUBSCRIBE" | "UNSUBSCRIBE" => subscribe(session, user, command),
        "STATUS" => status(session, user, command),
        "NAMESPACE" if session.shared.options.has("NAMESPACE") => namespace(session),
        "SELECT" | "EXAMINE" => selected::select(session, user, command),
        _ => return None,
    };
    Some(status.unwrap_or_else(|| "BAD Wrong arguments".to_owned()))
}

fn list(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let [_, _] = command.arguments.as_slice() else { return None };
    let (reference, pattern) = (command.text(0)?, command.text(1)?);
    let separator = session.shared.options.separator;
    if pattern.is_empty() {
        session.untagged(&format!("LIST (\\Noselect) \"{separator}\" \"\""));
        return done();
    }
    if session.shared.options.lists_nothing {
        return done();
    }
    let pattern = format!("{reference}{pattern}");
    let names = session.shared.store().account(user).folders.keys().cloned().collect::<Vec<_>>();
    for name in names.iter().filter(|name| pattern::matches(&pattern, name, separator)) {
        let attributes = attributes(session, name, &names);
        session.untagged(&format!("LIST ({attributes}) \"{separator}\" {}", quote(name)));
    }
    done()
}

/// Children ([RFC 3348]) and special use ([RFC 6154]), each where it is announced.
///
/// [RFC 3348]: https://www.rfc-editor.org/rfc/rfc3348
/// [RFC 6154]: https://www.rfc-editor.org/rfc/rfc6154
fn attributes(session: &Session, name: &str, names: &[String]) -> String {
    let options = &session.shared.options;
    let mut attributes = Vec::new();
    if options.has("CHILDREN") {
        let below = format!("{name}{}", options.separator);
        let has_children = names.iter().any(|other| other.starts_with(&below));
        attributes.push(if has_children { "\\HasChildren" } else { "\\HasNoChildren" });
    }
    if options.has("SPECIAL-USE") {
        attributes.extend(name.strip_prefix(&options.prefix).and_then(special_use));
    }
    attributes.join(" ")
}

fn special_use(name: &str) -> Option<&'static str> {
    const USES: [(&str, &str); 5] = [
        ("Sent", "\\Sent"),
        ("Drafts", "\\Drafts"),
        ("Trash", "\\Trash"),
        ("Junk", "\\Junk"),
        ("Archive", "\\Archive"),
    ];
    USES.iter().find(|(usual, _)| *usual == name).map(|(_, attribute)| *attribute)
}

fn lsub(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let pattern = command.text(0)? + &command.text(1)?;
    let separator = session.shared.options.separator;
    let subscriptions = session.shared.store().account(user).subscriptions.clone();
    for name in subscriptions.iter().filter(|name| pattern::matches(&pattern, name, separator)) {
        session.untagged(&format!("LSUB () \"{separator}\" {}", quote(name)));
    }
    done()
}

fn create(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let name = command.text(0)?;
    if !name.starts_with(&session.shared.options.prefix) {
        return Some(format!("NO [CANNOT] Folders begin with {}", session.shared.options.prefix));
    }
    if let Some(refusal) = (session.shared.options.name_refusal)(&name) {
        if refusal.starts_with("BYE") {
            session.closing = Some(Moment::BeforeOk);
        }
        return Some(refusal.to_owned());
    }
    if !session.shared.store().create(user, &name) {
        return Some("NO [ALREADYEXISTS] Folder exists".to_owned());
    }
    done()
}

fn rename(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let (from, to) = (command.text(0)?, command.text(1)?);
    let mut store = session.shared.store();
    if canonical(&from) == "INBOX" || store.account(user).folder(&from).is_none() {
        return no_such_folder();
    }
    if !store.rename(user, &from, &to) {
        return Some("NO [ALREADYEXISTS] Folder exists".to_owned());
    }
    done()
}

fn delete(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let name = command.text(0)?;
    if canonical(&name) == "INBOX" {
        return Some("NO [CANNOT] INBOX stays".to_owned());
    }
    match session.shared.store().account(user).folders.remove(&name) {
        Some(_) => done(),
        None => no_such_folder(),
    }
}

fn subscribe(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let name = command.text(0)?;
    let mut store = session.shared.store();
    let subscriptions = &mut store.account(user).subscriptions;
    let name = canonical(&name);
    if command.name == "SUBSCRIBE" {
        subscriptions.insert(name.to_owned());
    } else {
        subscriptions.remove(name);
    }
    done()
}

fn status(session: &mut Session, user: &str, command: &Command) -> Option<String> {
    let (name, Argument::List(items)) = (command.text(0)?, command.arguments.get(1)?) else { return None };
    let Some(folder) = session.shared.store().account(user).folder(&name).cloned() else {
        return no_such_folder();
    };
    let not_there = session.shared.options.phantoms + session.shared.options.hidden;
    let unseen = || folder.messages.iter().filter(|message| !message.flags.contains("\\Seen")).count();
    let mut values = Vec::new();
    for item in items {
        let item = item.text()?.to_uppercase();
        if item == "MAILBOXID" && session.shared.options.has("OBJECTID") {
            values.push(format!("MAILBOXID (F{})", folder.id));
            continue;
        }
        let value = match item.as_str() {
            "MESSAGES" => folder.messages.len() + not_there,
            "RECENT" => 0,
            "UIDNEXT" => folder.uid_next as usize + session.shared.options.uids_after as usize,
            "UIDVALIDITY" => folder.uid_validity as usize,
            "UNSEEN" => unseen(),
            "SIZE" if session.shared.options.has("STATUS=SIZE") => {
                folder.messages.iter().map(|message| message.bytes.len()).sum()
            }
            _ => return None,
        };
        values.push(format!("{item} {value}"));
    }
    session.untagged(&format!("STATUS {} ({})", quote(&name), values.join(" ")));
    done()
}

/// One personal namespace ([RFC 2342](https://www.rfc-editor.org/rfc/rfc2342)).
fn namespace(session: &mut Session) -> Option<String> {
    let (prefix, separator) = (session.shared.options.prefix.clone(), session.shared.options.separator);
    session.untagged(&format!("NAMESPACE ((\"{prefix}\" \"{separator}\")) NIL NIL"));
    done()
}

/// The answer where a folder is missing.
pub(super) fn no_such_folder() -> Option<String> {
    Some("NO [NONEXISTENT] No such folder".to_owned())
}

/// The answer where all went well.
pub(super) fn done() -> Option<String> {
    Some("OK Done".to_owned())
}
