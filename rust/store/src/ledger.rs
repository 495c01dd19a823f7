//! The ledger: which source message became which target message.
//!
//! It is what makes a migration copy each message once (ARCHITECTURE, "Exactly once"). Writes come in the hundreds: one
//! transaction for each call. Only the worker that holds the user's lease may write.

use std::num::NonZeroU32;

use model::{Error, Lease, Numbers, Result, UidValidity};
use rusqlite::{Connection, Row, Statement, named_params, params};

use crate::column::Bits;
use crate::fault::Sql;
use crate::leases::require;
use crate::{Store, orphans};

/// How many rows are read at a time: the store is free for others between two reads.
const PAGE: usize = 4096;

/// A folder of a user, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerFolder {
    /// The name on the source, in the server's own bytes (RFC 3501 §5.1.3).
    pub source_name: Vec<u8>,
    /// The source's UIDVALIDITY under which the messages' UIDs mean something.
    pub source_uid_validity: Option<UidValidity>,
    /// The name on the target.
    pub target_name: String,
    /// The target's UIDVALIDITY under which the copies' UIDs mean something; none before first contact.
    pub target_uid_validity: Option<UidValidity>,
    /// Everything on the target below this UID is accounted for.
    pub frontier: Option<u32>,
    /// How many messages the target had after the last pass; none while one sends, or when it was cut off.
    pub target_messages: Option<u64>,
    /// Whether the target folder was made by us.
    pub made: bool,
    /// The source's identifier of the folder, which stays when it is renamed (RFC 8474).
    pub source_mailbox_id: Option<String>,
    /// The target's.
    pub target_mailbox_id: Option<String>,
    /// What the source said when all of it was in step.
    pub in_step_at: Option<Numbers>,
}

/// A message of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerMessage {
    /// Its UID on the source.
    pub source_uid: u32,
    /// Its UID on the target; none where the server does not tell (RFC 4315).
    pub target_uid: Option<u32>,
    /// RFC822.SIZE on the source.
    pub size: u64,
    /// A digest of its bytes, if they were read.
    pub digest: Option<[u8; 16]>,
    /// Its INTERNALDATE, in seconds since 1970.
    pub received: Option<i64>,
    /// A digest of what it is known by.
    pub identity: Option<[u8; 16]>,
    /// The flags that were last set on the target, separated by blanks.
    pub flags: String,
}

/// What is new in one folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FolderRecord {
    /// The folder's key.
    pub folder: i64,
    /// Its numbers, if they changed. They hold together with the messages.
    pub numbers: Option<LedgerFolder>,
    /// The frontier after these messages, if it is known.
    pub frontier: Option<u32>,
    /// The messages that were copied or found.
    pub messages: Vec<LedgerMessage>,
    /// Orphans that are among them again.
    pub claimed: Vec<i64>,
}

impl Store {
    /// The folders of a user with their keys, in the order in which they were found.
    pub fn ledger_folders(&self, user: i64) -> Result<Vec<(i64, LedgerFolder)>> {
        self.read(|tx| {
            let mut select = tx.prepare_cached("SELECT * FROM folder WHERE user_id = ? ORDER BY id")?;
            let folders = select.query_map([user], |row| Ok((row.get("id")?, read_folder(row)?)))?;
            Ok(folders.collect::<Result<_, _>>()?)
        })
    }

    /// Adds folders, or changes what is known of them, and gives their keys. Their messages stay.
    pub fn save_folders(&self, lease: &Lease, folders: &[LedgerFolder]) -> Result<Vec<i64>> {
        self.write(|tx| {
            require(tx, lease)?;
            folders.iter().map(|folder| upsert_folder(tx, lease, folder)).collect()
        })
    }

    /// As [`save_folders`](Self::save_folders), and on the disk when it returns, with everything that was written before:
    /// a power cut takes nothing of it back. For what must be known before the first message is sent.
    pub fn save_folders_durably(&self, lease: &Lease, folders: &[LedgerFolder]) -> Result<Vec<i64>> {
        self.write_durably(|tx| {
            require(tx, lease)?;
            folders.iter().map(|folder| upsert_folder(tx, lease, folder)).collect()
        })
    }

    /// Gives folders that were renamed, by their keys, the names that they have now on either side; on the disk when it
    /// returns. Their messages stay.
    pub fn rename_folders(&self, lease: &Lease, folders: &[(i64, LedgerFolder)]) -> Result<()> {
        self.write_durably(|tx| {
            let mut update =
                tx.prepare_cached("UPDATE folder SET source_name = ?, target_name = ? WHERE id = ?")?;
            // Folders may have each other's names. No server's name begins with NUL.
            for (id, folder) in folders {
                require_folder(tx, lease, *id)?;
                update.execute(params![format!("\0{id}").into_bytes(), folder.target_name, id])?;
            }
            for (id, folder) in folders {
                update.execute(params![folder.source_name, folder.target_name, id])?;
            }
            Ok(())
        })
    }

