//! Servers that pass for Exchange Online and for Gmail, as far as their own words are known.

use super::bearer::{Judge, Manner};
use super::options::{Options, Refusal};

/// Folders of Exchange's own that nobody makes.
const RESERVED: [&str; 4] = ["Files", "Conversation History", "Sync Issues", "Yammer Root"];

impl Options {
    /// Exchange Online: no passwords, no MULTIAPPEND, one folder for `Plans` and `plans`, no keywords, and a header field of its
    /// own in what it stores.
    pub fn exchange_online(judge: Judge) -> Self {
        let words = "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+";
        Self {
            capabilities: words.split(' ').map(str::to_owned).collect(),
            greeting: "The Microsoft Exchange IMAP4 service is ready. [UwBBAE0AUABMAEUA]".to_owned(),
            tells_capabilities: false,
            takes_passwords: false,
            judge: Some(judge),
            manner: Manner::Exchange,
            refusal: Refusal::Unconnected,
            rewrites: true,
            ignores_case: true,
            keywords: false,
            ignored_by_append: vec!["\\Flagged".to_owned()],
            name_refusal: |name| RESERVED.contains(&name).then_some("NO Folder name is reserved"),
            ..Self::default()
        }
    }

    /// Gmail, without its labels: tokens or app passwords, and a challenge for who is refused.
    pub fn gmail(judge: Judge) -> Self {
        let words = "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS MOVE SASL-IR AUTH=XOAUTH2 \
                     AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER SPECIAL-USE APPENDLIMIT=35651584";
        Self {
            capabilities: words.split_ascii_whitespace().map(str::to_owned).collect(),
            greeting: "Gimap ready for requests from 127.0.0.1 a640c23a62f3a".to_owned(),
            tells_capabilities: false,
            judge: Some(judge),
            ..Self::default()
        }
    }
}
