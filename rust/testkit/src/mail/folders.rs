//! The folders of a mailbox: nested, empty, not subscribed, and with names that need care.

/// A folder to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The name as a person reads it, levels divided by `/`.
    pub name: &'static str,
    /// Whether to subscribe to it.
    pub subscribed: bool,
    /// How many messages it holds.
    pub messages: usize,
}

/// Name, subscription, and share of the messages in percent.
const FOLDERS: [(&str, bool, usize); 13] = [
    ("INBOX", true, 0), // What the others leave.
    ("Sent", true, 15),
    ("Drafts", true, 2),
    ("Archive/2019", true, 10),
    ("Archive/2020/Q1", true, 8),
    ("Entwürfe", true, 4),
    ("日本語", true, 4),
    ("Projects & Co", true, 6),
    ("Projects & Co/R&D", false, 3),
    ("She said \"later\"", true, 2),
    ("Deep/er/and/deeper/still/further/down", true, 2),
    ("Never subscribed", false, 4),
    ("Nothing in here", true, 0),
];

/// Shares the messages out; all that the other folders do not take goes to INBOX, which comes first.
pub(super) fn share(messages: usize) -> Vec<Folder> {
    let taken = FOLDERS.iter().map(|(_, _, percent)| messages * percent / 100).sum::<usize>();
    let folder = |(name, subscribed, percent): (&'static str, bool, usize)| {
        let count = if name == "INBOX" { messages - taken } else { messages * percent / 100 };
        Folder { name, subscribed, messages: count }
    };
    FOLDERS.into_iter().map(folder).collect()
}
