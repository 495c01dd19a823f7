//! The command line.

use lexopt::prelude::*;

use crate::server::Kind;

/// What `--help` prints.
pub(crate) const HELP: &str = r#"A source and a target IMAP server with mail on them, for demos, tests and benchmarks.

testbed [OPTIONS]

  --users N              how many users: user1, user2, ...           (2)
  --messages N           how many messages each user has in all      (200)
  --seed S               the same seed gives the same mail           (1)
  --server KIND          dovecot, sample (in memory), or auto:
                         dovecot where it is installed               (auto)
  --source-layout NAME   slash: Archive/2019, or                     (slash)
                         dot: INBOX.Archive.2019
  --target-layout NAME   the same for the target                     (slash)
  --adopted PERCENT      how much of every folder's mail already
                         lies on the target, from its start on       (0)
  --empty-target         the same as --adopted 0
  --tokens               the target passes for Exchange Online: it takes
                         tokens of a token server, and no passwords
  --help                 this text

It prints one line of JSON once both servers answer and the source is filled:

  {"source": {"host", "port", "tls_port", "certificate"}, "target": {...},
   "master": {"user", "password", "separator"},
   "users": [{"name", "password", "messages"}], "server": "dovecot 2.3.19",
   "tokens": {"authority", "tenant", "application", "secret", "certificate",
              "private_key", "service_account"}}

`port` speaks plain IMAP with STARTTLS, `tls_port` TLS at once; `certificate` is
a PEM file to trust. The master user logs in as USER*MASTER with its own password.

Then it reads requests from standard input, one JSON object a line, and answers
each with one line, {"done": ...} or {"error": "..."}:

  {"append": {"user": "user1", "folder": "INBOX", "count": 5}}
  {"flag":   {"user": "user1", "folder": "INBOX", "messages": "1:3", "flags": ["\\Flagged"]}}
  {"delete": {"user": "user1", "folder": "INBOX", "messages": "1"}}
  {"stop": "source"}   {"start": "source"}   (or "target")
  {"tokens": "expire"}   (or, for a device that waits, "consent" or "decline")

append, flag and delete change the source; folders are written with `/` whatever
the layout. It ends, and wipes everything, when its standard input closes.
"#;

/// What was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Arguments {
    pub(crate) users: usize,
    pub(crate) messages: usize,
    pub(crate) seed: u64,
    pub(crate) kind: Option<Kind>,
    pub(crate) source_layout: Layout,
    pub(crate) target_layout: Layout,
    pub(crate) adopted: usize,
    pub(crate) tokens: bool,
}

/// How a server writes folder names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `Archive/2019`.
    Slash,
    /// `INBOX.Archive.2019`.
    Dot,
}

impl Layout {
    /// The prefix and the separator.
    pub(crate) fn namespace(self) -> (&'static str, char) {
        match self {
            Self::Slash => ("", '/'),
            Self::Dot => ("INBOX.", '.'),
        }
    }

    fn parse(name: &str) -> Result<Self, String> {
        match name {
            "slash" => Ok(Self::Slash),
            "dot" => Ok(Self::Dot),
            _ => Err(format!("unknown layout `{name}`")),
        }
    }
}

impl Arguments {
    /// Reads the command line; nothing where help is asked for.
    pub(crate) fn parse() -> Result<Option<Self>, lexopt::Error> {
        let mut arguments = Self {
            users: 2,
            messages: 200,
            seed: 1,
            kind: None,
            source_layout: Layout::Slash,
            target_layout: Layout::Slash,
            adopted: 0,
            tokens: false,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("users") => arguments.users = parser.value()?.parse()?,
                Long("messages") => arguments.messages = parser.value()?.parse()?,
                Long("seed") => arguments.seed = parser.value()?.parse()?,
                Long("server") => arguments.kind = parser.value()?.parse_with(Kind::parse)?,
                Long("source-layout") => {
                    arguments.source_layout = parser.value()?.parse_with(Layout::parse)?
                }
                Long("target-layout") => {
                    arguments.target_layout = parser.value()?.parse_with(Layout::parse)?
                }
                Long("adopted") => arguments.adopted = parser.value()?.parse()?,
                Long("empty-target") => arguments.adopted = 0,
                Long("tokens") => arguments.tokens = true,
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(arguments))
    }
}
