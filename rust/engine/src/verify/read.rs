//! Reads a folder of one side, and keeps account of what it counts, what it lists and what it delivers: only what was read
//! can be called identical.

use std::collections::BTreeMap;

use model::{Repair, Result};
use wire::{
    BodiesReport, Connection, FetchOptions, InternalDate, MailboxName, Selected, Summary, SummaryItems,
    UidSet,
};

use crate::base::digest::{Hashed, hash, short};
use crate::base::flags::{plan_flags, sorted};
use crate::base::message::Message;
use crate::net::session;

/// A folder as it was read.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// What the server said when it was opened last.
    pub(super) selected: Selected,
    /// Its messages, in the order of their UIDs.
    pub(super) messages: Vec<Message>,
    /// What was not read, a line each.
    pub(super) unread: Vec<String>,
}

/// What a server says of the sizes of messages, by UID.
type Sizes = BTreeMap<u32, u64>;

/// Messages that were not delivered, with the server's words where it refused.
type Owed = BTreeMap<u32, Option<String>>;

/// Reads a folder of a side, which is called `source` or `target`. What differs is asked for once more: mail comes and goes.
/// `told` is how many messages STATUS counted in it.
pub(super) async fn read(
    connection: &mut Connection,
    name: &MailboxName,
    side: &str,
    repairs: &[Repair],
    told: Option<u64>,
) -> Result<Folder> {
    let (mut selected, mut uids, mut sizes) = list(connection, name, side).await?;
    let mut counted = None;
    let hides = told.filter(|told| *told > selected.exists);
    if let Some(before) = hides {
        counted = session::recount(connection, name, before, selected.numbers).await?;
    }
    if hides.is_some() || uids.count() < selected.exists {
        (selected, uids, sizes) = list(connection, name, side).await?;
    }
    let mut folder = Folder { selected, ..Folder::default() };
    let (counted, listed) = (folder.selected.exists.max(counted.unwrap_or(0)), uids.count());
    if listed < counted {
        let rest = "what it does not list was not compared";
        folder.unread.push(format!("the {side} counts {counted} messages and lists {listed}: {rest}"));
    }
    let mut doubled = UidSet::new();
    let owed = deliver(connection, uids, repairs, &mut folder.messages, &mut doubled).await?;
    let owed = owed.into_keys().collect();
    let owed = deliver(connection, owed, repairs, &mut folder.messages, &mut doubled).await?;
    let owed = still_there(connection, owed).await?;
    folder.unread.extend(owed.into_iter().map(|(uid, words)| not_delivered(side, uid, words)));
    folder.unread.extend(doubled.iter().map(|uid| {
        format!("the {side} delivers its message {uid} more than once, and only the first was compared")
    }));
    folder.messages.sort_by_key(|message| message.uid);
    folder.unread.extend(delivered_short(side, &folder.messages, &sizes));
    Ok(folder)
}

/// Opens a folder anew, so that its count is that of this moment, and lists it. A target is only looked at: others may be
/// appending to it.
async fn list(
    connection: &mut Connection,
    name: &MailboxName,
    side: &str,
) -> Result<(Selected, UidSet, Sizes)> {
    let selected =
        if side == "target" { connection.examine(name).await? } else { connection.select(name).await? };
    let (mut uids, mut sizes) = (UidSet::new(), Sizes::new());
    if selected.exists > 0 {
        let items = SummaryItems { size: side == "source", ..SummaryItems::default() };
        let note = |summary: Summary<'_>| {
            uids.insert(summary.uid);
            sizes.extend(summary.size.map(|size| (summary.uid, size)));
        };
        connection.uid_fetch_summaries(&UidSet::all(), items, note).await?;
    }
    Ok((selected, uids, sizes))
}

/// Reads bodies, and says which did not come.
async fn deliver(
    connection: &mut Connection,
    uids: UidSet,
    repairs: &[Repair],
    messages: &mut Vec<Message>,
    doubled: &mut UidSet,
) -> Result<Owed> {
    if uids.is_empty() {
        return Ok(Owed::new());
    }
    let mut bodies = connection.fetch_bodies(uids, FetchOptions::default())?;
    while let Some(mut body) = bodies.next().await? {
        let Hashed { digest, bare_line_feeds, repaired } = hash(&mut body, repairs).await?;
        let head = body.head();
        messages.push(Message {
            uid: head.uid,
            size: head.size,
            bare_line_feeds,
            digest: short(&digest),
            repaired: repaired.map(|repaired| (short(&repaired.digest), repaired.changes)),
            received: head.internal_date.as_ref().and_then(InternalDate::to_epoch_seconds),
            flags: sorted(&plan_flags(&head.flags)),
        });
    }
    let BodiesReport { missing, refused, doubled: again } = bodies.take_report();
    doubled.extend(again.iter());
    let mut owed: Owed = missing.iter().map(|uid| (uid, None)).collect();
    for refused in refused {
        owed.extend(refused.uids.iter().map(|uid| (uid, Some(refused.refusal.line.clone()))));
    }
    Ok(owed)
}

/// Those of them that are still listed: the others were deleted meanwhile.
async fn still_there(connection: &mut Connection, mut owed: Owed) -> Result<Owed> {
    if owed.is_empty() {
        return Ok(owed);
    }
    let (asked, mut there) = (owed.keys().copied().collect(), UidSet::new());
    connection.uid_fetch_summaries(&asked, Default::default(), |summary| there.insert(summary.uid)).await?;
    owed.retain(|uid, _| there.contains(*uid));
    Ok(owed)
}

/// Says of which messages less is delivered than their sizes are told to be. A CR that is left out of each line end is no
/// loss, and sizes are believed of a folder of which most are right: others are estimates (peers O23).
fn delivered_short(side: &str, messages: &[Message], sizes: &Sizes) -> Vec<String> {
    let told = messages.iter().filter_map(|message| Some((message, *sizes.get(&message.uid)?)));
    let (short, others): (Vec<_>, Vec<_>) =
        told.partition(|(message, told)| message.size + message.bare_line_feeds < *told);
    let right = others.iter().filter(|(message, told)| message.size <= *told).count();
    let words = |(Message { uid, size, .. }, told): (&Message, u64)| {
        format!("the {side} delivers {size} of the {told} bytes that it says its message {uid} has")
    };
    if right > short.len() { short.into_iter().map(words).collect() } else { Vec::new() }
}

fn not_delivered(side: &str, uid: u32, words: Option<String>) -> String {
    let words = words.map(|words| format!(": {words}")).unwrap_or_default();
    format!("the {side} lists its message {uid} and delivers nothing of it{words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(uid: u32, size: u64, bare_line_feeds: u64) -> Message {
        let (digest, repaired, received, flags) = ([1; 16], None, None, Vec::new());
        Message { uid, size, bare_line_feeds, digest, repaired, received, flags }
    }

    #[test]
    fn what_is_delivered_short_is_told_unless_it_is_a_matter_of_line_ends_or_of_estimates() {
        let messages = [message(1, 60, 2), message(2, 100, 4), message(3, 50, 0)];
        let told = |sizes: [u64; 3]| delivered_short("source", &messages, &(1..).zip(sizes).collect());
        assert_eq!(
            told([125, 104, 50]),
            ["the source delivers 60 of the 125 bytes that it says its message 1 has"]
        );
        assert!(told([62, 104, 50]).is_empty(), "a CR more for each line feed");
        assert!(told([125, 104, 49]).is_empty() && told([125, 150, 50]).is_empty(), "it estimates");
        assert!(delivered_short("source", &messages, &Sizes::new()).is_empty());
    }
}
