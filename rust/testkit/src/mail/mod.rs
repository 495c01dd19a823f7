//! Makes mailboxes full of mail for tests: many shapes, deterministic from a seed, message by message.

mod change;
mod compose;
mod date;
mod fill;
mod folders;
mod mime;
mod names;
mod shape;
mod size;
mod text;

use std::mem;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

pub use change::{add_flags, append, delete, remove_flags};
pub use fill::{fill, fill_part};
pub use folders::Folder;
pub use shape::Shape;

/// A message with what a server keeps about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The octets, CRLF line ends ([RFC 5322 §2.1]).
    ///
    /// [RFC 5322 §2.1]: https://www.rfc-editor.org/rfc/rfc5322#section-2.1
    pub bytes: Vec<u8>,
    /// System flags and keywords.
    pub flags: Vec<&'static str>,
    /// The time of arrival as APPEND takes it, without quotes.
    pub internal_date: String,
}

/// What to put into one mailbox.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The same seed gives the same octets.
    pub seed: u64,
    /// How many messages in all folders together.
    pub messages: usize,
}

impl Plan {
    /// The folders with their share of the messages.
    pub fn folders(self) -> Vec<Folder> {
        folders::share(self.messages)
    }

    /// The messages of one of the folders, in their order of arrival.
    pub fn messages(self, folder: &Folder) -> impl Iterator<Item = Message> + use<> {
        let salt =
            folder.name.bytes().fold(self.seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        Messages::new(salt).take(folder.messages)
    }
}

/// An endless sequence of messages: one of each [`Shape`] first, then a realistic mixture.
#[derive(Debug)]
pub struct Messages {
    seed: u64,
    random: StdRng,
    count: usize,
    last: Option<Message>,
}

impl Messages {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, random: StdRng::seed_from_u64(seed), count: 0, last: None }
    }
}

impl Iterator for Messages {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        let mixture = || Shape::mixture(&mut self.random);
        let shape = Shape::ALL.get(self.count).copied().unwrap_or_else(mixture);
        let id = format!("{:x}.{}", self.seed, self.count);
        self.count += 1;
        let message = match (shape, mem::take(&mut self.last)) {
            (Shape::Duplicate, Some(last)) => last,
            (_, last) => {
                let random = &mut self.random;
                let received = date::received(random);
                let bytes = compose::write(random, shape, &id, &received, last.as_ref());
                Message { bytes, flags: flags(random), internal_date: date::internal(&received) }
            }
        };
        self.last = Some(message.clone());
        Some(message)
    }
}

/// The flags of one message: mostly seen, now and then a keyword.
fn flags(random: &mut StdRng) -> Vec<&'static str> {
    const ODDS: [(&str, f64); 4] =
        [("\\Seen", 0.8), ("\\Answered", 0.2), ("\\Flagged", 0.07), ("\\Draft", 0.03)];
    const KEYWORDS: [&str; 5] = ["$Forwarded", "$Label1", "NonJunk", "Junk", "$MDNSent"];
    let mut flags =
        ODDS.iter().filter(|(_, odds)| random.random_bool(*odds)).map(|(flag, _)| *flag).collect::<Vec<_>>();
    if random.random_bool(0.15) {
        flags.extend(KEYWORDS.choose(random));
    }
    flags
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn all(seed: u64) -> Vec<Message> {
        let plan = Plan { seed, messages: 150 };
        plan.folders().iter().flat_map(|folder| plan.messages(folder)).collect()
    }

    #[test]
    fn a_seed_gives_the_same_mail_each_time_and_another_seed_other_mail() {
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
        assert_eq!(all(1).len(), 150);
    }

    #[test]
    fn the_first_messages_show_every_shape() {
        let messages = Messages::new(7).take(Shape::ALL.len()).collect::<Vec<_>>();
        let has = |needle: &[u8]| messages.iter().any(|m| m.bytes.windows(needle.len()).any(|w| w == needle));
        assert!(
            has(b"multipart/alternative") && has(b"message/rfc822") && has(b"=?utf-8?") && has(b"\r\n.\r\n")
        );
        assert!(messages.iter().any(|m| !m.bytes.ends_with(b"\r\n")));
        assert!(messages.iter().any(|m| !m.bytes.windows(11).any(|w| w == b"Message-ID:")));
        assert!(messages.iter().any(|m| !m.bytes.is_ascii()));
        assert!(messages.windows(2).any(|pair| pair[0] == pair[1]), "no duplicate");
    }

    #[test]
    fn one_message_id_occurs_with_different_octets() {
        let id = |message: &Message| {
            let text = String::from_utf8_lossy(&message.bytes).into_owned();
            text.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned)
        };
        let messages = Messages::new(3).take(Shape::ALL.len()).collect::<Vec<_>>();
        assert!(messages.windows(2).any(|p| id(&p[0]).is_some() && id(&p[0]) == id(&p[1]) && p[0] != p[1]));
    }

    #[test]
    fn lines_keep_to_the_limit_of_the_rfc_and_end_in_crlf() {
        for message in Messages::new(9).take(60) {
            for line in message.bytes.split(|byte| *byte == b'\n') {
                assert!(line.len() <= 999, "a line of {} octets", line.len());
            }
            let bare = message.bytes.windows(2).filter(|w| w[1] == b'\n' && w[0] != b'\r').count();
            assert_eq!(bare, 0);
        }
    }

    #[test]
    fn sizes_spread_around_a_median_of_some_kilobytes() {
        let mut sizes = Messages::new(5).take(400).map(|message| message.bytes.len()).collect::<Vec<_>>();
        sizes.sort_unstable();
        assert!((2_000..9_000).contains(&sizes[200]), "median {}", sizes[200]);
        assert!(sizes[399] > 100_000 && sizes.iter().collect::<HashSet<_>>().len() > 200);
    }
}
