//! Asks for one token, by whatever grant the endpoint has.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use model::oauth::{GOOGLE_ADMIN_SCOPE, GOOGLE_MAIL_SCOPE, Grant};
use model::{Error, ErrorKind, Result, Secret};
use ring::digest::{SHA256, digest};
use serde_json::json;

use crate::answer::Granted;
use crate::assertion::{Algorithm, Key, assertion};
use crate::certificate_store::Stored;
use crate::command::Program;
use crate::server::Server;

/// A new token.
#[derive(Debug)]
pub(crate) struct Minted {
    pub(crate) token: Secret,
    /// How long it is good, where that is known.
    pub(crate) life: Option<Duration>,
    /// What the next one is had by, where the server gave another.
    pub(crate) refresh_token: Option<Secret>,
    /// The token shows what the user has not hidden, and no more.
    pub(crate) is_limited: bool,
}

impl From<Granted> for Minted {
    fn from(granted: Granted) -> Self {
        Self {
            token: granted.token().clone(),
            life: granted.life(),
            refresh_token: granted.refresh_token.filter(|token| !token.is_empty()),
            is_limited: false,
        }
    }
}

/// How long an assertion is good: no longer than its request may take, and some clocks be off.
const ASSERTION_LIFE: i64 = 600;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

impl Server {
    /// Asks for a token for a mailbox, with the newest refresh token where there are any.
    pub(crate) async fn mint(&self, mailbox: &str, refresh_token: &Secret) -> Result<Minted> {
        match &self.oauth.grant {
            Grant::ClientSecret { client_secret } => {
                self.application(&[("client_secret", client_secret.declassify())]).await
            }
            Grant::Certificate { certificate, private_key } => {
                let key = Key::read(private_key)?;
                let sign = |input: &[u8]| key.sign(Algorithm::Ps256, input);
                let assertion = self.client_assertion(&decode(certificate)?, sign)?;
                self.certified(&assertion).await
            }
            Grant::CertificateStore { thumbprint } => {
                let assertion = Stored::find(thumbprint)
                    .and_then(|stored| self.client_assertion(stored.der(), |input| stored.sign(input)))?;
                self.certified(&assertion).await
            }
            Grant::SignIn { client_secret, .. } => self.refresh(refresh_token, client_secret).await,
            Grant::ServiceAccount { .. } => self.service_account(mailbox).await,
            Grant::Command { program, arguments, input } => {
                let is_shared = self.oauth.is_shared();
                Program { program, arguments, input, is_shared }.mint(&self.net, mailbox).await
            }
        }
    }

    /// RFC 7523 §2.2.
    async fn certified(&self, assertion: &Secret) -> Result<Minted> {
        let proof = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.declassify())];
        self.application(&proof).await
    }

    /// RFC 6749 §4.4, with what proves which application asks.
    async fn application(&self, proof: &[(&str, &str)]) -> Result<Minted> {
        let scope = self.oauth.scope();
        let mut form = vec![("grant_type", "client_credentials"), ("scope", &scope)];
        form.push(("client_id", self.application_id()));
        form.extend(proof);
        self.grant(&self.token_url()?, &form, "").await.map(Minted::from)
    }

    /// RFC 6749 §6.
    async fn refresh(&self, refresh_token: &Secret, client_secret: &Secret) -> Result<Minted> {
        if refresh_token.is_empty() {
            return Err(Error::new(ErrorKind::OauthSignInUnfinished, "nobody has signed in yet")
                .remedy("sign in: Set-MigrationEndpoint with -Interactive or -DeviceCode"));
        }
        let scope = self.oauth.scope();
        let mut form = vec![("grant_type", "refresh_token"), ("scope", &scope)];
        form.push(("client_id", self.application_id()));
        form.push(("refresh_token", refresh_token.declassify()));
        if !client_secret.is_empty() {
            form.push(("client_secret", client_secret.declassify()));
        }
        self.grant(&self.token_url()?, &form, "").await.map(Minted::from)
    }

    /// RFC 7523 §2.1, by the scope that shows everything if that is delegated, else by that which shows what the user does.
    async fn service_account(&self, mailbox: &str) -> Result<Minted> {
        let scope = self.oauth.scope();
        match self.delegated(mailbox, &scope).await {
            Err(e) if e.kind == ErrorKind::OauthDelegationMissing && scope == GOOGLE_ADMIN_SCOPE => {
                let minted = self.delegated(mailbox, GOOGLE_MAIL_SCOPE).await?;
                Ok(Minted { is_limited: true, ..minted })
            }
            minted => minted,
        }
    }

    async fn delegated(&self, mailbox: &str, scope: &str) -> Result<Minted> {
        let url = self.token_url()?;
        let Grant::ServiceAccount { client_email, private_key_id, private_key } = &self.oauth.grant else {
            return Err(Error::internal("only a service account is delegated to"));
        };
        let now = self.net.now().as_second();
        let header = json!({"alg": Algorithm::Rs256.name(), "typ": "JWT", "kid": private_key_id});
        let claims = json!({
            "iss": client_email, "sub": mailbox, "scope": scope, "aud": url,
            "iat": now, "exp": now + ASSERTION_LIFE,
        });
        let key = Key::read(private_key)?;
        let assertion = assertion(&header, &claims, |input| key.sign(Algorithm::Rs256, input))?;
        let form = [("grant_type", JWT_BEARER), ("assertion", assertion.declassify())];
        self.grant(&url, &form, mailbox).await.map(Minted::from)
    }

    /// What a certificate signs for Entra.
    fn client_assertion(
        &self,
        certificate: &[u8],
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>>,
    ) -> Result<Secret> {
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate));
        let header = json!({"alg": Algorithm::Ps256.name(), "typ": "JWT", "x5t#S256": thumbprint});
        let now = self.net.now().as_second();
        let id = self.application_id();
        let claims = json!({
            "aud": self.token_url()?, "iss": id, "sub": id, "jti": uuid::Uuid::new_v4().to_string(),
            "nbf": now, "iat": now, "exp": now + ASSERTION_LIFE,
        });
        assertion(&header, &claims, sign)
    }
}

fn decode(certificate: &str) -> Result<Vec<u8>> {
    let fault = |_| Error::new(ErrorKind::InvalidArgument, "the certificate is not in DER and base64");
    BASE64_STANDARD.decode(certificate).map_err(fault)
}
