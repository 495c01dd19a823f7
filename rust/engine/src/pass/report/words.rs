//! What servers mean by a refusal, and what it is called in a report.

use model::{Error, ErrorKind, SkippedKind};
use wire::{Refusal, suggested_backoff};

/// What the refusal of an APPEND means. Elsewhere `[LIMIT]` asks to slow down; here it is about the message if it
/// speaks of a size, as that of Dovecot's quota_max_mail_size does (peers D5).
pub(crate) fn meaning(refusal: &Refusal) -> ErrorKind {
    let is_limit = refusal.code_word().as_deref() == Some("LIMIT");
    if is_limit && refusal.text.to_ascii_lowercase().contains("size") {
        return ErrorKind::MessageTooLarge;
    }
    refusal.kind()
}

/// What a refused message is called.
pub(crate) fn kind_of(refusal: &Refusal) -> SkippedKind {
    let text = refusal.text.to_ascii_lowercase();
    if meaning(refusal) == ErrorKind::MessageTooLarge {
        SkippedKind::LargeItem
    } else if ["nul", "bare newline", "bare lf", "invalid header", "invalid character", "argument error"]
        .iter()
        .any(|known| text.contains(known))
    {
        SkippedKind::CorruptItem
    } else {
        SkippedKind::TargetRejected
    }
}

/// Failures that concern one folder and leave the connections good.
pub(crate) fn is_of_folder(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::FolderNotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::FolderNameInvalid
            | ErrorKind::ServerRefused
    )
}

/// Whether a refusal to open a folder may be about that folder, for now: a server that says how long to wait means the account.
pub(crate) fn may_pass(error: &Error) -> bool {
    error.kind == ErrorKind::Throttled && error.server.as_deref().and_then(suggested_backoff).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// O4, O6, O7, O21, G5, G8, A9, A17, C2, C3, D5
    #[test]
    fn the_servers_words_tell_what_is_wrong_with_a_message() {
        use SkippedKind::*;
        let refusals = [
            (None, "Command Argument Error. 11", CorruptItem),
            (None, "Command Argument Error. 10", CorruptItem),
            (None, "Message contains NUL characters", CorruptItem),
            (None, "Message contains bare newlines", CorruptItem),
            (None, "Message contains invalid header", CorruptItem),
            (None, "Invalid character in literal", CorruptItem),
            (None, "command line limit exceeded", LargeItem),
            (None, "Maximum size of appendable message has been exceeded.", LargeItem),
            (Some("TOOBIG"), "Message too large", LargeItem),
            (Some("LIMIT"), "Mail size is larger than the maximum size allowed by server", LargeItem),
            (None, "APPEND", TargetRejected),
        ];
        for (code, text, kind) in refusals {
            let (code, text) = (code.map(str::to_owned), text.to_owned());
            let (context, condition) = (String::new(), wire::Condition::Bad);
            let refusal = Refusal { context, condition, code, line: text.clone(), text };
            assert_eq!(kind_of(&refusal), kind, "{}", refusal.text);
        }
    }
}
