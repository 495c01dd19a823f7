//! A deterministic IMAP server in memory (RFC 3501 and what the engine uses of its extensions). Its core turns octets
//! into octets and knows no runtime; `task` puts it behind a pipe.
//!
//! INVARIANT: it follows from its manners, its chance and what it is sent: nothing else.

mod append;
mod fetch;
mod folders;
mod framer;
mod login;
mod manners;
mod name;
mod selected;
mod session;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::chance::Chance;
use crate::mail::{Account, Folder};
pub(crate) use append::rewritten;
pub(crate) use manners::{Manners, Validity};
pub(crate) use session::Session;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "secret";

/// A server with everybody's mail.
#[derive(Debug)]
pub(crate) struct Server {
    /// What it is like.
    pub(crate) manners: Manners,
    /// The mailboxes by login name.
    pub(crate) accounts: BTreeMap<String, Account>,
    /// Its chance.
    pub(crate) chance: Chance,
    /// How many connections are open.
    pub(crate) open: usize,
    /// INTERNALDATE where an APPEND names none.
    pub(crate) now: i64,
    /// How many messages came by APPEND.
    pub(crate) appended: u64,
    /// Whether it does odd things by chance: swallows, forgets.
    pub(crate) moody: bool,
    validity: u64,
}

impl Server {
    pub(crate) fn new(manners: Manners, chance: Chance, first: u64) -> Self {
        let validity = if manners.wide_validity { (1 << 32) + 7 * first } else { 1_000 + first % 1_000 };
        Self {
            manners,
            accounts: BTreeMap::new(),
            chance,
            open: 0,
            now: 0,
            appended: 0,
            moody: true,
            validity,
        }
    }

    /// Makes a mailbox.
    pub(crate) fn add_account(&mut self, name: &str, first: u64) {
        let validity = self.fresh_validity();
        let mut account = Account::new(first, validity);
        account.unsteady = self.manners.mbox;
        self.accounts.insert(name.to_owned(), account);
    }

    /// A folder that is an empty file has another UIDVALIDITY each second.
    fn notice_time(&mut self) {
        let second = u64::try_from(self.now).unwrap_or(0);
        if !self.manners.mbox {
            return;
        }
        let folders = self.accounts.values_mut().flat_map(|account| account.folders.values_mut());
        folders.filter(|folder| folder.next == 1).for_each(|folder| folder.validity = second);
    }

    /// A UIDVALIDITY that was never used; the next sixteen are free as well.
    pub(crate) fn fresh_validity(&mut self) -> u64 {
        self.validity += 16;
        self.validity
    }

    /// Whether everything that lies there must be known by now.
    pub(crate) fn is_settled(&self) -> bool {
        let folders = self.accounts.values().flat_map(|account| account.folders.values());
        folders.flat_map(|folder| &folder.messages).all(|message| message.settled)
    }

    /// Whether nobody could tell which folder is which if they had other numbers.
    pub(crate) fn has_ruins(&self) -> bool {
        let mut folders = self.accounts.values().flat_map(|account| account.folders.values());
        folders.any(Folder::is_a_ruin)
    }

    /// Gives every folder a new UIDVALIDITY and its messages new UIDs.
    pub(crate) fn renumber(&mut self) {
        let mut validity = self.fresh_validity();
        for folder in self.accounts.values_mut().flat_map(|account| account.folders.values_mut()) {
            validity += 1;
            folder.renumber(validity);
        }
        self.validity = validity;
    }
}
