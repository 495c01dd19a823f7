//! Commands about the server itself: CAPABILITY, NOOP, ID.

use crate::budget::Heard;
use crate::capabilities::Capabilities;
use crate::command::Command;
use crate::connection::Connection;
use crate::error::{Result, lossy};
use crate::token::Lexer;

/// Who we are, for every server that offers ID.
pub(crate) const INTRODUCTION: &str = "ID (\"name\" \"ImapMigration\")";

impl Connection {
    /// Asks what the server can do, and remembers it (RFC 3501 §6.1.1).
    pub async fn capability(&mut self) -> Result<&Capabilities> {
        let mut found = Capabilities::default();
        let context = "cannot ask for the server's capabilities";
        self.run_one(context, Command::new("CAPABILITY"), |response| {
            if let Some(words) = response.data("CAPABILITY") {
                found = Capabilities::parse(words);
            }
            Heard::Other
        })
        .await?;
        self.capabilities = found;
        Ok(&self.capabilities)
    }

    /// Does nothing, and gives the server a chance to tell news (RFC 3501 §6.1.2).
    pub async fn noop(&mut self) -> Result<()> {
        self.run_one("cannot reach the server", Command::new("NOOP"), |_| Heard::Other).await?;
        Ok(())
    }

    /// Exchanges names with the server (RFC 2971): what it says about itself, in its order.
    pub async fn id(&mut self) -> Result<Vec<(String, String)>> {
        let mut fields = Vec::new();
        self.introduced = true;
        let command = Command::new(INTRODUCTION);
        self.run_one("cannot ask who the server is", command, |response| {
            if let Some(rest) = response.data("ID") {
                fields = parse_id(rest);
            }
            Heard::Other
        })
        .await?;
        Ok(fields)
    }
}

pub(crate) fn parse_id(rest: &[u8]) -> Vec<(String, String)> {
    let Some(list) = Lexer::new(rest).value() else { return Vec::new() };
    let mut lexer = Lexer::new(list.list());
    let mut fields = Vec::new();
    while let (Some(name), Some(value)) = (lexer.value(), lexer.value()) {
        if let (Some(name), Some(value)) = (name.text(), value.text()) {
            fields.push((lossy(name), lossy(value)));
        }
    }
    fields
}
