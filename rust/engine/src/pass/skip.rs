//! Gives everything that was not copied a named cause, with what helps to find the message.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{ErrorKind, Result, SkippedItem, SkippedKind};
use wire::{InternalDate, Refusal, Summary, SummaryItems, UidSet};

use super::copy::CopyReport;
use super::lane::Lane;
use super::source::{Source, SourceFolder};
use super::walk::Walk;

/// Why messages were not copied, by UID: the kind, and words for the admin.
pub(super) type Causes = BTreeMap<u32, (SkippedKind, String)>;

/// Records what a copy left behind, and strikes what an earlier pass left behind and this one has copied.
pub(super) async fn account(
    lane: &mut Lane,
    from: &SourceFolder,
    folder: &str,
    report: CopyReport,
) -> Result<()> {
    let causes = causes(&report);
    let mut items = describe(&mut lane.source, from, folder, causes).await?;
    items.extend(report.unread.iter().map(|uid| unread(folder, uid)));
    unskip(&lane.walk, folder, &items).await?;
    items.extend(dropped_flags(folder, report));
    lane.walk.journal.skip(items).await
}

/// Why a copy left messages behind.
pub(super) fn causes(report: &CopyReport) -> Causes {
    let mut causes = Causes::new();
    for (sent, refusal) in &report.refused {
        causes.insert(sent.uid, (kind_of(refusal), format!("{}: {}", refusal.context, refusal.line)));
    }
    let hangs_up = "the target closes the connection whenever this message is sent";
    causes.extend(report.guilty.iter().map(|uid| (uid, (SkippedKind::TargetRejected, hangs_up.to_owned()))));
    for refused in &report.unreadable {
        let words = format!("the source refused to deliver the message: {}", refused.refusal.line);
        causes.extend(refused.uids.iter().map(|uid| (uid, (SkippedKind::SourceReadError, words.clone()))));
    }
    let missing = "the source listed the message and delivered nothing of it";
    causes.extend(report.missing.iter().map(|uid| (uid, (SkippedKind::MissingItem, missing.to_owned()))));
    causes
}

/// Looks the messages up. One that is gone was deleted while we worked, and is nobody's loss.
pub(super) async fn describe(
    source: &mut Source,
    from: &SourceFolder,
    folder: &str,
    mut causes: Causes,
) -> Result<Vec<SkippedItem>> {
    let mut items = Vec::new();
    if causes.is_empty() {
        return Ok(items);
    }
    let uids: UidSet = causes.keys().copied().collect();
    let wanted = SummaryItems {
        internal_date: true,
        size: true,
        header_fields: &["SUBJECT", "FROM", "DATE", "MESSAGE-ID"],
        ..SummaryItems::default()
    };
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
    let words = "the source closes the connection whenever this message is read".to_owned();
    item(folder, SkippedKind::SourceReadError, words, &Summary { uid, ..Summary::default() })
}

fn item(folder: &str, kind: SkippedKind, error_message: String, summary: &Summary<'_>) -> SkippedItem {
    let header = String::from_utf8_lossy(summary.header.as_deref().unwrap_or_default()).into_owned();
    let seconds = summary.internal_date.as_ref().and_then(InternalDate::to_epoch_seconds);
    let sent = field(&header, "Date").and_then(|date| jiff::fmt::rfc2822::parse(&date).ok());
    SkippedItem {
        kind,
        folder_name: folder.to_owned(),
        uid: Some(summary.uid),
        size: summary.size,
        subject: field(&header, "Subject"),
        sender: field(&header, "From"),
        message_id: field(&header, "Message-ID"),
        date_received: seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        date_sent: sent.map(|sent| sent.timestamp()),
        error_message,
    }
}

