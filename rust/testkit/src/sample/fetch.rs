//! FETCH of numbers, flags, dates, sizes, and of a message's octets or headers ([RFC 3501 §6.4.5]).
//!
//! [RFC 3501 §6.4.5]: https://www.rfc-editor.org/rfc/rfc3501#section-6.4.5

use std::io;

use super::fault::Moment;
use super::options::{Options, answer_to};
use super::selected::{Selected, join, numbers};
use super::sequence::{Numbers, resolve};
use super::session::Session;
use super::store::Stored;
use crate::command::{Argument, Command};

/// One thing to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Uid,
    Flags,
    InternalDate,
    Size,
    Body { label: String, section: Section, partial: Option<(usize, usize)>, seen: bool },
}

/// Which part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Section {
    Whole,
    Header,
    /// These fields of the header, names in lower case.
    Fields(Vec<String>),
}

/// FETCH and UID FETCH. A message that is gone is left out.
pub(super) async fn fetch(session: &mut Session, user: &str, command: &Command) -> io::Result<String> {
    let Some(selected) = session.selected.clone() else { return Ok("BAD Select a folder first".to_owned()) };
    let Some((messages, items)) = parse(command, &selected) else {
        return Ok("BAD Wrong arguments".to_owned());
    };
    let marks_seen =
        !selected.read_only && items.iter().any(|item| matches!(item, Item::Body { seen: true, .. }));
    for (position, uid) in messages {
        let Some(message) = read(session, user, &selected, uid, marks_seen) else { continue };
        match withheld(session, &message, &items) {
            Some(answer) if answer.is_empty() => continue,
            Some(answer) if answer.starts_with('*') => {
                session.out.extend_from_slice(answer.as_bytes());
                session.closing = Some(Moment::BeforeOk);
                return Ok(answer);
            }
            Some(answer) => return Ok(answer),
            None => {}
        }
        write(&mut session.out, position, &message, &items, &session.shared.options);
        session.flush_if_large().await?;
    }
    Ok("OK Done".to_owned())
}

/// The answer to who asks for a message that cannot be read. A server that hangs up does so at any part of it.
fn withheld(session: &Session, message: &Stored, items: &[Item]) -> Option<String> {
    let answer = answer_to(&message.bytes, session.shared.poison(&session.shared.options.unreadable))?;
    let reads = |item: &Item| match item {
        Item::Body { section, .. } => *section == Section::Whole || answer.starts_with('*'),
        _ => false,
    };
    items.iter().any(reads).then_some(answer)
}

fn read(session: &Session, user: &str, selected: &Selected, uid: u32, marks_seen: bool) -> Option<Stored> {
    let mut store = session.shared.store();
    let folder = store.account(user).folder_mut(&selected.folder)?;
    if marks_seen {
        folder.message_mut(uid)?.flags.insert("\\Seen".to_owned());
    }
    folder.message(uid).cloned()
}

type Numbered = Vec<(usize, u32)>;

fn parse(command: &Command, selected: &Selected) -> Option<(Numbered, Vec<Item>)> {
    let numbers = numbers(command);
    let messages = resolve(&command.text(0)?, &selected.view, numbers)?;
    let arguments = match command.arguments.get(1)? {
        Argument::List(items) => items.as_slice(),
        _ => command.arguments.get(1..)?,
    };
    let mut items = arguments.iter().map(|item| Item::parse(&item.text()?)).collect::<Option<Vec<_>>>()?;
    if numbers == Numbers::Uids && !items.contains(&Item::Uid) {
        items.insert(0, Item::Uid);
    }
    Some((messages, items))
}

impl Item {
    fn parse(text: &str) -> Option<Self> {
        match text.to_uppercase().as_str() {
            "UID" => Some(Self::Uid),
            "FLAGS" => Some(Self::Flags),
            "INTERNALDATE" => Some(Self::InternalDate),
            "RFC822.SIZE" => Some(Self::Size),
            upper => Self::parse_body(upper),
        }
    }

