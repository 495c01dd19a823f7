//! Folders that were renamed on either side: their pages of the ledger go with them, and nothing is copied again.

use std::collections::{BTreeMap, BTreeSet};

use model::folder::{FolderFilter, Listing, MappedFolder, TargetRules};
use model::plan::{Likeness, Look, Present, Renames, Share, Trace};
use model::{Result, Side, UidValidity};
use wire::{MailboxName, MailboxStatus, UidSet};

use super::lane::Lane;
use super::mapping::{Mapper, Pages};
use crate::base::blocking::blocking;
use crate::base::present::present;
use crate::net::session::Statuses;
use crate::pass::memory::folder_suspects::Act;
use crate::pass::memory::suspects::is_break;
use crate::pass::report::words::is_of_folder;
use crate::target::Target;

/// How many messages two folders are compared by.
const SAMPLE: usize = 16;

/// What both sides list, and what the ledger knows of it.
pub(crate) struct Known<'a> {
    pub(crate) pages: &'a mut Pages,
    pub(crate) source: &'a Listing,
    pub(crate) source_status: &'a mut Statuses,
    pub(crate) target: &'a mut (Listing, TargetRules, Statuses),
    pub(crate) user_root: Option<&'a str>,
    pub(crate) filter: &'a FolderFilter,
}

/// A page whose folder is gone.
pub(crate) struct Gone {
    /// Its key in the ledger.
    pub(crate) ledger_id: i64,
    /// The key of its source folder.
    pub(crate) key: Vec<u8>,
    pub(crate) trace: Trace,
}

/// A folder that no page is about.
pub(crate) struct Come {
    pub(crate) name: MailboxName,
    pub(crate) trace: Trace,
}

/// UIDs on one side, and what their messages are known by.
type Sample = BTreeMap<u32, [u8; 16]>;

impl Known<'_> {
    /// Where folders go, these left aside that are not settled yet.
    pub(crate) fn map(&self, unsettled: &BTreeSet<&[u8]>) -> Result<Vec<MappedFolder>> {
        self.map_of(self.source, unsettled)
    }

    /// The same for another listing of the source.
    pub(crate) fn map_of(&self, source: &Listing, unsettled: &BTreeSet<&[u8]>) -> Result<Vec<MappedFolder>> {
        let (listing, rules, _) = &*self.target;
        let settled = self.pages.iter().filter(|(key, _)| !unsettled.contains(key.as_slice()));
        let settled: Pages = settled.map(|(key, page)| (key.clone(), page.clone())).collect();
        let there = (listing.clone(), rules.clone());
        Ok(Mapper::new(source, self.user_root, self.filter, there, &settled).map()?.folders)
    }

    /// A source folder as a person reads it.
    pub(crate) fn shown(&self, key: &[u8]) -> Result<String> {
        let mapped = self.map(&BTreeSet::new())?;
        let mapped = mapped.iter().find(|folder| folder.key == key);
        Ok(mapped.map_or_else(|| text(key), MappedFolder::source_shown))
    }
}

/// Whether a folder that has the name of another is none the less another.
pub(crate) fn is_replaced(
    id: Option<&String>,
    uid_validity: Option<UidValidity>,
    status: &MailboxStatus,
) -> bool {
    match id.zip(status.mailbox_id.as_ref()) {
        Some((then, now)) => then != now,
        None => uid_validity.zip(status.numbers.uid_validity).is_some_and(|(then, now)| then != now),
    }
}

/// A folder as a server lists it.
pub(crate) fn trace(name: &str, delimiter: Option<char>, status: Option<&MailboxStatus>) -> Trace {
    let status = status.cloned().unwrap_or_default();
    let (levels, id, numbers) = (levels(name, delimiter), status.mailbox_id, status.numbers);
    Trace { levels, id, is_name_taken: false, numbers }
}

/// The levels of a name.
pub(crate) fn levels(name: &str, delimiter: Option<char>) -> Vec<String> {
    match delimiter {
        Some(delimiter) => name.split(delimiter).map(str::to_owned).collect(),
        None => vec![name.to_owned()],
    }
}

/// A name in a server's own bytes, as a person reads it.
pub(crate) fn text(key: &[u8]) -> String {
    MailboxName::from_wire(key).to_text()
}

