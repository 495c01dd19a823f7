//! UID FETCH of everything but bodies: what an inventory needs (RFC 3501 §6.4.5).

use std::borrow::Cow;

use crate::budget::{Heard, Memory};
use crate::command::Command;
use crate::connection::Connection;
use crate::error::{Refusal, Result};
use crate::fetch_item::FetchItems;
use crate::flags::{Flag, Flags};
use crate::internal_date::InternalDate;
use crate::uid_set::UidSet;

/// What to ask of each message beside its UID.
#[derive(Debug, Clone, Copy, Default)]
pub struct SummaryItems<'a> {
    /// Its flags.
    pub flags: bool,
    /// When it arrived.
    pub internal_date: bool,
    /// Its RFC822.SIZE; an estimate on some servers.
    pub size: bool,
    /// Its change number, where the server has CONDSTORE (RFC 7162).
    pub modseq: bool,
    /// These header fields.
    pub header_fields: &'a [&'a str],
    /// Only of messages that are new or changed since the mailbox counted so far, where the server has CONDSTORE
    /// (RFC 7162 §3.1.4).
    pub changed_since: Option<u64>,
}

impl SummaryItems<'_> {
    fn to_words(self, condstore: bool) -> String {
        let mut words = vec!["UID".to_owned()];
        let plain = [
            ("FLAGS", self.flags),
            ("INTERNALDATE", self.internal_date),
            ("RFC822.SIZE", self.size),
            ("MODSEQ", self.modseq && condstore),
        ];
        words.extend(plain.iter().filter(|(_, wanted)| *wanted).map(|(word, _)| (*word).to_owned()));
        if !self.header_fields.is_empty() {
            words.push(format!("BODY.PEEK[HEADER.FIELDS ({})]", self.header_fields.join(" ")));
        }
        let changed = self.changed_since.filter(|_| condstore);
        let changed = changed.map(|count| format!(" (CHANGEDSINCE {count})")).unwrap_or_default();
        format!("({}){changed}", words.join(" "))
    }

    /// Whether a response tells all that was asked of a message, and is no news of its flags.
    fn are_told_by(self, found: &FetchItems<'_>) -> bool {
        (found.flags.is_some() || !self.flags)
            && (found.internal_date.is_some() || !self.internal_date)
            && (found.size.is_some() || !self.size)
            && (found.header.is_some() || self.header_fields.is_empty())
    }
}

/// One message of an inventory. What the server did not tell is `None`.
#[derive(Debug, Default)]
pub struct Summary<'a> {
    /// The UID.
    pub uid: u32,
    /// The flags.
    pub flags: Option<Flags>,
    /// When it arrived.
    pub internal_date: Option<InternalDate>,
    /// The size that the server claims.
    pub size: Option<u64>,
    /// The change number.
    pub modseq: Option<u64>,
    /// The header fields asked for, as one block.
    pub header: Option<Cow<'a, [u8]>>,
}

/// Messages that a listing showed and no command can name: their UIDs have more than 32 bits (RFC 3501 §2.3.1.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unnameable {
    /// How many there are.
    pub count: u64,
    /// The UID of the first that came.
    pub first: Option<u64>,
}

impl Unnameable {
    fn note(&mut self, uid: Option<u64>) {
        self.count += u64::from(uid.is_some());
        self.first = self.first.or(uid);
    }
}

impl Connection {
    /// Tells `on_summary` of each message in the selected mailbox that is in the set, one at a time and in the
    /// server's order. A message may come twice, but for news that tell less than was asked; one that is gone does not come. Returns what cannot be told by UID.
    pub async fn uid_fetch_summaries(
        &mut self,
        uids: &UidSet,
        items: SummaryItems<'_>,
        mut on_summary: impl FnMut(Summary<'_>),
    ) -> Result<Unnameable> {
        let words = items.to_words(self.capabilities().condstore());
        let mut parts = self.parts_of(uids);
        let (mut came, mut memory) = (UidSet::new(), Memory::of_messages());
        let mut unnameable = Unnameable::default();
        while !parts.is_empty() {
            let commands: Vec<_> =
                parts.iter().map(|set| Command::new("UID FETCH").uids(set).word(&words)).collect();
            let answers = self.run_each("cannot list the messages", &commands, |response| {
                let Some(found) = response.fetch().map(FetchItems::parse) else { return Heard::Other };
                if let Some(excess) = found.excess {
                    return Heard::TooMuch(excess);
                }
                unnameable.note(found.uid_beyond);
                // Without a UID it is news about some message; outside the set it is the `*` of an empty range.
                let Some(uid) = found.uid.filter(|&uid| uids.contains(uid)) else { return Heard::Other };
                let is_first = came.add(uid);
                if !is_first && !items.are_told_by(&found) {
                    return Heard::Other;
                }
                let heard = if is_first { memory.take(cost(&found)) } else { Heard::Other };
                on_summary(Summary {
                    uid,
                    flags: found.flags,
                    internal_date: found.internal_date.flatten(),
                    size: found.size,
                    modseq: found.modseq,
                    header: found.header,
                });
                heard
            });
            let answers = answers.await?.into_iter().zip(parts);
            let left = answers.map(|(answer, part)| rest(answer, part, &came));
            let left = left.collect::<Result<Vec<_>, Refusal>>()?;
            parts = left.iter().flat_map(|part| self.parts_of(part)).collect();
        }
        Ok(unnameable)
    }
}

/// What is kept of a message, whoever keeps it: its number and its flags. Of a header nobody keeps more than a digest.
fn cost(found: &FetchItems<'_>) -> usize {
    const MESSAGE: usize = 32;
    let of_flag = |flag: &Flag| if flag.is_system() { 8 } else { 32 + flag.as_str().len() };
    MESSAGE + found.flags.iter().flat_map(Flags::iter).map(of_flag).sum::<usize>()
}

/// What a command left of its part: a server that lists no more messages at once begins with the highest, and says
/// which was the lowest (RFC 9738 §3.1). Where lower ones came, or none at all, nobody knows what is left.
fn rest(answer: Result<Option<String>, Refusal>, part: UidSet, came: &UidSet) -> Result<UidSet, Refusal> {
    let Err(refusal) = answer else { return Ok(UidSet::new()) };
    let Some(lowest) = refusal.stopped_at().filter(|uid| part.contains(*uid)) else { return Err(refusal) };
    let rest = part.clone().below(lowest);
    let is_below = rest.ranges().any(|range| came.meets(range));
    let is_above = part.ranges().any(|range| came.meets(lowest.max(*range.start())..=*range.end()));
    if is_above && !is_below { Ok(rest) } else { Err(refusal) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::MESSAGES;

    #[test]
    fn a_million_messages_with_four_keywords_each_are_not_too_many() {
        let found =
            FetchItems::parse(b"(UID 7 FLAGS (\\Seen \\Answered $Forwarded $label1 NonJunk Important))");
        assert!(cost(&found) * 1_000_000 < MESSAGES);
        assert!(cost(&FetchItems::parse(b"(UID 7 FLAGS (a b c d e f g h i j))")) * 1_000_000 > MESSAGES);
    }
}
