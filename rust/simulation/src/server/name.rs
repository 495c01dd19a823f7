//! Folder names on the wire: modified UTF-7 (RFC 3501 §5.1.3) in quotes.

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{GeneralPurpose, general_purpose::NO_PAD};

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// The name as it is sent.
pub(crate) fn encode(name: &str) -> String {
    let mut encoded = String::new();
    let mut foreign: Vec<u16> = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            close(&mut encoded, &mut foreign);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            foreign.extend(c.encode_utf16(&mut [0; 2]).iter());
        }
    }
    close(&mut encoded, &mut foreign);
    encoded
}

fn close(encoded: &mut String, foreign: &mut Vec<u16>) {
    if !foreign.is_empty() {
        let octets: Vec<u8> = foreign.drain(..).flat_map(u16::to_be_bytes).collect();
        encoded.push('&');
        encoded.push_str(&BASE64.encode(octets));
        encoded.push('-');
    }
}

/// The name that was sent; nothing where it is malformed.
pub(crate) fn decode(encoded: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = encoded;
    while let Some((before, after)) = rest.split_once('&') {
        let (inner, behind) = after.split_once('-')?;
        name.push_str(before);
        if inner.is_empty() {
            name.push('&');
        } else {
            let octets = BASE64.decode(inner).ok()?;
            let units: Vec<u16> = octets
                .chunks_exact(2)
                .map(|pair| pair.iter().fold(0, |n, b| n << 8 | u16::from(*b)))
                .collect();
            name.push_str(&String::from_utf16(&units).ok()?);
        }
        rest = behind;
    }
    name.push_str(rest);
    Some(name)
}

/// The name in quotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", encode(name).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_went() {
        for name in ["INBOX", "R&D", "Entwürfe", "日本/x", "a\"b"] {
            assert_eq!(decode(&encode(name)).as_deref(), Some(name));
        }
        assert_eq!(encode("Entwürfe & R"), "Entw&APw-rfe &- R");
        assert_eq!(decode("a&b"), None);
    }
}
