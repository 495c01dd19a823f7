//! UID STORE: changing flags (RFC 3501 §6.4.6).

use crate::budget::Heard;
use crate::command::Command;
use crate::connection::Connection;
use crate::error::Result;
use crate::flags::Flags;
use crate::uid_set::UidSet;

/// The longest UID set in one command: Exchange refuses long command lines.
pub(crate) const MAX_SET_BYTES: usize = 7900;

/// What happens to the flags named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreAction {
    /// They are set, others stay.
    Add,
    /// They are taken away, others stay.
    Remove,
    /// They alone are set.
    Replace,
}

impl Connection {
    /// Changes the flags of messages in the selected mailbox.
    pub async fn uid_store(&mut self, uids: &UidSet, action: StoreAction, flags: &Flags) -> Result<()> {
        let item = match action {
            StoreAction::Add => "+FLAGS.SILENT",
            StoreAction::Remove => "-FLAGS.SILENT",
            StoreAction::Replace => "FLAGS.SILENT",
        };
        let parts = self.parts_of(uids);
        let commands: Vec<_> =
            parts.iter().map(|set| Command::new("UID STORE").uids(set).word(item).flags(flags)).collect();
        self.run(&format!("cannot change the flags of {} messages", uids.count()), &commands, |_| {
            Heard::Other
        })
        .await?;
        Ok(())
    }
}
