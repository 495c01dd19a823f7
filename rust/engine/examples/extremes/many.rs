//! Small messages by the hundred thousand in one folder.

use std::io::Result;
use std::path::Path;

use testkit::PASSWORD;
use testkit::client::Client;
use testkit::dovecot::{Layout, Options};
use testkit::mail::Message;

use crate::bed::{Bed, Cost, copied};

/// How many there are; what a message costs shows in the difference between the first and the last.
const SIZES: [u64; 3] = [125_000, 250_000, 500_000];

/// Measures an initial pass, and an incremental one after one more message came.
pub(crate) fn measure(migrate: &Path) -> Result<()> {
    let bed = Bed::start(&Options { layout: Layout::Sdbox, ..Options::default() })?;
    let mut costs = Vec::new();
    for count in SIZES {
        let user = format!("user{count}");
        let mut client = Client::login(bed.from.address(), &user, PASSWORD)?;
        client.append("INBOX", (0..count).map(message))?;
        let pass = || bed.migrate(migrate, &[&user], bed.from.address().port, bed.to.address().port);
        let initial = pass()?;
        copied(&bed, &user)?;
        client.append("INBOX", [message(count)])?;
        let again = pass()?;
        copied(&bed, &user)?;
        let rate = count as f64 / initial.time.as_secs_f64();
        println!("many: {count} messages: {initial}, {rate:.0} a second; one more: {again}");
        costs.push((count, initial, again));
    }
    if let [(few, first, first_again), .., (most, last, last_again)] = costs.as_slice() {
        let each = |few_cost: &Cost, most_cost: &Cost| {
            (most_cost.peak_kib as f64 - few_cost.peak_kib as f64) * 1024.0 / (most - few) as f64
        };
        println!(
            "many: memory a message: {:.0} B, again {:.0} B",
            each(first, last),
            each(first_again, last_again)
        );
    }
    Ok(())
}

fn message(n: u64) -> Message {
    let text = format!(
        "From: ada@old.example\r\nTo: bob@old.example\r\nSubject: message {n}\r\nMessage-ID: <{n}@old.example>\r\n\
         Date: Sat, 17 Jul 2021 02:44:25 +0000\r\n\r\nThe text of message {n}.\r\n"
    );
    Message {
        bytes: text.into_bytes(),
        flags: vec!["\\Seen"],
        internal_date: "17-Jul-2021 02:44:25 +0000".to_owned(),
    }
}
