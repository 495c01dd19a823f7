//! Opening a store: its folder, its database, its key, and the one way into a transaction.

use std::fs;
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::contract::StoreView;
use model::{ErrorKind, Result, Secret};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use uuid::Uuid;

use crate::disk;
use crate::fault::{Fault, Sql, corrupted, unavailable};
use crate::in_place::FileId;
use crate::private::{check_folder, make_folder, protect_files};
use crate::schema;
use crate::secrets::{Cipher, Column};

const DATABASE: &str = "migration.db";

/// How long a statement waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long it waits while the last one waited in vain: who comes after that shall not wait for those before, too.
const BUSY_STILL: Duration = Duration::from_millis(250);

/// The longest that any statement of this process waits, in milliseconds.
static PATIENCE: AtomicU64 = AtomicU64::new(10_000);

/// Lets no statement of this process wait longer than this for another process: in a world whose time stands still while
/// SQLite waits, whoever holds the lock never lets go.
pub fn wait_at_most(patience: Duration) {
    PATIENCE.store(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

fn patience(usual: Duration) -> Duration {
    usual.min(Duration::from_millis(PATIENCE.load(Ordering::Relaxed)))
}

/// The statements that a worker repeats all have room in the cache.
const CACHED_STATEMENTS: usize = 64;

/// What every connection is set to.
///
/// `synchronous = NORMAL`: in WAL mode a power cut may take back the last commits, never one in the middle, and damages
/// nothing; a killed process loses nothing. That is enough for the ledger, since before a worker appends it looks for
/// messages that lie on the target beyond what the ledger says, and adopts them. It saves an fsync per commit. Up to where
/// the target was accounted for is not a thing to forget: that goes through [`Store::write_durably`].
const SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -32768;
    PRAGMA journal_size_limit = 67108864;
";

/// An open store: one connection. A clone shares it; another process, or another `open`, has its own.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    created: bool,
    /// Which file the database is.
    database: FileId,
    cipher: Cipher,
    wishes: AtomicU64,
    /// Whether the last transaction waited for another process in vain.
    busy: AtomicBool,
    connection: Mutex<Connection>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.shared.folder.display())
    }
}

