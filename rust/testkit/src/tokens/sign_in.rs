//! People who sign in: codes of browsers and of devices.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::grants::{Fields, field};
use super::options::Options;
use super::refusal::{Refusal, refusal};

/// What has begun, and not ended.
#[derive(Debug, Default)]
pub(super) struct SignIns {
    /// What was asked with, by code.
    codes: BTreeMap<String, (Fields, String)>,
    devices: BTreeMap<String, Device>,
    /// What the person with the device does, once there is one.
    consents: Option<bool>,
    /// Assertions that have come.
    assertions: BTreeSet<String>,
    /// Every code that there was.
    secrets: Vec<String>,
}

#[derive(Debug)]
struct Device {
    end: Instant,
    interval: Duration,
    asked: Instant,
}

impl SignIns {
    pub(super) fn secrets(&self) -> impl Iterator<Item = String> {
        self.secrets.iter().cloned()
    }

    /// Whether no assertion of that id has come before.
    pub(super) fn is_first(&mut self, id: &str) -> bool {
        !id.is_empty() && self.assertions.insert(id.to_owned())
    }

    /// A code for who signs in by a browser (RFC 6749 §4.1.2).
    pub(super) fn code(&mut self, query: &Fields, user: &str) -> Result<String, Refusal> {
        let has_proof =
            !field(query, "code_challenge").is_empty() && field(query, "code_challenge_method") == "S256";
        if field(query, "response_type") != "code" || !has_proof || field(query, "state").is_empty() {
            return Err(refusal("invalid_request", 9002325, "Proof Key for Code Exchange is required."));
        }
        let code = format!("1.code-{}", Uuid::new_v4().simple());
        self.codes.insert(code.clone(), (query.clone(), user.to_owned()));
        self.secrets.push(code.clone());
        Ok(code)
    }

    /// Who has signed in with this code, once (RFC 6749 §4.1.3, RFC 7636 §4.6).
    pub(super) fn redeem(&mut self, form: &Fields) -> Result<String, Refusal> {
        let unknown =
            refusal("invalid_grant", 70000, "The provided authorization code is malformed or was redeemed.");
        let (query, user) = self.codes.remove(field(form, "code")).ok_or(unknown)?;
        let verifier = field(form, "code_verifier");
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        if !(43..=128).contains(&verifier.len()) || challenge != field(&query, "code_challenge") {
            return Err(refusal(
                "invalid_grant",
                501481,
                "The Code_Verifier does not match the code_challenge.",
            ));
        }
        let is_same = |name: &str| field(&query, name) == field(form, name);
        if is_same("redirect_uri") && is_same("client_id") { Ok(user) } else { Err(unknown) }
    }

    /// A code for who signs in by another device (RFC 8628 §3.2).
    pub(super) fn device(&mut self, options: &Options, authority: &str) -> Value {
        let code = format!("device-{}", Uuid::new_v4().simple());
        let now = Instant::now();
        let device = Device { end: now + options.code_life, interval: options.interval, asked: now };
        self.devices.insert(code.clone(), device);
        self.secrets.push(code.clone());
        let page = format!("{authority}/devicelogin");
        json!({
            "device_code": code, "user_code": "ABCD-EFGH", "verification_uri": page,
            "expires_in": options.code_life.as_secs(), "interval": options.interval.as_secs(),
            "message": format!("To sign in, open {page} and enter the code ABCD-EFGH."),
        })
    }

    pub(super) fn answer_device(&mut self, consents: bool) {
        self.consents = Some(consents);
    }

    /// Who has signed in by the device (RFC 8628 §3.5).
    pub(super) fn poll(&mut self, options: &Options, code: &str) -> Result<String, Refusal> {
        let unknown = refusal("bad_verification_code", 70017, "The device code is not known.");
        let device = self.devices.get_mut(code).ok_or(unknown)?;
        let now = Instant::now();
        if now >= device.end {
            return Err(refusal("expired_token", 70020, "The device code has expired."));
        }
        let waited = now.duration_since(std::mem::replace(&mut device.asked, now));
        if waited < device.interval {
            device.interval += Duration::from_secs(5);
            return Err(refusal("slow_down", 0, "Slow down."));
        }
        match self.consents {
            None => Err(refusal("authorization_pending", 70016, "Authorization is pending.")),
            Some(false) => Err(refusal("authorization_declined", 70018, "The user has declined.")),
            Some(true) => {
                self.devices.remove(code);
                Ok(options.person.clone())
            }
        }
    }
}
