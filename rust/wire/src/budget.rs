//! What a server is granted: how much of what it says is held in memory, and for how long it may say something else.
//!
//! Servers that mean harm send lines without an end, lists without an end, and news that keep a command waiting. Each
//! bound is far beyond what honest servers need. Who goes over one loses the connection, with an error that says which.
//! What a connection holds is at most one response, read into a block of twice its size, and the answer to one command.

use std::io;
use std::time::Duration;

use model::ErrorKind;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// The longest line before login: capabilities take a few hundred octets.
pub(crate) const LINE_BEFORE_LOGIN: usize = 64 * KIB;
/// All lines of one step before login.
pub(crate) const STEP_BEFORE_LOGIN: usize = 256 * KIB;
/// The longest FETCH response without the body, which is streamed: a header may be as long as its writer likes.
pub(crate) const FETCH_RESPONSE: usize = 32 * MIB;
/// The longest response of another kind: a list of flags or capabilities, a folder's name.
pub(crate) const RESPONSE: usize = MIB;
/// The flags of one message. Servers let a whole folder have a few hundred keywords.
pub(crate) const FLAGS_OF_MESSAGE: usize = 8 * KIB;
/// What a listing of messages takes in memory: a million of them with four keywords each.
pub(crate) const MESSAGES: usize = 256 * MIB;
/// The longest name of a folder. Dovecot's are up to 4,096 octets long.
pub(crate) const NAME: usize = 8 * KIB;
/// What a listing of folders takes in memory: 100,000 of them, three levels deep.
pub(crate) const FOLDERS: usize = 64 * MIB;
/// Namespaces of one kind. Each of a user's own may be listed by itself.
pub(crate) const NAMESPACES: usize = 16;
/// What a server says between two things that it was asked for: more than the news of a million messages.
pub(crate) const CHATTER: u64 = 256 * MIB as u64;
/// The longest wait for something that was asked for. Some servers say `* OK Still here` while they search or store.
pub(crate) const DETOUR: Duration = Duration::from_secs(30 * 60);
/// What must pass of a body within a [`DETOUR`]: 36 octets a second, which is a modem of 300 bits a second.
pub(crate) const LEAST_OF_BODY: u64 = 64 * KIB as u64;
/// How much of a server's text an error repeats.
pub(crate) const QUOTED: usize = KIB;

/// What a server did too much of, to follow its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMuch {
    #[error("sent a line of more than 64 KiB before login")]
    Line,
    #[error("sent more than 256 KiB before login")]
    Lines,
    #[error("sent a response of more than 1 MiB")]
    Response,
    #[error("sent a response of more than 32 MiB beside the message")]
    FetchResponse,
    #[error("sent more than 8 KiB of flags of one message")]
    Flags,
    #[error("listed more messages than 256 MiB can hold")]
    Messages,
    #[error("sent a folder's name of more than 8 KiB")]
    Name,
    #[error("listed more folders than 64 MiB can hold")]
    Folders,
    #[error("named more than 16 namespaces of one kind")]
    Namespaces,
    #[error("sent 256 MiB that nobody had asked for")]
    Chatter,
    #[error("got no further within half an hour, though it is not silent")]
    Detour,
}

impl TooMuch {
    /// The stable word for it.
    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Self::Detour => ErrorKind::TimedOut,
            _ => ErrorKind::ProtocolViolation,
        }
    }
}

impl From<TooMuch> for io::Error {
    fn from(excess: TooMuch) -> Self {
        Self::other(excess)
    }
}

/// Which bound a failure on the wire is about, if it is about one.
pub(crate) fn excess(error: &io::Error) -> Option<TooMuch> {
    error.get_ref()?.downcast_ref().copied()
}

/// What a response was to the command that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// What was asked for.
    Own,
    /// News, or what came before: the command gets no further by it.
    Other,
    /// More of what was asked for than anybody needs.
    TooMuch(TooMuch),
}

/// What is left of the memory that the answer to one command may take.
#[derive(Debug)]
pub(crate) struct Memory {
    left: usize,
    /// What there is too much of when nothing is left.
    of: TooMuch,
}

impl Memory {
    /// For a listing of folders.
    pub(crate) fn of_folders() -> Self {
        Self { left: FOLDERS, of: TooMuch::Folders }
    }

    /// For a listing of messages.
    pub(crate) fn of_messages() -> Self {
        Self { left: MESSAGES, of: TooMuch::Messages }
    }

    /// Takes this much for something that was asked for.
    pub(crate) fn take(&mut self, octets: usize) -> Heard {
        match self.left.checked_sub(octets) {
            Some(left) => {
                self.left = left;
                Heard::Own
            }
            None => Heard::TooMuch(self.of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_take_as_much_as_is_granted_and_no_more() {
        let mut memory = Memory::of_messages();
        assert_eq!(memory.take(MESSAGES - 1), Heard::Own);
        assert_eq!(memory.take(2), Heard::TooMuch(TooMuch::Messages));
        assert_eq!(memory.take(1), Heard::Own);
    }
}
