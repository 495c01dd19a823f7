//! A folder: its numbers and its messages in the order of their arrival.

use std::collections::BTreeSet;

use super::{By, Content, Flags, Message, is_refused};

/// A folder of an account.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    /// Which folder it is, whatever it is called.
    pub(crate) id: u64,
    /// UIDVALIDITY.
    pub(crate) validity: u64,
    /// The number of the next message.
    pub(crate) next: u32,
    /// HIGHESTMODSEQ.
    pub(crate) modseq: u64,
    /// The messages, by ascending UID.
    pub(crate) messages: Vec<Message>,
    /// What the other side must know of it,
    known: Known,
    /// and what it will know when this pass has come to rest.
    seen: Known,
}

/// Which messages a pass has seen, and whether the folder has had another name or other numbers since.
#[derive(Debug, Clone, Default)]
struct Known {
    messages: BTreeSet<u64>,
    renamed: bool,
    renumbered: bool,
}

/// A message on its way into a folder.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) content: Content,
    pub(crate) octets: Content,
    pub(crate) date: i64,
    pub(crate) flags: Flags,
    pub(crate) lineage: u64,
    pub(crate) by: By,
}

impl Folder {
    pub(crate) fn new(id: u64, validity: u64) -> Self {
        let (known, seen) = (Known::default(), Known::default());
        Self { id, validity, next: 1, modseq: 1, messages: Vec::new(), known, seen }
    }

    /// Puts a message at the end and tells its UID.
    pub(super) fn push(&mut self, incoming: Incoming) -> u32 {
        let uid = self.next;
        self.next += 1;
        self.modseq += 1;
        let Incoming { content, octets, date, flags, lineage, by } = incoming;
        let (modseq, reflagged, settled) = (self.modseq, false, false);
        self.messages.push(Message {
            uid,
            content,
            octets,
            date,
            flags,
            modseq,
            lineage,
            by,
            reflagged,
            settled,
        });
        uid
    }

    /// The message of this UID.
    pub(crate) fn message(&self, uid: u32) -> Option<&Message> {
        let at = self.messages.binary_search_by_key(&uid, |message| message.uid).ok()?;
        self.messages.get(at)
    }

    /// Changes the flags of the message of this UID. False where there is none.
    pub(crate) fn change_flags(&mut self, uid: u32, change: impl FnOnce(&mut Flags), by: By) -> bool {
        let Ok(at) = self.messages.binary_search_by_key(&uid, |message| message.uid) else { return false };
        let Some(message) = self.messages.get_mut(at) else { return false };
        let before = message.flags.clone();
        change(&mut message.flags);
        if message.flags != before {
            self.modseq += 1;
            message.modseq = self.modseq;
            message.reflagged |= by == By::People;
        }
        true
    }

    /// Takes a message out.
    pub(super) fn take(&mut self, uid: u32) -> Option<Message> {
        let at = self.messages.binary_search_by_key(&uid, |message| message.uid).ok()?;
        self.modseq += 1;
        Some(self.messages.remove(at))
    }

    /// Gives all messages new numbers below a new UIDVALIDITY.
    pub(crate) fn renumber(&mut self, validity: u64) {
        self.validity = validity;
        (self.known.renumbered, self.seen.renumbered) = (true, true);
        self.next = 1;
        for message in &mut self.messages {
            message.uid = self.next;
            self.next += 1;
        }
    }

    /// It has another name.
    pub(super) fn note_renamed(&mut self) {
        (self.known.renamed, self.seen.renamed) = (true, true);
    }

    /// A pass begins, and will see what is here now. What is refused leaves no copy, and nothing to know it by.
    pub(super) fn show(&mut self) {
        let messages = self.messages.iter().filter(|message| !is_refused(&message.content));
        let messages = messages.map(|message| message.lineage).collect();
        self.seen = Known { messages, ..Known::default() };
    }

    /// All has come to rest: the other side must know what it has seen, and of the copies that it has made.
    pub(super) fn settle(&mut self) {
        self.messages.iter_mut().for_each(|message| message.settled = true);
        self.known = self.seen.clone();
    }

    /// Whether it was renamed, and has lost so much that nobody could tell which it is by its messages.
    pub(crate) fn is_a_ruin(&self) -> bool {
        let Known { messages, renamed, .. } = &self.known;
        let left = self.messages.iter().filter(|message| messages.contains(&message.lineage)).count();
        *renamed && !messages.is_empty() && left * 2 <= messages.len()
    }

    /// Whether nobody could tell which it is at all.
    pub(crate) fn is_beyond_recognition(&self) -> bool {
        self.known.renumbered && self.is_a_ruin()
    }

    /// The UIDs.
    pub(crate) fn uids(&self) -> Vec<u32> {
        self.messages.iter().map(|message| message.uid).collect()
    }
}
