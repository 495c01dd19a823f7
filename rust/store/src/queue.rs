//! The queue: who is taken up next.
//!
//! Requests come first, then initial passes, then incremental ones; among these the batch with the fewest passes running;
//! then whoever waits longest. An endpoint is full for a kind of pass when as many run through it as it allows.
//!
//! It is read once for many users that are taken up: what it costs does not grow with those who run or wait.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::column::Millis;
use crate::fault::Sql;

/// The batches that run, and the states that their users are in.
const LINES: &str = "SELECT DISTINCT b.id, b.source_id, b.target_id, g.state
    FROM batch b JOIN tally g ON g.batch_id = b.id AND g.state < 8 AND g.users > 0
    WHERE b.wish = 'run' AND ifnull(b.start_after <= ?, 1)";

/// The passes that run, by batch and kind.
const LIVE: &str = "SELECT b.id, b.source_id, b.target_id, g.state >= 12, sum(g.users)
    FROM tally g JOIN batch b ON b.id = g.batch_id WHERE g.state >= 8 AND g.users > 0 GROUP BY 1, 4";

/// The users of a batch in one state that are due, who waits longest first.
const DUE: &str =
    "SELECT due_at, id FROM user WHERE batch_id = ? AND state = ? AND due_at <= ? ORDER BY due_at, id";

/// Who waits, and what room there is.
pub(crate) struct Queue {
    now: Timestamp,
    lines: Vec<Line>,
    /// Passes that run, by batch.
    running: BTreeMap<i64, u64>,
    /// How many more passes an endpoint takes, by kind.
    room: BTreeMap<(i64, Kind), u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Initial,
    Incremental,
}

/// The users of a batch that are in one state.
struct Line {
    batch: i64,
    source: i64,
    target: Option<i64>,
    state: u8,
    head: Head,
}

/// Who is first in a line.
#[derive(Clone, Copy)]
enum Head {
    NotLookedFor,
    Nobody,
    /// Due since, and the key.
    User(i64, i64),
}

impl Queue {
    /// The queue at a moment.
    pub(crate) fn read(tx: &Connection, now: Timestamp) -> Sql<Self> {
        let mut lines = tx.prepare_cached(LINES)?;
        let lines = lines.query_map([Millis(now)], |row| {
            let (batch, source, target, state) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Line { batch, source, target, state, head: Head::NotLookedFor })
        })?;
        let lines = lines.collect::<Result<_, _>>()?;
        let mut queue = Self { now, lines, running: BTreeMap::new(), room: limits(tx)? };
        queue.count_running(tx)?;
        Ok(queue)
    }

    fn count_running(&mut self, tx: &Connection) -> Sql<()> {
        let mut live = tx.prepare_cached(LIVE)?;
        let mut rows = live.query([])?;
        while let Some(row) = rows.next()? {
            let ends = [Some(row.get(1)?), row.get(2)?];
            self.occupy(row.get(0)?, ends, kind(row.get(3)?), row.get(4)?);
        }
        Ok(())
    }

    /// The user that comes next, who must be taken up before the one after that is asked for.
    pub(crate) fn next(&mut self, tx: &Connection, except: &BTreeSet<i64>) -> Sql<Option<i64>> {
        self.look_for_heads(tx, except)?;
        let running = |batch| self.running.get(&batch).copied().unwrap_or(0);
        let waiting = self.lines.iter_mut().filter_map(|line| match line.head {
            Head::User(due, user) if has_room(&self.room, line) => {
                Some(((line.class(), running(line.batch), due, user), line))
            }
            _ => None,
        });
        let Some(((.., user), line)) = waiting.min_by_key(|(order, _)| *order) else { return Ok(None) };
        line.head = Head::NotLookedFor;
        let (batch, ends, kind) = (line.batch, [Some(line.source), line.target], line.kind());
        self.occupy(batch, ends, kind, 1);
        Ok(Some(user))
    }

    fn look_for_heads(&mut self, tx: &Connection, except: &BTreeSet<i64>) -> Sql<()> {
        for line in &mut self.lines {
            if matches!(line.head, Head::NotLookedFor) && has_room(&self.room, line) {
                line.head = line.first(tx, self.now, except)?;
            }
        }
        Ok(())
    }

    fn occupy(&mut self, batch: i64, ends: [Option<i64>; 2], kind: Kind, passes: u64) {
        *self.running.entry(batch).or_default() += passes;
        for end in ends.into_iter().flatten() {
            if let Some(room) = self.room.get_mut(&(end, kind)) {
                *room = room.saturating_sub(passes);
            }
        }
    }
}

impl Line {
    fn kind(&self) -> Kind {
        kind(self.state >= 4)
    }

    /// Requests, initial passes, daily ones.
    fn class(&self) -> u8 {
        match self.kind() {
            Kind::Incremental if self.state & 1 != 0 => 0,
            Kind::Initial => 1,
            Kind::Incremental => 2,
        }
    }

    fn first(&self, tx: &Connection, now: Timestamp, except: &BTreeSet<i64>) -> Sql<Head> {
        let mut due = tx.prepare_cached(DUE)?;
        let mut rows = due.query(params![self.batch, self.state, Millis(now)])?;
        while let Some(row) = rows.next()? {
            let user = row.get(1)?;
            if !except.contains(&user) {
                return Ok(Head::User(row.get(0)?, user));
            }
        }
        Ok(Head::Nobody)
    }
}

fn kind(incremental: bool) -> Kind {
    if incremental { Kind::Incremental } else { Kind::Initial }
}

fn has_room(room: &BTreeMap<(i64, Kind), u64>, line: &Line) -> bool {
    let has = |end| room.get(&(end, line.kind())).is_none_or(|room| *room > 0);
    has(line.source) && line.target.is_none_or(has)
}

/// The limits that endpoints have.
fn limits(tx: &Connection) -> Sql<BTreeMap<(i64, Kind), u64>> {
    let mut select = tx.prepare_cached("SELECT id, max_migrations, max_incremental_syncs FROM endpoint")?;
    let mut rows = select.query([])?;
    let mut limits = BTreeMap::new();
    while let Some(row) = rows.next()? {
        for (kind, column) in [(Kind::Initial, 1), (Kind::Incremental, 2)] {
            if let Some(most) = row.get(column)? {
                limits.insert((row.get(0)?, kind), most);
            }
        }
    }
    Ok(limits)
}
