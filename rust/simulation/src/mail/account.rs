//! A person's mailbox: folders by name, subscriptions, and the memory of all that ever came and went.

use std::collections::{BTreeMap, BTreeSet};

use super::folder::Incoming;
use super::{Arrival, By, Content, Flags, Folder};

/// The folder that always exists (RFC 3501 §5.1).
const INBOX: &str = "INBOX";

/// A person's mailbox. Names are paths with `/`, whatever the server's separator is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// The folders by their paths.
    pub(crate) folders: BTreeMap<String, Folder>,
    /// The subscribed paths.
    pub(crate) subscribed: BTreeSet<String>,
    /// Everything that ever came into a folder.
    pub(crate) arrivals: Vec<Arrival>,
    /// Copies that people took away.
    pub(crate) gone: Vec<Gone>,
    /// Whether its numbers change so often that nobody can tell which of equal messages is gone.
    pub(crate) unsteady: bool,
    last_id: u64,
}

/// That people took a copy out of a folder.
#[derive(Debug, Clone)]
pub(crate) struct Gone {
    /// The folder that it was in.
    pub(crate) folder: u64,
    /// What it was.
    pub(crate) content: Content,
    /// Whether its sender must have known of it.
    pub(crate) settled: bool,
}

impl Account {
    /// A mailbox with nothing but an INBOX. `first` keeps folder and message numbers of two servers apart.
    pub(crate) fn new(first: u64, validity: u64) -> Self {
        let mut account = Self { last_id: first, ..Self::default() };
        account.create(INBOX, validity);
        account
    }

