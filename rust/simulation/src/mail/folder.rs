//! A folder: its numbers and its messages in the order of their arrival.

use super::{By, Content, Flags, Message};

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
        Self { id, validity, next: 1, modseq: 1, messages: Vec::new() }
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
        self.next = 1;
        for message in &mut self.messages {
            message.uid = self.next;
            self.next += 1;
        }
    }

    /// The UIDs.
    pub(crate) fn uids(&self) -> Vec<u32> {
        self.messages.iter().map(|message| message.uid).collect()
    }
}
