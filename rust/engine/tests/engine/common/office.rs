//! A token server, and an Exchange Online that believes it.

use std::time::Duration;

use model::contract::{NewBatch, NewEndpoint};
use model::oauth::{Cloud, Grant, OAuth, Provider};
use model::{Secret, Security};
use testkit::PASSWORD;
use testkit::sample::{Judge, Options, Sample};
use testkit::tokens::{self, Tokens};

use super::lab::{Lab, address_of, batch_from, imap, source, target};
use super::{message, put};

/// What an application asks by.
pub(crate) const GRANT: &str = "client_credentials";

/// A token server, and an Exchange Online that believes it.
pub(crate) struct Office {
    pub(crate) tokens: Tokens,
    pub(crate) known: tokens::Options,
}

impl Office {
    pub(crate) fn new(life: Duration) -> Self {
        let known = tokens::Options { life, ..tokens::Options::default() };
        Self { tokens: Tokens::start(known.clone()).unwrap(), known }
    }

    pub(crate) fn judge(&self) -> Judge {
        let tokens = self.tokens.clone();
        Judge::new(move |token, mailbox| tokens.is_good(token, mailbox))
    }

    pub(crate) fn exchange(&self) -> Options {
        Options::exchange_online(self.judge())
    }

    pub(crate) fn oauth(&self, grant: Grant) -> OAuth {
        OAuth {
            provider: Provider::Office365 { cloud: Cloud::Global, tenant: self.known.tenant.clone() },
            application_id: Some(self.known.application.clone()),
            authority: Some(self.tokens.authority()),
            scope: None,
            grant,
        }
    }

    pub(crate) fn application(&self) -> OAuth {
        self.oauth(secret(&self.known.secret))
    }

    /// The endpoint `target` at this server, whose tokens are had so.
    pub(crate) fn target(&self, to: &Sample, oauth: OAuth) -> NewEndpoint {
        NewEndpoint { oauth: Some(oauth), ..target(imap(to.address(), Security::None)) }
    }

    /// A migration from a server with passwords.
    pub(crate) fn lab(&self, from: &Sample, to: &Sample) -> Lab {
        Lab::with(source(imap(from.address(), Security::None)), self.target(to, self.application()))
    }
}

pub(crate) fn secret(text: &str) -> Grant {
    Grant::ClientSecret { client_secret: Secret::new(text) }
}

pub(crate) fn hour() -> Office {
    Office::new(Duration::from_secs(3600))
}

/// A source with so many messages in the INBOX of each user.
pub(crate) fn filled(users: &[&str], messages: usize) -> Sample {
    let from = Sample::start(Options::default()).unwrap();
    for user in users {
        put(from.address(), user, "INBOX", (0..messages).map(|number| message(&format!("{user} {number}"))));
    }
    from
}

/// Users with a password on the source alone.
pub(crate) fn batch(users: &[&str]) -> NewBatch {
    let row = |user: &&str| format!("{},{user},{PASSWORD}\n", address_of(user));
    let rows: String = users.iter().map(row).collect();
    batch_from(&format!("EmailAddress,UserName,Password\n{rows}"))
}

/// A copy holds what its source does, in that order, but for what Exchange adds.
pub(crate) fn assert_same(from: &Sample, to: &Sample, users: &[&str]) {
    let bodies = |server: &Sample, mailbox: &str| -> Vec<Vec<u8>> {
        let plain = |bytes: &[u8]| bytes.strip_prefix(b"X-Sample: stored\r\n").unwrap_or(bytes).to_vec();
        server.messages(mailbox, "INBOX").iter().map(|message| plain(&message.bytes)).collect()
    };
    for user in users {
        let (copies, originals) = (bodies(to, &address_of(user)), bodies(from, user));
        assert!(copies == originals, "{user} has {} messages of {}", copies.len(), originals.len());
    }
}

/// None of these is in a file of the store or in what was answered.
pub(crate) fn assert_nowhere<'s>(lab: &Lab, secrets: impl Iterator<Item = &'s str>) {
    let files = std::fs::read_dir(lab.folder()).unwrap().map(|file| file.unwrap().path());
    let mut kept: Vec<(String, Vec<u8>)> = files
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
        .collect();
    kept.push(("the events".to_owned(), lab.events().into_bytes()));
    let mut searched = 0;
    for secret in secrets {
        for (place, bytes) in &kept {
            assert!(!bytes.windows(secret.len()).any(|at| at == secret.as_bytes()), "a secret is in {place}");
        }
        searched += 1;
    }
    assert!(searched > 1 && kept.len() > 1);
}
