//! LIST and LSUB: the mailboxes of an account (RFC 3501 §6.3.8, RFC 5258, RFC 5819, RFC 6154).

use std::collections::HashMap;

use model::folder::MOST_LEVELS;

use crate::budget::{Heard, Memory, NAME, TooMuch};
use crate::command::Command;
use crate::commands::namespace::parse_delimiter;
use crate::commands::status::{MailboxStatus, StatusItems};
use crate::connection::Connection;
use crate::error::{Result, lossy};
use crate::mailbox_name::{MailboxName, split_name};
use crate::token::{Lexer, Value};

/// One mailbox of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// The name.
    pub name: MailboxName,
    /// What separates the levels of the name; `None` where names have no levels.
    pub delimiter: Option<u8>,
    /// The attributes as the server spells them: `\Noselect`, `\Sent`, ...
    pub attributes: Vec<String>,
    /// What STATUS would say, where the server told it along.
    pub status: Option<MailboxStatus>,
}

impl ListEntry {
    /// The name as a person reads it. What is decoded inside a level makes no levels of its own.
    pub fn text(&self) -> String {
        // These stand inside of what is to be decoded.
        let is_encoding = |byte: &u8| byte.is_ascii_alphanumeric() || b"&+,-".contains(byte);
        let Some(delimiter) = self.delimiter.filter(|byte| !is_encoding(byte)) else {
            return self.name.to_text();
        };
        let between = char::from(delimiter).to_string();
        let levels = self.name.as_bytes().split(|byte| *byte == delimiter);
        let levels = levels.map(|level| MailboxName::from_wire(level).to_text().replace(&between, "_"));
        levels.collect::<Vec<_>>().join(&between)
    }

    /// Whether the mailbox has this attribute; case does not matter.
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|known| known.eq_ignore_ascii_case(attribute))
    }
}

/// What LIST shall tell beside names. Each is asked for only where the server offers it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListOptions {
    /// Mark special mailboxes (RFC 6154).
    pub special_use: bool,
    /// Mark subscribed mailboxes (RFC 5258).
    pub subscribed: bool,
    /// Tell these of each mailbox (RFC 5819).
    pub status: Option<StatusItems>,
}

impl Connection {
    /// Lists the mailboxes that match (RFC 3501 §6.3.8). `*` matches anything, `%` one level.
    pub async fn list(
        &mut self,
        reference: &str,
        pattern: &str,
        options: ListOptions,
    ) -> Result<Vec<ListEntry>> {
        let mut command = Command::new("LIST").string(reference.as_bytes()).string(pattern.as_bytes());
        if let Some(wanted) = self.return_options(options) {
            command = command.word(&wanted);
        }
        let mut listing = Listing::new();
        self.run_one("cannot list the folders", command, |response| {
            match (response.data("LIST"), response.data("STATUS")) {
                (Some(rest), _) => listing.add_entry(rest),
                (_, Some(rest)) => listing.add_status(rest),
                _ => Heard::Other,
            }
        })
        .await?;
        Ok(listing.entries)
    }

    /// Lists the subscribed mailboxes that match (RFC 3501 §6.3.9).
    pub async fn lsub(&mut self, reference: &str, pattern: &str) -> Result<Vec<ListEntry>> {
        let command = Command::new("LSUB").string(reference.as_bytes()).string(pattern.as_bytes());
        let mut listing = Listing::new();
        self.run_one("cannot list the subscribed folders", command, |response| {
            response.data("LSUB").map_or(Heard::Other, |rest| listing.add_entry(rest))
        })
        .await?;
        Ok(listing.entries)
    }

    fn return_options(&self, options: ListOptions) -> Option<String> {
        let capabilities = self.capabilities();
        let mut wanted = Vec::new();
        if options.special_use && capabilities.special_use() {
            wanted.push("SPECIAL-USE".to_owned());
        }
        if options.subscribed {
            wanted.push("SUBSCRIBED".to_owned());
        }
        if let Some(items) = options.status.filter(|_| capabilities.list_status()) {
            wanted.push(format!("STATUS {}", items.to_words(capabilities)));
        }
        let offered = capabilities.list_extended() && !wanted.is_empty();
        offered.then(|| format!("RETURN ({})", wanted.join(" ")))
    }
}

