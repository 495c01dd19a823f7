//! Commands that make mailboxes and subscriptions: CREATE, SUBSCRIBE.

use crate::connection::Connection;
use crate::error::Result;
use crate::mailbox_name::MailboxName;

impl Connection {
    /// Makes a mailbox (RFC 3501 §6.3.3). One that exists is a refusal, mostly with the code ALREADYEXISTS.
    pub async fn create(&mut self, name: &MailboxName) -> Result<()> {
        let command = self.command("CREATE").mailbox(name);
        self.run_one(&format!("cannot create folder `{name}`"), command, |_| {}).await?;
        Ok(())
    }

    /// Subscribes to a mailbox (RFC 3501 §6.3.6).
    pub async fn subscribe(&mut self, name: &MailboxName) -> Result<()> {
        let command = self.command("SUBSCRIBE").mailbox(name);
        self.run_one(&format!("cannot subscribe to folder `{name}`"), command, |_| {}).await?;
        Ok(())
    }
}
