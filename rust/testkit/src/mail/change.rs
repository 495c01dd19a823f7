//! Changes a mailbox that was filled before, as its owner would between two passes.

use std::io;

use super::Messages;
use super::names::Names;
use crate::address::Address;
use crate::client::{Client, quote};
use crate::credentials::PASSWORD;

/// Appends some messages of this seed to a folder that exists; returns how many.
pub fn append(server: &Address, user: &str, folder: &str, seed: u64, count: usize) -> io::Result<usize> {
    let mut client = Client::login(server, user, PASSWORD)?;
    let name = Names::ask(&mut client).on_server(folder);
    let count = client.append(&name, Messages::new(seed).take(count))?;
    client.command("LOGOUT")?;
    Ok(count)
}

/// Adds flags to messages, given by a sequence set such as `1:5,9`.
pub fn add_flags(
    server: &Address,
    user: &str,
    folder: &str,
    messages: &str,
    flags: &[String],
) -> io::Result<()> {
    store(server, user, folder, messages, &format!("+FLAGS.SILENT ({})", flags.join(" ")))
}

/// Takes flags from messages, given by a sequence set such as `1:5,9`.
pub fn remove_flags(
    server: &Address,
    user: &str,
    folder: &str,
    messages: &str,
    flags: &[String],
) -> io::Result<()> {
    store(server, user, folder, messages, &format!("-FLAGS.SILENT ({})", flags.join(" ")))
}

/// Deletes messages, given by a sequence set such as `1:5,9`.
pub fn delete(server: &Address, user: &str, folder: &str, messages: &str) -> io::Result<()> {
    let mut client = select(server, user, folder)?;
    client.command(&format!("STORE {messages} +FLAGS.SILENT (\\Deleted)"))?;
    client.command("EXPUNGE")?;
    client.command("LOGOUT")?;
    Ok(())
}

fn store(server: &Address, user: &str, folder: &str, messages: &str, change: &str) -> io::Result<()> {
    let mut client = select(server, user, folder)?;
    client.command(&format!("STORE {messages} {change}"))?;
    client.command("LOGOUT")?;
    Ok(())
}

fn select(server: &Address, user: &str, folder: &str) -> io::Result<Client> {
    let mut client = Client::login(server, user, PASSWORD)?;
    let name = Names::ask(&mut client).on_server(folder);
    client.command(&format!("SELECT {}", quote(&name)))?;
    Ok(client)
}
