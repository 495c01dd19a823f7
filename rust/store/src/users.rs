//! Migration users as they are stored, and finding them.

use jiff::Timestamp;
use model::contract::UserQuery;
use model::endpoint::Limit;
use model::name::name_key;
use model::status::{UserFacts, UserStatus, Wish, user_status};
use model::{Error, ErrorKind, Progress, Result, Secret, User, UserRow, shown};
use rusqlite::{Connection, Params, Row, params};
use uuid::Uuid;

use crate::Store;
use crate::batches::batch_id;
use crate::column::{Json, Millis, Rank, Word};
use crate::fault::Sql;
use crate::secrets::Column;

/// What a query gives back unless it says otherwise; Exchange's default.
const RESULT_SIZE: Limit = Limit::Count(1000);

/// The columns of [`read_user`].
pub(crate) const USER_COLUMNS: &str = "u.*, b.name AS batch, b.wish AS wish, b.analyze AS analyze";

const FROM_USERS: &str = "FROM user u JOIN batch b ON b.id = u.batch_id";

impl Store {
    /// The users that are asked for, without their passwords.
    pub fn users(&self, query: &UserQuery) -> Result<Vec<User>> {
        self.read(|tx| {
            let limit = query.result_size.unwrap_or(RESULT_SIZE).as_usize();
            let batch = query.batch.as_deref().map(|batch| batch_id(tx, batch)).transpose()?;
            let mut users = match (selector(query), &query.prefix) {
                (Some(identity), _) => identified(tx, identity, batch)?,
                (None, Some(prefix)) => beginning(tx, query, prefix, batch, limit)?,
                (None, None) => listed(tx, query, batch, limit)?,
            };
            users.retain(|(wish, user)| is_asked_for(query, user_status(*wish, user.facts)));
            users.truncate(limit);
            Ok(users.into_iter().map(|(_, user)| user).collect())
        })
    }

    /// The users of this address, `batch\address` or guid, without their passwords; one at least.
    pub fn user(&self, identity: &str) -> Result<Vec<User>> {
        self.read(|tx| Ok(identified(tx, identity, None)?.into_iter().map(|(_, user)| user).collect()))
    }

    /// As [`user`](Self::user) for each of these identities, with their passwords: to log in, or to migrate them again.
    pub fn users_with_passwords(&self, identities: &[String]) -> Result<Vec<User>> {
        self.read(|tx| {
            let mut users = Vec::new();
            for identity in identities {
                for (_, user) in identified(tx, identity, None)? {
                    users.push(self.with_passwords(tx, user)?);
                }
            }
            Ok(users)
        })
    }

    /// The users of a batch whose passes are running, without their passwords.
    pub fn running_users(&self, batch: Uuid) -> Result<Vec<User>> {
        self.read(|tx| {
            let sql = format!(
                "SELECT {USER_COLUMNS} FROM batch b CROSS JOIN user u ON u.batch_id = b.id AND u.state >= 8
                 WHERE b.guid = ? ORDER BY u.id"
            );
            let users = select(tx, &sql, [batch])?;
            Ok(users.into_iter().map(|(_, user)| user).collect())
        })
    }

    pub(crate) fn with_passwords(&self, tx: &Connection, mut user: User) -> Sql<User> {
        let (password, target_password) = tx
            .prepare_cached("SELECT password, target_password FROM user WHERE id = ?")?
            .query_row([user.id], |row| {
                Ok((row.get::<_, Option<Vec<u8>>>(0)?, row.get::<_, Option<Vec<u8>>>(1)?))
            })?;
        user.row.password = self.unseal(Column::User, user.guid, password.as_deref())?;
        user.row.target_password =
            self.unseal(Column::UserOnTarget, user.guid, target_password.as_deref())?;
        Ok(user)
    }
}

/// What names single users in a query.
fn selector(query: &UserQuery) -> Option<&str> {
    query.identity.as_deref().or(query.mailbox_guid.as_deref()).or(query.email_address.as_deref())
}

fn is_asked_for(query: &UserQuery, status: UserStatus) -> bool {
    query.status.is_none_or(|wanted| wanted == status)
        && query.status_summary.is_none_or(|wanted| wanted == status.summary())
}

/// The users of an address, `batch\address` or guid.
fn identified(tx: &Connection, identity: &str, batch: Option<i64>) -> Sql<Vec<(Wish, User)>> {
    let (batch, address) = match identity.split_once('\\') {
        Some((batch, address)) => (Some(batch_id(tx, batch)?), address),
        None => (batch, identity),
    };
    let sql = format!(
        "SELECT {USER_COLUMNS} {FROM_USERS}
         WHERE (u.address_key = ?1 OR u.guid = ?2) AND (?3 IS NULL OR u.batch_id = ?3) ORDER BY u.id"
    );
    let users = select(tx, &sql, params![name_key(address), Uuid::parse_str(address).ok(), batch])?;
    if users.is_empty() { Err(not_found(identity).into()) } else { Ok(users) }
}

/// The users whose address begins so, by address; of a status, all of them, since the caller picks.
fn beginning(
    tx: &Connection,
    query: &UserQuery,
    prefix: &str,
    batch: Option<i64>,
    limit: usize,
) -> Sql<Vec<(Wish, User)>> {
    let limit = if has_status(query) { i64::MAX } else { i64::try_from(limit).unwrap_or(i64::MAX) };
    let sql = format!(
        "SELECT {USER_COLUMNS} {FROM_USERS} WHERE {} AND (?2 IS NULL OR u.batch_id = ?2)
         ORDER BY u.address_key, u.batch_id LIMIT ?3",
        begins("u.address_key", "?1")
    );
    select(tx, &sql, params![name_key(prefix), batch, limit])
}

