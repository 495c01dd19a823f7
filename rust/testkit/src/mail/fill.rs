//! Puts generated mail on a server.

use std::io;

use super::Plan;
use super::names::Names;
use crate::address::Address;
use crate::client::{Client, quote};
use crate::credentials::PASSWORD;

/// Fills a user's mailbox as planned; returns how many messages that were.
pub fn fill(server: &Address, user: &str, plan: Plan) -> io::Result<usize> {
    fill_part(server, user, plan, 100)
}

/// Makes all folders and puts the first so many percent of each one's messages there, as a migration that was broken off
/// would leave them; returns how many messages that were.
pub fn fill_part(server: &Address, user: &str, plan: Plan, percent: usize) -> io::Result<usize> {
    let mut client = Client::login(server, user, PASSWORD)?;
    let names = Names::ask(&mut client);
    let mut count = 0;
    for folder in plan.folders() {
        let name = names.on_server(folder.name);
        if name != "INBOX" {
            client.command(&format!("CREATE {}", quote(&name)))?;
        }
        if folder.subscribed {
            client.command(&format!("SUBSCRIBE {}", quote(&name)))?;
        }
        count += client.append(&name, plan.messages(&folder).take(folder.messages * percent / 100))?;
    }
    client.command("LOGOUT")?;
    Ok(count)
}
