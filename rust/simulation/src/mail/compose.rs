//! Writes messages: small ones, some of which lack what usually tells messages apart.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Content;
use crate::chance::Chance;

/// The header field of a message that servers may refuse for what it is.
const REFUSED: &[u8] = b"X-Refuse: yes\r\n";

/// What a message is to be like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Letter {
    /// Makes it differ from all others.
    pub(crate) number: u64,
    /// Its Message-ID, if it has one.
    pub(crate) id: Option<String>,
    /// When it was written, in Unix seconds.
    pub(crate) date: i64,
    /// Whether servers refuse it.
    pub(crate) refused: bool,
}

impl Letter {
    /// Its octets.
    pub(crate) fn write(&self, chance: &mut Chance) -> Content {
        let mut text =
            format!("From: <a{}@example.org>\r\nSubject: letter {}\r\n", self.number % 7, self.number);
        if let Some(id) = &self.id {
            text += &format!("Message-ID: <{id}>\r\n");
        }
        text += &format!("Date: {}\r\n", rfc2822(self.date));
        let mut octets = text.into_bytes();
        if self.refused {
            octets.extend_from_slice(REFUSED);
        }
        octets.extend_from_slice(b"\r\n");
        let lines = chance.of_any_size(60);
        for line in 0..lines {
            octets.extend_from_slice(
                format!("{:x} {line} of {}\r\n", chance.between(0, 1 << 40), self.number).as_bytes(),
            );
        }
        octets.into()
    }
}

/// Whether servers may refuse a message for what it is.
pub(crate) fn is_refused(octets: &[u8]) -> bool {
    octets.windows(REFUSED.len()).any(|window| window == REFUSED)
}

fn rfc2822(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    jiff::fmt::strtime::format("%a, %d %b %Y %H:%M:%S +0000", at).unwrap_or_default()
}

/// A short name for octets, for traces.
pub(crate) fn digest(octets: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    octets.hash(&mut hasher);
    format!("{:08x}", hasher.finish() & 0xffff_ffff)
}
