//! Passwords at rest: sealed with XChaCha20-Poly1305 under the store's own key.
//!
//! INVARIANT: nothing but ciphertext reaches SQLite.

use std::fs;
use std::io::{ErrorKind as Io, Write};
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use model::{Error, Result, Secret};
use rand::TryRngCore;
use rand::rngs::OsRng;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::fault::{corrupted, unavailable};

const KEY_FILE: &str = "migration.key";
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// The column that a secret belongs to; with the guid of its row, the place from which it cannot be moved.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    Endpoint,
    OauthProof,
    RefreshToken,
    User,
    UserOnTarget,
}

impl Column {
    fn place(self, guid: Uuid) -> Vec<u8> {
        let name = match self {
            Self::Endpoint => "endpoint/password/",
            Self::OauthProof => "endpoint/oauth_proof/",
            Self::RefreshToken => "endpoint/refresh_token/",
            Self::User => "user/password/",
            Self::UserOnTarget => "user/target_password/",
        };
        [name.as_bytes(), guid.as_bytes()].concat()
    }
}

/// The cipher under the store's key.
pub(crate) struct Cipher(XChaCha20Poly1305);

impl Cipher {
    /// Reads the key of a store; None if there is none yet.
    pub(crate) fn load(store: &Path) -> Result<Option<Self>> {
        let path = store.join(KEY_FILE);
        match fs::read(&path).map(Zeroizing::new) {
            Ok(key) => {
                XChaCha20Poly1305::new_from_slice(&key).map(|cipher| Some(Self(cipher))).map_err(|_| {
                    corrupted(store, &format!("has a key file of {} bytes instead of {KEY_BYTES}", key.len()))
                })
            }
            Err(error) if error.kind() == Io::NotFound => Ok(None),
            Err(error) => Err(unavailable(store, &format!("does not let us read its key ({error})"))),
        }
    }

    /// Makes the key file, unless another process is faster: it appears with all of its bytes, and is never replaced.
    pub(crate) fn create(store: &Path) -> Result<()> {
        let write = || -> std::io::Result<()> {
            let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
            OsRng.try_fill_bytes(key.as_mut()).map_err(std::io::Error::other)?;
            let mut file = tempfile::NamedTempFile::new_in(store)?;
            file.write_all(key.as_ref())?;
            file.as_file().sync_all()?;
            match file.persist_noclobber(store.join(KEY_FILE)) {
                Err(lost) if lost.error.kind() == Io::AlreadyExists => Ok(()),
                other => other.map(drop).map_err(|lost| lost.error),
            }
        };
        write().map_err(|error| unavailable(store, &format!("does not take a key file ({error})")))
    }

    /// The error for a store that holds secrets and has lost its key.
    pub(crate) fn missing(store: &Path) -> Error {
        corrupted(store, &format!("holds passwords, and the key to them, `{KEY_FILE}`, is missing"))
            .remedy(format!("bring `{KEY_FILE}` back from a backup; without it the passwords are lost"))
    }

    /// Encrypts a secret for its place; nothing to keep is NULL.
    pub(crate) fn seal(&self, column: Column, guid: Uuid, secret: &Secret) -> Result<Option<Vec<u8>>> {
        if secret.is_empty() {
            return Ok(None);
        }
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload { msg: secret.declassify().as_bytes(), aad: &column.place(guid) };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::internal("cannot encrypt a password"))?;
        Ok(Some([nonce.as_slice(), &sealed].concat()))
    }

    /// Decrypts what a column holds; None if it is damaged, moved, or sealed under another key.
    pub(crate) fn open(&self, column: Column, guid: Uuid, sealed: Option<&[u8]>) -> Option<Secret> {
        let Some(sealed) = sealed else { return Some(Secret::default()) };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: &column.place(guid) };
        let clear = Zeroizing::new(self.0.decrypt(&XNonce::from(*nonce), payload).ok()?);
        std::str::from_utf8(&clear).ok().map(Secret::new)
    }
}
