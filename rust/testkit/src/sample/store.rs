//! The mail of a sample server.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fault::Until;
use super::options::Options;

/// One message as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Unique within its folder and UIDVALIDITY.
    pub uid: u32,
    /// System flags and keywords.
    pub flags: BTreeSet<String>,
    /// The time of arrival, without quotes.
    pub internal_date: String,
    /// The octets.
    pub bytes: Arc<[u8]>,
}

/// A folder with its messages in order of arrival.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// The MAILBOXID, which stays when the folder is renamed ([RFC 8474]).
    ///
    /// [RFC 8474]: https://www.rfc-editor.org/rfc/rfc8474
    pub(super) id: u32,
    pub(super) uid_validity: u32,
    pub(super) uid_next: u32,
    pub(super) messages: Vec<Stored>,
}

/// A message that is about to be stored.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) flags: BTreeSet<String>,
    pub(super) internal_date: String,
    pub(super) bytes: Vec<u8>,
}

impl Folder {
    /// Stores a message and returns its UID; of one that is empty only that, which is used up if that counts.
    fn push(&mut self, message: Incoming, counts_unstored: bool) -> u32 {
        let Incoming { flags, internal_date, bytes } = message;
        let uid = self.uid_next;
        if bytes.is_empty() {
            self.uid_next += u32::from(counts_unstored);
            return uid;
        }
        self.uid_next += 1;
        self.messages.push(Stored { uid, flags, internal_date, bytes: bytes.into() });
        uid
    }

    /// The message of this UID.
    pub(super) fn message(&self, uid: u32) -> Option<&Stored> {
        let index = self.messages.binary_search_by_key(&uid, |message| message.uid).ok()?;
        self.messages.get(index)
    }

    /// The message of this UID, to change its flags.
    pub(super) fn message_mut(&mut self, uid: u32) -> Option<&mut Stored> {
        let index = self.messages.binary_search_by_key(&uid, |message| message.uid).ok()?;
        self.messages.get_mut(index)
    }
}

/// One user's folders and subscriptions, by their encoded names.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) folders: BTreeMap<String, Folder>,
    pub(super) subscriptions: BTreeSet<String>,
    ignores_case: bool,
}

impl Account {
    /// The folder of this name; INBOX in any case ([RFC 3501 §5.1]).
    ///
    /// [RFC 3501 §5.1]: https://www.rfc-editor.org/rfc/rfc3501#section-5.1
    pub(super) fn folder(&self, name: &str) -> Option<&Folder> {
        self.folders.get(&self.key(name))
    }

    /// The folder of this name, to change it.
    pub(super) fn folder_mut(&mut self, name: &str) -> Option<&mut Folder> {
        let key = self.key(name);
        self.folders.get_mut(&key)
    }

    /// The name under which such a folder is kept, if there is one.
    fn key(&self, name: &str) -> String {
        let alike = |known: &&String| self.ignores_case && known.eq_ignore_ascii_case(name);
        self.folders.keys().find(alike).map_or_else(|| canonical(name).to_owned(), Clone::clone)
    }
}

/// The name under which a folder is kept.
pub(super) fn canonical(name: &str) -> &str {
    if name.eq_ignore_ascii_case("INBOX") { "INBOX" } else { name }
}

/// Every user's mail. A user comes into being at the first login.
#[derive(Debug)]
pub(super) struct Store {
    accounts: BTreeMap<String, Account>,
    separator: char,
    ignores_case: bool,
    one_uid_validity: Option<u32>,
    last_uid_validity: u32,
    appended: usize,
    counts_unstored: bool,
    /// What is stored later.
    late: Vec<Late>,
}

/// Messages that are stored later.
#[derive(Debug)]
struct Late {
    user: String,
    folder: String,
    messages: Vec<Incoming>,
    until: Until,
}

impl Store {
    pub(super) fn new(options: &Options) -> Self {
        let (accounts, last_uid_validity, appended) = (BTreeMap::new(), 1_000, 0);
        let Options { separator, ignores_case, one_uid_validity, counts_unstored, .. } = *options;
        Self {
            accounts,
            separator,
            ignores_case,
            one_uid_validity,
            last_uid_validity,
            appended,
            counts_unstored,
            late: Vec::new(),
        }
    }

    /// Keeps messages, to be stored later.
    pub(super) fn put_off(&mut self, user: &str, folder: &str, messages: Vec<Incoming>, until: Until) {
        self.late.push(Late { user: user.to_owned(), folder: folder.to_owned(), messages, until });
    }