    /// Hands over the messages of a folder in the order of their source UIDs. The store is not held meanwhile.
    pub fn ledger_messages(&self, folder: i64, mut each: impl FnMut(LedgerMessage)) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.read(|tx| page(tx, folder, after))?;
            let full = page.len() == PAGE;
            after = page.last().map(|message| message.source_uid);
            page.into_iter().for_each(&mut each);
            if !full {
                return Ok(());
            }
        }
    }

    /// Writes down what is new, in one transaction. A message that is known already is replaced.
    pub fn record(&self, lease: &Lease, records: &[FolderRecord]) -> Result<()> {
        self.write(|tx| {
            require(tx, lease)?;
            let mut insert = tx.prepare_cached(INSERT_MESSAGE)?;
            for record in records {
                if let Some(numbers) = &record.numbers {
                    upsert_folder(tx, lease, numbers)?;
                }
                advance(tx, lease, record)?;
                for message in &record.messages {
                    insert_message(&mut insert, record.folder, message)?;
                }
                orphans::claim(tx, &record.claimed)?;
            }
            Ok(())
        })
    }

    /// Writes down flags that were set on the target.
    pub fn update_flags(&self, lease: &Lease, folder: i64, flags: &[(u32, String)]) -> Result<()> {
        self.write(|tx| {
            require_folder(tx, lease, folder)?;
            let mut update =
                tx.prepare_cached("UPDATE message SET flags = ? WHERE folder_id = ? AND source_uid = ?")?;
            for (uid, flags) in flags {
                update.execute(params![flags, folder, uid])?;
            }
            Ok(())
        })
    }

    /// Notes that the copies of these source UIDs are no longer on the target.
    pub fn forget_copies(&self, lease: &Lease, folder: i64, source_uids: &[u32]) -> Result<()> {
        self.write(|tx| {
            require_folder(tx, lease, folder)?;
            forget(tx, folder, source_uids)
        })
    }

    /// Takes back what was believed of copies: messages that were never stored are not known any more, and those that are no
    /// longer there have none. The folder's numbers go along.
    pub fn take_back(
        &self,
        lease: &Lease,
        folder: i64,
        numbers: &LedgerFolder,
        never_stored: &[u32],
        vanished: &[u32],
    ) -> Result<()> {
        self.write(|tx| {
            require_folder(tx, lease, folder)?;
            upsert_folder(tx, lease, numbers)?;
            let mut delete =
                tx.prepare_cached("DELETE FROM message WHERE folder_id = ? AND source_uid = ?")?;
            never_stored.iter().try_for_each(|uid| delete.execute(params![folder, uid]).map(drop))?;
            forget(tx, folder, vanished)
        })
    }

    /// Writes a folder anew, whose numbers have changed: its numbers, its messages and its orphans, whose keys are new.
    pub fn renumber(
        &self,
        lease: &Lease,
        folder: i64,
        numbers: &LedgerFolder,
        messages: &[LedgerMessage],
        orphans: &[LedgerMessage],
    ) -> Result<()> {
        self.write(|tx| {
            require_folder(tx, lease, folder)?;
            upsert_folder(tx, lease, numbers)?;
            tx.execute("DELETE FROM message WHERE folder_id = ?", [folder])?;
            let mut insert = tx.prepare_cached(INSERT_MESSAGE)?;
            messages.iter().try_for_each(|message| insert_message(&mut insert, folder, message))?;
            orphans::replace(tx, folder, orphans)
        })
    }
}

const INSERT_MESSAGE: &str =
    "INSERT OR REPLACE INTO message (folder_id, source_uid, target_uid, size, digest, received, identity, flags)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

fn forget(tx: &Connection, folder: i64, source_uids: &[u32]) -> Sql<()> {
    let mut update =
        tx.prepare_cached("UPDATE message SET target_uid = NULL WHERE folder_id = ? AND source_uid = ?")?;
    source_uids.iter().try_for_each(|uid| update.execute(params![folder, uid]).map(drop))?;
    Ok(())
}

fn upsert_folder(tx: &Connection, lease: &Lease, folder: &LedgerFolder) -> Sql<i64> {
    let mut upsert = tx.prepare_cached(
        "INSERT INTO folder (user_id, source_name, source_uid_validity, target_name, target_uid_validity, frontier,
                             target_messages, made, source_mailbox_id, target_mailbox_id, in_step_uid_next,
                             in_step_messages, in_step_modseq)
         VALUES (:user, :source_name, :source_uid_validity, :target_name, :target_uid_validity, :frontier,
                 :target_messages, :made, :source_mailbox_id, :target_mailbox_id, :in_step_uid_next, :in_step_messages,
                 :in_step_modseq)
         ON CONFLICT (user_id, source_name) DO UPDATE SET
             source_uid_validity = excluded.source_uid_validity, target_name = excluded.target_name,
             target_uid_validity = excluded.target_uid_validity, frontier = excluded.frontier,
             target_messages = excluded.target_messages, made = excluded.made,
             source_mailbox_id = excluded.source_mailbox_id, target_mailbox_id = excluded.target_mailbox_id,
             in_step_uid_next = excluded.in_step_uid_next, in_step_messages = excluded.in_step_messages,
             in_step_modseq = excluded.in_step_modseq
         RETURNING id",
    )?;
    let mark = folder.in_step_at;
    Ok(upsert.query_row(
        named_params! {
            ":user": lease.user.id,
            ":source_name": folder.source_name,
            ":source_uid_validity": folder.source_uid_validity.map(bits),
            ":target_name": folder.target_name,
            ":target_uid_validity": folder.target_uid_validity.map(bits),
            ":frontier": folder.frontier,
            ":target_messages": folder.target_messages,
            ":made": folder.made,
            ":source_mailbox_id": folder.source_mailbox_id,
            ":target_mailbox_id": folder.target_mailbox_id,
            ":in_step_uid_next": mark.and_then(|mark| mark.uid_next).map(NonZeroU32::get),
            ":in_step_messages": mark.and_then(|mark| mark.messages),
            ":in_step_modseq": mark.and_then(|mark| mark.highest_modseq).map(Bits),
        },
        |row| row.get(0),
    )?)
}

