//! Gives everything that was not copied a named cause, with what helps to find the message.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Result, SkippedItem, SkippedKind};
use wire::{InternalDate, Summary, SummaryItems, UidSet, Unnameable};

use crate::base::flags::shown;
use crate::base::header::field;
use crate::base::stop::Ended;
use crate::pass::context::Context;
use crate::pass::pair::Pair;
use crate::pass::report::words::kind_of;
use crate::pass::side::source::{Source, SourceFolder};
use crate::pass::transfer::outcome::CopyReport;

/// Why messages were not copied, by UID: the kind, and words for the admin.
pub(crate) type Causes = BTreeMap<u32, (SkippedKind, String)>;

/// Records what a copy left behind, and strikes what an earlier pass left behind and is on the target now, or gone.
pub(crate) async fn account(
    pair: &mut Pair,
    from: &SourceFolder,
    folder: &str,
    report: CopyReport,
    unlisted: u64,
    ended: Ended,
) -> Result<()> {
    let causes = causes(&report);
    let mut items = describe(&mut pair.source, from, folder, causes).await?;
    items.extend(report.unread.iter().map(|uid| unread(folder, uid)));
    unskip(&pair.context, from, folder, &report).await?;
    if ended == Ended::Complete {
        pair.context.journal.unskip_folder(folder).await?;
    }
    items.extend(not_listed(folder, unlisted, from.unnameable));
    items.extend(changed_dates(folder, &report));
    items.extend(report.altered.map(|place| changed_content(folder, place)));
    items.extend(dropped_flags(&pair.context, from, folder, report).await?);
    pair.context.journal.skip(items).await
}

/// Why a copy left messages behind.
pub(crate) fn causes(report: &CopyReport) -> Causes {
    let mut causes = Causes::new();
    for (sent, refusal) in &report.refused {
        causes.insert(sent.uid, (kind_of(refusal), format!("{}: {}", refusal.context, refusal.line)));
    }
    let hangs_up = "the connection to the target breaks whenever this message is sent";
    causes.extend(report.guilty.iter().map(|uid| (uid, (SkippedKind::TargetRejected, hangs_up.to_owned()))));
    for refused in &report.unreadable {
        let words = format!("the source refused to deliver the message: {}", refused.refusal.line);
        causes.extend(refused.uids.iter().map(|uid| (uid, (SkippedKind::SourceReadError, words.clone()))));
    }
    causes.extend(report.not_stored.iter().map(|sent| lost(sent.uid, NEVER_STORED)));
    causes.extend(report.taken_away.iter().map(|sent| lost(sent.uid, VANISHED)));
    let words = |kept: u64| format!("the target keeps no more than the first {kept} octets of the message");
    let cut = report.cut_short.iter();
    causes.extend(cut.map(|(uid, kept)| (*uid, (SkippedKind::MessageTruncated, words(*kept)))));
    let words = |delivered: u64, told: u64| {
        format!("the source delivers {delivered} octets of the message and says that it has {told}")
    };
    let short = report.delivered_short.iter();
    causes.extend(
        short.map(|(uid, (delivered, told))| {
            (*uid, (SkippedKind::MessageTruncated, words(*delivered, *told)))
        }),
    );
    let missing = "the source listed the message and delivered nothing of it";
    causes.extend(report.missing.iter().map(|uid| (uid, (SkippedKind::MissingItem, missing.to_owned()))));
    causes
}

/// What the words begin with for a message that has no copy, though the target said that it has.
const SAID_OK: &str = "the target said OK to the message";
/// As far as one can see it never had one,
pub(crate) const NEVER_STORED: &str = "the target said OK to the message and does not have it";
/// or it may have had one.
pub(crate) const VANISHED: &str =
    "the target said OK to the message and has it no more: it was lost, or somebody took it away meanwhile";

/// The cause for a message to which the target said OK in vain.
pub(crate) fn lost(uid: u32, words: &str) -> (u32, (SkippedKind, String)) {
    (uid, (SkippedKind::TargetRejected, words.to_owned()))
}

/// Whether this is such a message.
pub(crate) fn is_lost(item: &SkippedItem) -> bool {
    item.kind == SkippedKind::TargetRejected && item.error_message.starts_with(SAID_OK)
}

/// Looks the messages up. One that is gone was deleted while we worked, and is nobody's loss.
pub(crate) async fn describe(
    source: &mut Source,
    from: &SourceFolder,
    folder: &str,
    mut causes: Causes,
) -> Result<Vec<SkippedItem>> {
    let wanted = SummaryItems {
        internal_date: true,
        size: true,
        header_fields: &["SUBJECT", "FROM", "DATE", "MESSAGE-ID"],
        ..SummaryItems::default()
    };
    let mut items = look_up(source, from, folder, &mut causes, wanted).await?;
    // Of some the source gives no header, and still lists them.
    let by_uid = SummaryItems { flags: true, ..SummaryItems::default() };
    items.extend(look_up(source, from, folder, &mut causes, by_uid).await?);
    Ok(items)
}