/// A header field's value, unfolded.
pub(super) fn field(header: &str, name: &str) -> Option<String> {
    let mut lines = header.lines().skip_while(|line| {
        !line.split_once(':').is_some_and(|(found, _)| found.trim().eq_ignore_ascii_case(name))
    });
    let (_, first) = lines.next()?.split_once(':')?;
    let folded = lines.take_while(|line| line.starts_with([' ', '\t'])).map(str::trim);
    let value = std::iter::once(first.trim()).chain(folded).collect::<Vec<_>>().join(" ");
    (!value.is_empty()).then_some(value)
}

/// What the refusal of an APPEND means. Elsewhere `[LIMIT]` asks to slow down; here it is about the message if it
/// speaks of a size, as that of Dovecot's quota_max_mail_size does (peers D5).
pub(super) fn meaning(refusal: &Refusal) -> ErrorKind {
    let is_limit = refusal.code_word().as_deref() == Some("LIMIT");
    if is_limit && refusal.text.to_ascii_lowercase().contains("size") {
        return ErrorKind::MessageTooLarge;
    }
    refusal.kind()
}

fn kind_of(refusal: &Refusal) -> SkippedKind {
    let text = refusal.text.to_ascii_lowercase();
    if meaning(refusal) == ErrorKind::MessageTooLarge {
        SkippedKind::LargeItem
    } else if ["nul", "bare newline", "bare lf", "invalid header", "invalid character", "argument error"]
        .iter()
        .any(|known| text.contains(known))
    {
        SkippedKind::CorruptItem
    } else {
        SkippedKind::TargetRejected
    }
}

async fn unskip(walk: &Walk, folder: &str, still: &[SkippedItem]) -> Result<()> {
    let Some(before) = walk.take_skipped_before(folder) else { return Ok(()) };
    let copied = before.into_keys().filter(|uid| !still.iter().any(|item| item.uid == Some(*uid))).collect();
    walk.journal.unskip(folder, copied).await
}

/// One entry a folder: a flag is dropped from all of its messages or from none.
fn dropped_flags(folder: &str, report: CopyReport) -> Option<SkippedItem> {
    let names: Vec<String> = report.dropped_flags.into_iter().collect();
    (!names.is_empty()).then(|| {
        let words = format!("the target folder does not keep the flags {}", names.join(", "));
        SkippedItem::of_folder(SkippedKind::FlagDropped, folder.to_owned(), words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// O4, O6, O7, O21, G5, G8, A9, A17, C2, C3, D5
    #[test]
    fn the_servers_words_tell_what_is_wrong_with_a_message() {
        use SkippedKind::*;
        let refusals = [
            (None, "Command Argument Error. 11", CorruptItem),
            (None, "Command Argument Error. 10", CorruptItem),
            (None, "Message contains NUL characters", CorruptItem),
            (None, "Message contains bare newlines", CorruptItem),
            (None, "Message contains invalid header", CorruptItem),
            (None, "Invalid character in literal", CorruptItem),
            (None, "command line limit exceeded", LargeItem),
            (None, "Maximum size of appendable message has been exceeded.", LargeItem),
            (Some("TOOBIG"), "Message too large", LargeItem),
            (Some("LIMIT"), "Mail size is larger than the maximum size allowed by server", LargeItem),
            (None, "APPEND", TargetRejected),
        ];
        for (code, text, kind) in refusals {
            let (code, text) = (code.map(str::to_owned), text.to_owned());
            let (context, status) = (String::new(), wire::Status::Bad);
            let refusal = Refusal { context, status, code, line: text.clone(), text };
            assert_eq!(kind_of(&refusal), kind, "{}", refusal.text);
        }
    }

    #[test]
    fn header_fields_are_found_in_any_case_and_unfolded() {
        let header = "FROM: a@b\r\nsubject: one\r\n two\r\nX: y\r\n\r\n";
        assert_eq!(field(header, "Subject").as_deref(), Some("one two"));
        assert_eq!(field(header, "From").as_deref(), Some("a@b"));
        assert_eq!(field(header, "Date"), None);
    }
}
