//! What an access token says of itself.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Secret;

/// Claims of an access token (RFC 9068, Entra), not verified: for people to see what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Claims {
    /// `aud`: for whom it is.
    pub audience: Option<String>,
    /// `tid`: the tenant.
    pub tenant: Option<String>,
    /// `appid` or `azp`: the application.
    pub application_id: Option<String>,
    /// `roles` of an application, or `scp` of a person.
    pub roles: Vec<String>,
    /// `exp`: until when it is good.
    pub expires_at: Option<Timestamp>,
}

impl Claims {
    /// Reads a token. None: it is opaque, as Google's are.
    pub fn of(token: &Secret) -> Option<Self> {
        let mut parts = token.declassify().split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        let text = |name: &str| claims.get(name)?.as_str().map(str::to_owned);
        let roles = claims
            .get("roles")
            .and_then(Value::as_array)
            .map(|roles| roles.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        let scopes = || text("scp").map(|scopes| scopes.split(' ').map(str::to_owned).collect());
        Some(Self {
            audience: text("aud"),
            tenant: text("tid"),
            application_id: text("appid").or_else(|| text("azp")),
            roles: roles.or_else(scopes).unwrap_or_default(),
            expires_at: claims
                .get("exp")
                .and_then(Value::as_i64)
                .and_then(|at| Timestamp::from_second(at).ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> Secret {
        Secret::new(format!("e30.{}.sig", BASE64_URL_SAFE_NO_PAD.encode(payload)))
    }

    #[test]
    fn the_claims_of_a_token_are_read_and_those_of_an_opaque_one_are_not_guessed() {
        let payload = r#"{"aud":"https://outlook.office365.com","tid":"t","appid":"a","roles":["IMAP.AccessAsApp"],"exp":1796083200}"#;
        let claims = Claims::of(&token(payload)).unwrap();
        assert_eq!(claims.audience.as_deref(), Some("https://outlook.office365.com"));
        assert_eq!(claims.roles, ["IMAP.AccessAsApp"]);
        assert_eq!(claims.expires_at.unwrap().to_string(), "2026-12-01T00:00:00Z");
        assert_eq!(Claims::of(&token(r#"{"scp":"A B"}"#)).unwrap().roles, ["A", "B"]);
        assert_eq!(Claims::of(&Secret::new("ya29.opaque")), None);
    }
}
