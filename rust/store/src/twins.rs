//! Twins: users of different addresses that copy the same source mailbox to the same target mailbox, and so all mail twice.

use model::{Endpoint, Error, ErrorKind};
use rusqlite::{Connection, OptionalExtension};

use crate::fault::Sql;

/// The first user of a batch that has a twin. A batch that is being removed counts as long as its pass still copies.
const TWINS: &str = "
    SELECT u.line, u.address, o.address AS other, ob.name AS batch, ob.wish = 'remove' AS removed
    FROM batch b JOIN endpoint s ON s.id = b.source_id JOIN endpoint t ON t.id = b.target_id
    CROSS JOIN user u ON u.batch_id = b.id
    CROSS JOIN user o ON o.user_key = u.user_key AND o.target_key = u.target_key
        AND o.user_root IS u.user_root AND o.id <> u.id
    JOIN batch ob ON ob.id = o.batch_id
    JOIN endpoint os ON os.id = ob.source_id AND os.place_key = s.place_key
    JOIN endpoint ot ON ot.id = ob.target_id AND ot.place_key = t.place_key
    WHERE b.id = ? AND NOT b.analyze AND NOT ob.analyze AND (ob.wish <> 'remove' OR o.lease_owner IS NOT NULL)
    LIMIT 1";

/// Two users between the same two mailboxes.
struct Twins {
    line: u32,
    address: String,
    other: String,
    batch: String,
    removed: bool,
}

/// Refuses what was written in this transaction if a user of the batch has a twin by it.
pub(crate) fn refuse_twins(tx: &Connection, batch: i64) -> Sql<()> {
    let mut select = tx.prepare_cached(TWINS)?;
    let twins = select.query_row([batch], |row| {
        Ok(Twins {
            line: row.get("line")?,
            address: row.get("address")?,
            other: row.get("other")?,
            batch: row.get("batch")?,
            removed: row.get("removed")?,
        })
    });
    match twins.optional()? {
        Some(twins) => Err(twins.error().into()),
        None => Ok(()),
    }
}

/// The same for all batches of an endpoint that leads elsewhere now.
pub(crate) fn refuse_twins_at(tx: &Connection, endpoint: &Endpoint) -> Sql<()> {
    let mut select = tx.prepare_cached(
        "SELECT b.id FROM endpoint e JOIN batch b ON e.id IN (b.source_id, b.target_id) WHERE e.guid = ? AND b.wish <> 'remove'",
    )?;
    let batches: Vec<i64> = select.query_map([endpoint.guid], |row| row.get(0))?.collect::<Result<_, _>>()?;
    batches.into_iter().try_for_each(|batch| refuse_twins(tx, batch))
}

impl Twins {
    fn error(&self) -> Error {
        let Self { line, address, other, batch, removed } = self;
        let error = if *removed {
            let message = format!(
                "line {line}: a pass of `{other}` between the same mailboxes as those of `{address}` is still running in \
                 the batch `{batch}`, which is being removed"
            );
            Error::new(ErrorKind::InvalidState, message)
                .remedy("wait until that batch is gone, then try again")
        } else {
            let message = format!(
                "line {line}: `{address}` has the same source and target mailbox as `{other}` of the batch `{batch}`, so \
                 all mail would be copied twice"
            );
            let remedy = "remove one of the two, or name another UserName, UserRoot or TargetUserName";
            Error::new(ErrorKind::UserExists, message).remedy(remedy)
        };
        error.object(batch.as_str()).user(address.as_str())
    }
}