    /// `BODY.PEEK[section]<offset.count>`, in upper case.
    fn parse_body(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('[')?;
        let (section, partial) = rest.rsplit_once(']')?;
        let seen = match name {
            "BODY" => true,
            "BODY.PEEK" => false,
            _ => return None,
        };
        let partial = if partial.is_empty() { None } else { Some(parse_partial(partial)?) };
        let origin = partial.map(|(offset, _)| format!("<{offset}>")).unwrap_or_default();
        let label = format!("BODY[{section}]{origin}");
        Some(Self::Body { label, section: Section::parse(section)?, partial, seen })
    }
}

fn parse_partial(text: &str) -> Option<(usize, usize)> {
    let (offset, count) = text.strip_prefix('<')?.strip_suffix('>')?.split_once('.')?;
    Some((offset.parse().ok()?, count.parse().ok()?))
}

impl Section {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(Self::Whole),
            "HEADER" => Some(Self::Header),
            _ => {
                let names = text.strip_prefix("HEADER.FIELDS (")?.strip_suffix(')')?;
                Some(Self::Fields(names.split_whitespace().map(str::to_lowercase).collect()))
            }
        }
    }

    fn of(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Whole => message.to_vec(),
            Self::Header => header(message).to_vec(),
            Self::Fields(names) => fields(header(message), names),
        }
    }
}

/// Everything up to and with the empty line, or all where there is none.
fn header(message: &[u8]) -> &[u8] {
    let end = message.windows(4).position(|window| window == b"\r\n\r\n");
    end.and_then(|end| message.get(..end + 4)).unwrap_or(message)
}

/// The lines of these fields, folded ones included, and an empty line.
fn fields(header: &[u8], names: &[String]) -> Vec<u8> {
    let mut chosen = Vec::new();
    let mut wanted = false;
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            wanted = names.iter().any(|wanted| name.trim_ascii_end().eq_ignore_ascii_case(wanted.as_bytes()));
        }
        if wanted {
            chosen.extend_from_slice(line);
        }
    }
    chosen.extend_from_slice(b"\r\n");
    chosen
}

fn write(out: &mut Vec<u8>, position: usize, message: &Stored, items: &[Item], options: &Options) {
    out.extend_from_slice(format!("* {position} FETCH (").as_bytes());
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        match item {
            Item::Uid => out
                .extend_from_slice(format!("UID {}", u64::from(message.uid) + options.uids_after).as_bytes()),
            Item::Flags => out.extend_from_slice(format!("FLAGS ({})", join(&message.flags)).as_bytes()),
            Item::InternalDate => {
                let date = (options.writes_date)(&message.internal_date);
                out.extend_from_slice(format!("INTERNALDATE \"{date}\"").as_bytes());
            }
            Item::Size => {
                let claimed = message.bytes.len() + options.size_error;
                out.extend_from_slice(format!("RFC822.SIZE {claimed}").as_bytes());
            }
            Item::Body { label, section, partial, .. } => {
                let whole = section.of((options.delivers_of)(&message.bytes));
                let (offset, count) = partial.unwrap_or((0, whole.len()));
                let part = whole.iter().skip(offset).take(count).copied().collect::<Vec<_>>();
                out.extend_from_slice(format!("{label} {{{}}}\r\n", part.len()).as_bytes());
                out.extend_from_slice(&part);
            }
        }
    }
    out.extend_from_slice(b")\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_chosen_with_their_folded_lines() {
        let header = b"To: a,\r\n b\r\nSubject: x\r\nDATE : d\r\n\r\n";
        let names = ["to".to_owned(), "date".to_owned()];
        assert_eq!(fields(header, &names), b"To: a,\r\n b\r\nDATE : d\r\n\r\n");
    }

    #[test]
    fn a_partial_section_keeps_its_offset_in_the_label() {
        let Some(Item::Body { label, partial, seen, .. }) = Item::parse("body.peek[]<10.20>") else {
            panic!()
        };
        assert_eq!((label.as_str(), partial, seen), ("BODY[]<10>", Some((10, 20)), false));
        assert_eq!(Item::parse("ENVELOPE"), None);
    }
}
