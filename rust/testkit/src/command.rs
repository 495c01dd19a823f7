//! Takes what a client sends apart: a command line with its literals ([RFC 3501 §9]).
//!
//! [RFC 3501 §9]: https://www.rfc-editor.org/rfc/rfc3501#section-9

/// A literal that a line announces ([RFC 3501 §4.3], [RFC 7888]).
///
/// [RFC 3501 §4.3]: https://www.rfc-editor.org/rfc/rfc3501#section-4.3
/// [RFC 7888]: https://www.rfc-editor.org/rfc/rfc7888
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Literal {
    /// Its size in octets.
    pub size: u64,
    /// Whether the client waits for a `+` before it sends.
    pub waits: bool,
}

impl Literal {
    /// The literal that this line ends with, if any.
    pub fn announced(line: &[u8]) -> Option<Self> {
        let inside = line.strip_suffix(b"}\r\n")?.rsplit(|byte| *byte == b'{').next()?;
        let text = std::str::from_utf8(inside).ok()?;
        let digits = text.trim_end_matches('+');
        Some(Self { size: digits.parse().ok()?, waits: digits.len() == text.len() })
    }
}

/// One argument of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// An atom, with a section such as `BODY[HEADER.FIELDS (TO)]` in one piece.
    Atom(String),
    /// A quoted string.
    Quoted(Vec<u8>),
    /// A literal.
    Literal(Vec<u8>),
    /// What stands between parentheses.
    List(Vec<Argument>),
}

impl Argument {
    /// The argument as text, where it is not a list.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Atom(atom) => Some(atom.clone()),
            Self::Quoted(bytes) | Self::Literal(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Self::List(_) => None,
        }
    }

    /// The octets of a string.
    pub fn octets(&self) -> Option<&[u8]> {
        match self {
            Self::Quoted(octets) | Self::Literal(octets) => Some(octets),
            Self::Atom(_) | Self::List(_) => None,
        }
    }

    /// The words of a list; of anything else, the one that it is.
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.iter().filter_map(Self::text).collect(),
            other => other.text().into_iter().collect(),
        }
    }
}

/// A command with its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The tag.
    pub tag: String,
    /// Upper-case, with `UID ` in front where it was there.
    pub name: String,
    /// What follows the name.
    pub arguments: Vec<Argument>,
}

impl Command {
    /// Parses a line with its literals in place; nothing where it is malformed.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let mut cursor = Cursor { rest: line.strip_suffix(b"\r\n")? };
        let tag = cursor.word();
        let mut name = cursor.word().to_uppercase();
        if name == "UID" {
            name = format!("UID {}", cursor.word().to_uppercase());
        }
        let arguments = cursor.arguments()?;
        let complete = !tag.is_empty() && !name.is_empty() && cursor.rest.is_empty();
        complete.then_some(Self { tag, name, arguments })
    }

    /// What it is about, for the trace: its first words.
    pub fn told(&self) -> String {
        let words = self.arguments.iter().map(Argument::words).map(|words| words.join(" "));
        let told = words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ");
        let shown = told.chars().take(60).collect::<String>();
        format!("{} {shown}", self.name)
    }

    /// The argument at this place as text.
    pub fn text(&self, index: usize) -> Option<String> {
        self.arguments.get(index)?.text()
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn word(&mut self) -> String {
        let end = self.rest.iter().position(|byte| *byte == b' ').unwrap_or(self.rest.len());
        let word = String::from_utf8_lossy(self.take(end)).into_owned();
        self.skip_spaces();
        word
    }

    /// Everything up to the closing parenthesis or the end.
    fn arguments(&mut self) -> Option<Vec<Argument>> {
        let mut arguments = Vec::new();
        loop {
            self.skip_spaces();
            match self.rest.first() {
                None | Some(b')') => return Some(arguments),
                Some(_) => arguments.push(self.argument()?),
            }
        }
    }

    fn argument(&mut self) -> Option<Argument> {
        match self.rest.first()? {
            b'(' => self.list(),
            b'"' => self.quoted(),
            b'{' => self.literal(),
            _ => Some(self.atom()),
        }
    }

    fn list(&mut self) -> Option<Argument> {
        self.take(1);
        let items = self.arguments()?;
        self.rest.first()?;
        self.take(1);
        Some(Argument::List(items))
    }

    fn quoted(&mut self) -> Option<Argument> {
        self.take(1);
        let mut text = Vec::new();
        loop {
            match self.take(1).first()? {
                b'"' => return Some(Argument::Quoted(text)),
                b'\\' => text.extend(self.take(1)),
                byte => text.push(*byte),
            }
        }
    }

    fn literal(&mut self) -> Option<Argument> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')? + 1;
        let size = Literal::announced(self.take(end))?.size;
        Some(Argument::Literal(self.take(usize::try_from(size).ok()?).to_vec()))
    }

    fn atom(&mut self) -> Argument {
        let mut depth = 0_usize;
        let ends = |byte: &u8| {
            match byte {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && matches!(byte, b' ' | b'(' | b')')
        };
        let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        Argument::Atom(String::from_utf8_lossy(self.take(end)).into_owned())
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_append_is_taken_apart_with_its_literals() {
        let command = Command::parse(b"a1 append \"a \\\"b\" (\\Seen X) {3+}\r\na\nb {2}\r\n()\r\n").unwrap();
        let flags = ["\\Seen", "X"].map(|flag| Argument::Atom(flag.to_owned())).to_vec();
        assert_eq!((command.tag.as_str(), command.name.as_str()), ("a1", "APPEND"));
        let literal = |bytes: &[u8]| Argument::Literal(bytes.to_vec());
        let name = Argument::Quoted(b"a \"b".to_vec());
        assert_eq!(command.arguments, [name, Argument::List(flags), literal(b"a\nb"), literal(b"()")]);
    }

    #[test]
    fn a_section_is_one_atom() {
        let command =
            Command::parse(b"a UID fetch 1:* (UID BODY.PEEK[HEADER.FIELDS (To Date)])\r\n").unwrap();
        let items = ["UID", "BODY.PEEK[HEADER.FIELDS (To Date)]"].map(|item| Argument::Atom(item.to_owned()));
        assert_eq!(command.name, "UID FETCH");
        assert_eq!(command.arguments[1], Argument::List(items.to_vec()));
        assert_eq!(command.arguments[1].words(), ["UID", "BODY.PEEK[HEADER.FIELDS (To Date)]"]);
    }

    #[test]
    fn malformed_lines_are_no_command() {
        for line in [&b"a\r\n"[..], b"a LOGIN \"x\r\n", b"a LIST (\r\n", b"a LIST )\r\n", b"\r\n"] {
            assert_eq!(Command::parse(line), None, "{}", String::from_utf8_lossy(line));
        }
    }
}
