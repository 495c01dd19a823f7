//! Looks for messages on the target that the ledger does not know, before any is sent.

use std::collections::{BTreeMap, BTreeSet};

use model::plan::{Adopted, Bytes, Candidate, FlagChange, Found, Identity, Present, Proof, place};
use model::{Result, Side};
use store::LedgerMessage;
use wire::UidSet;

use super::adopt::{Reader, Repairs, Sent, Unknown, adopt, unknown};
use super::work::{Work, remembered};
use crate::base::blocking::blocking;
use crate::base::present::{claimed, present};
use crate::target::Target;

/// How many copies are read to know whether the target changes what it stores.
const SAMPLE: usize = 4;

impl Work<'_> {
    /// Looks for messages on the target, where there is anything that is not accounted for. Afterwards everything there is.
    pub(crate) async fn find(&mut self, mut copy: Vec<u32>, named: &UidSet) -> Result<Found> {
        let Target::Imap(imap) = &mut self.pair.target else {
            return self.to.find_in_maildir(self.from.numbers.uid_validity, copy);
        };
        if copy.is_empty() && !self.pair.context.looks_for_missing() {
            return Ok(Found::default());
        }
        let first = self.pair.recorder.first_unknown();
        let (next, messages) = (self.to.numbers.uid_next, self.to.numbers.messages);
        if messages == Some(0) || next.is_some_and(|next| next.get() <= first.unwrap_or(1)) {
            self.pair.recorder.reconciled(1);
            return Ok(Found { adopted: Vec::new(), append: copy });
        }
        let mut there = unknown(imap.read(&self.to.name).await?, first, named).await?;
        let seen = there.seen;
        let rows =
            if self.is_new || there.copies.is_empty() { Vec::new() } else { self.whole_rows().await? };
        if !self.was_cut_off() {
            there.sent = self.sent(&rows, there.copies.is_empty()).await?;
        }
        let mut lost = self.lost_rows(rows, &there.copies).await?;
        // After a pass that was cut off, what lies there is what it had sent; else people have moved it.
        if !self.was_cut_off() {
            let back = self.take_back(&mut lost, &mut there).await?;
            // A message that is to be restored has a row, too.
            copy.retain(|uid| !back.contains(*uid));
        }
        let mut left = there.copies.clone();
        let mut found = self.adopt(there, copy).await?;
        let (adopted, taken): (BTreeSet<u32>, BTreeSet<u32>) =
            found.adopted.iter().map(|adopted| (adopted.uid, adopted.target_uid)).unzip();
        left.retain(|copy| !taken.contains(&copy.uid));
        lost.retain(|row| !adopted.contains(&row.source_uid));
        let back = self.follow_moved(lost, &left).await?;
        found.append.retain(|uid| !back.contains(*uid));
        self.pair.recorder.reconciled(seen);
        Ok(found)
    }

    async fn adopt(&mut self, there: Unknown, copy: Vec<u32>) -> Result<Found> {
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(Found::default()) };
        let target = (&mut **imap, self.to.name.as_str());
        let (suspects, ledger_id) = (&self.pair.context.memory.suspects, self.ledger_id);
        // A source that hangs up at a message does so when its header is read, too.
        let unread = suspects.of(ledger_id, Side::Source).guilty;
        let (unread, candidates) = copy.into_iter().partition(|uid| unread.contains(*uid));
        let connection = self.pair.source.select(&self.from).await?;
        let source = Reader { connection, suspects, ledger_id };
        let refused = self.pair.context.refused_before(&self.shown);
        let repairs = Repairs { wanted: &self.pair.context.repairs, refused: &refused };
        let mut found = adopt(source, target, there, candidates, repairs).await?;
        found.append.extend::<Vec<u32>>(unread);
        Ok(found)
    }

    /// Some copies as they were sent: of this folder, or where it has none of another one of the user's.
    async fn sent(&mut self, rows: &[LedgerMessage], nothing_there: bool) -> Result<Option<Sent>> {
        let bytes = sample(rows);
        if nothing_there || !bytes.is_empty() {
            let (folder, uid_validity) = (self.to.name.clone(), self.to.numbers.uid_validity);
            return Ok(Some(Sent { folder, uid_validity, bytes }));
        }
        let (store, user, id) =
            (self.pair.context.store.clone(), self.pair.context.lease.user.id, self.ledger_id);
        let most = u32::try_from(SAMPLE).unwrap_or(u32::MAX);
        let elsewhere = blocking(move || store.copies_elsewhere(user, id, most)).await?;
        Ok(elsewhere.map(|(page, rows)| Sent {
            folder: page.target_name,
            uid_validity: page.target_uid_validity,
            bytes: sample(&rows),
        }))
    }

    /// Rows that are known by the same as these copies, and whose own copies are gone; orphans have no number on the source.
    async fn lost_rows(
        &mut self,
        mut rows: Vec<LedgerMessage>,
        copies: &[Candidate],
    ) -> Result<Vec<LedgerMessage>> {
        if self.is_new || copies.is_empty() {
            return Ok(Vec::new());
        }
        let alike: BTreeSet<_> =
            copies.iter().filter_map(|copy| copy.identity).map(Identity::digest).collect();
        rows.extend(self.orphans().await?.into_iter().map(|orphan| orphan.message));
        rows.retain(|row| row.identity.is_some_and(|identity| alike.contains(&identity)));
        let places: UidSet = rows.iter().filter_map(|row| row.target_uid).collect();
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(Vec::new()) };
        let there = present(imap.read(&self.to.name).await?, &places).await?;
        let there: BTreeSet<u32> = there.into_iter().map(|message| message.uid).collect();
        rows.retain(|row| row.target_uid.is_none_or(|uid| !there.contains(&uid)));
        Ok(rows)
    }

    /// Gives copies back to rows that have lost theirs, where the bytes say so: their owner has moved them away and back,
    /// or the OK was lost when they were restored. Says to which.
    async fn take_back(&mut self, lost: &mut Vec<LedgerMessage>, there: &mut Unknown) -> Result<UidSet> {
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(UidSet::new()) };
        if lost.is_empty() {
            return Ok(UidSet::new());
        }
        let known: Vec<_> = (0..).zip(lost.iter()).map(|(key, row)| remembered(key, row)).collect();
        let came: Vec<Present> = there.copies.iter().map(as_present).collect();
        let claimed = claimed(imap.read(&self.to.name).await?, &known, came, Proof::Bytes).await?;
        let taken: BTreeSet<u32> = claimed.values().copied().collect();
        there.copies.retain(|copy| !taken.contains(&copy.uid));
        let back = self.give_back(lost, &claimed).await?;
        there.contested = lost.iter().filter_map(|row| row.identity).collect();
        Ok(back)
    }

    /// The same by identity and date, for what nobody else has claimed: the target has rewritten it.
    async fn follow_moved(&mut self, mut lost: Vec<LedgerMessage>, left: &[Candidate]) -> Result<UidSet> {
        let known: Vec<_> = (0..).zip(&lost).map(|(key, row)| remembered(key, row)).collect();
        let came: Vec<Present> = left.iter().map(as_present).collect();
        let placed = place(&known, &came);
        self.give_back(&mut lost, &placed).await
    }

    /// Writes down where copies are now, and says of which messages they are. What is left has none.
    async fn give_back(
        &mut self,
        lost: &mut Vec<LedgerMessage>,
        places: &BTreeMap<u32, u32>,
    ) -> Result<UidSet> {
        let mut back = UidSet::new();
        for (key, row) in (0_u32..).zip(std::mem::take(lost)) {
            match places.get(&key) {
                // An orphan is not written: its copy is nobody else's all the same.
                Some(_) if row.source_uid == 0 => {}
                Some(&uid) => {
                    back.insert(row.source_uid);
                    self.pair.recorder.row(LedgerMessage { target_uid: Some(uid), ..row }).await?;
                }
                None => lost.push(row),
            }
        }
        Ok(back)
    }

    /// Records what was found. Returns the flags that copies lack: a row has them when its copy does. What a copy has beyond
    /// the source, its owner may have set: it stays.
    pub(crate) async fn adopt_rows(&mut self, adopted: &[Adopted]) -> Result<Vec<FlagChange>> {
        let mut changes = Vec::new();
        for found in adopted {
            let flags = self.from.flags(found.uid);
            let add = flags.without(&found.flags);
            let row = LedgerMessage {
                source_uid: found.uid,
                target_uid: Some(found.target_uid),
                size: found.size,
                digest: None,
                received: found.received,
                identity: found.identity.map(Identity::digest),
                flags: flags.without(&add).to_string(),
            };
            self.pair.recorder.row(row).await?;
            let (uid, target_uid, remove) = (found.uid, found.target_uid, Default::default());
            let change = FlagChange { uid, target_uid, add, remove };
            changes.extend(Some(change).filter(|change| !change.add.is_empty()));
        }
        Ok(changes)
    }
}

/// The bytes of some copies as they were sent, the smallest ones.
fn sample(rows: &[LedgerMessage]) -> BTreeMap<u32, [u8; 16]> {
    let mut sent: Vec<_> =
        rows.iter().filter_map(|row| Some((row.size, row.target_uid?, row.digest?))).collect();
    sent.sort_unstable();
    sent.into_iter().take(SAMPLE).map(|(_, uid, digest)| (uid, digest)).collect()
}

fn as_present(copy: &Candidate) -> Present {
    let identity = copy.identity.map(Identity::digest);
    Present { uid: copy.uid, identity, received: copy.received, size: copy.size, bytes: Bytes::NotRead }
}
