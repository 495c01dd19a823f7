//! Repairs a message that a target has refused: NUL characters, line ends that are none, lines that are too long.
//!
//! Pure, and a stream: no more than one line of the allowed length is held back.
//!
//! INVARIANT: a message that needs no repair comes out as it went in, and chunks make no difference.

use std::fmt;

use crate::Repair;

/// The longest line that is left alone, without its end: with it, 10,239 octets, beyond which Exchange refuses a message
/// (peers O4). RFC 5322 §2.1.1 has 998, but longer lines are everywhere and are no reason for any server to refuse.
const LONGEST_LINE: usize = 10_237;

/// How many carriage returns may belong to one line end: CR CR LF is a CRLF that was translated once too often.
const MOST_RETURNS: u8 = 2;

/// What was changed in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// NUL characters that were dropped.
    pub nul_characters: u64,
    /// Line ends that became CRLF, or were added.
    pub line_ends: u64,
    /// Lines that were broken.
    pub long_lines: u64,
}

impl Changes {
    /// Whether nothing was changed.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// As a person reads it: `2 NUL characters dropped, 1 long line broken`.
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [
            (self.nul_characters, "NUL character", "dropped"),
            (self.line_ends, "line end", "made CRLF"),
            (self.long_lines, "long line", "broken"),
        ];
        let made = all.into_iter().filter(|(count, ..)| *count > 0).map(|(count, what, done)| {
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} {what}{plural} {done}")
        });
        f.write_str(&made.collect::<Vec<_>>().join(", "))
    }
}

/// Repairs one message: [`Self::mend`] for each chunk of it, and [`Self::finish`] for what was held back.
#[derive(Debug)]
pub struct Mender {
    drops_nul_characters: bool,
    ends_lines: bool,
    breaks_lines: bool,
    /// Carriage returns that may belong to a line end.
    returns: u8,
    /// What came out last.
    last: Option<u8>,
    /// Whether the empty line that ends the header is still to come (RFC 5322 §2.1).
    in_header: bool,
    /// Whether the line was broken already.
    is_broken: bool,
    /// The line so far, where lines may be broken.
    line: Vec<u8>,
    out: Vec<u8>,
    changes: Changes,
}

impl Mender {
    /// Makes these repairs.
    pub fn new(repairs: &[Repair]) -> Self {
        Self {
            drops_nul_characters: repairs.contains(&Repair::NulCharacters),
            ends_lines: repairs.contains(&Repair::BareLineFeeds),
            breaks_lines: repairs.contains(&Repair::LongLines),
            returns: 0,
            last: None,
            in_header: true,
            is_broken: false,
            line: Vec::new(),
            out: Vec::new(),
            changes: Changes::default(),
        }
    }

    /// Takes the next octets of the message, and gives what is certain by now.
    pub fn mend(&mut self, chunk: &[u8]) -> &[u8] {
        self.out.clear();
        chunk.iter().for_each(|&octet| self.take(octet));
        &self.out
    }

    /// Gives the rest of the message.
    pub fn finish(&mut self) -> &[u8] {
        self.out.clear();
        self.end_at_returns();
        // Yahoo refuses a message whose last line has no end (peers Y1).
        if self.ends_lines && self.last.is_some_and(|last| last != b'\n') {
            self.repair_line_end();
        }
        self.out.append(&mut self.line);
        &self.out
    }

    /// What was changed so far.
    pub fn changes(&self) -> Changes {
        self.changes
    }

    fn take(&mut self, octet: u8) {
        match octet {
            0 if self.drops_nul_characters => self.changes.nul_characters += 1,
            b'\r' if self.ends_lines && self.returns < MOST_RETURNS => self.returns += 1,
            b'\r' if self.ends_lines => self.repair_line_end(),
            b'\n' if self.ends_lines && std::mem::take(&mut self.returns) == 1 => self.end_line(),
            b'\n' if self.ends_lines => self.repair_line_end(),
            _ => {
                self.end_at_returns();
                self.put(octet);
            }
        }
    }

    /// Carriage returns without a line feed end a line each.
    fn end_at_returns(&mut self) {
        (0..std::mem::take(&mut self.returns)).for_each(|_| self.repair_line_end());
    }

    fn repair_line_end(&mut self) {
        self.changes.line_ends += 1;
        self.end_line();
    }

    fn end_line(&mut self) {
        self.put(b'\r');
        self.put(b'\n');
    }

