//! Whose a record is: that of one source mailbox and one target mailbox. Where either becomes another one, a new record begins.

use model::endpoint::Place;
use model::name::name_key;
use model::{Batch, Result, UserRow};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::Store;
use crate::column::Json;
use crate::endpoints::endpoint_id;
use crate::fault::Sql;

/// The columns of [`Mailboxes::read`].
const SELECT: &str = "SELECT u.user_key, u.target_key, s.place AS source_place, t.place AS target_place
    FROM user u JOIN batch b ON b.id = u.batch_id
    JOIN endpoint s ON s.id = b.source_id LEFT JOIN endpoint t ON t.id = b.target_id";

/// The servers and folders between which a batch copies.
#[derive(Debug)]
pub(crate) struct Places {
    source: Place,
    target: Option<Place>,
}

/// The two mailboxes between which a user's mail is copied.
#[derive(Debug)]
pub(crate) struct Mailboxes {
    places: Places,
    /// As whom mail is opened on both sides, as names are compared.
    names: (String, String),
}

impl Store {
    /// The addresses of these rows that have a record of copies which the batch, were it to take them over, would drop.
    pub fn records_of_others(&self, batch: &Batch, rows: &[UserRow]) -> Result<Vec<String>> {
        self.read(|tx| {
            let places = Places::between(tx, batch)?;
            let mut others = Vec::new();
            for row in rows {
                let recorded = recorded(tx, batch, row)?;
                if recorded.is_some_and(|recorded| !recorded.same(&places, &row.mailbox_keys())) {
                    others.push(row.email_address.clone());
                }
            }
            Ok(others)
        })
    }

    /// How many users of a batch have a record of copies that these endpoints of it would drop.
    pub fn records_dropped(&self, batch: &Batch) -> Result<u64> {
        self.read(|tx| {
            let id = crate::batches::batch_id(tx, &batch.guid.to_string())?;
            if Places::of(tx, id)?.same_as(&Places::between(tx, batch)?) {
                return Ok(0);
            }
            const COUNT: &str = "SELECT count(*) FROM user u WHERE batch_id = ?
                AND EXISTS (SELECT 1 FROM folder f WHERE f.user_id = u.id)";
            Ok(tx.query_row(COUNT, [id], |row| row.get(0))?)
        })
    }

    /// Whether a batch with this endpoint has a record of copies.
    pub fn has_records(&self, endpoint: Uuid) -> Result<bool> {
        const HAS: &str =
            "SELECT EXISTS (SELECT 1 FROM endpoint e JOIN batch b ON e.id IN (b.source_id, b.target_id)
            JOIN user u ON u.batch_id = b.id JOIN folder f ON f.user_id = u.id WHERE e.guid = ?)";
        self.read(|tx| Ok(tx.query_row(HAS, [endpoint], |row| row.get(0))?))
    }
}

/// The mailboxes of the user of this address, where there is a record of them.
fn recorded(tx: &Connection, batch: &Batch, row: &UserRow) -> Sql<Option<Mailboxes>> {
    let mut select = tx.prepare_cached(&format!(
        "{SELECT} WHERE u.address_key = ? AND b.wish <> 'remove' AND b.analyze = ?
         AND EXISTS (SELECT 1 FROM folder f WHERE f.user_id = u.id)"
    ))?;
    let keys = params![name_key(&row.email_address), batch.options.analyze];
    Ok(select.query_row(keys, Mailboxes::read).optional()?)
}

impl Places {
    /// The places of a batch as it is written down.
    pub(crate) fn of(tx: &Connection, batch: i64) -> Sql<Self> {
        let mut select = tx.prepare_cached(
            "SELECT s.place AS source_place, t.place AS target_place FROM batch b JOIN endpoint s ON s.id = b.source_id
             LEFT JOIN endpoint t ON t.id = b.target_id WHERE b.id = ?",
        )?;
        Ok(select.query_row([batch], Self::read)?)
    }

    /// The places of a batch that is not written down yet.
    fn between(tx: &Connection, batch: &Batch) -> Sql<Self> {
        let place = |name: &str| -> Sql<Place> {
            let id = endpoint_id(tx, name)?;
            Ok(tx
                .query_row("SELECT place FROM endpoint WHERE id = ?", [id], |row| row.get::<_, Json<_>>(0))?
                .0)
        };
        let target = batch.target_endpoint.as_ref().map(|name| place(name.as_str())).transpose()?;
        Ok(Self { source: place(batch.source_endpoint.as_str())?, target })
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let target: Option<Json<Place>> = row.get("target_place")?;
        Ok(Self { source: row.get::<_, Json<_>>("source_place")?.0, target: target.map(|place| place.0) })
    }

    /// Whether the same mail lies on both ends, as far as names can tell.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        let ends = |places: &Self| (places.source.key(), places.target.as_ref().map(Place::key));
        ends(self) == ends(other)
    }
}

impl Mailboxes {
    /// The mailboxes of a user.
    pub(crate) fn of(tx: &Connection, user: i64) -> Sql<Self> {
        Ok(tx.prepare_cached(&format!("{SELECT} WHERE u.id = ?"))?.query_row([user], Self::read)?)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { places: Places::read(row)?, names: (row.get("user_key")?, row.get("target_key")?) })
    }

    /// Whether they are the same mailboxes, as far as names can tell.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.same(&other.places, &other.names)
    }

    fn same(&self, places: &Places, names: &(String, String)) -> bool {
        self.names == *names && self.places.same_as(places)
    }
}