fn bits(validity: UidValidity) -> Bits {
    Bits(validity.get())
}

/// The frontier is never lowered but with all that is known of the folder.
fn advance(tx: &Connection, lease: &Lease, record: &FolderRecord) -> Sql<()> {
    let mut update = tx.prepare_cached(
        "UPDATE folder SET frontier = nullif(max(ifnull(frontier, 0), ifnull(?, 0)), 0) WHERE id = ? AND user_id = ?",
    )?;
    match update.execute(params![record.frontier, record.folder, lease.user.id])? {
        0 => Err(unknown(lease, record.folder).into()),
        _ => Ok(()),
    }
}

/// Only the holder of the user's lease may write, and only into folders of that user.
pub(crate) fn require_folder(tx: &Connection, lease: &Lease, folder: i64) -> Sql<()> {
    require(tx, lease)?;
    let mut select = tx.prepare_cached("SELECT 1 FROM folder WHERE id = ? AND user_id = ?")?;
    if select.exists([folder, lease.user.id])? { Ok(()) } else { Err(unknown(lease, folder).into()) }
}

fn unknown(lease: &Lease, folder: i64) -> Error {
    let address = lease.user.row.email_address.as_str();
    Error::internal(format!("the ledger of `{address}` has no folder {folder}")).user(address)
}

fn insert_message(insert: &mut Statement<'_>, folder: i64, message: &LedgerMessage) -> Sql<()> {
    let LedgerMessage { source_uid, target_uid, size, digest, received, identity, flags } = message;
    insert.execute(params![folder, source_uid, target_uid, size, digest, received, identity, flags])?;
    Ok(())
}

fn page(tx: &Connection, folder: i64, after: Option<u32>) -> Sql<Vec<LedgerMessage>> {
    let mut select = tx.prepare_cached(
        "SELECT source_uid, target_uid, size, digest, received, identity, flags FROM message
         WHERE folder_id = ? AND source_uid > ? ORDER BY source_uid LIMIT ?",
    )?;
    let messages = select.query_map(params![folder, after.unwrap_or(0), PAGE], read_message)?;
    Ok(messages.collect::<Result<_, _>>()?)
}

/// A row of the columns that messages and orphans share, after the source's UID.
pub(crate) fn read_message(row: &Row<'_>) -> rusqlite::Result<LedgerMessage> {
    Ok(LedgerMessage {
        source_uid: row.get(0)?,
        target_uid: row.get(1)?,
        size: row.get(2)?,
        digest: row.get(3)?,
        received: row.get(4)?,
        identity: row.get(5)?,
        flags: row.get(6)?,
    })
}

pub(crate) fn read_folder(row: &Row<'_>) -> rusqlite::Result<LedgerFolder> {
    let source_uid_validity = read_validity(row, "source_uid_validity")?;
    Ok(LedgerFolder {
        source_name: row.get("source_name")?,
        source_uid_validity,
        target_name: row.get("target_name")?,
        target_uid_validity: read_validity(row, "target_uid_validity")?,
        frontier: row.get("frontier")?,
        target_messages: row.get("target_messages")?,
        made: row.get("made")?,
        source_mailbox_id: row.get("source_mailbox_id")?,
        target_mailbox_id: row.get("target_mailbox_id")?,
        in_step_at: read_mark(row, source_uid_validity)?,
    })
}

fn read_validity(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<UidValidity>> {
    Ok(row.get::<_, Option<Bits>>(column)?.and_then(|bits| UidValidity::new(bits.0)))
}

fn read_mark(row: &Row<'_>, uid_validity: Option<UidValidity>) -> rusqlite::Result<Option<Numbers>> {
    let uid_next: Option<u32> = row.get("in_step_uid_next")?;
    let numbers = Numbers {
        uid_validity,
        uid_next: uid_next.and_then(NonZeroU32::new),
        messages: row.get("in_step_messages")?,
        highest_modseq: row.get::<_, Option<Bits>>("in_step_modseq")?.map(|bits| bits.0),
    };
    Ok(Some(numbers).filter(|numbers| numbers.messages.is_some()))
}