impl Store {
    /// Opens the store in this folder, and makes whatever is missing. A folder made for nothing is taken away again.
    pub fn open(folder: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder).map_err(|error| unavailable(folder, &error.to_string()))?;
        let made = !folder.exists();
        let opened = open(&folder);
        if made && opened.is_err() {
            // Takes it away only if it is empty; if not, what is in there says more than a second error would.
            let _ = fs::remove_dir(&folder);
        }
        opened
    }

    /// The folder that the store lies in.
    pub fn folder(&self) -> &Path {
        &self.shared.folder
    }

    pub(crate) fn database(&self) -> FileId {
        self.shared.database
    }

    pub(crate) fn database_path(&self) -> PathBuf {
        self.folder().join(DATABASE)
    }

    /// The store as cmdlets show it.
    pub fn view(&self) -> Result<StoreView> {
        self.read(|tx| {
            let count = |sql: &str| tx.query_row(sql, [], |row| row.get(0));
            Ok(StoreView {
                path: self.folder().display().to_string(),
                created: self.shared.created,
                schema_version: schema::version(tx)?,
                endpoints: count("SELECT count(*) FROM endpoint")?,
                batches: count("SELECT count(*) FROM batch")?,
                users: count("SELECT ifnull(sum(users), 0) FROM tally")?,
            })
        })
    }

    /// Runs statements that see one state of the database.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Sql<T>) -> Result<T> {
        self.transact(TransactionBehavior::Deferred, work)
    }

    /// Runs statements that all happen or none. The write lock comes first, so that two processes take turns and
    /// neither finds out in the middle that what it read has changed.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Connection) -> Sql<T>) -> Result<T> {
        self.transact(TransactionBehavior::Immediate, work)
    }

    /// As [`write`](Self::write), and on the disk when it returns. One WAL holds all commits in their order, so those
    /// before it are on the disk then, too.
    pub(crate) fn write_durably<T>(&self, work: impl FnOnce(&Connection) -> Sql<T>) -> Result<T> {
        let mut connection = self.connection();
        let run = || -> Sql<T> {
            // SQLite heeds this between transactions only.
            connection.pragma_update(None, "synchronous", "FULL")?;
            commit(&mut connection, TransactionBehavior::Immediate, work)
        };
        let answer = run();
        // Where it fails, later writes are slow, which is no fault of this one.
        let _ = connection.pragma_update(None, "synchronous", "NORMAL");
        self.note_whether_busy(&connection, answer)
    }

    /// Runs several calls of this store that write: all of them happen or none. Nobody else may use the store, or a clone
    /// of it, meanwhile.
    pub fn together<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.begin()?;
        let answer = work().and_then(|answer| {
            self.execute("COMMIT").map_err(|fault| self.error(fault))?;
            Ok(answer)
        });
        if answer.is_err() {
            self.roll_back();
        }
        answer
    }

    /// Runs what [`together`](Self::together) would, and takes all of it back: only whether it can be done is known then.
    pub fn rehearse(&self, work: impl FnOnce() -> Result<()>) -> Result<()> {
        self.begin()?;
        let answer = work();
        self.roll_back();
        answer
    }

    fn begin(&self) -> Result<()> {
        let began = self.execute("BEGIN IMMEDIATE");
        self.note_whether_busy(&self.connection(), began)
    }

    /// It fails only where SQLite has taken everything back itself.
    fn roll_back(&self) {
        let _ = self.execute("ROLLBACK");
    }

    fn execute(&self, sql: &str) -> Sql<()> {
        Ok(self.connection().execute_batch(sql)?)
    }

    fn transact<T>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Connection) -> Sql<T>,
    ) -> Result<T> {
        let mut connection = self.connection();
        let answer = commit(&mut connection, behavior, work);
        match behavior {
            TransactionBehavior::Immediate => self.note_whether_busy(&connection, answer),
            // Who reads waits for nobody, and learns nothing of who writes.
            _ => answer.map_err(|fault| self.error(fault)),
        }
    }

    fn note_whether_busy<T>(&self, connection: &Connection, answer: Sql<T>) -> Result<T> {
        let answer = answer.map_err(|fault| self.error(fault));
        let busy = answer.as_ref().is_err_and(|error| error.kind == ErrorKind::StoreLocked);
        if self.shared.busy.swap(busy, Ordering::Relaxed) != busy {
            // It changes how long others wait, and nothing of the answer.
            let _ = connection.busy_timeout(patience(if busy { BUSY_STILL } else { BUSY_TIMEOUT }));
        }
        answer
    }

    /// The connection. A panic of another holder has rolled its transaction back, so the lock is never poisonous.
    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.shared.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn error(&self, fault: Fault) -> model::Error {
        fault.into_error(self.folder())
    }

    /// Counts the wishes that this process wrote: SQLite's own counter tells only of others.
    pub(crate) fn wishes(&self) -> &AtomicU64 {
        &self.shared.wishes
    }

    pub(crate) fn seal(&self, column: Column, guid: Uuid, secret: &Secret) -> Sql<Option<Vec<u8>>> {
        Ok(self.shared.cipher.seal(column, guid, secret)?)
    }

    pub(crate) fn unseal(&self, column: Column, guid: Uuid, sealed: Option<&[u8]>) -> Sql<Secret> {
        self.shared.cipher.open(column, guid, sealed).ok_or_else(|| {
            corrupted(self.folder(), "holds a password that its key does not open")
                .remedy(
                    "bring the key and the database back from the same backup, or set the passwords again",
                )
                .into()
        })
    }
}

fn commit<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    work: impl FnOnce(&Connection) -> Sql<T>,
) -> Sql<T> {
    let writes = matches!(behavior, TransactionBehavior::Immediate);
    let run = |tx: &Connection| -> Sql<T> {
        let answer = work(tx)?;
        if writes {
            disk::room()?;
        }
        Ok(answer)
    };
    if connection.is_autocommit() {
        let transaction = connection.transaction_with_behavior(behavior)?;
        let answer = run(&transaction)?;
        transaction.commit()?;
        Ok(answer)
    } else {
        // Within `together`, which commits.
        let savepoint = connection.savepoint()?;
        let answer = run(&savepoint)?;
        savepoint.commit()?;
        Ok(answer)
    }
}

