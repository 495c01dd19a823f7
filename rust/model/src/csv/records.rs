//! Splits the text into records, and reports quotes that do not close.

use std::ops::Range;

use csv::{ReaderBuilder, StringRecord};

use super::faults::Faults;

/// One record, and the line in which it starts.
pub(super) struct Record {
    pub(super) line: u32,
    pub(super) fields: StringRecord,
}

/// The records of a file. A header with an unclosed quote is none.
#[derive(Default)]
pub(super) struct Records {
    pub(super) header: Option<Record>,
    pub(super) rows: Vec<Record>,
}

/// Splits a text. A record with an unclosed quote is reported and left out; the next line starts anew.
pub(super) fn read(text: &str, delimiter: u8, faults: &mut Faults) -> Records {
    let broken = unclosed_quotes(text.as_bytes(), delimiter);
    let mut lines = LineCounter::new(text.as_bytes());
    for quote in &broken {
        let message = "A quote opens in this line and is not closed before the next column";
        let remedy = "Close the quote; write a quote inside a quoted field twice";
        faults.error(lines.line_at(quote.opens), Some(&quote.column.to_string()), message, remedy);
    }
    let mut records = Vec::new();
    let mut lines = LineCounter::new(text.as_bytes());
    for part in parts_between(text.len(), &broken) {
        read_part(text, part, delimiter, &mut lines, &mut records, faults);
    }
    let header_end = broken.first().map_or(usize::MAX, |quote| quote.record.start);
    let header_is_whole = text.get(..header_end).unwrap_or(text).contains(|c: char| !c.is_whitespace());
    let mut records = records.into_iter();
    Records { header: records.next().filter(|_| header_is_whole), rows: records.collect() }
}

fn read_part(
    text: &str,
    part: Range<usize>,
    delimiter: u8,
    lines: &mut LineCounter<'_>,
    records: &mut Vec<Record>,
    faults: &mut Faults,
) {
    let bytes = text.as_bytes().get(part.clone()).unwrap_or_default();
    if bytes.iter().copied().all(is_break) {
        return;
    }
    let reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
    for fields in reader.into_records() {
        match fields {
            Ok(fields) if fields.iter().all(|field| field.trim().is_empty()) => {}
            Ok(fields) => {
                let start = fields.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(0));
                let line = lines.line_after_breaks(part.start + start);
                records.push(Record { line, fields });
            }
            // The text is UTF-8 in memory and rows may be ragged, so the reader has nothing left to refuse.
            Err(_) => faults.file("The file cannot be read as CSV", "Save the file as \"CSV UTF-8\""),
        }
    }
}

/// A quoted field that does not end where a field can end.
struct UnclosedQuote {
    /// Where it opens.
    opens: usize,
    /// The number of its column.
    column: usize,
    /// Its record, as far as the end of the line in which it opens.
    record: Range<usize>,
}

/// Where the walk over a text is.
enum At {
    FieldStart,
    Bare,
    Quoted,
    Closed,
}

/// Finds quoted fields that are followed by anything but a separator, a line break or the end (RFC 4180 §2).
fn unclosed_quotes(text: &[u8], delimiter: u8) -> Vec<UnclosedQuote> {
    let mut found = Vec::new();
    let (mut at, mut offset, mut record, mut column, mut opens) = (At::FieldStart, 0, 0, 1, 0);
    loop {
        let byte = text.get(offset).copied();
        let broken = match (&at, byte) {
            (At::Quoted, None) => true,
            (At::Closed, Some(byte)) => byte != b'"' && byte != delimiter && !is_break(byte),
            _ => false,
        };
        if broken {
            let end = end_of_line(text, opens);
            found.push(UnclosedQuote { opens, column, record: record..end });
            (at, offset, record, column) = (At::FieldStart, end, end, 1);
            continue;
        }
        let Some(byte) = byte else { return found };
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Closed, b'"') | (At::Quoted, _) => At::Quoted,
            (At::FieldStart, b'"') => {
                opens = offset;
                At::Quoted
            }
            (_, byte) if byte == delimiter => {
                column += 1;
                At::FieldStart
            }
            (_, byte) if is_break(byte) => {
                (record, column) = (offset + 1, 1);
                At::FieldStart
            }
            _ => At::Bare,
        };
        offset += 1;
    }
}

fn end_of_line(text: &[u8], from: usize) -> usize {
    text.iter().skip(from).position(|byte| is_break(*byte)).map_or(text.len(), |length| from + length)
}

/// What lies between the broken records.
fn parts_between(end: usize, broken: &[UnclosedQuote]) -> Vec<Range<usize>> {
    let starts = std::iter::once(0).chain(broken.iter().map(|quote| quote.record.end));
    let ends = broken.iter().map(|quote| quote.record.start).chain(std::iter::once(end));
    starts.zip(ends).map(|(start, end)| start..end).collect()
}

/// CR, LF and CRLF all end a line.
fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// The line of an offset; the first line is 1.
pub(super) fn line_of(text: impl AsRef<[u8]>, offset: usize) -> u32 {
    LineCounter::new(text.as_ref()).line_at(offset)
}

/// Tells the line of offsets that only grow.
struct LineCounter<'a> {
    text: &'a [u8],
    offset: usize,
    line: u32,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    /// The line of an offset; the first line is 1.
    fn line_at(&mut self, offset: usize) -> u32 {
        let passed = self.text.get(self.offset..offset).unwrap_or_default();
        let breaks = passed.iter().zip(self.offset..).filter(|(byte, at)| match byte {
            b'\r' => self.text.get(at + 1) != Some(&b'\n'),
            byte => **byte == b'\n',
        });
        self.line = self.line.saturating_add(u32::try_from(breaks.count()).unwrap_or(u32::MAX));
        self.offset = self.offset.max(offset);
        self.line
    }

    /// The line of the first byte at or after an offset that is no line break: where a record really starts.
    fn line_after_breaks(&mut self, offset: usize) -> u32 {
        let breaks = self.text.iter().skip(offset).take_while(|byte| is_break(**byte)).count();
        self.line_at(offset + breaks)
    }
}
