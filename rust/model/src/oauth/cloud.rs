//! Microsoft's clouds: where each has its logins and its mailboxes.

use serde::{Deserialize, Serialize};

/// One of Microsoft's clouds. An application of one is unknown in the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Cloud {
    /// The global one, and GCC.
    #[default]
    Global,
    /// GCC High (L4).
    UsGovGccHigh,
    /// DoD (L5).
    UsGovDoD,
    /// China, by 21Vianet.
    China,
}

impl Cloud {
    /// Where its logins are.
    pub fn authority(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGovGccHigh | Self::UsGovDoD => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }

    /// Its IMAP server, at port 993.
    pub fn imap_host(self) -> &'static str {
        match self {
            Self::Global => "outlook.office365.com",
            Self::UsGovGccHigh => "outlook.office365.us",
            Self::UsGovDoD => "outlook-dod.office365.us",
            Self::China => "partner.outlook.cn",
        }
    }

    /// What an application asks for.
    pub fn application_scope(self) -> String {
        format!("https://{}/.default", self.imap_host())
    }

    /// What a person asks for, and to be remembered.
    pub fn delegated_scope(self) -> String {
        // The global cloud's mailboxes have another name for people than for applications.
        let host = if self == Self::Global { "outlook.office.com" } else { self.imap_host() };
        format!("https://{host}/IMAP.AccessAsUser.All offline_access")
    }
}
