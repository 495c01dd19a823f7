//! Batches with what their users add up to, quickly whatever the size of the fleet.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::contract::BatchQuery;
use model::endpoint::Limit;
use model::name::name_key;
use model::status::{DataConsistencyScore, UserCounts, Wish, batch_status};
use model::{Batch, Error, Result};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::Store;
use crate::batches::{batch_id, read_batch};
use crate::column::{Millis, Rank};
use crate::endpoints::endpoint_id;
use crate::fault::Sql;
use crate::users::{begins, facts};

/// What a query gives back unless it says otherwise; Exchange's default.
const RESULT_SIZE: Limit = Limit::Count(1000);

/// The progress of the users of a batch, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Users whose mailboxes have been looked into: of the others nobody knows how much they hold.
    pub opened_users: u32,
    /// How far the users' initial passes are, in thousandths, added up.
    pub thousandths: u64,
    /// Messages found on the source.
    pub source_items: u64,
    /// Their size in bytes.
    pub source_bytes: u64,
    /// Messages that are on the target.
    pub synced_items: u64,
    /// Messages, folders and keywords left behind.
    pub skipped_items: u64,
    /// Bytes that we copied.
    pub transferred_bytes: u64,
}

/// A batch and the state of its users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchSummary {
    /// The batch.
    pub batch: Batch,
    /// How many users are in which state.
    pub counts: UserCounts,
    /// What they have done.
    pub totals: Totals,
    /// The worst of their scores, as far as it is known.
    pub score: Option<DataConsistencyScore>,
    /// When the last user's initial pass succeeded; none while one is missing.
    pub initial_sync_at: Option<Timestamp>,
    /// When a pass of any user last succeeded.
    pub last_synced_at: Option<Timestamp>,
    /// Whether a worker has something to do for it, now or later.
    pub wants_a_worker: bool,
}

/// The users of a batch that are in one state, with one score.
struct Group {
    state: u8,
    score: Option<DataConsistencyScore>,
    users: u32,
    totals: Totals,
}

impl Store {
    /// The batches that are asked for, by name.
    pub fn batch_summaries(&self, query: &BatchQuery, now: Timestamp) -> Result<Vec<BatchSummary>> {
        self.read(|tx| {
            let batch = query.identity.as_deref().map(|identity| batch_id(tx, identity)).transpose()?;
            let endpoint = query.endpoint.as_deref().map(|identity| endpoint_id(tx, identity)).transpose()?;
            let mut summaries = summarise(tx, batch, endpoint, query.prefix.as_deref().map(name_key))?;
            if let Some(wanted) = query.status {
                summaries
                    .retain(|summary| batch_status(summary.batch.facts(), summary.counts, now) == wanted);
            }
            summaries.truncate(query.result_size.unwrap_or(RESULT_SIZE).as_usize());
            Ok(summaries)
        })
    }

    /// The batches of which users are leased, and how many.
    pub fn batches_at_work(&self) -> Result<Vec<(Uuid, u32)>> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT b.guid, sum(g.users) FROM tally g JOIN batch b ON b.id = g.batch_id
                 WHERE g.state >= 8 AND g.users > 0 GROUP BY b.id",
            )?;
            let batches = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(batches.collect::<Result<_, _>>()?)
        })
    }

    /// The batch of this name or guid.
    pub fn batch_summary(&self, identity: &str, now: Timestamp) -> Result<BatchSummary> {
        let query = BatchQuery { identity: Some(identity.to_owned()), ..BatchQuery::default() };
        let summary = self.batch_summaries(&query, now)?.pop();
        summary.ok_or_else(|| Error::internal(format!("the batch `{identity}` was found and is not there")))
    }
}