/// That a key begins with a parameter, as a range of its index: U+10FFFF comes after all that text has.
pub(crate) fn begins(key: &str, parameter: &str) -> String {
    format!("{key} >= {parameter} AND {key} < {parameter} || char(1114111)")
}

fn has_status(query: &UserQuery) -> bool {
    query.status.is_some() || query.status_summary.is_some()
}

/// The users of a batch or of all, of a status or of any.
fn listed(tx: &Connection, query: &UserQuery, batch: Option<i64>, limit: usize) -> Sql<Vec<(Wish, User)>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    if !has_status(query) {
        let condition = if batch.is_some() { "WHERE u.batch_id = ?1" } else { "WHERE ?1 IS NULL" };
        let sql = format!("SELECT {USER_COLUMNS} {FROM_USERS} {condition} ORDER BY u.id LIMIT ?2");
        return select(tx, &sql, params![batch, limit]);
    }
    let sql = format!("{ASKED_FOR} SELECT {USER_COLUMNS} {FOUND} WHERE ?2 IS NULL OR b.id = ?2 LIMIT ?3");
    let mut users = select(tx, &sql, params![combinations(query), batch, limit])?;
    users.sort_by_key(|(_, user)| user.id);
    Ok(users)
}

/// What a status means in columns: every combination of wish and facts that gives it.
const ASKED_FOR: &str = "WITH asked_for (wish, analyze, state) AS MATERIALIZED
    (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1))";

/// Users are found by batch and state.
const FOUND: &str = "FROM batch b CROSS JOIN asked_for a ON a.wish = b.wish AND a.analyze = b.analyze
    CROSS JOIN user u ON u.batch_id = b.id AND u.state = a.state";

/// Asks the model, which has the one word on statuses, about every combination there is.
fn combinations(query: &UserQuery) -> Json<Vec<(Wish, bool, u8)>> {
    let mut asked_for = Vec::new();
    for wish in [Wish::Hold, Wish::Run, Wish::Stop, Wish::Remove] {
        for analyze in [false, true] {
            for state in 0..16 {
                if is_asked_for(query, user_status(wish, facts(state, analyze))) {
                    asked_for.push((wish, analyze, state));
                }
            }
        }
    }
    Json(asked_for)
}

/// The facts behind the column `state`.
pub(crate) fn facts(state: u8, analyze: bool) -> UserFacts {
    UserFacts {
        leased: state & 8 != 0,
        seeded: state & 4 != 0,
        failed: state & 2 != 0,
        sync_requested: state & 1 != 0,
        analyze,
    }
}

/// Reads the users that a statement finds, with the wishes of their batches.
pub(crate) fn select(tx: &Connection, sql: &str, params: impl Params) -> Sql<Vec<(Wish, User)>> {
    let mut select = tx.prepare_cached(sql)?;
    let users = select.query_map(params, |row| Ok((row.get::<_, Word<Wish>>("wish")?.0, read_user(row)?)))?;
    Ok(users.collect::<Result<_, _>>()?)
}

/// A user from [`USER_COLUMNS`], without its passwords.
fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    let time = |column: &str| row.get::<_, Option<Millis>>(column).map(|at| at.map(|at| at.0));
    let updated_at = row.get::<_, Millis>("updated_at")?.0;
    Ok(User {
        id: row.get("id")?,
        guid: row.get("guid")?,
        batch: row.get::<_, Word<_>>("batch")?.0,
        row: read_row(row)?,
        facts: facts(row.get("state")?, row.get("analyze")?),
        progress: read_progress(row)?,
        thousandths: row.get("thousandths")?,
        score: row.get::<_, Rank>("score")?.0,
        error: row.get::<_, Option<Json<Error>>>("error")?.map(|error| error.0),
        failed_at: time("failed_at")?,
        seeded_at: time("seeded_at")?,
        synced_at: time("synced_at")?,
        updated_at,
        // What is due at once has been so since that was asked for.
        due_at: time("due_at")?.map(|due| if due == Timestamp::UNIX_EPOCH { updated_at } else { due }),
    })
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        line: row.get("line")?,
        email_address: row.get("address")?,
        user_name: row.get("user_name")?,
        password: Secret::default(),
        user_root: row.get("user_root")?,
        target_user_name: row.get("target_user_name")?,
        target_password: Secret::default(),
    })
}

fn read_progress(row: &Row<'_>) -> rusqlite::Result<Progress> {
    Ok(Progress {
        source_items: row.get("source_items")?,
        source_bytes: row.get("source_bytes")?,
        synced_items: row.get("synced_items")?,
        transferred_items: row.get("transferred_items")?,
        transferred_bytes: row.get("transferred_bytes")?,
        skipped_items: row.get("skipped_items")?,
        bytes_per_second: row.get("bytes_per_second")?,
        status_detail: row.get("status_detail")?,
        current_folder: row.get("current_folder")?,
        queued_ms: row.get("queued_ms")?,
        in_progress_ms: row.get("in_progress_ms")?,
        stalled_ms: row.get("stalled_ms")?,
    })
}

fn not_found(identity: &str) -> Error {
    Error::new(ErrorKind::UserNotFound, format!("there is no migration user {}", shown(identity)))
        .object_given(identity)
        .remedy("see Get-MigrationUser for the users that there are")
}
