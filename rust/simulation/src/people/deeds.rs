//! How each deed is done to a mailbox.

use super::{Deed, People};
use crate::mail::{Account, By, Content, Flags, Folder, Incoming, Letter, Message, digest};
use crate::server::{Server, rewritten};
use crate::world::{Scene, Side};

const PATHS: [&str; 8] =
    ["Sent", "Trash", "Work", "Work/Plans", "Entwürfe & R", "Lists/rust", "Old", "Work/Plans/2025"];

const FLAGS: [&str; 6] = ["\\Seen", "\\Answered", "\\Flagged", "\\Draft", "$Label1", "Later"];

/// When the oldest message came.
const OLDEST: i64 = 1_600_000_000;

/// Does it, if it can be done. Tells what was done.
pub(super) fn perform(scene: &mut Scene, side: Side, deed: Deed) -> Option<String> {
    if nobody_could_tell(scene, side, deed) {
        return None;
    }
    let refusals = scene.climate.refusals;
    let touched = &mut scene.touched;
    let people = &mut scene.people;
    let server = match side {
        Side::Source => &mut scene.source,
        Side::Target => &mut scene.target,
    };
    let names: Vec<String> = server.accounts.keys().cloned().collect();
    let who = people.chance.pick(&names)?.clone();
    let before = account(server, &who)?.clone();
    let told = match deed {
        Deed::Mail => mail(people, server, &who, side, refusals),
        Deed::Twin => twin(people, server, &who),
        Deed::SameId => same_id(people, server, &who),
        Deed::Flag => flag(people, server, &who),
        Deed::Delete => delete(people, server, &who),
        Deed::Move => relocate(people, server, &who, side),
        Deed::MoveBack => move_back(people, server, &who, side),
        Deed::NewFolder => new_folder(people, server, &who),
        Deed::RenameFolder => rename(people, server, &who).map(|(from, to)| {
            touched.extend([(who.clone(), from.clone()), (who.clone(), to.clone())]);
            format!("renames {from} to {to}")
        }),
        Deed::DeleteFolder => remove(people, server, &who).map(|path| {
            touched.insert((who.clone(), path.clone()));
            format!("deletes folder {path}")
        }),
    };
    let account = account(server, &who)?;
    if account.folders.values().any(Folder::is_beyond_recognition) {
        *account = before;
        return None;
    }
    told.map(|told| format!("{who} {told}"))
}

/// What leaves no trace by which anybody could tell what is whose: another body below a Message-ID, where the target changes
/// bodies; a message that leaves a folder, where the source does not show what it counts.
fn nobody_could_tell(scene: &Scene, side: Side, deed: Deed) -> bool {
    match deed {
        Deed::SameId => scene.target.manners.rewrites,
        Deed::Move | Deed::MoveBack => side == Side::Source && scene.source.manners.phantoms > 0,
        _ => false,
    }
}

fn account<'s>(server: &'s mut Server, who: &str) -> Option<&'s mut Account> {
    server.accounts.get_mut(who)
}

fn any_folder(people: &mut People, account: &Account) -> Option<String> {
    let paths: Vec<&String> = account.folders.keys().collect();
    people.chance.pick(&paths).map(|path| (*path).clone())
}

/// A folder that has something, and a message in it.
fn any_message(people: &mut People, account: &Account) -> Option<(String, Message)> {
    let all: Vec<(&String, &Message)> = account
        .folders
        .iter()
        .flat_map(|(path, folder)| folder.messages.iter().map(move |m| (path, m)))
        .collect();
    people.chance.pick(&all).map(|(path, message)| ((*path).clone(), (*message).clone()))
}

fn deliver(
    people: &mut People,
    server: &mut Server,
    who: &str,
    path: &str,
    content: Content,
    date: i64,
) -> Option<String> {
    let octets = if server.manners.rewrites { rewritten(&content) } else { content.clone() };
    let keywords = server.manners.keywords;
    let account = account(server, who)?;
    let lineage = account.fresh();
    let flags = any_flags(people, keywords);
    let shown = digest(&content);
    let incoming = Incoming { content, octets, date, flags, lineage, by: By::People };
    let uid = account.deliver(path, incoming)?;
    Some(format!("{path} {uid} gets {shown}"))
}

fn any_flags(people: &mut People, keywords: bool) -> Flags {
    let mut flags = Flags::new();
    while people.chance.one_in(2) {
        flags.extend(people.chance.pick(&FLAGS).map(|flag| (*flag).to_owned()));
    }
    flags.retain(|flag| keywords || flag.starts_with('\\'));
    flags
}

