//! Announces a message: its command, and whether its body waits until the server asks for it.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Appender;
use crate::command::Command;
use crate::error::Result;
use crate::internal_date::InternalDate;
use crate::literals::{Form, Place, Way, hold};
use crate::mailbox_name::MailboxName;
use crate::under_way::Ticket;

/// The shortest time for which a body is held back before a line that is a command: longer than an acknowledgement is kept
/// back, for which the server's complaint may wait (RFC 896, RFC 1122 §4.2.3.2).
const COMMAND_HOLD: Duration = Duration::from_millis(100);

impl Appender<'_> {
    /// How the literal of such a message goes.
    fn way(&self, mailbox: &MailboxName, form: &Form<'_>) -> Way {
        if self.may_fly(form.size) && self.connection.appended_to.contains(mailbox) {
            self.options.literals.way(form)
        } else {
            Way::Asked
        }
    }

    /// Queues a message's announcement, waiting where its literal has to be asked for. Says whether the body may come: a
    /// server may refuse instead of saying `+`.
    pub(super) async fn announce(
        &mut self,
        mailbox: &MailboxName,
        form: &Form<'_>,
        ticket: Ticket,
    ) -> Result<bool> {
        let way = self.way(mailbox, form);
        let is_asked = matches!(way, Way::Asked);
        if let Some(open) = &mut self.under_way.open {
            open.add(ticket, form.size, !is_asked);
        }
        let command = match form.place {
            Place::First => Command::new("APPEND").mailbox(mailbox),
            Place::Joined => Command::joining(),
        };
        let command = command.flags(form.flags);
        let date = form.date.and_then(InternalDate::for_append);
        let command = date.iter().fold(command, |command, date| command.string(date.as_bytes()));
        if !self.queue(&command.literal(form.size, is_asked)).await? {
            return Ok(false);
        }
        self.flies = !is_asked;
        self.commands.begin();
        match way {
            Way::Asked => self.note_taken(mailbox, form),
            Way::Held(trial) => {
                self.hold(hold(self.connection.round_trip())).await?;
                trial.passed();
            }
            Way::Flown => {}
        }
        Ok(true)
    }

    /// Queues a command piece by piece, each when the server asks for it. Says whether it did.
    async fn queue(&mut self, command: &Command) -> Result<bool> {
        for (index, piece) in command.pieces().enumerate() {
            while index > 0 && !std::mem::take(&mut self.under_way.continued) {
                if self.under_way.is_open_answered() {
                    return Ok(false);
                }
                self.exchange(&mut &[][..]).await?;
            }
            // A `+` that came unasked must not count for what is announced now.
            self.under_way.continued = false;
            self.connection.wire.queue(piece);
        }
        Ok(true)
    }

    /// The server has asked for a message of this form.
    fn note_taken(&mut self, mailbox: &MailboxName, form: &Form<'_>) {
        self.options.literals.asked_for(form);
        if !self.connection.appended_to.contains(mailbox) {
            self.connection.appended_to.insert(mailbox.clone());
        }
    }

    /// Sends what is before the first line of a body that would be a command, when all that went before it is answered, and
    /// gives the server time to complain of the announcement. What is sent acknowledges its last answer, for which its
    /// complaint may wait.
    pub(super) async fn hold_commands(&mut self, before: &[u8]) -> Result<()> {
        self.flies = false;
        self.under_way.hold(true);
        self.go_on()?;
        self.await_outcomes().await?;
        self.send(before).await?;
        self.send_backlog().await?;
        // It may have been for another message of the command.
        self.under_way.continued = false;
        self.hold(hold(self.connection.round_trip()).max(COMMAND_HOLD)).await
    }

    /// Gives the server time to complain of an announcement that asked for nothing, before the body is on its way. One that
    /// says `+` all the same has understood it, too.
    async fn hold(&mut self, time: Duration) -> Result<()> {
        let until = Instant::now() + time;
        self.under_way.hold(true);
        while !self.under_way.continued {
            match timeout_at(until, self.exchange(&mut &[][..])).await {
                Ok(moved) => moved?,
                Err(_in_peace) => break,
            }
        }
        self.under_way.hold(false);
        Ok(())
    }
}
