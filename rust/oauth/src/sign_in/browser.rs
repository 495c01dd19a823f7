//! A browser on this machine, which comes back to a loopback address ([RFC 8252 §7.3], [RFC 7636]).
//!
//! [RFC 8252 §7.3]: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
//! [RFC 7636]: https://www.rfc-editor.org/rfc/rfc7636

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use form_urlencoded::Serializer;
use model::oauth::Provider;
use model::{Error, ErrorKind, Result, Secret};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::time::timeout;

use super::Prompt;
use super::listener::{Back, Listener};
use crate::answer::{Granted, Refusal};
use crate::explain::explain;
use crate::server::Server;

/// How long a browser may take to come back.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What proves that whoever redeems the code is who asked for it.
struct Proof {
    state: Secret,
    verifier: Secret,
}

impl Server {
    pub(super) async fn sign_in_by_browser(
        &self,
        prompt: &(dyn Fn(Prompt) + Send + Sync),
    ) -> Result<Granted> {
        let listener = Listener::bind().await?;
        let proof = Proof { state: random()?, verifier: random()? };
        let back_to = self.redirect_uri(listener.port());
        let url = self.authorize_url(&proof, &back_to)?;
        prompt(Prompt {
            message: format!("To sign in, open this address in a browser: {url}"),
            url,
            code: None,
        });
        let back = timeout(PATIENCE, listener.back(&proof.state)).await.map_err(|_| too_late())?;
        match back? {
            Back::Code(code) => self.redeem(&code, &proof.verifier, &back_to).await,
            Back::Refused { error, description } => {
                let refusal = Refusal::told(&error, &description);
                Err(explain(&self.oauth, &self.authorize_address()?, "", &refusal))
            }
        }
    }

    /// Entra knows the name of this machine for itself, whatever the port; Google knows its number.
    fn redirect_uri(&self, port: u16) -> String {
        let host = if self.oauth.provider == Provider::Google { "127.0.0.1" } else { "localhost" };
        format!("http://{host}:{port}")
    }

    /// RFC 6749 §4.1.1, RFC 7636 §4.3.
    fn authorize_url(&self, proof: &Proof, back_to: &str) -> Result<String> {
        let challenge = digest(&SHA256, proof.verifier.declassify().as_bytes());
        let mut query = Serializer::new(String::new());
        query
            .append_pair("client_id", self.application_id())
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", back_to)
            .append_pair("scope", &self.oauth.scope())
            .append_pair("state", proof.state.declassify())
            .append_pair("code_challenge", &BASE64_URL_SAFE_NO_PAD.encode(challenge))
            .append_pair("code_challenge_method", "S256");
        match self.oauth.provider {
            // Google gives a refresh token only so.
            Provider::Google => query.append_pair("access_type", "offline").append_pair("prompt", "consent"),
            _ => query.append_pair("prompt", "select_account"),
        };
        Ok(format!("{}?{}", self.authorize_address()?, query.finish()))
    }

    /// RFC 6749 §4.1.3, RFC 7636 §4.5.
    async fn redeem(&self, code: &Secret, verifier: &Secret, back_to: &str) -> Result<Granted> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.declassify()),
            ("code_verifier", verifier.declassify()),
            ("redirect_uri", back_to),
        ];
        self.grant(&self.token_url()?, &self.signing_in(&form), "").await
    }
}

/// 256 bits that nobody can guess, in 43 characters (RFC 7636 §4.1).
fn random() -> Result<Secret> {
    let mut octets = [0; 32];
    SystemRandom::new().fill(&mut octets).map_err(|_| Error::internal("this machine has no randomness"))?;
    Ok(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(octets)))
}

fn too_late() -> Error {
    let minutes = PATIENCE.as_secs() / 60;
    Error::new(
        ErrorKind::OauthSignInUnfinished,
        format!("no browser came back from the sign-in within {minutes} minutes"),
    )
    .remedy("sign in again, with a browser on this machine; where there is none, use -DeviceCode")
}
