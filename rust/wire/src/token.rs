//! Cuts server data into values: atoms, strings, literals, lists ([RFC 3501 §4]).
//!
//! INVARIANT: reading never fails. What is broken is taken as far as it goes, because one odd response must not
//! cost the connection.
//!
//! [RFC 3501 §4]: https://www.rfc-editor.org/rfc/rfc3501#section-4

use std::borrow::Cow;

/// No number has more digits.
const LONGEST_NUMBER: usize = 20;
/// No section that is asked for is longer.
const LONGEST_SECTION: usize = 1024;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A bare word, `NIL` and numbers included.
    Atom(&'a [u8]),
    /// A quoted string (unescaped) or a literal.
    String(Cow<'a, [u8]>),
    /// What stands between two parentheses.
    List(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The bytes of a word or a string, whichever the server chose. `NIL` and lists have none.
    pub(crate) fn text(&self) -> Option<&[u8]> {
        match self {
            Self::Atom(word) if word.eq_ignore_ascii_case(b"NIL") => None,
            Self::Atom(word) => Some(word),
            Self::String(text) => Some(text),
            Self::List(_) => None,
        }
    }

    /// The value as a number.
    pub(crate) fn number(&self) -> Option<u64> {
        parse_number(self.text()?)
    }

    /// What the list holds; anything else holds nothing.
    pub(crate) fn list(&self) -> &'a [u8] {
        match self {
            Self::List(inner) => inner,
            _ => &[],
        }
    }
}

/// A run of digits as a number.
pub(crate) fn parse_number(digits: &[u8]) -> Option<u64> {
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if plain { std::str::from_utf8(digits).ok()?.parse().ok() } else { None }
}

/// Hands out values from left to right.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    rest: &'a [u8],
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self { rest: data }
    }

    /// The next value; `None` at the end. A stray closing parenthesis is skipped.
    pub(crate) fn value(&mut self) -> Option<Value<'a>> {
        loop {
            return match self.rest {
                [] => None,
                [b' ' | b'\r' | b'\n' | b'\t' | b')', after @ ..] => {
                    self.rest = after;
                    continue;
                }
                [b'(', after @ ..] => Some(Value::List(self.take_list(after))),
                [b'"', after @ ..] => Some(Value::String(self.take_quoted(after))),
                _ => Some(self.literal().unwrap_or_else(|| Value::Atom(self.take_atom()))),
            };
        }
    }

    /// What has not been handed out.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The quoted string or literal at the start of `data`, and what follows it.
    pub(crate) fn string(data: &'a [u8]) -> Option<(Cow<'a, [u8]>, &'a [u8])> {
        let mut lexer = Self::new(data);
        match lexer.value()? {
            Value::String(text) => Some((text, lexer.rest)),
            _ => None,
        }
    }

    /// What stands before the parenthesis that closes a list whose start was read before; nothing where more than the
    /// line end follows, or none closes.
    pub(crate) fn rest_of_list(data: &'a [u8]) -> Option<&'a [u8]> {
        let mut lexer = Self::new(data);
        let inner = lexer.take_list(data);
        (inner.len() < data.len() && lexer.rest.trim_ascii().is_empty()).then_some(inner)
    }

    /// A literal, `{5}`, `{5+}` or `~{5}` (RFC 3516) before the line end, and its bytes.
    fn literal(&mut self) -> Option<Value<'a>> {
        let announced = self.rest.strip_prefix(b"~").unwrap_or(self.rest);
        let (size, after) = announcement(announced)?;
        let after = after.strip_prefix(b"\r").unwrap_or(after).strip_prefix(b"\n")?;
        let (bytes, after) = after.split_at_checked(usize::try_from(size).ok()?)?;
        self.rest = after;
        Some(Value::String(Cow::Borrowed(bytes)))
    }

    fn take_quoted(&mut self, after: &'a [u8]) -> Cow<'a, [u8]> {
        let (raw, rest) = split_quoted(after);
        self.rest = rest;
        if memchr::memchr(b'\\', raw).is_none() {
            return Cow::Borrowed(raw);
        }
        Cow::Owned(unescape(raw))
    }

    fn take_list(&mut self, after: &'a [u8]) -> &'a [u8] {
        let mut lexer = Lexer { rest: after };
        let mut depth = 1_u32;
        while let [first, next @ ..] = lexer.rest {
            match first {
                b'(' => depth += 1,
                b')' => depth -= 1,
                b'"' => {
                    lexer.rest = split_quoted(next).1;
                    continue;
                }
                b'{' if lexer.literal().is_some() => continue,
                _ => {}
            }
            if depth == 0 {
                self.rest = next;
                return after.get(..after.len() - lexer.rest.len()).unwrap_or_default();
            }
            lexer.rest = next;
        }
        self.rest = &[];
        after
    }

    /// A word ends at a space or a parenthesis, but `BODY[HEADER.FIELDS (DATE)]` is one word.
    fn take_atom(&mut self) -> &'a [u8] {
        let ends = |byte: &u8| matches!(byte, b' ' | b'(' | b')' | b'\r' | b'\n');
        let mut end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        if is_section(self.rest)
            && let Some(bracket) = memchr::memchr(b']', self.rest.get(..LONGEST_SECTION).unwrap_or(self.rest))
            && bracket >= end
        {
            let after = self.rest.get(bracket..).unwrap_or_default();
            end = bracket + after.iter().position(ends).unwrap_or(after.len());
        }
        let (atom, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        self.rest = rest;
        atom
    }
}

/// Splits what follows an opening quote at the closing one.
fn split_quoted(after: &[u8]) -> (&[u8], &[u8]) {
    let mut from = 0;
    while let Some(found) = after.get(from..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        let at = from + found;
        let (raw, rest) = after.split_at_checked(at).unwrap_or((after, &[]));
        match rest {
            [b'"', rest @ ..] => return (raw, rest),
            _ => from = at + 2,
        }
    }
    (after, &[])
}

/// Takes the backslashes away that escape something. One before any other character is one that the server did not escape.
fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut bytes = raw.iter().copied().peekable();
    let mut next = || {
        let byte = bytes.next()?;
        if byte == b'\\' {
            bytes.next_if(|next| matches!(next, b'"' | b'\\')).or(Some(byte))
        } else {
            Some(byte)
        }
    };
    std::iter::from_fn(&mut next).collect()
}

