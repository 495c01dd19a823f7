//! One message of 1 GiB, and 200 of 5 to 25 MB.

use std::io::Result;
use std::path::Path;

use testkit::PASSWORD;
use testkit::client::Client;
use testkit::dovecot::Options;
use testkit::mail::Message;

use crate::bed::{Bed, copied};

/// Measures one huge message, then many large ones.
pub(crate) fn measure(migrate: &Path) -> Result<()> {
    run(migrate, "one of 1 GiB", [1 << 30].into_iter())?;
    run(migrate, "200 of 5 to 25 MB", (0..200).map(|n| 5_000_000 + n * 100_000))
}

fn run(migrate: &Path, what: &str, sizes: impl Iterator<Item = usize>) -> Result<()> {
    let bed = Bed::start(&Options::default())?;
    let mut client = Client::login(bed.from.address(), "ada", PASSWORD)?;
    for size in sizes {
        client.append("INBOX", [message(size)])?;
    }
    let (from, to) = (bed.from.address().port, bed.to.address().port);
    let cost = bed.migrate(migrate, &["ada"], from, to)?;
    copied(&bed, "ada")?;
    println!("large: {what}: {cost}");
    Ok(())
}

fn message(size: usize) -> Message {
    let mut bytes = b"Subject: large\r\n\r\n".to_vec();
    let line = [b'm'; 76];
    while bytes.len() + line.len() + 2 <= size {
        bytes.extend(line);
        bytes.extend(b"\r\n");
    }
    Message { bytes, flags: Vec::new(), internal_date: "17-Jul-2021 02:44:25 +0000".to_owned() }
}
