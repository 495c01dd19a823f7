//! Composes one message of a given shape: the headers here, the content in [`mime`].

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Zoned;
use rand::Rng;
use rand::rngs::StdRng;

use super::{Message, Shape, date, mime, text};

/// Writes a message of this shape. A [`Shape::Duplicate`] with nothing before it is plain.
pub(super) fn write(
    random: &mut StdRng,
    shape: Shape,
    id: &str,
    received: &Zoned,
    before: Option<&Message>,
) -> Vec<u8> {
    let mut message = header(random, shape, id, received, before);
    let (mime, body) = mime::content(random, shape, id);
    message.extend_from_slice(mime.as_bytes());
    if shape != Shape::HeaderOnly {
        message.extend_from_slice(b"\r\n");
    }
    message.extend_from_slice(body.as_bytes());
    if shape == Shape::NoFinalNewline {
        message.truncate(message.trim_ascii_end().len());
    }
    message
}

fn header(
    random: &mut StdRng,
    shape: Shape,
    id: &str,
    received: &Zoned,
    before: Option<&Message>,
) -> Vec<u8> {
    let date = if shape == Shape::OddDate { date::odd(random).to_owned() } else { date::header(received) };
    let (from, to, subject) = (text::person(random), text::person(random), text::subject(random));
    let mut header = format!("From: {from}\r\nDate: {date}\r\n");
    header += &match shape {
        Shape::LongHeader => recipients(random),
        _ => format!("To: {to}\r\n"),
    };
    header += &match shape {
        Shape::EncodedWords => encoded_subject(random),
        _ => format!("Subject: {subject}\r\n"),
    };
    let own = || format!("Message-ID: <{id}@example.org>\r\n");
    header += &match shape {
        Shape::NoMessageId => String::new(),
        Shape::SameMessageId => before.and_then(message_id).unwrap_or_else(own),
        _ => own(),
    };
    let mut header = header.into_bytes();
    if shape == Shape::EightBitHeader {
        header.extend_from_slice(b"X-Organisation: M\xfcller & S\xf6hne\r\n");
    }
    header
}

/// The Message-ID line of a message, if it has one.
fn message_id(message: &Message) -> Option<String> {
    let line =
        message.bytes.split_inclusive(|byte| *byte == b'\n').find(|line| line.starts_with(b"Message-ID:"))?;
    Some(String::from_utf8_lossy(line).into_owned())
}

fn recipients(random: &mut StdRng) -> String {
    let count = random.random_range(200..600);
    let list = (0..count).map(|number| format!("{number}.{}", text::person(random))).collect::<Vec<_>>();
    format!("To: {}\r\n", list.join(",\r\n "))
}

fn encoded_subject(random: &mut StdRng) -> String {
    let words = BASE64_STANDARD.encode(text::accented_subject(random));
    format!("Subject: =?utf-8?B?{words}?=\r\n =?iso-8859-1?Q?Gr=FC=DFe?=\r\n")
}