    fn put(&mut self, octet: u8) {
        self.last = Some(octet);
        if !self.breaks_lines {
            self.out.push(octet);
            return;
        }
        self.line.push(octet);
        if octet == b'\n' {
            self.in_header &= !matches!(self.line.as_slice(), b"\n" | b"\r\n");
            self.is_broken = false;
            self.out.append(&mut self.line);
        } else if self.line.len() > LONGEST_LINE + usize::from(octet == b'\r') {
            self.break_line();
        }
    }

    /// Gives the beginning of the line, and an end. In the header the rest begins with a blank, so that it stays the same
    /// field (RFC 5322 §2.2.3).
    fn break_line(&mut self) {
        self.changes.long_lines += u64::from(!self.is_broken);
        self.is_broken = true;
        let rest = self.line.split_off(break_at(&self.line));
        self.out.append(&mut self.line);
        self.out.extend_from_slice(b"\r\n");
        if self.in_header && !rest.first().is_some_and(is_blank) {
            self.line.push(b' ');
        }
        self.line.extend(rest);
    }
}

/// Repairs what is at hand as a whole.
pub fn mend(repairs: &[Repair], whole: &[u8]) -> Vec<u8> {
    let mut mender = Mender::new(repairs);
    let mut mended = mender.mend(whole).to_vec();
    mended.extend_from_slice(mender.finish());
    mended
}

/// Where to break a line: before its last blank that is not indentation, which changes least; where there is none, at
/// the limit, but inside no character of UTF-8.
fn break_at(line: &[u8]) -> usize {
    let fits = line.get(..LONGEST_LINE).unwrap_or(line);
    let indentation = fits.iter().take_while(|octet| is_blank(octet)).count();
    let blank = fits.iter().rposition(is_blank).filter(|at| *at > indentation);
    let starts_character = |at: &usize| line.get(*at).is_none_or(|octet| octet & 0xC0 != 0x80);
    let character = || (fits.len().saturating_sub(3)..=fits.len()).rev().find(starts_character);
    blank.or_else(character).unwrap_or(fits.len())
}

