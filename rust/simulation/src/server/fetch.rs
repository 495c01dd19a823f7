//! UID FETCH of numbers, flags, dates, sizes, and of a message's octets or headers (RFC 3501 §6.4.5, RFC 7162).

use testkit::command::{Argument, Command};

use super::Server;
use super::selected::{self, Selected};
use super::session::{Session, account};
use crate::mail::{Content, Message};

pub(super) fn fetch(
    session: &mut Session,
    server: &mut Server,
    user: &str,
    command: &Command,
) -> Option<String> {
    let Some(selected) = session.selected.clone() else { return Some("BAD Select first".to_owned()) };
    let uids = selected::uids(&command.text(0)?, &selected.view)?;
    let items = command.arguments.get(1)?.words();
    let since = command.arguments.get(2).and_then(changed_since);
    let size_error = server.manners.size_error;
    let condstore = server.manners.condstore;
    let folder = account(server, user)?.by_id_mut(selected.folder)?;
    for message in uids.into_iter().filter_map(|uid| folder.message(uid)) {
        if since.is_none_or(|since| message.modseq > since) {
            write(session, &selected, message, &items, size_error, condstore && since.is_some());
        }
    }
    Some("OK Done".to_owned())
}

fn changed_since(modifier: &Argument) -> Option<u64> {
    let words = modifier.words();
    match words.as_slice() {
        [word, number] if word.eq_ignore_ascii_case("CHANGEDSINCE") => number.parse().ok(),
        _ => None,
    }
}

fn write(
    session: &mut Session,
    selected: &Selected,
    message: &Message,
    items: &[String],
    size_error: u32,
    tells_modseq: bool,
) {
    let position = selected.view.iter().position(|uid| *uid == message.uid).map_or(0, |at| at + 1);
    session.out.extend_from_slice(format!("* {position} FETCH (UID {}", message.uid).as_bytes());
    let told = items.iter().any(|item| item == "MODSEQ");
    let implied = (tells_modseq && !told).then(|| "MODSEQ".to_owned());
    for item in items.iter().chain(&implied).filter(|item| *item != "UID") {
        session.out.push(b' ');
        write_item(&mut session.out, message, item, size_error);
    }
    session.out.extend_from_slice(b")\r\n");
}

fn write_item(out: &mut Vec<u8>, message: &Message, item: &str, size_error: u32) {
    let text = match item {
        "FLAGS" => {
            let flags: Vec<&str> = message.flags.iter().map(String::as_str).collect();
            format!("FLAGS ({})", flags.join(" "))
        }
        "INTERNALDATE" => format!("INTERNALDATE \"{}\"", internal_date(message.date)),
        "RFC822.SIZE" => format!("RFC822.SIZE {}", message.octets.len() + size_error as usize),
        "MODSEQ" => format!("MODSEQ ({})", message.modseq),
        _ => return write_body(out, &message.octets, item),
    };
    out.extend_from_slice(text.as_bytes());
}

fn write_body(out: &mut Vec<u8>, octets: &Content, item: &str) {
    let section = item.split_once('[').map_or("]", |(_, section)| section);
    let fields = section.strip_prefix("HEADER.FIELDS (").and_then(|rest| rest.strip_suffix(")]"));
    let part = match fields {
        Some(names) => chosen(octets, &names.split(' ').collect::<Vec<_>>()),
        None if section == "HEADER]" => header(octets).to_vec(),
        None => octets.to_vec(),
    };
    out.extend_from_slice(format!("BODY[{section} {{{}}}\r\n", part.len()).as_bytes());
    out.extend_from_slice(&part);
}

/// The header with the empty line that ends it.
fn header(octets: &[u8]) -> &[u8] {
    let end = octets.windows(4).position(|window| window == b"\r\n\r\n");
    end.and_then(|end| octets.get(..end + 4)).unwrap_or(octets)
}

fn chosen(octets: &[u8], names: &[&str]) -> Vec<u8> {
    let wanted = |line: &&[u8]| {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let mut found =
        header(octets).split_inclusive(|b| *b == b'\n').filter(wanted).collect::<Vec<_>>().concat();
    found.extend_from_slice(b"\r\n");
    found
}

/// A date as IMAP writes it, in UTC.
pub(super) fn internal_date(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    jiff::fmt::strtime::format("%d-%b-%Y %H:%M:%S +0000", at).unwrap_or_default()
}
