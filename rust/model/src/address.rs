//! Addresses of mailboxes and names of hosts, as far as their form tells. Pure.

use std::net::Ipv6Addr;

/// The longest part before the `@` and the longest domain (RFC 5321 §4.5.3.1).
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;
/// What copying from a web page leaves behind: zero-width characters, direction marks, a byte order mark.
const INVISIBLE: [char; 6] = ['\u{200B}', '\u{200C}', '\u{200D}', '\u{200E}', '\u{200F}', '\u{FEFF}'];

/// Why a text does not look like one address. Whether the mailbox exists, only the target knows.
pub fn address_fault(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("is empty");
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || INVISIBLE.contains(&c)) {
        return Some("holds a blank or an invisible character");
    }
    if text.contains(['<', '>', '(', ')', '[', ']', ',', ';', ':', '"', '\\']) {
        return Some("holds a character that an address cannot have");
    }
    let Some((local, domain)) = text.split_once('@') else {
        return Some("has no `@`");
    };
    if domain.contains('@') {
        return Some("has more than one `@`");
    }
    if local.is_empty() || domain.split('.').any(str::is_empty) {
        return Some("is incomplete");
    }
    (local.len() > MAX_LOCAL || domain.len() > MAX_DOMAIN).then_some("is too long")
}

/// Why a text is not the name or the address of a host and nothing more. What it leads to, only the network knows.
pub fn host_fault(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("is empty")
    } else if text.contains("://") {
        Some("is a URL")
    } else if text.contains(|c: char| c.is_whitespace() || c.is_control() || INVISIBLE.contains(&c)) {
        Some("holds a blank or an invisible character")
    } else if text.starts_with('[') {
        Some("has brackets, which an IPv6 address needs only in a URL")
    } else if text.contains(['/', '\\', '@', '?', '#', ',', ';', '|', '"', '\'', '<', '>']) {
        Some("holds a character that a host name cannot have")
    } else if text.contains(':') && !is_ipv6(text) {
        Some("has a port")
    } else {
        None
    }
}

/// With a zone, too (RFC 4007 §11).
fn is_ipv6(text: &str) -> bool {
    text.split('%').next().is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_and_nothing_more() {
        for host in [
            "imap.contoso.com",
            "imap.contoso.com.",
            "localhost",
            "10.0.0.7",
            "::1",
            "fe80::1%eth0",
            "imap_1.bücher.example",
        ] {
            assert_eq!(host_fault(host), None, "{host}");
        }
        for (host, fault) in [
            (" ", "is empty"),
            ("imaps://imap.contoso.com", "is a URL"),
            ("imap.contoso.com:993", "has a port"),
            ("[::1]", "has brackets, which an IPv6 address needs only in a URL"),
            ("imap.contoso.com ", "holds a blank or an invisible character"),
            ("imap.contoso.com/INBOX", "holds a character that a host name cannot have"),
            ("anna@contoso.com", "holds a character that a host name cannot have"),
        ] {
            assert_eq!(host_fault(host), Some(fault), "{host}");
        }
    }
}
