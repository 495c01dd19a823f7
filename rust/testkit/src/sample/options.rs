//! How a sample server presents itself.

use std::time::Duration;

use super::bearer::{Judge, Manner};

/// What may differ from one sample server to the next.
#[derive(Debug, Clone)]
pub struct Options {
    /// What it announces. What is not announced is refused, and so is LIST-EXTENDED in any case: LITERAL+, MULTIAPPEND, NAMESPACE, SASL-IR, OBJECTID, STATUS=SIZE, UIDPLUS, UNSELECT.
    /// STARTTLS is announced by itself, where TLS is not active yet.
    pub capabilities: Vec<String>,
    /// What it greets with.
    pub greeting: String,
    /// Whether greeting and login tell what is announced, or clients have to ask.
    pub tells_capabilities: bool,
    /// Whether anybody logs in with a password.
    pub takes_passwords: bool,
    /// Whose tokens open mailboxes; none where no tokens do. AUTH=XOAUTH2 and AUTH=OAUTHBEARER are announced as everything else
    /// is.
    pub judge: Option<Judge>,
    /// How a login is refused.
    pub manner: Manner,
    /// Mailboxes that are not there: a login says OK, and each command after that BAD, in Exchange's words.
    pub unconnected: Vec<String>,
    /// How long it takes to store a message.
    pub append_time: Duration,
    /// What the personal namespace starts with: empty or `INBOX.`.
    pub prefix: String,
    /// What divides the levels of a folder name.
    pub separator: char,
    /// Messages that hold these octets are refused, every time, until [`forgive`](super::Sample::forgive).
    pub poison: Vec<Poison>,
    /// The tagged answer to a message that is not to be had for what it is, from the status on; none for a good one.
    pub message_refusal: fn(&[u8]) -> Option<&'static str>,
    /// How many messages of a command that is refused are stored all the same.
    pub stores_refused: usize,
    /// The answer to the announcement of a message, the line with its size, before the server has the body; none where it is
    /// invited. `BAD ...` or `NO ...`.
    pub announcement_refusal: fn(&str, u64) -> Option<&'static str>,
    /// Whether a body that was not asked for is skipped after that, as it should be ([RFC 7888 §4]). Else its lines are read as
    /// commands.
    ///
    /// [RFC 7888 §4]: https://www.rfc-editor.org/rfc/rfc7888#section-4
    pub skips_refused: bool,
    /// Messages that hold these octets cannot be read: the FETCH ends there with this answer; where it is empty, the
    /// message is left out; one that begins with `*` is sent as it stands, for any part of the message, and the server
    /// hangs up. Every time, until [`forgive`](super::Sample::forgive).
    pub unreadable: Vec<Poison>,
    /// Whether a message gets a header field when it is stored, as some servers do.
    pub rewrites: bool,
    /// What is delivered of a message, by what it is.
    pub delivers_of: fn(&[u8]) -> &[u8],
    /// What is kept of a message, by how it came; nothing where it is not stored, though it is answered as if it were; all of it after
    /// [`forgive`](super::Sample::forgive).
    pub keeps_of: fn(&[u8]) -> &[u8],
    /// The folder that a message is put into when it comes, in place of its own, as by a filter: then no UID is told.
    pub files_into: fn(&[u8]) -> Option<&'static str>,
    /// Whether what is not stored uses up a UID.
    pub counts_unstored: bool,
    /// Flags that APPEND ignores, and STORE sets.
    pub ignored_by_append: Vec<String>,
    /// Whether STORE says OK and changes nothing.
    pub ignores_store: bool,
    /// By how much RFC822.SIZE is wrong.
    pub size_error: usize,
    /// Whether LIST says OK and lists nothing, as behind a broken share.
    pub lists_nothing: bool,
    /// How many messages SELECT and STATUS tell of that are not there.
    pub phantoms: usize,
    /// How many messages STATUS tells of that SELECT does not.
    pub hidden: usize,
    /// Whether a connection learns only by NOOP what others, and its own APPENDs, have done to the selected folder, as on
    /// Courier.
    pub tells_by_noop: bool,
    /// The UIDVALIDITY that all folders are made with; none where each has its own.
    pub one_uid_validity: Option<u32>,
    /// Whether `Plans` and `plans` are one folder, as on Exchange.
    pub ignores_case: bool,
    /// The answer to CREATE for a name that is not to be had; none for a good one. In place of one that begins with `BYE`
    /// the server hangs up.
    pub name_refusal: fn(&str) -> Option<&'static str>,
    /// The answer to who opens a folder of this name, until [`forgive`](super::Sample::forgive); none where it opens.
    pub opening_refusal: fn(&str) -> Option<&'static str>,
    /// The answer to commands of this name, upper-case, that a user who is logged in is not to have; none for a good one.
    pub command_refusal: fn(&str) -> Option<&'static str>,
    /// How FETCH writes the INTERNALDATE that a message was stored with.
    pub writes_date: fn(&str) -> String,
    /// How much is added to all UIDs that are told.
    pub uids_after: u64,
    /// Whether folders keep any keyword, as PERMANENTFLAGS says ([RFC 3501 §7.1]); else they keep none.
    ///
    /// [RFC 3501 §7.1]: https://www.rfc-editor.org/rfc/rfc3501#section-7.1
    pub keywords: bool,
    /// How many connections may be open; none for any number.
    pub max_connections: Option<usize>,
    /// How many connections of one user may be open; none for any number.
    pub max_user_connections: Option<usize>,
    /// How a connection beyond that is turned away.
    pub refusal: Refusal,
}

