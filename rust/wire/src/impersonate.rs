//! Opens somebody else's mailbox in the ways that some servers have of their own, where SASL has its authorization
//! identity.

use model::login::Impersonation;

use crate::budget::Heard;
use crate::command::Command;
use crate::connection::{Connection, completion};
use crate::error::Result;
use crate::response::Response;

impl Connection {
    /// From the administrator to the user, where a login has a second step: PROXYAUTH (Sun, iPlanet, Oracle), X-SETUSER
    /// (Kerio).
    pub(crate) async fn become_user(&mut self, context: &str, how: &Impersonation) -> Result<()> {
        let (word, user) = match how {
            Impersonation::SaslPlain(_) => return Ok(()),
            Impersonation::ProxyAuth(user) => ("PROXYAUTH", user),
            Impersonation::Kerio(user) => ("X-SETUSER", user),
        };
        let command = Command::new(word).string(user.as_bytes());
        self.run_one(context, command, |_| Heard::Other).await.map(drop)
    }

    /// X-MASTERAUTH: the server's challenge and the master password give a digest, which is all that is sent (Kerio).
    pub(crate) async fn master_auth(&mut self, context: &str, password: &str) -> Result<()> {
        self.begin(context)?;
        let tag = self.queue_tag("X-MASTERAUTH");
        self.wire.queue(b"X-MASTERAUTH\r\n");
        let mut is_proved = false;
        loop {
            let end = self.read_response(context).await?;
            let (response, alert) = self.take_response(end);
            let proof = match response {
                // One challenge is answered, however many come.
                Response::Continue(challenge) if !std::mem::replace(&mut is_proved, true) => {
                    prove(challenge, password)
                }
                Response::Done { tag: done, text } if done == tag.as_bytes() => {
                    let outcome = completion(context, text, alert.as_deref());
                    self.end();
                    return Ok(outcome.map(drop)?);
                }
                _ => continue,
            };
            self.wire.queue(proof.as_bytes());
            self.wire.queue(b"\r\n");
        }
    }
}

/// MD5 of challenge and password, in hexadecimal digits.
fn prove(challenge: &[u8], password: &str) -> String {
    let mut digest = md5::Context::new();
    digest.consume(challenge);
    digest.consume(password);
    format!("{:x}", digest.finalize())
}
