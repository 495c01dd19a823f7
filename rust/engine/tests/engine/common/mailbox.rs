//! A whole mailbox as the testkit's own client reads it: nothing of the product's code takes part.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use testkit::client::{Client, quote};
use testkit::mail::Message;
use testkit::{Address, PASSWORD};

/// The folders by their encoded names, levels divided by `/`, without the server's prefix.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mailbox {
    pub(crate) folders: BTreeMap<String, Vec<Mail>>,
    pub(crate) subscribed: BTreeSet<String>,
}

/// A message with what a server keeps about it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) bytes: Vec<u8>,
    pub(crate) flags: BTreeSet<String>,
    pub(crate) received: Timestamp,
}

/// Short enough to be read where two mailboxes differ.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, digest) = (self.bytes.len(), blake3::hash(&self.bytes).to_hex());
        write!(f, "{:.6}:{size} {:?} {}", digest, self.flags, self.received)
    }
}

impl Mailbox {
    /// Reads everything that a user has.
    pub(crate) fn read(address: &Address, user: &str) -> Self {
        let mut client = Client::login(address, user, PASSWORD).unwrap();
        let (prefix, separator) = namespace(&mut client);
        let plain = |name: &str| name.strip_prefix(&prefix).unwrap_or(name).replace(&separator, "/");
        let listed = names(&client.command("LIST \"\" *").unwrap());
        let selectable = listed.iter().filter(|(attributes, _)| {
            !["\\noselect", "\\nonexistent"].iter().any(|word| attributes.to_lowercase().contains(word))
        });
        let folders = selectable.map(|(_, name)| (plain(name), messages(&mut client, name))).collect();
        let subscribed = names(&client.command("LSUB \"\" *").unwrap());
        let subscribed = subscribed.iter().map(|(_, name)| plain(name)).collect();
        Self { folders, subscribed }
    }

    /// The messages of a folder.
    pub(crate) fn folder(&self, name: &str) -> &[Mail] {
        self.folders.get(name).unwrap_or_else(|| panic!("no folder {name}")).as_slice()
    }

    /// Sees to it that a copy holds the same, folder by folder. Beyond that it may have empty folders: where others
    /// lie inside, the source may have nothing to select.
    pub(crate) fn assert_is(&self, source: &Self) {
        for (name, messages) in &source.folders {
            assert_eq!(self.folder(name), messages, "{name}");
        }
        let beyond = self.folders.iter().filter(|(name, _)| !source.folders.contains_key(*name));
        for (name, messages) in beyond {
            let inside = format!("{name}/");
            let holds_others = source.folders.keys().any(|other| other.starts_with(&inside));
            assert!(messages.is_empty() && holds_others, "{name} is on the target only, with {messages:?}");
        }
        assert_eq!(self.subscribed, source.subscribed);
    }
}

/// The prefix and separator of personal folders.
fn namespace(client: &mut Client) -> (String, String) {
    let answer = client.command("NAMESPACE").unwrap_or_default().concat();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let mut strings = text.split('"').skip(1).step_by(2).map(str::to_owned);
    let prefix = strings.next().unwrap_or_default();
    (prefix, strings.next().unwrap_or_else(|| "/".to_owned()))
}

/// Attributes and name of each line of a listing: `* LIST (\HasChildren) "/" name`.
fn names(lines: &[Vec<u8>]) -> Vec<(String, String)> {
    let line = |line: &Vec<u8>| {
        let text = String::from_utf8(line.clone()).unwrap();
        let (head, name) = text.split_once(") ").unwrap();
        let (_, name) = name.split_once(' ').unwrap();
        let name = name.rsplit("}\r\n").next().unwrap().trim_end();
        let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        let name = bare.map(|name| name.replace("\\\"", "\"").replace("\\\\", "\\"));
        Some((head.to_owned(), name.unwrap_or_else(|| text_of(&text))))
    };
    lines.iter().filter(|text| text.starts_with(b"* L")).filter_map(line).collect()
}

/// A name that stands bare, or is a literal.
fn text_of(line: &str) -> String {
    line.trim_end().rsplit(['\n', ' ']).next().unwrap().to_owned()
}

fn messages(client: &mut Client, folder: &str) -> Vec<Mail> {
    client.command(&format!("EXAMINE {}", quote(folder))).unwrap();
    let fetched = client.command("FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])").unwrap_or_default();
    fetched.iter().filter(|response| response.ends_with(b")\r\n")).map(|response| mail(response)).collect()
}

/// Takes `* 1 FETCH (FLAGS (..) INTERNALDATE ".." BODY[] {n}\r\n..)` apart, whatever the order of its items.
fn mail(response: &[u8]) -> Mail {
    const BODY: &[u8] = b"BODY[] {";
    let at = response.windows(BODY.len()).position(|window| window == BODY).unwrap();
    let (head, rest) = response.split_at(at);
    let line_end = rest.iter().position(|byte| *byte == b'\n').unwrap();
    let length = String::from_utf8_lossy(&rest[BODY.len()..line_end]);
    let length: usize = length.trim_end().trim_end_matches('}').parse().unwrap();
    let (bytes, tail) = rest[line_end + 1..].split_at(length);
    let items = String::from_utf8_lossy(&[head, tail].concat()).into_owned();
    let between = |open: &str, close: char| {
        let (_, value) = items.split_once(open).unwrap();
        value.split_once(close).unwrap().0.trim().to_owned()
    };
    let date = between("INTERNALDATE \"", '"');
    let date = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", &date).unwrap();
    let flags = between("FLAGS (", ')');
    let flags = flags.split_whitespace().filter(|flag| *flag != "\\Recent").map(str::to_owned);
    Mail { bytes: bytes.to_vec(), flags: flags.collect(), received: date.to_timestamp().unwrap() }
}

/// A message with this subject, which is also its Message-ID, and some text.
pub(crate) fn message(subject: &str) -> Message {
    message_with(subject, "text")
}

/// A message with this subject, which is also its Message-ID, and this body.
pub(crate) fn message_with(subject: &str, body: &str) -> Message {
    let text = format!(
        "From: ada@old.example\r\nSubject: {subject}\r\nMessage-ID: <{subject}@old.example>\r\n\r\n{body}\r\n"
    );
    Message {
        bytes: text.into_bytes(),
        flags: Vec::new(),
        internal_date: "17-Jul-2021 02:44:25 +0000".to_owned(),
    }
}

/// Puts messages into a folder, which is made if need be.
pub(crate) fn put(address: &Address, user: &str, folder: &str, messages: impl IntoIterator<Item = Message>) {
    let mut client = Client::login(address, user, PASSWORD).unwrap();
    // A folder that is there already is refused, and that is fine.
    let _exists = client.command(&format!("CREATE {}", quote(folder)));
    client.append(folder, messages).unwrap();
}
