//! The command line.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use lexopt::prelude::*;

use crate::campaign::Plan;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Moves mail between two Dovecots, kills the worker, cuts its connections, and compares both sides.

torture --worker FILE [OPTIONS]

  --worker FILE    the worker's executable
  --seed N         the same seed brings the same faults and the same mail (the clock)
  --kills N        how often the worker is killed                         (25)
  --cuts N         how often a connection is cut                          (50)
  --users N        how many mailboxes move at once                        (3)
  --messages N     how many messages each of them holds at first          (100)
  --people         the owners of the target mailboxes work in them meanwhile
  --keep           leaves the store and both servers' mail behind, also where nothing is wrong
  --help           this text";

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) worker: PathBuf,
    pub(crate) plan: Plan,
    pub(crate) keep: bool,
}

impl Arguments {
    /// Reads the command line; nothing where help is asked for.
    pub(crate) fn parse() -> Result<Option<Self>, lexopt::Error> {
        let mut plan = Plan { seed: clock(), kills: 25, cuts: 50, users: 3, messages: 100, people: false };
        let (mut worker, mut keep) = (None, false);
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("worker") => worker = Some(PathBuf::from(parser.value()?)),
                Long("seed") => plan.seed = parser.value()?.parse()?,
                Long("kills") => plan.kills = parser.value()?.parse()?,
                Long("cuts") => plan.cuts = parser.value()?.parse()?,
                Long("users") => plan.users = parser.value()?.parse()?,
                Long("messages") => plan.messages = parser.value()?.parse()?,
                Long("people") => plan.people = true,
                Long("keep") => keep = true,
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        let worker = worker.ok_or("--worker is missing")?;
        Ok(Some(Self { worker, plan, keep }))
    }
}

/// Short enough to be typed again.
fn clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock before 1970 gives a seed as good as any.
    now.map_or(0, |now| now.as_millis() as u64 % 1_000_000_000)
}