    /// A number that was never used.
    pub(crate) fn fresh(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The path under which a name is kept: INBOX in any case.
    pub(crate) fn canonical(name: &str) -> &str {
        if name.eq_ignore_ascii_case(INBOX) { INBOX } else { name }
    }

    pub(crate) fn folder(&self, name: &str) -> Option<&Folder> {
        self.folders.get(Self::canonical(name))
    }

    pub(crate) fn folder_mut(&mut self, name: &str) -> Option<&mut Folder> {
        self.folders.get_mut(Self::canonical(name))
    }

    /// The folder of this number.
    pub(crate) fn by_id_mut(&mut self, id: u64) -> Option<&mut Folder> {
        self.folders.values_mut().find(|folder| folder.id == id)
    }

    /// Makes a folder and those above it, each with a UIDVALIDITY from this one on. False where it exists.
    pub(crate) fn create(&mut self, name: &str, validity: u64) -> bool {
        if self.folder(name).is_some() {
            return false;
        }
        let above = name.match_indices('/').filter_map(|(at, _)| name.get(..at));
        let levels: Vec<String> =
            above.chain([name]).map(|level| Self::canonical(level).to_owned()).collect();
        for (level, validity) in levels.into_iter().zip(validity..) {
            if !self.folders.contains_key(&level) {
                let id = self.fresh();
                self.folders.insert(level, Folder::new(id, validity));
            }
        }
        true
    }

    /// Delivers a message. Nothing where there is no such folder.
    pub(crate) fn deliver(&mut self, folder: &str, incoming: Incoming) -> Option<u32> {
        let found = self.folder_mut(folder)?;
        let (id, content, lineage) = (found.id, incoming.content.clone(), incoming.lineage);
        let by = incoming.by;
        let uid = found.push(incoming);
        self.arrivals.push(Arrival { folder: id, content, lineage, by });
        Some(uid)
    }

    /// Takes a message out of a folder.
    pub(crate) fn delete(&mut self, folder: &str, uid: u32) -> bool {
        let Some(found) = self.folder_mut(folder) else { return false };
        let id = found.id;
        let Some(message) = found.take(uid) else { return false };
        if message.by == By::Client {
            let settled = message.settled && !self.unsteady;
            self.gone.push(Gone { folder: id, content: message.content, settled });
        }
        true
    }

    /// Loses messages, as if they had never come.
    pub(crate) fn destroy(&mut self, folder: u64, uids: &[u32]) {
        let Some(found) = self.by_id_mut(folder) else { return };
        let lost: Vec<u64> =
            uids.iter().filter_map(|uid| found.take(*uid)).map(|message| message.lineage).collect();
        found.next = found.messages.last().map_or(1, |message| message.uid + 1);
        self.arrivals.retain(|arrival| arrival.folder != folder || !lost.contains(&arrival.lineage));
    }

    /// Moves a message; it stays the one that it was.
    pub(crate) fn relocate(&mut self, from: &str, uid: u32, to: &str) -> bool {
        let Some(message) = self.folder(from).and_then(|folder| folder.message(uid)).cloned() else {
            return false;
        };
        if self.folder(to).is_none() || !self.delete(from, uid) {
            return false;
        }
        let by = By::People;
        let flags: Flags = message.flags;
        let (content, octets, date, lineage) =
            (message.content, message.octets, message.date, message.lineage);
        self.deliver(to, Incoming { content, octets, date, flags, lineage, by }).is_some()
    }

    /// Renames a folder with all below it. False where the new name is taken.
    pub(crate) fn rename(&mut self, from: &str, to: &str) -> bool {
        let below = format!("{from}/");
        if from == INBOX || self.folder(to).is_some() || to.starts_with(&below) {
            return false;
        }
        let moved: Vec<String> =
            self.folders.keys().filter(|name| *name == from || name.starts_with(&below)).cloned().collect();
        for name in &moved {
            let Some(mut folder) = self.folders.remove(name) else { continue };
            folder.note_renamed();
            let copies = folder.messages.iter().filter(|message| message.by == By::Client);
            let gone =
                copies.map(|m| Gone { folder: folder.id, content: m.content.clone(), settled: m.settled });
            self.gone.extend(gone.collect::<Vec<_>>());
            let rest = name.get(from.len()..).unwrap_or_default();
            let target = format!("{to}{rest}");
            if self.subscribed.remove(name) {
                self.subscribed.insert(target.clone());
            }
            self.folders.insert(target, folder);
        }
        !moved.is_empty()
    }

    /// Deletes a folder with its messages.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        if name == INBOX {
            return false;
        }
        let uids = self.folder(name).map(Folder::uids).unwrap_or_default();
        for uid in uids {
            self.delete(name, uid);
        }
        self.subscribed.remove(name);
        self.folders.remove(name).is_some()
    }

    /// A pass begins, and will see what is here now.
    pub(crate) fn show(&mut self) {
        self.folders.values_mut().for_each(Folder::show);
    }

    /// What is here now must be known to the other side from now on.
    pub(crate) fn settle(&mut self) {
        self.folders.values_mut().for_each(Folder::settle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(lineage: u64, by: By) -> Incoming {
        let content: Content = b"x".as_slice().into();
        Incoming { octets: content.clone(), content, date: 0, flags: Flags::new(), lineage, by }
    }

    #[test]
    fn a_message_that_comes_back_is_the_same_with_another_number() {
        let mut account = Account::new(0, 1);
        account.create("Work/Plans", 10);
        let uid = account.deliver("inbox", incoming(7, By::People)).unwrap();
        assert!(account.relocate("INBOX", uid, "Work"));
        assert!(account.relocate("Work", 1, "INBOX"));
        let message = &account.folder("INBOX").unwrap().messages[0];
        assert_eq!((message.uid, message.lineage), (2, 7));
        assert_eq!(account.arrivals.len(), 3);
    }

    #[test]
    fn a_folder_keeps_its_number_when_it_is_renamed_with_what_is_below() {
        let mut account = Account::new(0, 1);
        account.create("Work/Plans", 10);
        let id = account.folder("Work/Plans").unwrap().id;
        assert!(account.rename("Work", "Old") && !account.rename("Old", "INBOX"));
        assert_eq!(account.folder("Old/Plans").unwrap().id, id);
    }

    #[test]
    fn what_people_take_away_is_remembered_and_whether_it_was_early() {
        let mut account = Account::new(0, 1);
        for lineage in [1, 2] {
            account.deliver("INBOX", incoming(lineage, By::Client));
            account.delete("INBOX", u32::try_from(lineage).unwrap());
            account.settle();
        }
        account.deliver("INBOX", incoming(3, By::Client));
        account.settle();
        account.delete("INBOX", 3);
        let settled: Vec<bool> = account.gone.iter().map(|gone| gone.settled).collect();
        assert_eq!(settled, [false, false, true]);
    }
}
