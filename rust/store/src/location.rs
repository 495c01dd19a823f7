//! Where a store lies when nobody says so, and what a store's URL means.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use model::contract::Environment;
use model::{Error, ErrorKind, Result};
use percent_encoding::percent_decode_str;

use crate::Store;

/// The variable that names the store of everything that runs in this environment.
const VARIABLE: &str = "IMAP_MIGRATION_STORE";

/// The kinds of system that differ in where a service keeps its data.
#[derive(Debug, Clone, Copy)]
enum System {
    Linux { root: bool },
    MacOs,
    Windows,
}

impl Store {
    /// The folder of the store that is meant: a path or a `file:` or `sqlite:` URL; else what `IMAP_MIGRATION_STORE`
    /// says; else the default of this machine and account.
    pub fn location(store: Option<&str>, environment: &Environment) -> Result<PathBuf> {
        let folder = locate(store, &|name| environment.get(name, |name| std::env::var_os(name)), system())?;
        std::path::absolute(&folder)
            .map_err(|error| unusable(&folder.display().to_string(), &error.to_string()))
    }
}

fn system() -> System {
    match std::env::consts::OS {
        "windows" => System::Windows,
        "macos" => System::MacOs,
        _ => System::Linux { root: is_root() },
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn locate(
    store: Option<&str>,
    variable: &dyn Fn(&str) -> Option<OsString>,
    system: System,
) -> Result<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(store) = store.map(str::trim).filter(|store| !store.is_empty()) {
        return named(store, system);
    }
    if let Some(store) = set(VARIABLE) {
        return match store.to_str() {
            Some(store) => named(store, system),
            None => Ok(store.into()),
        };
    }
    default(&set, system)
}

fn default(set: &dyn Fn(&str) -> Option<OsString>, system: System) -> Result<PathBuf> {
    let below = |name: &str, tail: &str| set(name).map(|base| Path::new(&base).join(tail));
    let folder = match system {
        System::Linux { root: true } => Some("/var/lib/imap-migration".into()),
        System::Linux { root: false } => {
            below("XDG_STATE_HOME", "imap-migration").or_else(|| below("HOME", ".local/state/imap-migration"))
        }
        System::MacOs => below("HOME", "Library/Application Support/ImapMigration"),
        System::Windows => below("ProgramData", "ImapMigration"),
    };
    folder.ok_or_else(|| unusable("default", "this account has no home folder"))
}

fn named(store: &str, system: System) -> Result<PathBuf> {
    let scheme = |name: &str| {
        let (scheme, rest) = store.split_once(':')?;
        scheme.eq_ignore_ascii_case(name).then_some(rest)
    };
    if scheme("postgres").or_else(|| scheme("postgresql")).is_some() {
        // The URL may hold a password: it is not repeated.
        return Err(unusable("postgres:", "PostgreSQL is not in this version"));
    }
    match scheme("file").or_else(|| scheme("sqlite")) {
        Some(rest) => from_url(store, rest, system),
        None => Ok(store.into()),
    }
}

/// The path of a `file:` URL (RFC 8089 §2): an authority, if any, must be this machine.
fn from_url(store: &str, rest: &str, system: System) -> Result<PathBuf> {
    let path = match rest.strip_prefix("//") {
        None => rest,
        Some(rest) => {
            let (host, _) = rest.split_once('/').unwrap_or((rest, ""));
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return Err(unusable(store, "its URL names another machine"));
            }
            rest.strip_prefix(host).unwrap_or(rest)
        }
    };
    let path = percent_decode_str(path).decode_utf8().map_err(|_| unusable(store, "its URL is not UTF-8"))?;
    let drive = path.strip_prefix('/').filter(|path| path.as_bytes().get(1) == Some(&b':'));
    match (system, drive) {
        _ if path.is_empty() => Err(unusable(store, "its URL has no path")),
        (System::Windows, Some(path)) => Ok(path.into()),
        _ => Ok(path.as_ref().into()),
    }
}

fn unusable(store: &str, fault: &str) -> Error {
    Error::new(ErrorKind::StoreUnavailable, format!("the store `{store}` cannot be used: {fault}"))
        .object(store)
        .remedy("name a folder on a local disk, as a path or as `file:///path`")
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: System = System::Linux { root: false };

    fn locate_with(store: Option<&str>, variables: &[(&str, &str)], system: System) -> Result<String> {
        let variable = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        };
        locate(store, &variable, system).map(|path| path.to_str().unwrap().replace('\\', "/"))
    }

    #[test]
    fn what_is_said_wins_over_the_environment_and_that_over_the_default() {
        let variables = [(VARIABLE, "sqlite:/env"), ("HOME", "/home/ann")];
        assert_eq!(locate_with(Some("/said"), &variables, USER).unwrap(), "/said");
        assert_eq!(locate_with(Some(" "), &variables, USER).unwrap(), "/env");
        assert_eq!(
            locate_with(None, &variables[1..], USER).unwrap(),
            "/home/ann/.local/state/imap-migration"
        );
    }

    #[test]
    fn each_system_has_its_default() {
        let root = System::Linux { root: true };
        assert_eq!(locate_with(None, &[], root).unwrap(), "/var/lib/imap-migration");
        let state = [("XDG_STATE_HOME", "/state"), ("HOME", "/home/ann")];
        assert_eq!(locate_with(None, &state, USER).unwrap(), "/state/imap-migration");
        let data = [("ProgramData", "C:/ProgramData")];
        assert_eq!(locate_with(None, &data, System::Windows).unwrap(), "C:/ProgramData/ImapMigration");
        let home = [("HOME", "/Users/ann")];
        let mac = locate_with(None, &home, System::MacOs).unwrap();
        assert_eq!(mac, "/Users/ann/Library/Application Support/ImapMigration");
        assert_eq!(locate_with(None, &[], USER).unwrap_err().kind, ErrorKind::StoreUnavailable);
    }

    #[test]
    fn a_url_names_a_folder_of_this_machine() {
        let path = |url: &str, system| locate_with(Some(url), &[], system).unwrap();
        assert_eq!(path("file:///srv/my%20store", USER), "/srv/my store");
        assert_eq!(path("SQLITE:relative", USER), "relative");
        assert_eq!(path("file://localhost/srv", USER), "/srv");
        assert_eq!(path("file:///C:/Stores/a", System::Windows), "C:/Stores/a");
        assert_eq!(path("C:/Stores/a", System::Windows), "C:/Stores/a");
        for bad in ["file://server/share", "file:", "sqlite://"] {
            assert_eq!(
                locate_with(Some(bad), &[], USER).unwrap_err().kind,
                ErrorKind::StoreUnavailable,
                "{bad}"
            );
        }
    }

    #[test]
    fn postgres_is_refused_without_repeating_its_password() {
        let error = locate_with(Some("postgres://ann:hunter2@db/x"), &[], USER).unwrap_err();
        assert_eq!(error.kind, ErrorKind::StoreUnavailable);
        assert!(error.message.contains("not in this version"));
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
