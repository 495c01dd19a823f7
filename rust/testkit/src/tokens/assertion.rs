//! Checks assertions (RFC 7523 §3).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;

use super::identity::Identity;

/// An assertion whose signature is right.
#[derive(Debug)]
pub(super) struct Assertion {
    header: Value,
    claims: Value,
}

/// How much the clocks of both sides may differ, in seconds.
const TOLERANCE: i64 = 300;

impl Assertion {
    /// Reads an assertion that this identity has signed with this algorithm.
    pub(super) fn read(text: &str, algorithm: &str, identity: &Identity) -> Option<Self> {
        let (input, signature) = text.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let [header, claims] = [header, claims]
            .map(|part| serde_json::from_slice::<Value>(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok());
        let assertion = Self { header: header?, claims: claims? };
        let verifier: &dyn VerificationAlgorithm = match algorithm {
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            _ => &RSA_PKCS1_2048_8192_SHA256,
        };
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(verifier, identity.public_key()?);
        let is_signed = key.verify(input.as_bytes(), &signature).is_ok();
        (is_signed && assertion.header("alg") == algorithm).then_some(assertion)
    }

    /// A text of its header; nothing is empty.
    pub(super) fn header(&self, name: &str) -> &str {
        text(&self.header, name)
    }

    /// A text of its claims; nothing is empty.
    pub(super) fn claim(&self, name: &str) -> &str {
        text(&self.claims, name)
    }

    /// Whether it names the certificate by its SHA-256.
    pub(super) fn names(&self, identity: &Identity) -> bool {
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, identity.der()));
        self.header("x5t#S256") == thumbprint
    }

    /// Whether it is for now, and for no longer than so many seconds.
    pub(super) fn is_timely(&self, now: i64, longest: i64) -> bool {
        let time = |name: &str| self.claims.get(name)?.as_i64();
        let (Some(issued), Some(end)) = (time("iat"), time("exp")) else { return false };
        issued <= now + TOLERANCE && now < end + TOLERANCE && end - issued <= longest
    }
}

fn text<'j>(json: &'j Value, name: &str) -> &'j str {
    json.get(name).and_then(Value::as_str).unwrap_or_default()
}
