//! The token server for a target that takes tokens only.

use std::io;

use serde::Deserialize;
use serde_json::{Value, json};
use testkit::sample::{self, Judge, Sample};
use testkit::tokens::{Identity, Options, ServiceAccount, Tokens};

use crate::server::Server;

const SCOPES: [&str; 2] = ["https://www.googleapis.com/auth/gmail.imap_admin", "https://mail.google.com/"];

/// What the parent may want of the tokens.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wish {
    /// None that was given out is good any more.
    Expire,
    /// The person with the device signs in.
    Consent,
    /// The person with the device refuses.
    Decline,
}

/// A token server, and who may have tokens of it.
pub(crate) struct Authority {
    tokens: Tokens,
    options: Options,
    certificate: Identity,
    key: Identity,
}

impl Authority {
    /// Starts one that knows an application with a secret and a certificate, and a service account.
    pub(crate) fn start() -> io::Result<Self> {
        let (certificate, key) = (Identity::generate()?, Identity::generate()?);
        let account = ServiceAccount {
            email: "mover@contoso.iam.gserviceaccount.com".to_owned(),
            key_id: "4c1d".to_owned(),
            key: key.clone(),
            scopes: SCOPES.map(str::to_owned).to_vec(),
            users: Vec::new(),
        };
        let options = Options {
            certificate: Some(certificate.clone()),
            service_account: Some(account),
            interval: std::time::Duration::from_secs(1),
            ..Options::default()
        };
        let tokens = Tokens::start(options.clone())?;
        Ok(Self { tokens, options, certificate, key })
    }

    /// Exchange Online, which takes these tokens and nothing else.
    pub(crate) fn mail_server(&self) -> io::Result<Server> {
        let tokens = self.tokens.clone();
        let judge = Judge::new(move |token, mailbox| tokens.is_good(token, mailbox));
        Sample::start(sample::Options::exchange_online(judge)).map(Box::new).map(Server::Sample)
    }

    pub(crate) fn grant(&self, wish: Wish) {
        match wish {
            Wish::Expire => self.tokens.expire(),
            Wish::Consent => self.tokens.answer_device(true),
            Wish::Decline => self.tokens.answer_device(false),
        }
    }

    /// What an admin would know.
    pub(crate) fn describe(&self) -> Value {
        json!({
            "authority": self.tokens.authority(),
            "tenant": self.options.tenant,
            "application": self.options.application,
            "secret": self.options.secret,
            "certificate": self.certificate.certificate(),
            "private_key": self.certificate.key(),
            "service_account": {
                "type": "service_account",
                "client_email": "mover@contoso.iam.gserviceaccount.com",
                "client_id": "104857600000000000000",
                "private_key_id": "4c1d",
                "private_key": self.key.key(),
            },
        })
    }
}
