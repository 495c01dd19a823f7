//! The ledger: which source message became which target message.
//!
//! It is what makes a migration copy each message once (ARCHITECTURE, "Exactly once"). Writes come in the hundreds: one
//! transaction for each call. Only the worker that holds the user's lease may write.

use model::{Error, Lease, Result};
use rusqlite::{Connection, Row, Statement, named_params, params};

use crate::Store;
use crate::column::Bits;
use crate::fault::Sql;
use crate::leases::require;

/// How many rows are read at a time: the store is free for others between two reads.
const PAGE: usize = 4096;

/// A folder of a user, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerFolder {
    /// The name on the source, in the server's own bytes (RFC 3501 §5.1.3).
    pub source_name: Vec<u8>,
    /// UIDVALIDITY of the source folder (RFC 3501 §2.3.1.1), of any width that servers tell.
    pub source_uid_validity: u64,
    /// The name on the target.
    pub target_name: String,
    /// UIDVALIDITY of the target folder; none before first contact.
    pub target_uid_validity: Option<u64>,
    /// Everything on the target below this UID is known here.
    pub target_uid_next: Option<u32>,
    /// How the source was when all of it was in step.
    pub in_step_at: Option<SourceMark>,
}

/// What a source folder says of itself: while it says the same, nothing in it has changed (RFC 7162 §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceMark {
    /// Its UIDNEXT.
    pub uid_next: u32,
    /// How many messages it has.
    pub messages: u64,
    /// Its HIGHESTMODSEQ.
    pub highest_modseq: u64,
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
    /// A digest of its Message-ID as it is compared.
    pub message_id: Option<[u8; 16]>,
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
    /// The target's UIDNEXT after these messages, if it is known.
    pub target_uid_next: Option<u32>,
    /// The messages that were copied or found.
    pub messages: Vec<LedgerMessage>,
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

    /// How many bytes the messages of a user's ledger are.
    pub fn ledger_bytes(&self, user: i64) -> Result<u64> {
        self.read(|tx| {
            let mut sum = tx.prepare_cached(
                "SELECT ifnull(sum(size), 0) FROM folder JOIN message ON folder_id = folder.id WHERE user_id = ?",
            )?;
            Ok(sum.query_row([user], |row| row.get(0))?)
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
            let mut insert = tx.prepare_cached(
                "INSERT OR REPLACE INTO message (folder_id, source_uid, target_uid, size, digest, received, message_id, flags)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )?;
            for record in records {
                if let Some(numbers) = &record.numbers {
                    upsert_folder(tx, lease, numbers)?;
                }
                advance(tx, lease, record)?;
                for message in &record.messages {
                    insert_message(&mut insert, record.folder, message)?;
                }
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

    /// Strikes all messages of a folder out, and what the target's numbers were: its UIDVALIDITY changed, so that they
    /// mean nothing any more (RFC 3501 §2.3.1.1). Save the folder with the new one afterwards.
    pub fn reset_folder(&self, lease: &Lease, folder: i64) -> Result<()> {
        self.write(|tx| {
            require_folder(tx, lease, folder)?;
            tx.execute("DELETE FROM message WHERE folder_id = ?", [folder])?;
            tx.execute(
                "UPDATE folder SET target_uid_validity = NULL, target_uid_next = NULL, in_step_uid_next = NULL,
                     in_step_messages = NULL, in_step_modseq = NULL
                 WHERE id = ?",
                [folder],
            )?;
            Ok(())
        })
    }
}

fn upsert_folder(tx: &Connection, lease: &Lease, folder: &LedgerFolder) -> Sql<i64> {
    let mut upsert = tx.prepare_cached(
        "INSERT INTO folder (user_id, source_name, source_uid_validity, target_name, target_uid_validity,
                             target_uid_next, in_step_uid_next, in_step_messages, in_step_modseq)
         VALUES (:user, :source_name, :source_uid_validity, :target_name, :target_uid_validity, :target_uid_next,
                 :in_step_uid_next, :in_step_messages, :in_step_modseq)
         ON CONFLICT (user_id, source_name) DO UPDATE SET
             source_uid_validity = excluded.source_uid_validity, target_name = excluded.target_name,
             target_uid_validity = excluded.target_uid_validity, target_uid_next = excluded.target_uid_next,
             in_step_uid_next = excluded.in_step_uid_next, in_step_messages = excluded.in_step_messages,
             in_step_modseq = excluded.in_step_modseq
         RETURNING id",
    )?;
    let mark = folder.in_step_at;
    Ok(upsert.query_row(
        named_params! {
            ":user": lease.user.id,
            ":source_name": folder.source_name,
            ":source_uid_validity": Bits(folder.source_uid_validity),
            ":target_name": folder.target_name,
            ":target_uid_validity": folder.target_uid_validity.map(Bits),
            ":target_uid_next": folder.target_uid_next,
            ":in_step_uid_next": mark.map(|mark| mark.uid_next),
            ":in_step_messages": mark.map(|mark| mark.messages),
            ":in_step_modseq": mark.map(|mark| Bits(mark.highest_modseq)),
        },
        |row| row.get(0),
    )?)
}

/// The target's UIDNEXT only goes up while UIDVALIDITY stays (RFC 3501 §2.3.1.1).
fn advance(tx: &Connection, lease: &Lease, record: &FolderRecord) -> Sql<()> {
    let mut update = tx.prepare_cached(
        "UPDATE folder SET target_uid_next = nullif(max(ifnull(target_uid_next, 0), ifnull(?, 0)), 0)
         WHERE id = ? AND user_id = ?",
    )?;
    match update.execute(params![record.target_uid_next, record.folder, lease.user.id])? {
        0 => Err(unknown(lease, record.folder).into()),
        _ => Ok(()),
    }
}

fn require_folder(tx: &Connection, lease: &Lease, folder: i64) -> Sql<()> {
    require(tx, lease)?;
    let mut select = tx.prepare_cached("SELECT 1 FROM folder WHERE id = ? AND user_id = ?")?;
    if select.exists([folder, lease.user.id])? { Ok(()) } else { Err(unknown(lease, folder).into()) }
}

fn unknown(lease: &Lease, folder: i64) -> Error {
    let address = lease.user.row.email_address.as_str();
    Error::internal(format!("the ledger of `{address}` has no folder {folder}")).user(address)
}

fn insert_message(insert: &mut Statement<'_>, folder: i64, message: &LedgerMessage) -> Sql<()> {
    let LedgerMessage { source_uid, target_uid, size, digest, received, message_id, flags } = message;
    insert.execute(params![folder, source_uid, target_uid, size, digest, received, message_id, flags])?;
    Ok(())
}

fn page(tx: &Connection, folder: i64, after: Option<u32>) -> Sql<Vec<LedgerMessage>> {
    let mut select = tx.prepare_cached(
        "SELECT source_uid, target_uid, size, digest, received, message_id, flags FROM message
         WHERE folder_id = ? AND source_uid > ? ORDER BY source_uid LIMIT ?",
    )?;
    let messages = select.query_map(params![folder, after.unwrap_or(0), PAGE], read_message)?;
    Ok(messages.collect::<Result<_, _>>()?)
}

fn read_message(row: &Row<'_>) -> rusqlite::Result<LedgerMessage> {
    Ok(LedgerMessage {
        source_uid: row.get(0)?,
        target_uid: row.get(1)?,
        size: row.get(2)?,
        digest: row.get(3)?,
        received: row.get(4)?,
        message_id: row.get(5)?,
        flags: row.get(6)?,
    })
}

fn read_folder(row: &Row<'_>) -> rusqlite::Result<LedgerFolder> {
    Ok(LedgerFolder {
        source_name: row.get("source_name")?,
        source_uid_validity: row.get::<_, Bits>("source_uid_validity")?.0,
        target_name: row.get("target_name")?,
        target_uid_validity: row.get::<_, Option<Bits>>("target_uid_validity")?.map(|bits| bits.0),
        target_uid_next: row.get("target_uid_next")?,
        in_step_at: read_mark(row)?,
    })
}

fn read_mark(row: &Row<'_>) -> rusqlite::Result<Option<SourceMark>> {
    let uid_next: Option<u32> = row.get("in_step_uid_next")?;
    let messages: Option<u64> = row.get("in_step_messages")?;
    let highest_modseq = row.get::<_, Option<Bits>>("in_step_modseq")?.map(|bits| bits.0);
    let all = uid_next.zip(messages).zip(highest_modseq);
    Ok(all.map(|((uid_next, messages), highest_modseq)| SourceMark { uid_next, messages, highest_modseq }))
}