impl Lane {
    /// Which page goes on in which folder, parents first, by their places.
    pub(crate) async fn pair_up(
        &mut self,
        side: Side,
        gone: &[Gone],
        come: &[Come],
    ) -> Result<Vec<(usize, usize)>> {
        let traces = |gone: &[Gone]| gone.iter().map(|gone| gone.trace.clone()).collect();
        let mut renames = Renames::new(traces(gone), come.iter().map(|come| come.trace.clone()).collect());
        let mut samples: BTreeMap<i64, Sample> = BTreeMap::new();
        for likeness in Renames::LOOKS {
            let mut looks = Vec::new();
            for pair in renames.to_look_at(likeness) {
                let Some((gone, come)) = gone.get(pair.0).zip(come.get(pair.1)) else { continue };
                let sample = match samples.remove(&gone.ledger_id) {
                    Some(sample) => sample,
                    None => self.sample(side, gone.ledger_id).await?,
                };
                looks.push((pair, self.look(side, likeness, &sample, &come.name).await?));
                samples.insert(gone.ledger_id, sample);
            }
            renames.seen(likeness, &looks);
        }
        Ok(renames.found())
    }

    /// Some messages of a page, from all over the folder.
    async fn sample(&mut self, side: Side, ledger_id: i64) -> Result<Sample> {
        let store = self.pair.context.store.clone();
        blocking(move || {
            let mut all = Vec::new();
            store.ledger_messages(ledger_id, |row| {
                let uid = if side == Side::Source { Some(row.source_uid) } else { row.target_uid };
                all.extend(uid.zip(row.identity));
            })?;
            let step = all.len().div_ceil(SAMPLE).max(1);
            Ok(all.into_iter().step_by(step).collect())
        })
        .await
    }

    async fn look(
        &mut self,
        side: Side,
        likeness: Likeness,
        sample: &Sample,
        name: &MailboxName,
    ) -> Result<Look> {
        if sample.is_empty() {
            return Ok(Look::Nothing);
        }
        let uids = match likeness.share() {
            Some(_) => UidSet::all(),
            None => sample.keys().copied().collect(),
        };
        let read = match side {
            Side::Source => self.read_source(name, &uids).await,
            Side::Target => self.read_target(name, &uids).await,
        };
        match (read, likeness.share()) {
            (Ok(there), Some(share)) => Ok(compare_all(sample, &there, share)),
            (Ok(there), None) => Ok(compare(side, sample, &there)),
            // It cannot be opened, so that nobody knows.
            (Err(e), _) if is_of_folder(e.kind) => Ok(Look::Other),
            (Err(e), _) => Err(e),
        }
    }

    /// A folder at which the source hangs up is a suspect, as when it is listed.
    async fn read_source(&mut self, name: &MailboxName, uids: &UidSet) -> Result<Vec<Present>> {
        let context = self.pair.context.clone();
        let (suspects, user) = (&context.memory.folder_suspects, context.lease.user.id);
        if suspects.has_given_up(user, Act::List, name.as_bytes()) {
            return Ok(Vec::new());
        }
        let read = match self.pair.source.go_to(name).await {
            Ok(connection) => present(connection, uids).await,
            Err(e) => Err(e),
        };
        if read.as_ref().is_err_and(|error| is_break(error.kind)) {
            suspects.broke(user, Act::List, &[name.as_bytes()]);
        }
        read
    }

    async fn read_target(&mut self, name: &MailboxName, uids: &UidSet) -> Result<Vec<Present>> {
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(Vec::new()) };
        let read = present(imap.read(&name.to_text()).await?, uids).await?;
        imap.leave().await?;
        Ok(read)
    }
}

/// On the source one message that is another decides, since the ledger would keep it from being copied. Targets may have
/// changed what messages are known by when they stored them.
fn compare(side: Side, sample: &Sample, there: &[Present]) -> Look {
    let known = there.iter().filter_map(|message| sample.get(&message.uid).zip(message.identity));
    let (same, other): (Vec<_>, Vec<_>) = known.partition(|(before, now)| *before == now);
    let is_same = match side {
        Side::Source => !same.is_empty() && other.is_empty(),
        Side::Target => !same.is_empty() && same.len() >= other.len(),
    };
    if is_same { Look::Same } else { Look::Other }
}

/// Whether so many are there under other numbers, equal ones as often. Whoever is followed by that is matched by content
/// afterwards, message by message.
fn compare_all(sample: &Sample, there: &[Present], share: Share) -> Look {
    let mut counts: BTreeMap<[u8; 16], usize> = BTreeMap::new();
    for identity in there.iter().filter_map(|message| message.identity) {
        *counts.entry(identity).or_default() += 1;
    }
    let mut is_there = |identity: &[u8; 16]| {
        counts.get_mut(identity).filter(|left| **left > 0).is_some_and(|left| {
            *left -= 1;
            true
        })
    };
    let found = sample.values().filter(|identity| is_there(identity)).count();
    if share.is_reached(found, sample.len(), there.len()) { Look::Same } else { Look::Other }
}