fn open(folder: &Path) -> Result<Store> {
    make_folder(folder).map_err(|error| unavailable(folder, &format!("cannot be made ({error})")))?;
    check_folder(folder)?;
    let created = create_database(folder)?;
    let in_folder = |fault: Fault| fault.into_error(folder);
    let path = folder.join(DATABASE);
    // Before it is opened: if it is replaced in between, a worker ends for nothing, and none goes on with a file that is gone.
    let database = FileId::of(&fs::metadata(&path).map_err(|error| unavailable(folder, &error.to_string()))?);
    let mut connection = connect(&path).map_err(in_folder)?;
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(|error| in_folder(error.into()))? {
        return Err(unavailable(folder, "may be read, but not written"));
    }
    schema::migrate(&mut connection, folder).map_err(in_folder)?;
    let cipher = cipher(&connection, folder)?;
    protect_files(folder)?;
    let shared = Shared {
        folder: folder.to_owned(),
        created,
        database,
        cipher,
        wishes: AtomicU64::new(0),
        busy: AtomicBool::new(false),
        connection: Mutex::new(connection),
    };
    Ok(Store { shared: Arc::new(shared) })
}

/// Makes the database under another name and moves it into place when it is whole: nobody ever sees half of one.
fn create_database(folder: &Path) -> Result<bool> {
    let path = folder.join(DATABASE);
    let cannot = |error: std::io::Error| unavailable(folder, &format!("does not take a database ({error})"));
    if path.try_exists().map_err(cannot)? {
        return Ok(false);
    }
    let draft = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?.into_temp_path();
    let fill = || -> Sql<()> {
        let mut connection = connect(&draft)?;
        schema::migrate(&mut connection, folder)?;
        connection.close().map_err(|(_, error)| error.into())
    };
    fill().map_err(|fault| fault.into_error(folder))?;
    match draft.persist_noclobber(&path) {
        Ok(()) => Ok(true),
        Err(lost) if lost.error.kind() == Io::AlreadyExists => Ok(false),
        Err(lost) => Err(cannot(lost.error)),
    }
}

fn connect(path: &Path) -> Sql<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(patience(BUSY_TIMEOUT))?;
    connection.execute_batch(SETTINGS)?;
    // One plan for each statement: else SQLite compiles those of the hot paths again for each value bound to them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

/// The store's key; made anew only where nothing was sealed with a lost one.
fn cipher(connection: &Connection, folder: &Path) -> Result<Cipher> {
    const HOLDS_SECRETS: &str = "SELECT EXISTS (SELECT 1 FROM endpoint WHERE password IS NOT NULL)
        OR EXISTS (SELECT 1 FROM user WHERE password IS NOT NULL OR target_password IS NOT NULL)";
    if let Some(cipher) = Cipher::load(folder)? {
        return Ok(cipher);
    }
    let sealed = connection.query_row(HOLDS_SECRETS, [], |row| row.get(0));
    if sealed.map_err(|error| Fault::from(error).into_error(folder))? {
        return Err(Cipher::missing(folder));
    }
    Cipher::create(folder)?;
    Cipher::load(folder)?.ok_or_else(|| Cipher::missing(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_together_is_written_whole_or_not_at_all() {
        let folder = tempfile::TempDir::new().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let set = |n: i64| store.write(|tx| Ok(tx.pragma_update(None, "user_version", n)?));
        let version = || store.read(|tx| Ok(tx.pragma_query_value(None, "user_version", |row| row.get(0))?));
        let before: i64 = version().unwrap();
        let refused: Result<()> = store.together(|| {
            set(before + 1)?;
            assert_eq!(version()?, before + 1);
            Err(model::Error::internal("no"))
        });
        refused.unwrap_err();
        assert_eq!(version().unwrap(), before);
        store.together(|| set(before + 1).and_then(|()| set(before + 2))).unwrap();
        assert_eq!(version().unwrap(), before + 2);
    }

    #[test]
    fn a_durable_write_waits_for_the_disk_and_the_next_one_does_not() {
        let folder = tempfile::TempDir::new().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let level = |tx: &Connection| Ok(tx.pragma_query_value(None, "synchronous", |row| row.get(0))?);
        let levels: [i64; 3] =
            [store.write(level).unwrap(), store.write_durably(level).unwrap(), store.write(level).unwrap()];
        assert_eq!(levels, [1, 2, 1]);
        let refused: Result<()> = store.write_durably(|_| Err(model::Error::internal("no").into()));
        refused.unwrap_err();
        assert_eq!(store.write(level).unwrap(), 1);
    }
}
