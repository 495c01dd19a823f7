//! COMPRESS: deflate in both directions ([RFC 4978]).
//!
//! [RFC 4978]: https://www.rfc-editor.org/rfc/rfc4978

use tracing::debug;

use crate::budget::Heard;
use crate::command::Command;
use crate::connection::Connection;
use crate::error::{Error, Result};

impl Connection {
    /// Compresses both directions from here on, if the server offers it ([RFC 4978 §3]). Says whether they are
    /// compressed now: a server that does not offer it or refuses leaves the connection as it was.
    ///
    /// It pays where the way is slow; on a fast one it costs more time than it saves.
    ///
    /// [RFC 4978 §3]: https://www.rfc-editor.org/rfc/rfc4978#section-3
    pub async fn compress(&mut self) -> Result<bool> {
        if self.wire.is_compressed() || !self.capabilities.compress_deflate() {
            return Ok(self.wire.is_compressed());
        }
        // Nothing follows the command before its answer: what does is compressed after an OK, and plain after a NO.
        match self
            .run_one("cannot compress the connection", Command::new("COMPRESS DEFLATE"), |_| Heard::Other)
            .await
        {
            Ok(_) => self.wire.compress(),
            Err(Error::Refused(refusal)) => debug!(answer = refusal.line, "Not compressed"),
            Err(failed) => return Err(failed),
        }
        Ok(self.wire.is_compressed())
    }
}
