//! NAMESPACE: where a user's own, other users' and shared mailboxes live (RFC 2342).

use crate::budget::{Heard, NAMESPACES, TooMuch};
use crate::command::Command;
use crate::connection::Connection;
use crate::error::Result;
use crate::mailbox_name::MailboxName;
use crate::token::{Lexer, Value};

/// The server's three kinds of namespaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespace {
    /// The user's own mailboxes.
    pub personal: Vec<NamespaceEntry>,
    /// Other users' mailboxes.
    pub other_users: Vec<NamespaceEntry>,
    /// Mailboxes that belong to nobody.
    pub shared: Vec<NamespaceEntry>,
}

/// One namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceEntry {
    /// What the names in it start with, such as `INBOX.`.
    pub prefix: MailboxName,
    /// What separates the levels of a name; `None` where names have no levels.
    pub delimiter: Option<u8>,
}

impl Connection {
    /// Asks for the namespaces (RFC 2342 §5); `None` where the server says OK and tells none (peers A29).
    pub async fn namespace(&mut self) -> Result<Option<Namespace>> {
        let mut found = None;
        self.run_one("cannot ask for the namespaces", Command::new("NAMESPACE"), |response| {
            let Some(rest) = response.data("NAMESPACE") else { return Heard::Other };
            let told = found.insert(parse(rest));
            let most = [&told.personal, &told.other_users, &told.shared].map(Vec::len).into_iter().max();
            if most > Some(NAMESPACES) { Heard::TooMuch(TooMuch::Namespaces) } else { Heard::Other }
        })
        .await?;
        Ok(found)
    }
}

pub(crate) fn parse(rest: &[u8]) -> Namespace {
    let mut lexer = Lexer::new(rest);
    let mut next = || lexer.value().map(|value| parse_entries(value.list())).unwrap_or_default();
    Namespace { personal: next(), other_users: next(), shared: next() }
}

fn parse_entries(list: &[u8]) -> Vec<NamespaceEntry> {
    let mut lexer = Lexer::new(list);
    std::iter::from_fn(|| lexer.value()).filter_map(|entry| parse_entry(entry.list())).collect()
}

fn parse_entry(entry: &[u8]) -> Option<NamespaceEntry> {
    let mut lexer = Lexer::new(entry);
    let prefix = MailboxName::from_wire(lexer.value()?.text()?);
    Some(NamespaceEntry { prefix, delimiter: lexer.value().as_ref().and_then(parse_delimiter) })
}

/// A hierarchy delimiter: one character, or NIL (RFC 3501 §7.2.2).
pub(crate) fn parse_delimiter(value: &Value<'_>) -> Option<u8> {
    value.text()?.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_read_with_extensions_and_nil_delimiters() {
        let found = parse(
            br#"(("INBOX." ".")("" NIL "X-PARAM" ("a"))) NIL (({7}
#shared "\\"))"#,
        );
        let entry =
            |prefix: &str, delimiter| NamespaceEntry { prefix: MailboxName::from_wire(prefix), delimiter };
        assert_eq!(found.personal, [entry("INBOX.", Some(b'.')), entry("", None)]);
        assert_eq!(found.other_users, []);
        assert_eq!(found.shared, [entry("#shared", Some(b'\\'))]);
    }
}
