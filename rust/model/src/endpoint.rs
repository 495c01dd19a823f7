//! Endpoints: how to reach a server.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::address::host_fault;
use crate::oauth::{Claims, OAuth};
use crate::{Error, ErrorKind, Name, Result, Secret, shown};

/// How a connection is protected; Exchange's `IMAPSecurityMechanism` (spec 1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Security {
    /// No encryption.
    None,
    /// TLS from the first byte, usually port 993.
    #[default]
    Ssl,
    /// STARTTLS, usually port 143. Never skipped.
    Tls,
}

/// Which side of a migration an endpoint serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Mail comes from here.
    #[default]
    Source,
    /// Mail goes here.
    Target,
}

/// A number of things allowed at once, or no limit; Exchange's `Unlimited`. In JSON: `"20"` or `"unlimited"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Limit {
    /// At most that many.
    Count(u32),
    /// As many as there are.
    Unlimited,
}

impl Limit {
    /// The limit as a number to count with.
    pub fn as_usize(self) -> usize {
        match self {
            Self::Count(n) => usize::try_from(n).unwrap_or(usize::MAX),
            Self::Unlimited => usize::MAX,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(n) => write!(f, "{n}"),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl FromStr for Limit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text.eq_ignore_ascii_case("unlimited") {
            return Ok(Self::Unlimited);
        }
        text.parse().map(Self::Count).map_err(|_| {
            Error::new(
                ErrorKind::InvalidArgument,
                format!("{} is neither a number nor `unlimited`", shown(text)),
            )
        })
    }
}

impl TryFrom<String> for Limit {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

/// A user name and its password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The logon name.
    pub user_name: String,
    /// The password.
    pub password: Secret,
}

/// How an administrator logs in for somebody else (spec 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum AdminLoginFormat {
    /// No administrator: every user has a password of their own.
    #[default]
    None,
    /// `domain/admin/user`.
    Exchange,
    /// `user*admin`; the separator can be another.
    Dovecot,
    /// `#user@domain#admin#`.
    Mirapoint,
    /// As Mirapoint.
    Zimbra,
    /// SASL PLAIN with the user as authorization identity (RFC 4616): Cyrus, Dovecot, Zimbra, Exchange.
    SaslPlain,
    /// The administrator's own login; the user's mail lies below UserRoot: Courier, Oracle.
    UserRoot,
    /// The administrator's own login, then PROXYAUTH with the user: Sun, iPlanet, Oracle.
    ProxyAuth,
    /// X-MASTERAUTH with the master password alone, then X-SETUSER with the user: Kerio.
    Kerio,
}

/// How to reach an IMAP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImapServer {
    /// Host name or address.
    pub remote_server: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Whether any certificate will do.
    #[serde(default)]
    pub accept_untrusted_certificates: bool,
}

impl ImapServer {
    /// Checks that it can be a host's. What was given is not repeated: a URL may hold a password.
    pub fn check(&self) -> Result<()> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidArgument, message);
        if let Some(fault) = host_fault(&self.remote_server) {
            return Err(invalid(format!("the RemoteServer {fault}")).remedy(
                "give the name or the address of the host alone, as in imap.contoso.com; -Port and -Security say the rest",
            ));
        }
        if self.port == 0 { Err(invalid("the Port is 0".to_owned())) } else { Ok(()) }
    }
}

/// Where mail lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "place", rename_all = "snake_case")]
pub enum Place {
    /// On an IMAP server.
    Imap(ImapServer),
    /// In Maildir trees, one a user, below this folder.
    Maildir {
        /// The folder that holds them.
        path: String,
    },
}

impl Place {
    /// Exchange's `EndpointType`, and our own word for Maildir.
    pub fn endpoint_type(&self) -> &'static str {
        match self {
            Self::Imap(_) => "IMAP",
            Self::Maildir { .. } => "Maildir",
        }
    }

    /// What two endpoints share that lead to the same server or tree, as far as names can tell: 143 and 993, IMAP's own
    /// ports, are two doors of one server, any other port is a server of its own. An address is one however it is written, and
    /// that of this machine has a name, too.
    pub fn key(&self) -> String {
        match self {
            Self::Imap(server) => {
                let port = if server.port == 143 { 993 } else { server.port };
                format!("{}:{port}", host_key(&server.remote_server))
            }
            Self::Maildir { path } => path.clone(),
        }
    }
}

