//! Sends messages that the target has refused once more with fewer flags, or with the date in UTC, where that may be why
//! (peers Z4). What was left off is named.

use model::plan::Flags;
use model::{Result, SkippedItem, SkippedKind};
use wire::UidSet;

use super::account;
use crate::base::flags::shown;
use crate::base::stop::Ended;
use crate::pass::pair::Pair;
use crate::pass::transfer::copy::Copy;
use crate::pass::transfer::manner::Manner;
use crate::pass::transfer::outcome::{CopyReport, Sent};
use crate::pass::transfer::pump::Meanwhile;

/// After so many messages of a folder that no manner helped, others are refused for what they are.
const MOST_IN_VAIN: u32 = 3;

/// Sends what the target has refused in plainer manners, one message at a time; the report learns what became of them.
pub(crate) async fn send_plainer<M: Meanwhile + Send>(
    copy: &mut Copy<'_, M>,
    folder: &str,
    report: &mut CopyReport,
) -> Result<Ended> {
    let (mut in_vain, mut helped) = (0, None);
    for (uid, (_, words)) in account::causes(report).into_iter().filter(|(_, (kind, _))| kind.is_refusal()) {
        if in_vain == MOST_IN_VAIN {
            break;
        }
        let refused = report.refused.iter().find(|(sent, _)| sent.uid == uid);
        let Some(sent) = refused.map(|(sent, _)| sent.clone()) else { continue };
        match send(copy, &sent, helped, report).await? {
            Sending::Stopped => return Ok(Ended::Stopped),
            Sending::Refused => in_vain += 1,
            Sending::Copied(manner) => {
                helped = Some(manner);
                tell(copy, folder, &sent, manner, &words).await?;
            }
        }
    }
    Ok(Ended::Complete)
}

/// What became of a message.
enum Sending {
    Copied(Manner),
    Refused,
    Stopped,
}

/// Tries one manner after the other, the one that helped before first.
async fn send<M: Meanwhile + Send>(
    copy: &mut Copy<'_, M>,
    sent: &Sent,
    helped: Option<Manner>,
    report: &mut CopyReport,
) -> Result<Sending> {
    let (kept, _) = copy.folder.keeps.split(&sent.flags);
    let mut manners = Manner::plainer(&kept, sent.is_utc);
    manners.sort_by_key(|manner| Some(*manner) != helped);
    for manner in manners {
        copy.manner = manner;
        let mut again = report.of_one();
        let ended = copy.run(UidSet::one(sent.uid), &mut again).await;
        copy.manner = Manner::default();
        // Nobody asks it for flags that did not go along.
        again.samples.clear();
        let is_copied = again.copied > 0;
        report.sent_again(sent.uid, again);
        match ended? {
            _ if is_copied => return Ok(Sending::Copied(manner)),
            Ended::Stopped => return Ok(Sending::Stopped),
            Ended::Complete => {}
        }
    }
    Ok(Sending::Refused)
}

async fn tell<M>(
    copy: &mut Copy<'_, M>,
    folder: &str,
    sent: &Sent,
    manner: Manner,
    refusal: &str,
) -> Result<()> {
    let (kept, _) = copy.folder.keeps.split(&sent.flags);
    let left_off = kept.without(&manner.flags(kept.clone()));
    let words = words(&left_off, manner, refusal);
    let Pair { context, source, .. } = &mut *copy.pair;
    context.journal.note(format!("Folder {folder}: message {}: {words}", sent.uid)).await?;
    if left_off.is_empty() {
        return Ok(());
    }
    let causes = [(sent.uid, (SkippedKind::FlagDropped, words))].into_iter().collect();
    let items: Vec<SkippedItem> = account::describe(source, copy.from, folder, causes).await?;
    context.journal.skip(items).await
}

fn words(left_off: &Flags, manner: Manner, refusal: &str) -> String {
    let flags = left_off.iter().map(shown).collect::<Vec<_>>().join(", ");
    let without = (!flags.is_empty()).then(|| format!("without the flags {flags}"));
    let zone = manner.utc.then(|| "with its date in UTC".to_owned());
    let how: Vec<String> = without.into_iter().chain(zone).collect();
    format!("it was copied {}; the target had refused it as it is: {refusal}", how.join(" and "))
}
