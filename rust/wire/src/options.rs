//! How to reach a server and who logs in.

use std::path::PathBuf;
use std::time::Duration;

use model::login::Impersonation;
use model::{Secret, Security};

use crate::dial::Dialer;

/// Where the server is, how the connection is protected, and how long to wait.
#[derive(Debug, Clone)]
pub struct Options {
    /// Host name or address; also the name that the certificate must carry.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Plain, TLS from the first byte, or STARTTLS.
    pub security: Security,
    /// Which certificates are accepted.
    pub certificates: CertificatePolicy,
    /// The longest wait for each step of the opening before login: TCP, TLS, greeting.
    pub connect_timeout: Duration,
    /// The longest silence on the wire while something is expected. Who is not silent, and says nothing that was asked for, has
    /// half an hour.
    pub response_timeout: Duration,
    /// How the stream below it all is opened.
    pub dialer: Dialer,
}

impl Options {
    /// Options with the system's trust and the usual time-outs.
    pub fn new(host: impl Into<String>, port: u16, security: Security) -> Self {
        Self {
            host: host.into(),
            port,
            security,
            certificates: CertificatePolicy::System,
            connect_timeout: Duration::from_secs(15),
            response_timeout: Duration::from_secs(120),
            dialer: Dialer::default(),
        }
    }

    /// `host:port`, as errors name the server.
    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Which certificates are accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificatePolicy {
    /// Those that the operating system trusts, for the host's name.
    #[default]
    System,
    /// Any: the name, the issuer and the dates are not looked at. Signatures still are.
    AcceptAny,
    /// Those issued by these authorities and no others.
    Authorities {
        /// A PEM file of them.
        file: Option<PathBuf>,
        /// Folders of such files.
        folders: Vec<PathBuf>,
    },
}

/// Who logs in.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user whose password is given, or whose mailbox the token opens.
    pub authentication_user: String,
    /// The user whose mail is wanted, where an administrator logs in for somebody else.
    pub impersonation: Option<Impersonation>,
    /// What proves that it is `authentication_user`.
    pub proof: Proof,
}

/// What proves who logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The user's password.
    Password(Secret),
    /// A token that opens the user's mailbox (RFC 6750).
    Token(Secret),
}

impl Proof {
    /// What must not be shown of it.
    pub(crate) fn secret(&self) -> &str {
        match self {
            Self::Password(secret) | Self::Token(secret) => secret.declassify(),
        }
    }
}