/// Takes the messages out of which the source tells something.
async fn look_up(
    source: &mut Source,
    from: &SourceFolder,
    folder: &str,
    causes: &mut Causes,
    wanted: SummaryItems<'_>,
) -> Result<Vec<SkippedItem>> {
    let mut items = Vec::new();
    if causes.is_empty() {
        return Ok(items);
    }
    let uids: UidSet = causes.keys().copied().collect();
    source
        .select(from)
        .await?
        .uid_fetch_summaries(&uids, wanted, |summary| {
            if let Some((kind, error_message)) = causes.remove(&summary.uid) {
                items.push(item(folder, kind, error_message, &summary));
            }
        })
        .await?;
    Ok(items)
}

/// A message that the source is not asked about, because it would hang up again.
fn unread(folder: &str, uid: u32) -> SkippedItem {
    let words = "the connection to the source breaks whenever this message is read".to_owned();
    item(folder, SkippedKind::SourceReadError, words, &Summary { uid, ..Summary::default() })
}

/// How many characters of a header field are told of a message.
const LONGEST_FIELD: usize = 1000;

fn item(folder: &str, kind: SkippedKind, error_message: String, summary: &Summary<'_>) -> SkippedItem {
    let header = summary.header.as_deref().unwrap_or_default();
    let seconds = summary.internal_date.as_ref().and_then(InternalDate::to_epoch_seconds);
    // The source says how long they are, and the store keeps them.
    let shown = |name| field(header, name).map(|text| text.chars().take(LONGEST_FIELD).collect());
    let sent = field(header, "Date").and_then(|date| jiff::fmt::rfc2822::parse(&date).ok());
    SkippedItem {
        kind,
        folder_name: folder.to_owned(),
        uid: Some(summary.uid),
        size: summary.size,
        subject: shown("Subject"),
        sender: shown("From"),
        message_id: shown("Message-ID"),
        date_received: seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        date_sent: sent.map(|sent| sent.timestamp()),
        error_message,
    }
}

/// Strikes messages that are on the target now, or that the source does not list any more: they have left it, or are among
/// those that it counts and does not list. Others are still left behind, also where the pass was told to stop before it came
/// to them.
async fn unskip(context: &Context, from: &SourceFolder, folder: &str, report: &CopyReport) -> Result<()> {
    let Some(before) = context.take_skipped_before(folder) else { return Ok(()) };
    let has_left = |uid: u32| from.all.as_ref().is_some_and(|all| !all.contains(uid));
    let is_there = |uid: u32| report.done.contains(uid) || report.found.contains(uid);
    let struck = before.into_keys().filter(|&uid| is_there(uid) || has_left(uid)).collect();
    context.journal.unskip(folder, struck).await
}

/// What the source counts and does not list has no number by which to name it, or one that no command can name.
fn not_listed(folder: &str, unlisted: u64, unnameable: Unnameable) -> Option<SkippedItem> {
    let words = match unnameable {
        _ if unlisted == 0 => return None,
        Unnameable { count, first: Some(first) } => format!(
            "the source numbers {count} of its messages beyond 32 bits, the first {first}, and no client can ask for such; \
             in all it counts {unlisted} more messages in the folder than can be asked for"
        ),
        _ => format!("the source counts {unlisted} more messages in the folder than it lists"),
    };
    Some(SkippedItem::of_folder(SkippedKind::MissingItem, folder.to_owned(), words))
}

/// One entry a folder, of the last pass in which it was so.
fn changed_dates(folder: &str, report: &CopyReport) -> Option<SkippedItem> {
    let (changed, copied) = (report.redated, report.copied);
    let words = format!(
        "of {copied} copies of a pass the target keeps {changed} under another date than they were sent with"
    );
    (changed > 0).then(|| SkippedItem::of_folder(SkippedKind::DateChanged, folder.to_owned(), words))
}

/// One entry a folder, of the last pass in which it was so.
fn changed_content(folder: &str, place: u32) -> SkippedItem {
    let words =
        format!("the target changes what it stores: its message {place} has other bytes than were sent");
    SkippedItem::of_folder(SkippedKind::ContentChanged, folder.to_owned(), words)
}

/// What the entry about flags begins with.
const NOT_KEPT: &str = "the target folder does not keep the flags ";

/// One entry a folder: a flag is dropped from all of its messages or from none. Where only changes were listed, what was
/// known before is still true.
async fn dropped_flags(
    context: &Context,
    from: &SourceFolder,
    folder: &str,
    report: CopyReport,
) -> Result<Option<SkippedItem>> {
    let mut names: BTreeSet<String> = report.dropped_flags.iter().map(|flag| shown(flag)).collect();
    if names.is_empty() {
        return Ok(None);
    }
    if from.all.is_none() {
        let known = context.journal.skipped().await?.into_iter();
        let known = known.filter(|item| item.kind == SkippedKind::FlagDropped && item.folder_name == folder);
        let words = known.filter_map(|item| item.error_message.strip_prefix(NOT_KEPT).map(str::to_owned));
        names.extend(words.flat_map(|words| words.split(", ").map(str::to_owned).collect::<Vec<_>>()));
    }
    let words = format!("{NOT_KEPT}{}", names.into_iter().collect::<Vec<_>>().join(", "));
    Ok(Some(SkippedItem::of_folder(SkippedKind::FlagDropped, folder.to_owned(), words)))
}
