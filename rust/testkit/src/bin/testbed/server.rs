//! One of the two servers, whichever kind it is.

use std::io;

use testkit::Address;
#[cfg(unix)]
use testkit::dovecot::{self, Dovecot};
use testkit::sample::{self, Sample};

use crate::arguments::Layout;

/// Which server to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Real Dovecot.
    #[cfg(unix)]
    Dovecot,
    /// The one in memory.
    Sample,
}

impl Kind {
    /// Nothing stands for `auto`.
    pub(crate) fn parse(name: &str) -> Result<Option<Self>, String> {
        match name {
            #[cfg(unix)]
            "dovecot" => Ok(Some(Self::Dovecot)),
            "sample" => Ok(Some(Self::Sample)),
            "auto" => Ok(None),
            _ => Err(format!("unknown server `{name}`")),
        }
    }

    /// The best that this machine has.
    pub(crate) fn installed() -> Self {
        #[cfg(unix)]
        if dovecot::find().is_some() {
            return Self::Dovecot;
        }
        Self::Sample
    }

    /// Name and version.
    pub(crate) fn describe(self) -> String {
        match self {
            #[cfg(unix)]
            Self::Dovecot => format!("dovecot {}", dovecot::version().unwrap_or_default()),
            Self::Sample => format!("sample {}", env!("CARGO_PKG_VERSION")),
        }
    }
}

/// A server of either kind.
pub(crate) enum Server {
    /// Real Dovecot.
    #[cfg(unix)]
    Dovecot(Dovecot),
    /// The one in memory.
    Sample(Box<Sample>),
}

impl Server {
    /// Starts a server that has no mail yet.
    pub(crate) fn start(kind: Kind, layout: Layout) -> io::Result<Self> {
        let (prefix, separator) = layout.namespace();
        let prefix = prefix.to_owned();
        match kind {
            #[cfg(unix)]
            Kind::Dovecot => {
                let options = dovecot::Options { prefix, separator, ..Default::default() };
                Dovecot::start(&options).map(Self::Dovecot)
            }
            Kind::Sample => {
                let options = sample::Options { prefix, separator, ..Default::default() };
                Sample::start(options).map(Box::new).map(Self::Sample)
            }
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &Address {
        match self {
            #[cfg(unix)]
            Self::Dovecot(server) => server.address(),
            Self::Sample(server) => server.address(),
        }
    }

    /// Stops serving and keeps all mail.
    pub(crate) fn stop(&mut self) {
        match self {
            #[cfg(unix)]
            Self::Dovecot(server) => server.stop(),
            Self::Sample(server) => server.stop(),
        }
    }

    /// Serves again on the same ports.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        match self {
            #[cfg(unix)]
            Self::Dovecot(server) => server.restart(),
            Self::Sample(server) => server.restart(),
        }
    }
}
