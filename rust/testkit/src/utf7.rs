//! Modified UTF-7 for folder names ([RFC 3501 §5.1.3]), written apart from the product's own on purpose.
//!
//! [RFC 3501 §5.1.3]: https://www.rfc-editor.org/rfc/rfc3501#section-5.1.3

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// Encodes a folder name as IMAP4rev1 sends it.
pub fn encode(name: &str) -> String {
    let mut encoded = String::new();
    let mut shifted = String::new();
    for character in name.chars() {
        if (' '..='~').contains(&character) {
            flush(&mut shifted, &mut encoded);
            encoded.push(character);
            if character == '&' {
                encoded.push('-');
            }
        } else {
            shifted.push(character);
        }
    }
    flush(&mut shifted, &mut encoded);
    encoded
}

/// Moves what cannot stand as it is into one `&...-` run.
fn flush(shifted: &mut String, encoded: &mut String) {
    if shifted.is_empty() {
        return;
    }
    let units = shifted.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    encoded.push('&');
    encoded.push_str(&BASE64.encode(units));
    encoded.push('-');
    shifted.clear();
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn names_encode_as_in_the_rfc() {
        assert_eq!(encode("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        assert_eq!(encode("Projects & Co"), "Projects &- Co");
        assert_eq!(encode("Entwürfe"), "Entw&APw-rfe");
    }
}