fn host_key(host: &str) -> String {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(Ipv4Addr::LOCALHOST) | IpAddr::V6(Ipv6Addr::LOCALHOST)) => "localhost".to_owned(),
        Ok(address) => address.to_string(),
        Err(_) => host.to_lowercase(),
    }
}

/// How to reach a server, with what the admin said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its identity for machines.
    pub guid: Uuid,
    /// Its identity for people.
    pub name: Name,
    /// Which side it serves.
    pub role: Role,
    /// Where the mail lies.
    pub place: Place,
    /// Mailboxes in their initial sync at once.
    pub max_concurrent_migrations: Limit,
    /// Mailboxes in an incremental sync at once.
    pub max_concurrent_incremental_syncs: Limit,
    /// The administrator, if one logs in for everybody.
    pub credentials: Option<Credentials>,
    /// How the administrator logs in.
    pub admin_login_format: AdminLoginFormat,
    /// What stands between user and administrator in the Dovecot format.
    pub login_separator: String,
    /// How tokens are had, where logins take these in place of passwords.
    pub oauth: Option<OAuth>,
    /// What the last token that was tested said of itself.
    pub claims: Option<Claims>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Timestamp,
}

impl Endpoint {
    /// Mailboxes in their initial sync at once, unless the admin says otherwise (spec 4: 20 is safe).
    pub const DEFAULT_MIGRATIONS: Limit = Limit::Count(20);
    /// Mailboxes in an incremental sync at once, unless the admin says otherwise.
    pub const DEFAULT_INCREMENTAL_SYNCS: Limit = Limit::Count(10);
    /// Dovecot's default `auth_master_user_separator` in Microsoft's examples.
    pub const DEFAULT_SEPARATOR: &'static str = "*";

    /// Checks what parameters alone cannot say (spec 4).
    pub fn validate(&self) -> Result<()> {
        let fault =
            |message: String| Err(Error::new(ErrorKind::InvalidArgument, message).object(self.name.as_str()));
        if self.max_concurrent_incremental_syncs > self.max_concurrent_migrations {
            return fault(format!(
                "MaxConcurrentIncrementalSyncs ({}) is above MaxConcurrentMigrations ({}) in endpoint `{}`",
                self.max_concurrent_incremental_syncs, self.max_concurrent_migrations, self.name
            ));
        }
        if self.max_concurrent_incremental_syncs == Limit::Count(0) {
            return fault(format!("the concurrency limits of endpoint `{}` must be 1 or more", self.name));
        }
        if let Some(oauth) = &self.oauth {
            oauth.validate(self.name.as_str())?;
            if self.credentials.is_some() {
                return fault(format!(
                    "endpoint `{}` has a password and tokens: logins take one of them",
                    self.name
                ));
            }
        }
        match &self.place {
            Place::Imap(server) => server.check().map_err(|error| error.object(self.name.as_str())),
            Place::Maildir { path } if path.trim().is_empty() => {
                fault(format!("endpoint `{}` has no Path", self.name))
            }
            Place::Maildir { .. } if self.oauth.is_some() => fault(format!(
                "endpoint `{}`: nobody logs in to a Maildir tree, with a token or without",
                self.name
            )),
            Place::Maildir { .. } if self.role == Role::Source => {
                fault(format!("endpoint `{}`: a Maildir tree can only be a target", self.name))
            }
            Place::Maildir { .. } if self.credentials.is_some() => fault(format!(
                "endpoint `{}`: a Maildir tree has no login, so Credentials mean nothing",
                self.name
            )),
            Place::Maildir { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_one_however_its_address_is_written() {
        for alike in [
            &["localhost", "LOCALHOST", "127.0.0.1", "::1", "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"][..],
            &["2001:DB8::1", "[2001:db8:0:0::1]"],
            &["imap.example", "IMAP.Example"],
        ] {
            let keys: std::collections::BTreeSet<_> = alike.iter().map(|host| host_key(host)).collect();
            assert_eq!(keys.len(), 1, "{keys:?}");
        }
        assert_ne!(host_key("127.0.0.2"), host_key("127.0.0.1"), "another server may listen there");
    }
}
