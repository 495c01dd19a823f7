//! The content of a message: plain text, or a MIME structure ([RFC 2046]) of text, HTML, attachment or message.
//!
//! [RFC 2046]: https://www.rfc-editor.org/rfc/rfc2046

use rand::Rng;
use rand::rngs::StdRng;

use super::{Shape, size, text};

/// The longest line without its CRLF ([RFC 5322 §2.1.1](https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1)).
const LONGEST_LINE: usize = 998;

/// The MIME headers and the body of a message of this shape; the empty line between them is the caller's.
pub(super) fn content(random: &mut StdRng, shape: Shape, id: &str) -> (String, String) {
    let octets = size::draw(random);
    match shape {
        Shape::EmptyBody | Shape::HeaderOnly => Default::default(),
        Shape::Html => multipart("alternative", id, &[plain(random, octets / 2), html(random, octets / 2)]),
        Shape::Attachment => multipart("mixed", id, &[plain(random, octets / 4), attachment(random)]),
        Shape::Nested => multipart("mixed", id, &[plain(random, octets / 2), message(random, octets / 2)]),
        Shape::EightBitBody => {
            let header = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n";
            (header.to_owned(), text::accented_prose(random, octets))
        }
        Shape::LongLines => (String::new(), long_lines(random, octets)),
        Shape::Dots => (String::new(), format!(".\r\n..\r\n.dot\r\n{}.\r\n", text::prose(random, octets))),
        _ => (String::new(), text::prose(random, octets)),
    }
}

fn multipart(kind: &str, id: &str, parts: &[String]) -> (String, String) {
    let boundary = format!("=_{id}");
    let header = format!("MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n");
    let mut body = String::new();
    for part in parts {
        body += &format!("--{boundary}\r\n{part}");
    }
    body += &format!("--{boundary}--\r\n");
    (header, body)
}

fn plain(random: &mut StdRng, octets: usize) -> String {
    format!("Content-Type: text/plain; charset=us-ascii\r\n\r\n{}", text::prose(random, octets))
}

fn html(random: &mut StdRng, octets: usize) -> String {
    let text = text::prose(random, octets);
    format!(
        "Content-Type: text/html; charset=us-ascii\r\n\r\n<html><body><p>\r\n{text}</p></body></html>\r\n"
    )
}

fn attachment(random: &mut StdRng) -> String {
    let size = size::draw_attachment(random);
    let header = "Content-Type: application/pdf; name=\"Angebot.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
                  Content-Disposition: attachment; filename*=utf-8''Angebot%20%E2%82%AC.pdf\r\n\r\n";
    header.to_owned() + &text::base64(random, size)
}

fn message(random: &mut StdRng, octets: usize) -> String {
    let (from, subject) = (text::person(random), text::subject(random));
    let text = text::prose(random, octets);
    format!(
        "Content-Type: message/rfc822\r\n\r\nFrom: {from}\r\nSubject: Fwd: {subject}\r\nMessage-ID: <inner@example.org>\r\n\
         \r\n{text}"
    )
}

fn long_lines(random: &mut StdRng, octets: usize) -> String {
    let lines = octets.div_ceil(LONGEST_LINE);
    (0..lines)
        .map(|_| char::from(random.random_range(b'a'..=b'z')).to_string().repeat(LONGEST_LINE) + "\r\n")
        .collect()
}
