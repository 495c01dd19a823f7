//! Waits for what a server may store yet: messages that it had read whole when its connection was lost.
//!
//! A server that is slow may store them seconds later, when it has found nothing to answer to. What is not there is looked for
//! again, after longer and longer pauses, before it is sent once more.

use std::time::Duration;

use model::Result;
use model::plan::Found;
use tokio::time::{Instant, sleep_until};
use wire::UidSet;

use super::work::Work;
use crate::target::Target;

/// How long the first pause is; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

impl Work<'_> {
    /// Looks again for messages that were under way when a connection was lost, until they are there or have had their time.
    pub(crate) async fn await_late(&mut self, found: &mut Found, named: &UidSet) -> Result<()> {
        let Some((end, unanswered)) = self.pair.context.memory.unanswered.take(self.ledger_id) else {
            return Ok(());
        };
        let mut pause = FIRST_PAUSE;
        while Instant::now() < end && found.append.iter().any(|uid| unanswered.contains(*uid)) {
            let stop = self.pair.context.stop.clone();
            let next = (Instant::now() + pause).min(end);
            if stop.run_until_cancelled(sleep_until(next)).await.is_none() {
                return Ok(());
            }
            pause *= 2;
            if self.has_grown().await? {
                let again = self.find(std::mem::take(&mut found.append), named).await?;
                found.adopted.extend(again.adopted);
                found.append = again.append;
            }
        }
        Ok(())
    }

    /// Whether anything came to the target folder since it was opened, which is as of now from here on.
    async fn has_grown(&mut self) -> Result<bool> {
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(false) };
        let now = imap.read_anew(&self.to.name).await?;
        let before = std::mem::replace(&mut self.to.numbers, now);
        if now.uid_validity != before.uid_validity {
            // What the numbers mean, the next pass finds out.
            self.to.numbers = before;
            return Ok(false);
        }
        Ok((now.uid_next, now.messages) != (before.uid_next, before.messages))
    }
}