fn summarise(
    tx: &Connection,
    batch: Option<i64>,
    endpoint: Option<i64>,
    prefix: Option<String>,
) -> Sql<Vec<BatchSummary>> {
    let groups = groups(tx, batch)?;
    let mut select = tx.prepare_cached(&format!(
        "SELECT b.*, s.name AS source, t.name AS target,
             b.wish = 'remove' OR EXISTS (SELECT 1 FROM tally g WHERE g.batch_id = b.id AND g.users > 0 AND
                 (b.wish IN ('run', 'stop') AND g.state >= 8 OR b.wish = 'run' AND EXISTS
                     (SELECT 1 FROM user WHERE batch_id = b.id AND state = g.state AND due_at IS NOT NULL)))
                 AS wants_a_worker,
             (SELECT max(seeded_at) FROM user WHERE batch_id = b.id AND seeded_at IS NOT NULL) AS last_seeded_at,
             (SELECT max(synced_at) FROM user WHERE batch_id = b.id AND synced_at IS NOT NULL) AS last_synced_at
         FROM batch b JOIN endpoint s ON s.id = b.source_id LEFT JOIN endpoint t ON t.id = b.target_id
         WHERE (?1 IS NULL OR b.id = ?1) AND (?2 IS NULL OR ?2 IN (b.source_id, b.target_id)) AND (?3 IS NULL OR {})
         ORDER BY b.name_key",
        begins("b.name_key", "?3")
    ))?;
    let summaries = select.query_map(params![batch, endpoint, prefix], |row| {
        let id = row.get("id")?;
        let groups = groups.get(&id).map_or(&[][..], Vec::as_slice);
        summary(row, groups)
    })?;
    Ok(summaries.collect::<Result<_, _>>()?)
}

fn summary(row: &Row<'_>, groups: &[Group]) -> rusqlite::Result<BatchSummary> {
    let time = |column: &str| row.get::<_, Option<Millis>>(column).map(|at| at.map(|at| at.0));
    let batch = read_batch(row)?;
    let counts = count(batch.wish, batch.options.analyze, groups);
    let all_seeded = groups.iter().all(|group| facts(group.state, false).seeded);
    Ok(BatchSummary {
        counts,
        totals: total(groups),
        score: DataConsistencyScore::of_batch(groups.iter().map(|group| group.score)),
        initial_sync_at: time("last_seeded_at")?.filter(|_| all_seeded),
        last_synced_at: time("last_synced_at")?,
        wants_a_worker: row.get("wants_a_worker")?,
        batch,
    })
}

fn count(wish: Wish, analyze: bool, groups: &[Group]) -> UserCounts {
    let mut counts = UserCounts::default();
    for group in groups {
        counts.add(wish, facts(group.state, analyze), group.users);
    }
    counts
}

fn total(groups: &[Group]) -> Totals {
    groups.iter().fold(Totals::default(), |sum, group| Totals {
        opened_users: sum.opened_users + group.totals.opened_users,
        thousandths: sum.thousandths + group.totals.thousandths,
        source_items: sum.source_items + group.totals.source_items,
        source_bytes: sum.source_bytes + group.totals.source_bytes,
        synced_items: sum.synced_items + group.totals.synced_items,
        skipped_items: sum.skipped_items + group.totals.skipped_items,
        transferred_bytes: sum.transferred_bytes + group.totals.transferred_bytes,
    })
}

fn groups(tx: &Connection, batch: Option<i64>) -> Sql<BTreeMap<i64, Vec<Group>>> {
    let condition = if batch.is_some() { "batch_id = ?1" } else { "?1 IS NULL" };
    let mut select = tx.prepare_cached(&format!("SELECT * FROM tally WHERE users > 0 AND {condition}"))?;
    let rows = select.query_map([batch], |row| Ok((row.get("batch_id")?, read_group(row)?)))?;
    let mut groups = BTreeMap::<i64, Vec<Group>>::new();
    for row in rows {
        let (batch, group) = row?;
        groups.entry(batch).or_default().push(group);
    }
    Ok(groups)
}

fn read_group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        state: row.get("state")?,
        score: row.get::<_, Rank>("score")?.0,
        users: row.get("users")?,
        totals: Totals {
            opened_users: row.get("opened")?,
            thousandths: row.get("thousandths")?,
            source_items: row.get("source_items")?,
            source_bytes: row.get("source_bytes")?,
            synced_items: row.get("synced_items")?,
            skipped_items: row.get("skipped_items")?,
            transferred_bytes: row.get("transferred_bytes")?,
        },
    })
}
