//! What a token server knows.

use std::time::Duration;

use super::identity::Identity;

/// Who may have tokens, and which.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory.
    pub tenant: String,
    /// The application's id.
    pub application: String,
    /// Its secret; empty: it has none, as public clients.
    pub secret: String,
    /// Its certificate.
    pub certificate: Option<Identity>,
    /// A service account, known by the key's certificate.
    pub service_account: Option<ServiceAccount>,
    /// What tokens are for.
    pub audience: String,
    /// The role that an application has; empty: none.
    pub role: String,
    /// Who signs in, and may open that mailbox.
    pub person: String,
    /// The mailboxes that an application's token opens; empty: all.
    pub mailboxes: Vec<String>,
    /// How long access tokens are good.
    pub life: Duration,
    /// How long a code is good.
    pub code_life: Duration,
    /// How long a device must wait between two questions.
    pub interval: Duration,
}

/// A service account of Google.
#[derive(Debug, Clone)]
pub struct ServiceAccount {
    /// Its address.
    pub email: String,
    /// The id of its key.
    pub key_id: String,
    /// Its key.
    pub key: Identity,
    /// The scopes that are delegated to it.
    pub scopes: Vec<String>,
    /// The users that there are; empty: all.
    pub users: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tenant: "contoso.example".to_owned(),
            application: "11111111-2222-3333-4444-555555555555".to_owned(),
            secret: "c1ient-s3cret~of.the-application".to_owned(),
            certificate: None,
            service_account: None,
            audience: "https://outlook.office365.com".to_owned(),
            role: "IMAP.AccessAsApp".to_owned(),
            person: "ann@contoso.example".to_owned(),
            mailboxes: Vec::new(),
            life: Duration::from_secs(3600),
            code_life: Duration::from_secs(900),
            interval: Duration::from_secs(5),
        }
    }
}
