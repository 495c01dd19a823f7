//! Shows on the terminal what the library answered.

use std::io::{IsTerminal, Write as _, stdout};

use serde_json::Value;

use crate::Result;
use crate::migration::Migration;

/// The users' table, and how fast the copy was.
pub(crate) fn show_users(migration: &Migration, users: &[Value], seconds: f64) -> Result<bool> {
    let (mut items, mut bytes) = (0, 0);
    println!("{:30} {:10} {:>8} {:>8}", "Identity", "Status", "Synced", "Skipped");
    for user in users {
        let progress = &migration.statistics(user)?["progress"];
        items += progress["synced_items"].as_u64().unwrap_or(0);
        bytes += progress["transferred_bytes"].as_u64().unwrap_or(0);
        let (synced, skipped) = (&progress["synced_items"], &progress["skipped_items"]);
        println!("{:30} {:10} {synced:>8} {skipped:>8}", words(&user["identity"]), words(&user["status"]));
    }
    let (items, megabytes) = (items as f64, bytes as f64 / 1e6);
    let rates = (items / seconds, megabytes / seconds);
    println!(
        "{items} messages, {megabytes:.1} MB in {seconds:.1} s: {:.0} messages/s, {:.1} MB/s",
        rates.0, rates.1
    );
    Ok(!users.is_empty() && users.iter().all(|user| user["status"] == "Synced"))
}

/// One line a folder.
pub(crate) fn show_verification(migration: &Migration, users: &[Value]) -> Result<bool> {
    let (mut folders, mut identical) = (0, 0);
    println!("{:30} {:30} {:>8} Result", "Identity", "Folder", "Items");
    for user in users {
        for folder in migration.verify(user)? {
            let same = folder["identical"] == true;
            folders += 1;
            identical += u32::from(same);
            let result = if same { "identical".to_owned() } else { folder["differences"].to_string() };
            let (name, items) = (words(&folder["source_folder"]), &folder["source_items"]);
            println!("{:30} {name:30} {items:>8} {result}", words(&user["identity"]));
        }
    }
    Ok(folders > 0 && identical == folders)
}

/// One line that is written over and over, on a terminal only.
pub(crate) fn show_progress(progress: &Value) {
    if stdout().is_terminal() {
        let (done, total) = (&progress["items_done"], &progress["items_total"]);
        print!("\r{}: {done} of {total} messages, {} %  ", words(&progress["status"]), progress["percent"]);
        // A terminal that is gone stops nobody from migrating.
        let _ = stdout().flush();
    }
}

/// Announces what comes next.
pub(crate) fn step(text: &str) {
    println!("\n# {text}");
}

/// A JSON text without its quotes.
pub(crate) fn words(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
