//! The shapes that mail comes in ([RFC 5322], [RFC 2045]).
//!
//! [RFC 5322]: https://www.rfc-editor.org/rfc/rfc5322
//! [RFC 2045]: https://www.rfc-editor.org/rfc/rfc2045

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// One shape of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Plain ASCII text.
    Plain,
    /// The same octets as the message before.
    Duplicate,
    /// The Message-ID of the message before, with another body.
    SameMessageId,
    /// Text and HTML as alternatives.
    Html,
    /// A base64 attachment.
    Attachment,
    /// A forwarded message inside.
    Nested,
    /// UTF-8 in the body, without any transfer encoding.
    EightBitBody,
    /// Raw Latin-1 octets in a header, as old clients wrote them.
    EightBitHeader,
    /// Encoded words in the headers ([RFC 2047](https://www.rfc-editor.org/rfc/rfc2047)).
    EncodedWords,
    /// Hundreds of recipients on folded lines.
    LongHeader,
    /// Without a Message-ID.
    NoMessageId,
    /// Headers, the empty line, nothing.
    EmptyBody,
    /// The last line lacks its CRLF.
    NoFinalNewline,
    /// Headers without the empty line that ends them.
    HeaderOnly,
    /// A Date header that is old, of the future, or broken.
    OddDate,
    /// Lines of 998 octets, the longest that are allowed.
    LongLines,
    /// Lines that begin with or are a dot, which a relay could have eaten.
    Dots,
}

impl Shape {
    /// Every shape once.
    pub const ALL: [Self; 17] = [
        Self::Plain,
        Self::Duplicate,
        Self::SameMessageId,
        Self::Html,
        Self::Attachment,
        Self::Nested,
        Self::EightBitBody,
        Self::EightBitHeader,
        Self::EncodedWords,
        Self::LongHeader,
        Self::NoMessageId,
        Self::EmptyBody,
        Self::NoFinalNewline,
        Self::HeaderOnly,
        Self::OddDate,
        Self::LongLines,
        Self::Dots,
    ];

    /// A shape as mailboxes mix them: two thirds everyday mail, the rest any shape.
    pub(super) fn mixture(random: &mut StdRng) -> Self {
        const EVERYDAY: [Shape; 6] =
            [Shape::Plain, Shape::Plain, Shape::Html, Shape::Html, Shape::EncodedWords, Shape::Attachment];
        let shapes: &[Self] = if random.random_bool(0.67) { &EVERYDAY } else { &Self::ALL };
        shapes.choose(random).copied().unwrap_or(Self::Plain)
    }
}
