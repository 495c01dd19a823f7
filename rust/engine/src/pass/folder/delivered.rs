//! Finds messages that the source delivers short.
//!
//! What all messages of a folder have is told by STATUS where the server has it (RFC 8438), which costs nothing. Only where less
//! came, each message is asked for its size. Servers tell wrong ones: it is believed of one that tells most of them rightly.

use std::collections::BTreeMap;

use model::Result;
use wire::{Summary, SummaryItems};

use super::work::Work;
use crate::pass::transfer::outcome::CopyReport;

impl Work<'_> {
    /// Notes in the report which messages were delivered short, where a folder was copied whole and is less than was told.
    pub(crate) async fn check_delivered(&mut self, report: &mut CopyReport) -> Result<()> {
        let is_less = self.octets.is_some_and(|told| report.octets < told);
        // A repaired message has another size.
        let may_tell = is_less && self.pair.context.repairs.is_empty();
        let all = self.from.all.as_ref().filter(|all| may_tell && all.count() == report.copied);
        let (Some(all), mut told) = (all.cloned(), BTreeMap::new()) else { return Ok(()) };
        let items = SummaryItems { size: true, ..SummaryItems::default() };
        let note = |summary: Summary<'_>| told.extend(summary.size.map(|size| (summary.uid, size)));
        self.source().await?.connection.uid_fetch_summaries(&all, items, note).await?;
        self.pair.recorder.flush().await?;
        let came = self.whole_rows().await?.into_iter().map(|row| (row.source_uid, row.size)).collect();
        report.delivered_short = short(&came, &told);
        Ok(())
    }
}

/// Which are smaller than was told, with both sizes; none where most sizes are wrong.
fn short(came: &BTreeMap<u32, u64>, told: &BTreeMap<u32, u64>) -> BTreeMap<u32, (u64, u64)> {
    let both = || came.iter().filter_map(|(uid, came)| Some((*uid, *came, *told.get(uid)?)));
    let right = both().filter(|(_, came, told)| came == told).count();
    let short: BTreeMap<_, _> =
        both().filter(|(_, came, told)| came < told).map(|(uid, came, told)| (uid, (came, told))).collect();
    if right > short.len() { short } else { BTreeMap::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_believed_of_a_server_that_tells_most_of_them_rightly() {
        let came = BTreeMap::from([(1, 10), (2, 20), (3, 30), (4, 40)]);
        let told = |sizes: [u64; 4]| short(&came, &(1..).zip(sizes).collect());
        assert_eq!(told([10, 20, 35, 40]), BTreeMap::from([(3, (30, 35))]));
        assert_eq!(told([10, 20, 25, 40]), BTreeMap::new(), "more came than was told");
        assert_eq!(told([11, 21, 31, 40]), BTreeMap::new(), "its sizes are wrong");
    }
}
