//! What a message is known by when numbers mean nothing: its Message-ID, else who sent what when.

/// A digest of what tells a message from others, as its header has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    digest: [u8; 16],
    is_message_id: bool,
}

impl Identity {
    /// Of a digest of the Message-ID.
    pub fn of_message_id(digest: [u8; 16]) -> Self {
        Self { digest, is_message_id: true }
    }

    /// Of a digest of other header fields, where there is no Message-ID. Messages that are merely alike may share it.
    pub fn of_fields(digest: [u8; 16]) -> Self {
        Self { digest, is_message_id: false }
    }

    /// The digest.
    pub fn digest(self) -> [u8; 16] {
        self.digest
    }

    /// Whether it is that of a Message-ID.
    pub fn is_message_id(self) -> bool {
        self.is_message_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_says_of_what_it_is() {
        let (id, fields) = (Identity::of_message_id([1; 16]), Identity::of_fields([2; 16]));
        assert_eq!((id.digest(), id.is_message_id()), ([1; 16], true));
        assert_eq!((fields.digest(), fields.is_message_id()), ([2; 16], false));
    }
}
