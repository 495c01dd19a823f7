//! Modified UTF-7, the encoding of mailbox names ([RFC 3501 §5.1.3]).
//!
//! [RFC 3501 §5.1.3]: https://www.rfc-editor.org/rfc/rfc3501#section-5.1.3

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{GeneralPurpose, general_purpose::NO_PAD};

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// Encodes text.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c == '&' || !is_printable(c)) {
        let (plain, other) = rest.split_at(start);
        encoded.push_str(plain);
        if let Some(after) = other.strip_prefix('&') {
            encoded.push_str("&-");
            rest = after;
            continue;
        }
        let end = other.find(is_printable).unwrap_or(other.len());
        let (shifted, after) = other.split_at(end);
        let units: Vec<u8> = shifted.encode_utf16().flat_map(u16::to_be_bytes).collect();
        encoded.push('&');
        BASE64.encode_string(units, &mut encoded);
        encoded.push('-');
        rest = after;
    }
    encoded.push_str(rest);
    encoded
}

/// Decodes text, also where it is spelt in another way than [`encode`] would: servers shift what needs no shift, or put two
/// shifts side by side. What cannot be decoded stays as it is.
pub(crate) fn decode(encoded: &str) -> String {
    let mut text = String::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((plain, shifted)) = rest.split_once('&') {
        text.push_str(plain);
        rest = match shifted.split_once('-').and_then(|(units, after)| Some((decode_units(units)?, after))) {
            Some((decoded, after)) => {
                text.push_str(&decoded);
                after
            }
            None => {
                text.push('&');
                shifted
            }
        };
    }
    text.push_str(rest);
    text
}

fn decode_units(units: &str) -> Option<String> {
    if units.is_empty() {
        return Some("&".to_owned());
    }
    let bytes = BASE64.decode(units).ok()?;
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    if odd.is_empty() { String::from_utf16(&units).ok() } else { None }
}

fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_there_and_back() {
        let names = [
            ("INBOX", "INBOX"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("R&D", "R&-D"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("😀", "&2D3eAA-"),
            ("&", "&-"),
            ("", ""),
        ];
        for (text, encoded) in names {
            assert_eq!(encode(text), encoded);
            assert_eq!(decode(encoded), text, "{encoded}");
        }
    }

    #[test]
    fn text_in_another_spelling_is_read_all_the_same() {
        let lax = [
            ("&AGEAYgBj-", "abc"),
            ("Caf&AOk-&AOk-", "Caféé"),
            ("&BBAEMQQyACYEMwQ0BDU-", "Абв&где"),
            ("Entwürfe", "Entwürfe"),
            ("&AOk-ü", "éü"),
        ];
        for (encoded, text) in lax {
            assert_eq!(decode(encoded), text);
        }
    }

    #[test]
    fn what_cannot_be_decoded_stays_as_it_is() {
        for malformed in ["R&D", "AT&T-Mail", "&AOk", "&!!!!-", "&2D0-", "&AA-", "a&", "&&", "Q&A - B"] {
            assert_eq!(decode(malformed), malformed);
        }
        assert_eq!(decode("R&D &AOk-"), "R&D é");
    }
}
