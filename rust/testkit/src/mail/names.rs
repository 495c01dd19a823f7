//! Writes folder names as a server wants them.

use crate::client::Client;
use crate::utf7;

/// How this server writes folder names.
#[derive(Debug)]
pub(super) struct Names {
    prefix: String,
    separator: String,
}

impl Names {
    /// Asks the server for the prefix and separator of personal folders ([RFC 2342]), which are empty and `/` where it
    /// has no NAMESPACE.
    ///
    /// [RFC 2342]: https://www.rfc-editor.org/rfc/rfc2342
    pub(super) fn ask(client: &mut Client) -> Self {
        let responses = client.command("NAMESPACE").unwrap_or_default().concat();
        let text = String::from_utf8_lossy(&responses).into_owned();
        // `* NAMESPACE (("INBOX." ".")) NIL NIL`: what stands between the first four quotes.
        let mut strings = text.split('"').skip(1).step_by(2).map(str::to_owned);
        let prefix = strings.next().unwrap_or_default();
        Self { prefix, separator: strings.next().unwrap_or_else(|| "/".to_owned()) }
    }

    /// The encoded name of a folder that a person writes with `/`.
    pub(super) fn on_server(&self, folder: &str) -> String {
        if folder == "INBOX" {
            return folder.to_owned();
        }
        format!("{}{}", self.prefix, utf7::encode(&folder.replace('/', &self.separator)))
    }
}