fn is_blank(octet: &u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Repair; 3] = [Repair::NulCharacters, Repair::BareLineFeeds, Repair::LongLines];

    /// Repairs a message that comes in chunks of this size.
    fn in_chunks(repairs: &[Repair], message: &[u8], chunk: usize) -> (Vec<u8>, Changes) {
        let mut mender = Mender::new(repairs);
        let mut mended = Vec::new();
        for chunk in message.chunks(chunk) {
            mended.extend_from_slice(mender.mend(chunk));
        }
        mended.extend_from_slice(mender.finish());
        (mended, mender.changes())
    }

    fn text(repairs: &[Repair], message: &str) -> String {
        String::from_utf8(in_chunks(repairs, message.as_bytes(), 7).0).unwrap()
    }

    /// C2, G8
    #[test]
    fn nul_characters_are_dropped_and_counted() {
        let (mended, changes) = in_chunks(&[Repair::NulCharacters], b"A: b\0\r\0\n\r\nc\0d\n", 3);
        assert_eq!(mended, b"A: b\r\n\r\ncd\n");
        assert_eq!(changes, Changes { nul_characters: 3, ..Changes::default() });
    }

    /// C3
    #[test]
    fn line_feeds_and_carriage_returns_that_stand_alone_end_a_line() {
        let mended = |message| text(&[Repair::BareLineFeeds], message);
        assert_eq!(mended("A: b\n\nc\r\nd\n"), "A: b\r\n\r\nc\r\nd\r\n");
        assert_eq!(mended("a\rb\r\rc\r"), "a\r\nb\r\n\r\nc\r\n");
        assert_eq!(mended("A: b\r\r\n\r\r\nc\r\r\r\n"), "A: b\r\n\r\nc\r\n\r\n", "CRLF translated twice");
        assert_eq!(mended("a\n\r\nb\r\n"), "a\r\n\r\nb\r\n");
    }

    /// Y1
    #[test]
    fn a_last_line_gets_its_end_and_a_message_without_octets_gets_nothing() {
        assert_eq!(text(&[Repair::BareLineFeeds], "A: b\r\n\r\nc"), "A: b\r\n\r\nc\r\n");
        assert_eq!(in_chunks(&ALL, b"", 1), (Vec::new(), Changes::default()));
    }

    /// O4
    #[test]
    fn a_line_is_broken_only_beyond_the_limit() {
        let line = "x".repeat(LONGEST_LINE);
        for end in ["\r\n", "\n", ""] {
            let message = format!("A: b\r\n\r\n{line}{end}");
            assert_eq!(text(&[Repair::LongLines], &message), message);
        }
        let longer = format!("A: b\r\n\r\n{line}y\r\nz");
        assert_eq!(text(&[Repair::LongLines], &longer), format!("A: b\r\n\r\n{line}\r\ny\r\nz"));
    }

    #[test]
    fn a_line_is_broken_before_a_blank_where_there_is_one() {
        let words = format!("\r\n{} end", "x".repeat(LONGEST_LINE));
        assert!(text(&[Repair::LongLines], &words).ends_with("x\r\n end"));
        let early = format!("\r\n  a b{}", "x".repeat(LONGEST_LINE));
        assert!(text(&[Repair::LongLines], &early).starts_with("\r\n  a\r\n bx"));
    }

    #[test]
    fn a_field_that_is_broken_stays_one_field_and_a_foldable_one_keeps_its_value() {
        let header = |value: &str| format!("A: b\r\nReferences:{value}\r\nC: d\r\n\r\nbody\r\n");
        let word = "y".repeat(2 * LONGEST_LINE);
        let broken = text(&[Repair::LongLines], &header(&word));
        let starts: Vec<_> = broken.lines().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(starts.len(), 5, "fields, the empty line and the body begin as before");
        let ids = " <id@example.com>".repeat(3_000);
        assert_eq!(text(&[Repair::LongLines], &header(&ids)).replace("\r\n ", " "), header(&ids));
    }

    #[test]
    fn no_character_is_torn_apart() {
        let message = format!("\r\n{}", "äß€𝄞".repeat(5_000));
        let mended = text(&[Repair::LongLines], &message);
        assert_eq!(mended.replace("\r\n", ""), message.replace("\r\n", ""));
    }

    #[test]
    fn what_was_changed_reads_as_a_sentence() {
        let changes = Changes { nul_characters: 2, line_ends: 0, long_lines: 1 };
        assert_eq!(changes.to_string(), "2 NUL characters dropped, 1 long line broken");
    }

    /// Messages of everything that matters, with long runs.
    fn messages() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            prop::sample::select(vec!["\r\n", "\n", "\r", "\0", " ", "\t", "a", "To: b", "ä", "\r\n\r\n"])
                .prop_map(str::to_owned),
            (LONGEST_LINE - 3..LONGEST_LINE + 3).prop_map(|count| "x".repeat(count)),
            (4_000_usize..8_000).prop_map(|count| "ä".repeat(count)),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn chunks_make_no_difference(
            message in messages(),
            repairs in prop::sample::subsequence(ALL.to_vec(), 0..=3),
            chunk in 1_usize..12_000,
        ) {
            let whole = mend(&repairs, &message);
            prop_assert_eq!(&in_chunks(&repairs, &message, chunk).0, &whole);
            prop_assert_eq!(&in_chunks(&repairs, &message, 1).0, &whole);
        }

        #[test]
        fn what_is_counted_as_unchanged_is_unchanged(
            message in messages(),
            repairs in prop::sample::subsequence(ALL.to_vec(), 0..=3),
        ) {
            let (mended, changes) = in_chunks(&repairs, &message, 100);
            prop_assert_eq!(changes.is_none(), mended == message);
        }

        #[test]
        fn a_repaired_message_has_no_fault_left(message in messages()) {
            let (mended, _) = in_chunks(&ALL, &message, 100);
            prop_assert!(!mended.contains(&0));
            let text = String::from_utf8(mended.clone()).unwrap();
            prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
            prop_assert!(text.is_empty() || text.ends_with("\r\n"));
            prop_assert!(text.lines().all(|line| line.len() <= LONGEST_LINE));
            prop_assert_eq!(in_chunks(&ALL, &mended, 100), (mended, Changes::default()));
        }

        #[test]
        fn nothing_but_nul_characters_blanks_and_line_ends_comes_or_goes(message in messages()) {
            let text_of = |bytes: &[u8]| {
                let kept = |octet: &u8| !matches!(octet, 0 | b' ' | b'\r' | b'\n');
                bytes.iter().copied().filter(kept).collect::<Vec<_>>()
            };
            prop_assert_eq!(text_of(&in_chunks(&ALL, &message, 100).0), text_of(&message));
        }
    }
}