impl Default for Options {
    fn default() -> Self {
        let capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR LITERAL+ UIDPLUS NAMESPACE UNSELECT SPECIAL-USE MULTIAPPEND CHILDREN ID";
        Self {
            capabilities: capabilities.split(' ').map(str::to_owned).collect(),
            greeting: "Sample server ready".to_owned(),
            tells_capabilities: true,
            takes_passwords: true,
            judge: None,
            manner: Manner::Google,
            unconnected: Vec::new(),
            append_time: Duration::ZERO,
            prefix: String::new(),
            separator: '/',
            poison: Vec::new(),
            message_refusal: |_| None,
            stores_refused: 0,
            announcement_refusal: |_, _| None,
            skips_refused: true,
            unreadable: Vec::new(),
            rewrites: false,
            delivers_of: |message| message,
            keeps_of: |message| message,
            files_into: |_| None,
            counts_unstored: false,
            ignored_by_append: Vec::new(),
            ignores_store: false,
            size_error: 0,
            lists_nothing: false,
            phantoms: 0,
            hidden: 0,
            tells_by_noop: false,
            one_uid_validity: None,
            ignores_case: false,
            name_refusal: |_| None,
            opening_refusal: |_| None,
            command_refusal: |_| None,
            writes_date: str::to_owned,
            uids_after: 0,
            keywords: true,
            max_connections: None,
            max_user_connections: None,
            refusal: Refusal::Bye,
        }
    }
}

impl Options {
    /// The default server without some of its capabilities.
    pub fn without(capabilities: &[&str]) -> Self {
        let mut options = Self::default();
        options.capabilities.retain(|capability| !capabilities.contains(&capability.as_str()));
        options
    }

    /// Whether this capability is announced.
    pub(super) fn has(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|announced| announced == capability)
    }
}

/// Octets that make a message unwelcome.
#[derive(Debug, Clone)]
pub struct Poison {
    /// What to look for.
    pub bytes: Vec<u8>,
    /// The tagged answer, from the status on: `BAD Command Argument Error. 11`. After one that begins with `BYE`, and
    /// instead of an empty one, the server hangs up.
    pub response: String,
}

/// How a server says that it has too many connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// `* BYE [UNAVAILABLE]` in place of the greeting.
    Bye,
    /// A greeting, and `NO [UNAVAILABLE]` to the login ([RFC 5530](https://www.rfc-editor.org/rfc/rfc5530)).
    No,
    /// A greeting, and the end of the connection in place of an answer to the login.
    HangUp,
    /// A login that says OK, and BAD to each command after that: Exchange.
    Unconnected,
}

/// The answer of the first of these that a message falls under.
pub(super) fn answer_to(message: &[u8], poison: &[Poison]) -> Option<String> {
    let holds = |needle: &[u8]| !needle.is_empty() && message.windows(needle.len()).any(|at| at == needle);
    poison.iter().find(|poison| holds(&poison.bytes)).map(|poison| poison.response.clone())
}