fn mail(people: &mut People, server: &mut Server, who: &str, side: Side, refusals: u32) -> Option<String> {
    let path = any_folder(people, account(server, who)?)?;
    people.letters += 1;
    let number = people.letters;
    let date = OLDEST + i64::try_from(people.chance.between(0, 100_000_000)).unwrap_or(0);
    let id = (!people.chance.one_in(6)).then(|| format!("{number}@{side:?}"));
    let refused = side == Side::Source && people.chance.one_in(refusals);
    let content = Letter { number, id, date, refused }.write(&mut people.chance);
    let told = deliver(people, server, who, &path, content, date)?;
    Some(if refused { format!("{told}, which is refused") } else { told })
}

fn twin(people: &mut People, server: &mut Server, who: &str) -> Option<String> {
    let (mut path, message) = any_message(people, account(server, who)?)?;
    if people.chance.one_in(4) {
        path = any_folder(people, account(server, who)?)?;
    }
    let later = if people.chance.one_in(2) { 60 } else { 0 };
    let told = deliver(people, server, who, &path, message.content, message.date + later)?;
    Some(format!("{told}, a twin"))
}

/// Another body below the same Message-ID and date, as mailing lists and drafts make them.
fn same_id(people: &mut People, server: &mut Server, who: &str) -> Option<String> {
    let (path, message) = any_message(people, account(server, who)?)?;
    people.letters += 1;
    let more = format!("revised {}\r\n", people.letters);
    let content: Content = [&message.content[..], more.as_bytes()].concat().into();
    let told = deliver(people, server, who, &path, content, message.date)?;
    Some(format!("{told}, revised"))
}

fn flag(people: &mut People, server: &mut Server, who: &str) -> Option<String> {
    let (path, message) = any_message(people, account(server, who)?)?;
    let flags = any_flags(people, server.manners.keywords);
    let shown: Vec<&str> = flags.iter().map(String::as_str).collect();
    let told = format!("sets {path} {} to ({})", message.uid, shown.join(" "));
    let folder = account(server, who)?.folder_mut(&path)?;
    folder.change_flags(message.uid, |now| *now = flags, By::People).then_some(told)
}

fn delete(people: &mut People, server: &mut Server, who: &str) -> Option<String> {
    let account = account(server, who)?;
    let (path, message) = any_message(people, account)?;
    account.delete(&path, message.uid).then(|| format!("deletes {path} {}", message.uid))
}

fn relocate(people: &mut People, server: &mut Server, who: &str, side: Side) -> Option<String> {
    let account = account(server, who)?;
    let (from, message) = any_message(people, account)?;
    let to = any_folder(people, account)?;
    if from == to || !account.relocate(&from, message.uid, &to) {
        return None;
    }
    if side == Side::Source {
        people.moved.push((who.to_owned(), from.clone(), to.clone()));
    }
    Some(format!("moves {from} {} ({}) to {to}", message.uid, digest(&message.content)))
}

/// Takes a move back: the message that came last.
fn move_back(people: &mut People, server: &mut Server, who: &str, side: Side) -> Option<String> {
    if side == Side::Target {
        return None;
    }
    let at = people.moved.iter().position(|(whose, _, _)| whose == who)?;
    let (_, from, to) = people.moved.remove(at);
    let account = account(server, who)?;
    let uid = account.folder(&to)?.messages.last()?.uid;
    account.relocate(&to, uid, &from).then(|| format!("moves {to} {uid} back to {from}"))
}

fn new_folder(people: &mut People, server: &mut Server, who: &str) -> Option<String> {
    let path = *people.chance.pick(&PATHS)?;
    let validity = server.fresh_validity();
    let subscribes = people.chance.one_in(2);
    let account = account(server, who)?;
    if !account.create(path, validity) {
        return None;
    }
    if subscribes {
        account.subscribed.insert(path.to_owned());
    }
    Some(format!("makes {path}"))
}

fn rename(people: &mut People, server: &mut Server, who: &str) -> Option<(String, String)> {
    let account = account(server, who)?;
    let from = any_folder(people, account)?;
    people.letters += 1;
    let to = format!("{}{}", PATHS.first()?, people.letters);
    account.rename(&from, &to).then_some((from, to))
}

fn remove(people: &mut People, server: &mut Server, who: &str) -> Option<String> {
    let account = account(server, who)?;
    let path = any_folder(people, account)?;
    let below = format!("{path}/");
    // Who deletes a folder deletes what is below first, or leaves it.
    if account.folders.keys().any(|other| other.starts_with(&below)) {
        return None;
    }
    account.remove(&path).then_some(path)
}