/// Whether a body section starts here: the only words with spaces and parentheses inside.
fn is_section(data: &[u8]) -> bool {
    [&b"BODY["[..], b"BODY.PEEK[", b"BINARY[", b"BINARY.SIZE["]
        .iter()
        .any(|name| data.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
}

/// Reads `{5}` or `{5+}` and returns the size and what follows.
fn announcement(data: &[u8]) -> Option<(u64, &[u8])> {
    let inner = data.strip_prefix(b"{")?;
    // Not a step further: there may be another brace at every octet.
    let start = inner.get(..LONGEST_NUMBER + 2).unwrap_or(inner);
    let (digits, after) = inner.split_at_checked(memchr::memchr(b'}', start)?)?;
    let size = parse_number(digits.strip_suffix(b"+").unwrap_or(digits))?;
    Some((size, after.get(1..)?))
}

/// The literal announced at the end of a line (without its line end): where `{` or `~{` stands, and the size.
pub(crate) fn trailing_literal(line: &[u8]) -> Option<(usize, u64)> {
    if !line.ends_with(b"}") {
        return None;
    }
    let brace = memchr::memrchr(b'{', line)?;
    let (size, _) = announcement(line.get(brace..)?)?;
    let binary = line.get(..brace)?.ends_with(b"~");
    Some((brace - usize::from(binary), size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(data: &[u8]) -> Vec<Value<'_>> {
        let mut lexer = Lexer::new(data);
        std::iter::from_fn(|| lexer.value()).collect()
    }

    fn text(text: &str) -> Value<'_> {
        Value::String(Cow::Borrowed(text.as_bytes()))
    }

    #[test]
    fn words_strings_and_lists_are_told_apart() {
        let expected =
            vec![Value::Atom(b"a"), text("b c"), Value::List(b"d (e)"), text("f\r\ng"), Value::Atom(b"NIL")];
        assert_eq!(values(b"a  \"b c\" (d (e)) {4}\r\nf\r\ng NIL\r\n"), expected);
    }

    #[test]
    fn quoted_strings_are_unescaped() {
        assert_eq!(values(br#""a\"b" "\\" "" "c\\\"""#), [text("a\"b"), text("\\"), text(""), text("c\\\"")]);
    }

    /// N1
    #[test]
    fn a_backslash_that_the_server_did_not_escape_stays() {
        assert_eq!(values(br#""Work\Sub 1" "\Seen""#), [text("Work\\Sub 1"), text("\\Seen")]);
    }

    #[test]
    fn a_list_ignores_parentheses_inside_strings_and_literals() {
        assert_eq!(values(b"(\")\" {2}\r\n)) x) y"), [Value::List(b"\")\" {2}\r\n)) x"), Value::Atom(b"y")]);
    }

    #[test]
    fn a_body_section_is_one_word() {
        let expected = [Value::Atom(b"body[HEADER.FIELDS (MESSAGE-ID DATE)]<0>"), text("x")];
        assert_eq!(values(b"body[HEADER.FIELDS (MESSAGE-ID DATE)]<0> \"x\""), expected);
        assert_eq!(values(b"BODY[] NIL"), [Value::Atom(b"BODY[]"), Value::Atom(b"NIL")]);
    }

    #[test]
    fn literals_may_be_binary_non_synchronizing_and_lf_only() {
        assert_eq!(values(b"~{1}\r\n\0 {1+}\nx"), [text("\0"), text("x")]);
    }

    #[test]
    fn broken_data_is_read_as_far_as_it_goes() {
        assert_eq!(values(b"\"open"), [text("open")]);
        assert_eq!(values(b"(open"), [Value::List(b"open")]);
        assert_eq!(values(b")) x"), [Value::Atom(b"x")]);
        assert_eq!(values(b"{9}\r\nshort"), [Value::Atom(b"{9}"), Value::Atom(b"short")]);
        assert_eq!(values(b"BODY[ x"), [Value::Atom(b"BODY["), Value::Atom(b"x")]);
        assert_eq!(values(b"\"x\\"), [text("x\\")]);
    }

    /// Else each opening in a row of them would be followed to the end of the row, and that takes seconds for a mebibyte.
    #[test]
    fn what_closes_too_far_away_is_not_looked_for() {
        let digits = "0".repeat(LONGEST_NUMBER + 2);
        let literal = format!("{{{digits}}}\r\n");
        assert_eq!(values(literal.as_bytes()), [Value::Atom(literal.trim_end().as_bytes())]);
        let section = format!("BODY[ {}]", "x".repeat(LONGEST_SECTION));
        assert_eq!(values(section.as_bytes()).len(), 2);
        for opening in ["{", "(", "BODY[ ", "{1", "~{", "\"\\"] {
            let data = format!("({}", opening.repeat(1000)).into_bytes();
            assert_eq!(values(&data), [Value::List(&data[1..])], "{opening}");
            assert!(values(&data[1..]).len() <= 1000, "{opening}");
        }
    }

    #[test]
    fn a_trailing_literal_is_found_at_the_line_end_only() {
        assert_eq!(trailing_literal(b"BODY[] {12}"), Some((7, 12)));
        assert_eq!(trailing_literal(b"BODY[] ~{12}"), Some((7, 12)));
        for line in [&b"{12} x"[..], b"{}", b"{a}", b"{99999999999999999999}", b"x}", b""] {
            assert_eq!(trailing_literal(line), None);
        }
    }
}
