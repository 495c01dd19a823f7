//! Tells whether the target keeps other bytes than it was given, as some servers rewrite what they store.
//!
//! The smallest copy of a folder is read, if it is small, until the server was seen to give back what it was sent: it does so
//! always or never.

use model::Result;
use wire::UidSet;

use super::work::Work;
use crate::base::digest::fingerprints;
use crate::pass::transfer::outcome::CopyReport;
use crate::target::Target;

/// How large a copy may be that is read.
const LARGEST: u64 = 1024 * 1024;

/// What is remembered of a host.
const BYTES: &str = "bytes";

impl Work<'_> {
    /// Notes in the report a copy of this pass that has other bytes than were sent.
    pub(crate) async fn check_content(&mut self, report: &mut CopyReport) -> Result<()> {
        let context = self.pair.context.clone();
        let (kept, host) = (&context.memory.kept_bytes, context.target_host.as_str());
        let wanted = |size| size <= LARGEST && report.cut_short.is_empty() && !kept.has(host, BYTES);
        let Some(sent) = report.smallest.filter(|smallest| wanted(smallest.size)) else { return Ok(()) };
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(()) };
        let there = fingerprints(imap.read(&self.to.name).await?, UidSet::one(sent.place)).await?;
        match there.get(&sent.place) {
            Some(bytes) if *bytes == sent.digest => kept.add(host, [BYTES.to_owned()].into()),
            Some(_) => report.altered = Some(sent.place),
            // Somebody has deleted it already: the next folder will tell.
            None => {}
        }
        Ok(())
    }
}
