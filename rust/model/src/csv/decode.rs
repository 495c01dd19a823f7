//! Turns the bytes of a file into text: UTF-8, UTF-16 with or without a byte order mark, or ANSI.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::faults::Faults;
use super::records::line_of;

/// A file's text, and the name of its encoding.
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) encoding: &'static str,
}

/// Decodes a file. Bytes that fit nothing else are read as windows-1252, which is an error unless `lenient`.
pub(super) fn decode<'a>(bytes: &'a [u8], lenient: bool, faults: &mut Faults) -> Decoded<'a> {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((guess(bytes), 0));
    let bytes = bytes.get(mark..).unwrap_or_default();
    if encoding == UTF_8 {
        return decode_utf8(bytes, lenient, faults);
    }
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if broken {
        let line = line_of(&*text, text.find('\u{FFFD}').unwrap_or_default());
        let message = format!("The text is not valid {} in this line", encoding.name());
        faults.error(line, None, message, "Save the file as \"CSV UTF-8\"");
    }
    Decoded { text, encoding: encoding.name() }
}

/// UTF-16 without a mark shows in a header of ASCII letters: every other byte is zero.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let pairs = || bytes.chunks_exact(2).take(64);
    let zeros = |at: usize| pairs().filter(|pair| pair.get(at) == Some(&0)).count();
    match (zeros(0), zeros(1), pairs().count()) {
        (0, high, all) if high > 0 && high * 2 >= all => UTF_16LE,
        (high, 0, all) if high > 0 && high * 2 >= all => UTF_16BE,
        _ => UTF_8,
    }
}

fn decode_utf8<'a>(bytes: &'a [u8], lenient: bool, faults: &mut Faults) -> Decoded<'a> {
    let Err(error) = std::str::from_utf8(bytes) else {
        return Decoded { text: String::from_utf8_lossy(bytes), encoding: UTF_8.name() };
    };
    let line = line_of(bytes, error.valid_up_to());
    if lenient {
        let message = "The text is not UTF-8, it is taken for windows-1252 (ANSI)";
        faults.warning(line, None, message, "Save the file as \"CSV UTF-8\"");
    } else {
        let message = "The text is not UTF-8, this is the first line that shows it";
        faults.error(
            line,
            None,
            message,
            "Save the file as \"CSV UTF-8\", or use -Lenient to read it as ANSI",
        );
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Decoded { text, encoding: WINDOWS_1252.name() }
}