/// Collects a listing. The status of a mailbox may come before or after its name.
struct Listing {
    entries: Vec<ListEntry>,
    /// Where the last entry of each name is.
    places: HashMap<MailboxName, usize>,
    early: HashMap<MailboxName, MailboxStatus>,
    memory: Memory,
}

impl Listing {
    fn new() -> Self {
        let (entries, places, early) = Default::default();
        Self { entries, places, early, memory: Memory::of_folders() }
    }

    fn add_entry(&mut self, rest: &[u8]) -> Heard {
        let Some(mut entry) = parse_entry(rest) else {
            tracing::debug!(response = %rest.escape_ascii(), "Skipped a listing without a name");
            return Heard::Other;
        };
        if entry.name.as_bytes().len() > NAME {
            return Heard::TooMuch(TooMuch::Name);
        }
        let heard = self.memory.take(cost(&entry));
        entry.status = self.early.remove(&entry.name);
        self.places.insert(entry.name.clone(), self.entries.len());
        self.entries.push(entry);
        heard
    }

    fn add_status(&mut self, rest: &[u8]) -> Heard {
        let Some((name, status)) = MailboxStatus::parse(rest) else { return Heard::Other };
        let heard = self.memory.take(ENTRY + name.as_bytes().len());
        match self.places.get(&name).and_then(|at| self.entries.get_mut(*at)) {
            Some(entry) => entry.status = Some(status),
            None => _ = self.early.insert(name, status),
        }
        heard
    }
}

/// What a mailbox takes beside its text, here and where it goes.
const ENTRY: usize = 256;

/// What an entry takes, here and where it goes: there each level is kept in the name of each folder below it.
fn cost(entry: &ListEntry) -> usize {
    const ATTRIBUTE: usize = 48;
    const LEVEL: usize = 32;
    let name = entry.name.as_bytes();
    let levels = 1 + name.iter().filter(|byte| Some(**byte) == entry.delimiter).count().min(MOST_LEVELS);
    let attributes: usize = entry.attributes.iter().map(|attribute| ATTRIBUTE + attribute.len()).sum();
    ENTRY + levels * levels * LEVEL / 2 + 4 * name.len() + attributes
}

/// Reads attributes, delimiter and name. What extensions add after the name is left alone.
pub(crate) fn parse_entry(rest: &[u8]) -> Option<ListEntry> {
    let mut lexer = Lexer::new(rest);
    let list = lexer.value()?;
    let mut attributes = Lexer::new(list.list());
    let attributes = std::iter::from_fn(|| attributes.value());
    let attributes = attributes.filter_map(|attribute| attribute.text().map(lossy)).collect();
    let (delimiter, rest) = split_delimiter(lexer.rest().trim_ascii_start())?;
    // A mailbox may be called NIL: an atom is a name here (RFC 3501 §9, `mailbox`).
    let (name, _extended) = split_name(rest, is_extended_data)?;
    Some(ListEntry { name, delimiter, attributes, status: None })
}

/// Cuts the delimiter off. Some servers do not escape a backslash (Lotus Domino).
fn split_delimiter(rest: &[u8]) -> Option<(Option<u8>, &[u8])> {
    if let [b'"', delimiter, b'"', b' ', after @ ..] = rest {
        return Some((Some(*delimiter), after));
    }
    let mut lexer = Lexer::new(rest);
    let delimiter = parse_delimiter(&lexer.value()?);
    Some((delimiter, lexer.rest()))
}

