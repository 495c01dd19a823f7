//! Commands that make and rename mailboxes, and subscribe to them: CREATE, RENAME, SUBSCRIBE. Many names take one round trip.

use crate::budget::Heard;
use crate::command::Command;
use crate::connection::Connection;
use crate::error::{Refusal, Result};
use crate::mailbox_name::MailboxName;

impl Connection {
    /// Makes mailboxes, in this order (RFC 3501 §6.3.3). One that exists is a refusal, mostly with the code
    /// ALREADYEXISTS.
    pub async fn create(&mut self, names: &[MailboxName]) -> Result<Vec<Result<(), Refusal>>> {
        self.for_each("CREATE", names, "cannot create folder").await
    }

    /// Renames a mailbox, with all below it (RFC 3501 §6.3.5). A name that is taken is a refusal.
    pub async fn rename(&mut self, from: &MailboxName, to: &MailboxName) -> Result<Result<(), Refusal>> {
        let complaint = format!("cannot rename folder `{from}` to `{to}`");
        let command = Command::new("RENAME").mailbox(from).mailbox(to);
        let answers = self.run_each(&complaint, &[command], |_| Heard::Other).await?;
        Ok(answers.into_iter().next().map_or(Ok(()), |answer| answer.map(drop)))
    }

    /// Subscribes to mailboxes (RFC 3501 §6.3.6).
    pub async fn subscribe(&mut self, names: &[MailboxName]) -> Result<Vec<Result<(), Refusal>>> {
        self.for_each("SUBSCRIBE", names, "cannot subscribe to folder").await
    }

    /// Runs a command once for each name; says what became of each.
    async fn for_each(
        &mut self,
        word: &'static str,
        names: &[MailboxName],
        complaint: &str,
    ) -> Result<Vec<Result<(), Refusal>>> {
        let commands: Vec<_> = names.iter().map(|name| Command::new(word).mailbox(name)).collect();
        let answers = self.run_each(complaint, &commands, |_| Heard::Other).await?;
        let named = |(answer, name): (Result<_, Refusal>, &MailboxName)| {
            answer
                .map(drop)
                .map_err(|refusal| Refusal { context: format!("{complaint} `{name}`"), ..refusal })
        };
        Ok(answers.into_iter().zip(names).map(named).collect())
    }
}
