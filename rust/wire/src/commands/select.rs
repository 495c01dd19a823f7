//! SELECT, EXAMINE, UNSELECT: opening and leaving a mailbox (RFC 3501 §6.3.1, RFC 3691).

use model::{ErrorKind, Numbers, UidValidity};

use crate::budget::Heard;
use crate::command::Command;
use crate::connection::Connection;
use crate::error::{Condition, Error, Refusal, Result};
use crate::flags::{Flag, Flags};
use crate::mailbox_name::MailboxName;
use crate::response::{Response, StatusText};
use crate::token::{Lexer, Value, parse_number};
use crate::uid_set::{beyond, to_uid};

/// What the server says about the mailbox that it opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selected {
    /// How many messages there are.
    pub exists: u64,
    /// All numbers that it told, the count among them.
    pub numbers: Numbers,
    /// Which flags last; `None` where the server did not say, and all do.
    pub permanent_flags: Option<PermanentFlags>,
    /// A UIDNEXT that no command can name, because it has more than 32 bits (RFC 3501 §2.3.1.1).
    pub uid_next_beyond: Option<u64>,
    /// Whether nothing can be changed.
    pub read_only: bool,
}

/// The flags that a mailbox keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PermanentFlags {
    /// Those that it keeps.
    pub flags: Flags,
    /// Whether new keywords can be made up: `\*`.
    pub accepts_new_keywords: bool,
}

impl PermanentFlags {
    /// Whether the mailbox keeps this flag.
    pub fn keeps(&self, flag: &Flag) -> bool {
        self.flags.contains(flag) || (self.accepts_new_keywords && !flag.is_system())
    }

    fn parse(list: &[u8]) -> Self {
        let anything = Flag::new("\\*");
        let all = Flags::parse(list);
        let flags = all.iter().filter(|flag| **flag != anything).cloned().collect();
        Self { flags, accepts_new_keywords: all.contains(&anything) }
    }
}

/// What a mailbox is open for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// EXAMINE.
    Read,
    /// SELECT.
    Write,
}

impl Connection {
    /// Opens a mailbox for reading and writing (RFC 3501 §6.3.1).
    pub async fn select(&mut self, name: &MailboxName) -> Result<Selected> {
        self.open_mailbox("SELECT", name).await
    }

    /// Opens a mailbox for reading (RFC 3501 §6.3.2). Courier does not keep the UIDVALIDITY that it tells here. A server that
    /// knows only SELECT opens it by that, which changes nothing but what is recent.
    pub async fn examine(&mut self, name: &MailboxName) -> Result<Selected> {
        if !self.selects_only {
            match self.open_mailbox("EXAMINE", name).await {
                Err(error) if is_unknown(&error) => {}
                other => return other,
            }
        }
        let selected = self.select(name).await?;
        self.selects_only = true;
        Ok(selected)
    }

    /// Opens a mailbox for writing and leaves it again; says what it learned. Servers append quicker to a mailbox that nobody
    /// looks into, and GNU's cuts off one that is open for writing meanwhile.
    pub async fn look_into(&mut self, name: &MailboxName) -> Result<Selected> {
        let has_unselect = self.capabilities().unselect();
        let leave =
            if has_unselect { Command::new("UNSELECT") } else { Command::new("EXAMINE").mailbox(name) };
        let commands = [Command::new("SELECT").mailbox(name), leave];
        let (selected, answers) = self.run_open(&commands, name).await?;
        // Where EXAMINE was refused, CLOSE would expunge.
        if !has_unselect && answers.iter().all(Result::is_ok) {
            self.leave(name, Access::Read).await?;
        }
        Ok(selected)
    }

    /// Leaves the mailbox that is open, by UNSELECT (RFC 3691). Where there is none, by CLOSE, and only once it is open for
    /// reading: then it expunges nothing (RFC 3501 §6.4.2). A server that refuses that keeps it open for reading, and one that
    /// cannot open it so keeps it open.
    pub async fn leave(&mut self, name: &MailboxName, access: Access) -> Result<()> {
        if !self.capabilities().unselect() && access == Access::Write {
            self.examine(name).await?;
        }
        if !self.capabilities().unselect() && self.selects_only {
            return Ok(());
        }
        let word = if self.capabilities().unselect() { "UNSELECT" } else { "CLOSE" };
        match self
            .run_one(&format!("cannot leave folder `{name}`"), Command::new(word), |_| Heard::Other)
            .await
        {
            Err(error) if error.refusal().is_some() => Ok(()),
            other => other.map(drop),
        }
    }

    async fn open_mailbox(&mut self, word: &'static str, name: &MailboxName) -> Result<Selected> {
        let (mut selected, answers) = self.run_open(&[Command::new(word).mailbox(name)], name).await?;
        let is_read_only = |code: &String| code.eq_ignore_ascii_case("READ-ONLY");
        selected.read_only = word == "EXAMINE" || answers.iter().flatten().flatten().any(is_read_only);
        Ok(selected)
    }

    /// Runs commands of which the first opens a mailbox: what it says counts, and whether it is refused. Returns what became
    /// of each, too, with its response code.
    async fn run_open(
        &mut self,
        commands: &[Command],
        name: &MailboxName,
    ) -> Result<(Selected, Vec<Answer>)> {
        let mut exists = None;
        let mut selected = Selected::default();
        let context = format!("cannot select folder `{name}`");
        let mut answers = self
            .run_each(&context, commands, |response| {
                match response {
                    Response::Numbered { number, kind, .. } if kind.eq_ignore_ascii_case(b"EXISTS") => {
                        exists = Some(*number);
                    }
                    Response::Status(text) if text.condition == Condition::Ok => selected.note(text),
                    _ => {}
                }
                Heard::Other
            })
            .await?;
        if answers.first().is_some_and(Result::is_err) {
            answers.swap_remove(0)?;
        }
        selected.exists =
            exists.ok_or_else(|| self.violation(format!("{context}: the server said OK and no EXISTS")))?;
        selected.numbers.messages = Some(selected.exists);
        Ok((selected, answers))
    }
}

/// What became of a command, with its response code.
type Answer = std::result::Result<Option<String>, Refusal>;

/// Whether a server does not know a command.
fn is_unknown(error: &Error) -> bool {
    error.refusal().is_some_and(|refusal| refusal.condition == Condition::Bad)
        && error.kind() == ErrorKind::ServerRefused
}

impl Selected {
    fn note(&mut self, text: &StatusText<'_>) {
        let number = |name| text.code_value(name).and_then(|value| parse_number(value.trim_ascii()));
        if let Some(value) = number("UIDVALIDITY") {
            first(&mut self.numbers.uid_validity, UidValidity::new(value));
        }
        if let Some(value) = number("UIDNEXT") {
            first(&mut self.numbers.uid_next, to_uid(value));
            first(&mut self.uid_next_beyond, beyond(value));
        }
        if let Some(value) = number("HIGHESTMODSEQ") {
            first(&mut self.numbers.highest_modseq, Some(value).filter(|&value| value != 0));
        }
        // A list that is cut off, or none at all, proves of no flag that it would be lost (peers A13).
        if let Some(list) =
            text.code_value("PERMANENTFLAGS").filter(|list| list.trim_ascii_end().ends_with(b")"))
            && let Some(Value::List(inner)) = Lexer::new(list).value()
        {
            first(&mut self.permanent_flags, Some(PermanentFlags::parse(inner)));
        }
    }
}

/// Keeps what was told first.
fn first<T>(known: &mut Option<T>, told: Option<T>) {
    *known = known.take().or(told);
}
