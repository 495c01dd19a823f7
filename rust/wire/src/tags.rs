//! The tags of a connection's commands (RFC 3501 §2.2.1).

use ring::rand::{SecureRandom, SystemRandom};

/// Letters and digits that every server takes in a tag.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Tags that nobody can guess who writes mail: a line of a message must not pass for the answer to a command.
#[derive(Debug)]
pub(crate) struct Tags {
    prefix: String,
    count: u64,
}

impl Tags {
    /// Tags whose beginning is drawn from these bytes.
    pub(crate) fn new(secret: [u8; 10]) -> Self {
        let letters = secret.map(|byte| LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'0'));
        Self { prefix: format!("W{}", String::from_utf8_lossy(&letters)), count: 0 }
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> String {
        self.count += 1;
        format!("{}{}", self.prefix, self.count)
    }
}

/// Bytes from the operating system.
pub(crate) fn secret() -> [u8; 10] {
    let mut bytes = [0; 10];
    // A system that has no random numbers opens no TLS either; a connection in clear has nothing that tags could save.
    let _drawn = SystemRandom::new().fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_connections_have_the_same_tags() {
        let [mut one, mut other] = [Tags::new(secret()), Tags::new(secret())];
        let (first, second) = (one.next(), one.next());
        assert!(
            first != second && first.len() == 12 && first.bytes().all(|byte| byte.is_ascii_alphanumeric())
        );
        assert_ne!(first, other.next());
    }
}