    /// Stores what was kept until this folder was opened so often.
    pub(super) fn opened(&mut self, user: &str, folder: &str) {
        for late in self.late.iter_mut().filter(|late| late.user == user && late.folder == folder) {
            if let Until::Opened(left) = &mut late.until {
                *left = left.saturating_sub(1);
            }
        }
        self.store_late(|late| late.until == Until::Opened(0));
    }

    fn store_late(&mut self, is_time: impl Fn(&Late) -> bool) {
        for late in self.late.extract_if(.., |late| is_time(late)).collect::<Vec<_>>() {
            self.append(&late.user, &late.folder, late.messages);
        }
    }

    /// A user's mail, with at least an INBOX.
    pub(super) fn account(&mut self, user: &str) -> &mut Account {
        let (last, one) = (&mut self.last_uid_validity, self.one_uid_validity);
        let ignores_case = self.ignores_case;
        self.accounts.entry(user.to_owned()).or_insert_with(|| Account {
            folders: BTreeMap::from([("INBOX".to_owned(), empty_folder(last, one))]),
            subscriptions: BTreeSet::new(),
            ignores_case,
        })
    }

    /// Makes a folder and those above it; false where it exists.
    pub(super) fn create(&mut self, user: &str, name: &str) -> bool {
        let separator = self.separator;
        let name = name.trim_end_matches(separator);
        if self.account(user).folder(name).is_some() {
            return false;
        }
        let parents = name.match_indices(separator).filter_map(|(index, _)| name.get(..index));
        for level in parents.chain([name]) {
            if self.account(user).folder(level).is_none() {
                let folder = empty_folder(&mut self.last_uid_validity, self.one_uid_validity);
                self.account(user).folders.insert(canonical(level).to_owned(), folder);
            }
        }
        true
    }

    /// Renames a folder with all below it; false where the new name is taken.
    pub(super) fn rename(&mut self, user: &str, from: &str, to: &str) -> bool {
        let below = format!("{from}{}", self.separator);
        let account = self.account(user);
        if account.folder(to).is_some() {
            return false;
        }
        let names = account.folders.keys().filter(|name| *name == from || name.starts_with(&below));
        for name in names.cloned().collect::<Vec<_>>() {
            if let (Some(folder), Some(rest)) = (account.folders.remove(&name), name.get(from.len()..)) {
                account.folders.insert(format!("{to}{rest}"), folder);
            }
        }
        true
    }

    /// Stores messages; returns UIDVALIDITY and UIDs, or nothing where there is no such folder.
    pub(super) fn append(
        &mut self,
        user: &str,
        name: &str,
        messages: Vec<Incoming>,
    ) -> Option<(u32, Vec<u32>)> {
        let counts_unstored = self.counts_unstored;
        let folder = self.account(user).folder_mut(name)?;
        let stored = messages.iter().filter(|message| !message.bytes.is_empty()).count();
        let uids =
            messages.into_iter().map(|message| folder.push(message, counts_unstored)).collect::<Vec<_>>();
        let uid_validity = folder.uid_validity;
        self.appended += stored;
        self.store_late(|late| late.until == Until::Appended && late.user == user && late.folder == name);
        Some((uid_validity, uids))
    }

    /// How many messages were appended so far.
    pub(super) fn appended(&self) -> usize {
        self.appended
    }

    /// Gives a folder a new UIDVALIDITY and its messages new UIDs.
    pub(super) fn renumber(&mut self, user: &str, name: &str) {
        self.last_uid_validity += 1;
        let uid_validity = self.last_uid_validity;
        if let Some(folder) = self.account(user).folder_mut(name) {
            folder.uid_validity = uid_validity;
            for (uid, message) in (1..).zip(&mut folder.messages) {
                message.uid = uid;
            }
            folder.uid_next = folder.messages.last().map_or(1, |message| message.uid + 1);
        }
    }

    /// Brings a folder back to when its next message got this UID, as from a backup.
    pub(super) fn set_back(&mut self, user: &str, name: &str, uid_next: u32) {
        if let Some(folder) = self.account(user).folder_mut(name) {
            folder.messages.retain(|message| message.uid < uid_next);
            folder.uid_next = uid_next;
        }
    }
}

fn empty_folder(last_uid_validity: &mut u32, one: Option<u32>) -> Folder {
    *last_uid_validity += 1;
    let id = *last_uid_validity;
    Folder { id, uid_validity: one.unwrap_or(id), uid_next: 1, messages: Vec::new() }
}
