//! Both servers 50 ms away, over 100 Mbit/s.

use std::io::Result;
use std::path::Path;
use std::time::Duration;

use testkit::dovecot::Options;
use testkit::mail::{self, Plan};
use testkit::proxy::{Proxy, Way};

use crate::bed::{Bed, copied};

/// Bytes a second: 100 Mbit/s.
const BANDWIDTH: u64 = 12_500_000;
const USERS: [&str; 4] = ["ada", "bob", "cid", "dan"];
const MESSAGES: usize = 16_000;

/// Measures four mailboxes at once, and one alone; without and with COMPRESS.
pub(crate) fn measure(migrate: &Path) -> Result<()> {
    for compress in [false, true] {
        for users in [&USERS[..], &USERS[..1]] {
            run(migrate, compress, users)?;
        }
    }
    Ok(())
}

fn run(migrate: &Path, compress: bool, users: &[&str]) -> Result<()> {
    let bed = Bed::start(&Options { compress, ..Options::default() })?;
    let plan = Plan { seed: 50, messages: MESSAGES / users.len() };
    for user in users {
        mail::fill(bed.from.address(), user, plan)?;
    }
    let ways = (Proxy::start(bed.from.address())?, Proxy::start(bed.to.address())?);
    let way = Way { delay: Duration::from_millis(25), bandwidth: Some(BANDWIDTH), ..Way::default() };
    ways.0.set(way.clone());
    ways.1.set(way);
    let (from, to) = (ways.0.address(bed.from.address()).port, ways.1.address(bed.to.address()).port);
    let cost = bed.migrate(migrate, users, from, to)?;
    let mut bytes = 0;
    for user in users {
        bytes += copied(&bed, user)?;
    }
    let share = |bytes: u64| bytes as f64 / cost.time.as_secs_f64() / BANDWIDTH as f64;
    println!(
        "far: {} mailboxes, {MESSAGES} messages, {} MB, compress {compress}: {cost}; of the link: source {:.2}, target {:.2}, mail {:.2}",
        users.len(),
        bytes / 1_000_000,
        share(ways.0.counts().to_client),
        share(ways.1.counts().to_server),
        share(bytes),
    );
    Ok(())
}