/// Whether this is what LIST-EXTENDED may add to a name: tags with values, of which we ask for none that is no list
/// (RFC 5258 §6, `mbox-list-extended`).
fn is_extended_data(list: &[u8]) -> bool {
    let mut lexer = Lexer::new(list.strip_prefix(b"(").unwrap_or(list));
    let (tag, value) = (lexer.value(), lexer.value());
    tag.is_some_and(|tag| !matches!(tag, Value::List(_))) && matches!(value, Some(Value::List(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::FOLDERS;

    fn entry(line: &str) -> (String, Option<u8>, Vec<String>) {
        let entry = parse_entry(line.as_bytes()).unwrap();
        (entry.name.as_bytes().escape_ascii().to_string(), entry.delimiter, entry.attributes)
    }

    /// A21, N1
    #[test]
    fn names_come_in_every_shape() {
        assert_eq!(parse_entry(br#"(\Noselect) "/" "a\"b""#).unwrap().name.as_bytes(), b"a\"b");
        assert_eq!(entry(r#"() "\\" INBOX"#), ("INBOX".into(), Some(b'\\'), vec![]));
        assert_eq!(entry("() NIL {5}\r\na b c"), ("a b c".into(), None, vec![]));
        assert_eq!(entry("() nil nil").0, "nil");
        assert_eq!(entry(r#"(\Sent) "/" "x" ("CHILDINFO" ("SUBSCRIBED"))"#).2, ["\\Sent"]);
        assert!(parse_entry(b"() \"/\"").is_none());
    }

    /// IndySockets/Indy#329, jstedfast/MailKit#945
    #[test]
    fn a_name_without_quotes_is_everything_behind_the_delimiter() {
        assert_eq!(entry(r#"() "\\" Folder\Sub (1) x "#), (r"Folder\\Sub (1) x".into(), Some(b'\\'), vec![]));
        assert_eq!(entry(r#"() "\" "To do""#), ("To do".into(), Some(b'\\'), vec![]));
        assert_eq!(entry("() \"/\" INBOX/From\tSubject\t ").0, "INBOX/From\\tSubject\\t");
        assert_eq!(entry("() \"/\" (old) mail").0, "(old) mail");
        assert_eq!(entry("() \"/\" To do (CHILDINFO (\"SUBSCRIBED\"))").0, "To do");
        assert_eq!(entry("() \"/\" a (b) (c 7)").0, "a (b) (c 7)");
    }

    #[test]
    fn raw_eight_bit_names_keep_their_bytes() {
        assert_eq!(parse_entry(b"() \"/\" \"caf\xe9\"").unwrap().name.as_bytes(), b"caf\xe9");
    }

    #[test]
    fn a_hundred_thousand_folders_are_not_too_many_and_deep_ones_count_for_more() {
        let cost = |line: &[u8]| cost(&parse_entry(line).unwrap());
        assert!(cost(b"(\\HasNoChildren) \"/\" \"Projects/2019/Contoso and Fabrikam\"") * 100_000 < FOLDERS);
        let deep = format!("() \"/\" {}", "a/".repeat(1000));
        assert!(cost(deep.as_bytes()) > 100 * 100 * 16);
    }

    #[test]
    fn what_is_decoded_makes_no_levels_and_each_level_has_its_own_spelling() {
        let text = |line: &[u8]| parse_entry(line).unwrap().text();
        assert_eq!(text(b"() \"/\" \"a&AC8-b/&AOk-\""), "a_b/é");
        assert_eq!(text(b"() \".\" \"INBOX.caf\xe9.Entw\xc3\xbcrfe\""), "INBOX.café.Entwürfe");
        assert_eq!(text(b"() \"-\" \"&AOk-\""), "é");
        assert_eq!(text(b"() NIL a/b"), "a/b");
    }

    #[test]
    fn a_status_finds_its_mailbox_before_or_after_the_name() {
        let mut listing = Listing::new();
        listing.add_status(b"b (MESSAGES 2)");
        listing.add_entry(b"() \"/\" a");
        listing.add_entry(b"() \"/\" b");
        listing.add_status(b"a (MESSAGES 1)");
        let counts: Vec<_> =
            listing.entries.iter().map(|entry| entry.status.as_ref().unwrap().numbers.messages).collect();
        assert_eq!(counts, [Some(1), Some(2)]);
    }
}
