//! Grants: on what grounds tokens are given (RFC 6749 §1.3).

use serde::{Deserialize, Serialize};

use crate::Secret;

/// What stands for the mailbox in the arguments of a command.
pub const MAILBOX_PLACEHOLDER: &str = "{mailbox}";

/// On what grounds tokens are given. What is secret of it is not serialized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Grant {
    /// An application's secret (RFC 6749 §4.4).
    ClientSecret {
        /// The secret's value.
        #[serde(default, skip_serializing)]
        client_secret: Secret,
    },
    /// An application's certificate: it signs an assertion with PS256 (RFC 7523 §2.2).
    Certificate {
        /// The certificate: DER, base64.
        certificate: String,
        /// Its key: PKCS #8, PEM.
        #[serde(default, skip_serializing)]
        private_key: Secret,
    },
    /// The same, with a key that stays in the certificate store of Windows.
    CertificateStore {
        /// SHA-1 of the certificate, hex, as Windows has it.
        thumbprint: String,
    },
    /// A person signed in, and is remembered (RFC 6749 §6).
    SignIn {
        /// How the person signs in.
        how: SignIn,
        /// What the authorization server remembers the person by; empty until the person has signed in.
        #[serde(default, skip_serializing)]
        refresh_token: Secret,
        /// What Google wants of applications beside; empty for public clients.
        #[serde(default, skip_serializing)]
        client_secret: Secret,
    },
    /// A service account of Google, for each mailbox by itself (RFC 7523 §2.1).
    ServiceAccount {
        /// Its address.
        client_email: String,
        /// The id of its key.
        private_key_id: String,
        /// Its key: PKCS #8, PEM.
        #[serde(default, skip_serializing)]
        private_key: Secret,
    },
    /// A program of the admin's own, whose output is the token.
    Command {
        /// The program.
        program: String,
        /// What it is told. `{mailbox}` in it is the mailbox.
        #[serde(default)]
        arguments: Vec<String>,
        /// What it reads from its standard input, as PowerShell reads a script; `{mailbox}` is left alone here. With an
        /// input, or where `{mailbox}` is an argument, the mailbox is in its environment as `IMAP_MIGRATION_MAILBOX`.
        #[serde(default, skip_serializing)]
        input: Secret,
    },
}

/// How a person signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// In a browser on this machine, which comes back to a loopback address (RFC 8252 §7.3, RFC 7636).
    Browser,
    /// In a browser anywhere, with a code to type (RFC 8628).
    DeviceCode,
}

impl Grant {
    /// Exchange's and our word for it, as cmdlets show it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::ClientSecret { .. } => "ClientSecret",
            Self::Certificate { .. } | Self::CertificateStore { .. } => "Certificate",
            Self::SignIn { how: SignIn::Browser, .. } => "Interactive",
            Self::SignIn { how: SignIn::DeviceCode, .. } => "DeviceCode",
            Self::ServiceAccount { .. } => "ServiceAccount",
            Self::Command { .. } => "Command",
        }
    }

    /// Whether it is an application that logs in, for everybody, and no person.
    pub fn is_application(&self) -> bool {
        !matches!(self, Self::SignIn { .. } | Self::Command { .. })
    }

    /// Whether one token opens the mailboxes of all users, as those of Entra's applications do. A command is asked for each
    /// where it can tell them apart, and a script may always.
    pub(super) fn is_shared(&self) -> bool {
        match self {
            Self::ServiceAccount { .. } => false,
            Self::Command { arguments, input, .. } => {
                input.is_empty() && !arguments.iter().any(|text| text.contains(MAILBOX_PLACEHOLDER))
            }
            _ => true,
        }
    }

    /// Whether the authorization server asks which application it is.
    pub(super) fn needs_application_id(&self) -> bool {
        !matches!(self, Self::ServiceAccount { .. } | Self::Command { .. })
    }

    /// What is secret of it: what proves who asks, and what a person is remembered by. Nothing is empty.
    pub fn secrets(&self) -> (Secret, Secret) {
        let nothing = Secret::default;
        match self {
            Self::ClientSecret { client_secret } => (client_secret.clone(), nothing()),
            Self::Certificate { private_key, .. } | Self::ServiceAccount { private_key, .. } => {
                (private_key.clone(), nothing())
            }
            Self::CertificateStore { .. } => (nothing(), nothing()),
            Self::SignIn { refresh_token, client_secret, .. } => {
                (client_secret.clone(), refresh_token.clone())
            }
            Self::Command { input, .. } => (input.clone(), nothing()),
        }
    }

    /// The same grant with these secrets.
    pub fn with_secrets(mut self, proof: Secret, remembered: Secret) -> Self {
        match &mut self {
            Self::ClientSecret { client_secret } => *client_secret = proof,
            Self::Certificate { private_key, .. } | Self::ServiceAccount { private_key, .. } => {
                *private_key = proof;
            }
            Self::CertificateStore { .. } => {}
            Self::SignIn { refresh_token, client_secret, .. } => {
                (*client_secret, *refresh_token) = (proof, remembered);
            }
            Self::Command { input, .. } => *input = proof,
        }
        self
    }
}
