//! STATUS: the numbers of a mailbox that is not selected (RFC 3501 §6.3.10).

use std::collections::{HashMap, HashSet};

use model::{Numbers, UidValidity};

use crate::budget::Heard;
use crate::capabilities::Capabilities;
use crate::command::Command;
use crate::connection::Connection;
use crate::error::Result;
use crate::mailbox_name::{MailboxName, split_name};
use crate::token::{Lexer, Value};
use crate::uid_set::to_uid;

/// Which numbers to ask for. Those of an extension are asked for only where the server has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusItems {
    /// How many messages there are.
    pub messages: bool,
    /// The next UID.
    pub uid_next: bool,
    /// The UIDVALIDITY.
    pub uid_validity: bool,
    /// How many messages are unseen.
    pub unseen: bool,
    /// The highest change number (RFC 7162).
    pub highest_modseq: bool,
    /// The size of all messages (RFC 8438).
    pub size: bool,
    /// The identifier that stays when the mailbox is renamed (RFC 8474).
    pub mailbox_id: bool,
}

impl StatusItems {
    /// Everything.
    pub const ALL: Self = Self {
        messages: true,
        uid_next: true,
        uid_validity: true,
        unseen: true,
        highest_modseq: true,
        size: true,
        mailbox_id: true,
    };

    /// The list that the command takes.
    pub(crate) fn to_words(self, capabilities: &Capabilities) -> String {
        let items = [
            ("MESSAGES", self.messages),
            ("UIDNEXT", self.uid_next),
            ("UIDVALIDITY", self.uid_validity),
            ("UNSEEN", self.unseen),
            ("HIGHESTMODSEQ", self.highest_modseq && capabilities.condstore()),
            ("SIZE", self.size && capabilities.status_size()),
            ("MAILBOXID", self.mailbox_id && capabilities.object_id()),
        ];
        let words: Vec<_> = items.iter().filter(|(_, wanted)| *wanted).map(|(word, _)| *word).collect();
        format!("({})", words.join(" "))
    }
}

/// What STATUS says. A number that the server left out, or that cannot be, is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailboxStatus {
    /// Its numbers.
    pub numbers: Numbers,
    /// How many messages are unseen.
    pub unseen: Option<u64>,
    /// The size of all messages, in bytes.
    pub size: Option<u64>,
    /// The identifier that stays when the mailbox is renamed.
    pub mailbox_id: Option<String>,
}

impl MailboxStatus {
    /// Reads what follows `STATUS`.
    pub(crate) fn parse(rest: &[u8]) -> Option<(MailboxName, Self)> {
        let (name, list) = split_name(rest, |_| true)?;
        let list = Lexer::new(list).value()?;
        let mut items = Lexer::new(list.list());
        let mut status = Self::default();
        while let (Some(item), Some(value)) = (items.value(), items.value()) {
            status.set(&item, &value);
        }
        Some((name, status))
    }

    fn set(&mut self, item: &Value<'_>, value: &Value<'_>) {
        let number = value.number();
        match item.text().unwrap_or_default().to_ascii_uppercase().as_slice() {
            b"MESSAGES" => self.numbers.messages = number,
            b"UIDNEXT" => self.numbers.uid_next = number.and_then(to_uid),
            b"UIDVALIDITY" => self.numbers.uid_validity = number.and_then(UidValidity::new),
            b"UNSEEN" => self.unseen = number,
            b"HIGHESTMODSEQ" => self.numbers.highest_modseq = number.filter(|&number| number != 0),
            b"SIZE" => self.size = number,
            b"MAILBOXID" => self.mailbox_id = object_id(value),
            _ => {}
        }
    }
}

impl Connection {
    /// Asks for the numbers of mailboxes (RFC 3501 §6.3.10), in one round trip. None of them should be the selected
    /// one. `None` stands for what the server refused, or left out.
    pub async fn status(
        &mut self,
        names: &[MailboxName],
        items: StatusItems,
    ) -> Result<Vec<Option<MailboxStatus>>> {
        let words = items.to_words(self.capabilities());
        let commands: Vec<_> =
            names.iter().map(|name| Command::new("STATUS").mailbox(name).word(&words)).collect();
        // Servers may spell a name in another way than we did. What is spelt as we asked is an answer to that and no other, and
        // nothing is kept of folders that were not asked for.
        let asked: HashSet<&MailboxName> = names.iter().collect();
        let asked_alike: HashSet<_> = names.iter().map(spelled_alike).collect();
        let (mut exact, mut alike) = (HashMap::new(), HashMap::new());
        self.run_each("cannot ask for the status of folders", &commands, |response| {
            let Some((name, status)) = response.data("STATUS").and_then(MailboxStatus::parse) else {
                return Heard::Other;
            };
            let spelled = spelled_alike(&name);
            let known = if asked.contains(&name) {
                exact.insert(name, status)
            } else if asked_alike.contains(&spelled) {
                alike.insert(spelled, status)
            } else {
                return Heard::Other;
            };
            if known.is_none() { Heard::Own } else { Heard::Other }
        })
        .await?;
        let find = |name| exact.get(name).or_else(|| alike.get(&spelled_alike(name)));
        Ok(names.iter().map(|name| find(name).cloned()).collect())
    }
}

/// An identifier as RFC 8474 §4 has it, in brackets. Cyrus 3.6 sends other octets each time, and those identify nothing.
fn object_id(value: &Value<'_>) -> Option<String> {
    let id = Lexer::new(value.list()).value()?.text()?.to_vec();
    let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_whole = (1..=255).contains(&id.len()) && id.iter().all(is_sign);
    String::from_utf8(id).ok().filter(|_| is_whole)
}

/// Servers may spell a name in another way than we did.
fn spelled_alike(name: &MailboxName) -> String {
    if name.is_inbox() { "INBOX".to_owned() } else { name.to_text() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_cannot_be_are_unknown() {
        let line = b"{1}\r\na (MESSAGES 3 UIDNEXT 4294967296 uidvalidity 0 DELETED 1 MAILBOXID (F1) SIZE 99 HIGHESTMODSEQ 0)";
        let (name, status) = MailboxStatus::parse(line).unwrap();
        assert_eq!(name.as_bytes(), b"a");
        let numbers = Numbers { messages: Some(3), ..Numbers::default() };
        assert_eq!(
            status,
            MailboxStatus {
                numbers,
                size: Some(99),
                mailbox_id: Some("F1".to_owned()),
                ..MailboxStatus::default()
            }
        );
    }

    #[test]
    fn extensions_are_asked_for_only_where_offered() {
        let plain = StatusItems::ALL.to_words(&Capabilities::default());
        assert_eq!(plain, "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN)");
        let more = StatusItems::ALL.to_words(&Capabilities::parse(b"CONDSTORE STATUS=SIZE OBJECTID"));
        assert_eq!(more, "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ SIZE MAILBOXID)");
    }

    /// Cyrus 3.6.1
    #[test]
    fn an_identifier_of_other_octets_than_the_rfc_allows_is_none() {
        let id = |told: &[u8]| {
            let line = [b"a (MAILBOXID (", told, b") MESSAGES 3)"].concat();
            MailboxStatus::parse(&line).and_then(|(_, status)| status.mailbox_id)
        };
        assert_eq!(id(b"F2212ea87-6097_x").as_deref(), Some("F2212ea87-6097_x"));
        assert_eq!((id(b"Ou\xa2RHV"), id(b"a.b"), id(b"")), (None, None, None));
    }
}
