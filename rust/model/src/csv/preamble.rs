//! What stands before the header, or instead of all: byte order marks, the type line of Export-Csv, Excel's `sep=;`, and
//! files that are no text at all.

use super::faults::Faults;

/// The text without its preamble, and the separator that it told.
pub(super) struct Preamble<'t> {
    /// Begins with the line break of the line that was passed over, so that lines keep their numbers.
    pub(super) text: &'t str,
    pub(super) separator: Option<u8>,
}

/// Passes over what stands before the header.
pub(super) fn skip(text: &str) -> Preamble<'_> {
    // Whoever writes a mark before a text that has one makes two.
    let text = text.trim_start_matches('\u{FEFF}');
    let (first, rest) = text.split_at(text.find(['\r', '\n']).unwrap_or(text.len()));
    let first = first.trim_matches('"');
    let separator = separator(first);
    let passed = separator.is_some() || first.starts_with("#TYPE ");
    Preamble { text: if passed { rest } else { text }, separator }
}

/// The separator of Excel's line `sep=;`.
fn separator(line: &str) -> Option<u8> {
    let (name, value) = line.split_once('=')?;
    match value.as_bytes() {
        [separator] if name.eq_ignore_ascii_case("sep") => Some(*separator).filter(u8::is_ascii),
        _ => None,
    }
}

/// Reports a file of another format by how it begins.
pub(super) fn is_no_text(bytes: &[u8], faults: &mut Faults) -> bool {
    let what = if bytes.starts_with(b"PK\x03\x04") {
        "an Excel workbook (.xlsx) or another ZIP archive"
    } else if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        "an old Excel workbook (.xls) or another document of Office"
    } else {
        return false;
    };
    faults.file(format!("The file is {what}, not a CSV"), "Open it and save it as \"CSV UTF-8\"");
    true
}
