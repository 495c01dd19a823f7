//! Launches real Dovecot 2.3 servers for tests: own configuration, free ports, any user, wiped after.
//!
//! INVARIANT: only the process that was started here is ever stopped, and nothing outside its temporary folder is written.

mod config;
mod process;

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::address::Address;
use crate::credentials::{MASTER_PASSWORD, MASTER_USER};
use crate::tls::Certificate;
use process::Process;

/// The user that serves mail when the tests run as root, because Dovecot refuses to do so as root: `nobody`.
const UNPRIVILEGED: u32 = 65534;

/// How often to try other ports when somebody else took the reserved ones first.
const ATTEMPTS: u32 = 5;

/// How folders lie on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One directory a level: a folder name may hold a dot.
    Fs,
    /// Maildir++: one directory a folder, levels divided by dots.
    MaildirPlusPlus,
    /// Dovecot's own sdbox: APPEND costs the same however many messages a folder has, unlike in a Maildir.
    Sdbox,
}

/// What may differ from one server to the next.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the personal namespace starts with: empty or `INBOX.`.
    pub prefix: String,
    /// What divides the levels of a folder name.
    pub separator: char,
    /// How folders lie on the disk.
    pub layout: Layout,
    /// How many connections a user may hold; none for any number.
    pub max_connections: Option<u32>,
    /// How many bytes a user may keep: more is refused with `NO [OVERQUOTA]`.
    pub quota: Option<u64>,
    /// How large a message may be: a larger one is refused with `NO [LIMIT]`.
    pub max_message: Option<u64>,
    /// The capabilities to announce in place of Dovecot's own.
    pub capability: Option<String>,
    /// Folders, as the server names them, that may be read but not written.
    pub read_only: Vec<String>,
    /// Whether connections can be compressed ([RFC 4978](https://www.rfc-editor.org/rfc/rfc4978)).
    pub compress: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            prefix: String::new(),
            separator: '/',
            layout: Layout::Fs,
            max_connections: None,
            quota: None,
            max_message: None,
            capability: None,
            read_only: Vec::new(),
            compress: false,
        }
    }
}

/// A running Dovecot. Any user may log in with [`PASSWORD`](crate::PASSWORD), or as `user*mailadmin` with
/// [`MASTER_PASSWORD`]. Dropping it stops the server and wipes its mail.
#[derive(Debug)]
pub struct Dovecot {
    // Declared first: the process must end before its folder is wiped.
    process: Option<Process>,
    binary: PathBuf,
    address: Address,
    owner: u32,
    folder: TempDir,
}

impl Dovecot {
    /// Starts a server and returns once it greets.
    pub fn start(options: &Options) -> io::Result<Self> {
        let binary =
            find().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "dovecot is not installed"))?;
        let folder = tempfile::Builder::new().prefix("dovecot-").tempdir()?;
        let certificate = Certificate::generate(folder.path())?;
        let owner = prepare(folder.path())?;
        let mut attempt = 1;
        loop {
            let address = Address::reserve(certificate.certificate.clone())?;
            config::write(folder.path(), options, &address, &certificate.key, owner)?;
            match Process::start(&binary, folder.path(), &address) {
                Ok(process) => return Ok(Self { process: Some(process), binary, address, owner, folder }),
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => attempt += 1, // Most likely another process took a port; the log is in the last error.
            }
        }
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Stops serving and keeps all mail. Does nothing where it is stopped already.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop();
        }
    }

    /// Serves again on the same ports after [`stop`](Self::stop).
    pub fn restart(&mut self) -> io::Result<()> {
        self.stop();
        self.process = Some(Process::start(&self.binary, self.folder.path(), &self.address)?);
        Ok(())
    }

    /// Stops serving for good and leaves all mail and the log behind: what a failed test found. Says where.
    pub fn keep(mut self) -> PathBuf {
        self.stop();
        self.folder.keep()
    }

    /// Where a user's maildir lies.
    pub fn maildir(&self, user: &str) -> PathBuf {
        config::home(self.folder.path(), user).join("Maildir")
    }

    /// Copies a maildir tree that somebody else wrote to where this server reads the user's mail.
    pub fn place_maildir(&self, user: &str, from: &Path) -> io::Result<()> {
        let home = config::home(self.folder.path(), user);
        fs::create_dir_all(&home)?;
        chown(&home, Some(self.owner), None)?;
        copy_tree(from, &self.maildir(user), self.owner)
    }

    /// What the server wrote to its log.
    pub fn log(&self) -> String {
        process::log(self.folder.path())
    }
}

/// The Dovecot that is installed here, if any.
pub fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")]);
    folders.map(|folder| folder.join("dovecot")).find(|file| file.is_file())
}

/// The installed Dovecot's version, such as `2.3.19.1`.
pub fn version() -> Option<String> {
    let output = Command::new(find()?).arg("--version").output().ok()?;
    String::from_utf8(output.stdout).ok()?.split_whitespace().next().map(str::to_owned)
}

/// Makes what the configuration refers to; returns the user id that will own the mail.
fn prepare(folder: &Path) -> io::Result<u32> {
    let mail = folder.join("mail");
    fs::create_dir(&mail)?;
    fs::write(folder.join("masters"), format!("{MASTER_USER}:{{PLAIN}}{MASTER_PASSWORD}\n"))?;
    let ours = fs::metadata(folder)?.uid();
    if ours != 0 {
        return Ok(ours);
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    fs::set_permissions(folder.join("masters"), fs::Permissions::from_mode(0o644))?;
    chown(&mail, Some(UNPRIVILEGED), Some(UNPRIVILEGED))?;
    Ok(UNPRIVILEGED)
}

fn copy_tree(from: &Path, to: &Path, owner: u32) -> io::Result<()> {
    fs::create_dir_all(to)?;
    chown(to, Some(owner), None)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target, owner)?;
        } else {
            fs::copy(entry.path(), &target)?;
            // A message's time is its INTERNALDATE.
            fs::File::options().write(true).open(&target)?.set_modified(entry.metadata()?.modified()?)?;
            chown(&target, Some(owner), None)?;
        }
    }
    Ok(())
}
