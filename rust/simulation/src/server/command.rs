//! Finds whole commands in what a client sends, and takes them apart (RFC 3501 §9).

/// One argument of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Argument {
    /// An atom; a section such as `BODY[HEADER.FIELDS (TO)]` is in one piece.
    Atom(String),
    /// A quoted string or a literal.
    Text(Vec<u8>),
    /// What stands between parentheses.
    List(Vec<Argument>),
}

impl Argument {
    /// The argument as text, where it is not a list.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Atom(atom) => Some(atom.clone()),
            Self::Text(octets) => Some(String::from_utf8_lossy(octets).into_owned()),
            Self::List(_) => None,
        }
    }

    /// The words of a list.
    pub(crate) fn words(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.iter().filter_map(Self::text).collect(),
            other => other.text().into_iter().collect(),
        }
    }
}

/// A command with its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) tag: String,
    /// Upper-case, with `UID ` in front where it was there.
    pub(crate) name: String,
    pub(crate) arguments: Vec<Argument>,
}

/// What is at the head of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// A whole command of this length.
    Whole(usize),
    /// Not enough yet.
    Short,
    /// The client waits for leave to send a literal.
    Waits,
}

/// Looks for the end of a command, and goes on where it left off.
#[derive(Debug, Clone, Default)]
pub(crate) struct Framer {
    /// Up to here everything is known.
    at: usize,
    /// Whether the literal that begins there had its leave.
    invited: bool,
}

impl Framer {
    /// What is at the head of this input.
    pub(crate) fn find(&mut self, input: &[u8]) -> Head {
        loop {
            let rest = input.get(self.at..).unwrap_or_default();
            let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else { return Head::Short };
            let Some((size, waits)) = announced(rest.get(..end).unwrap_or_default()) else {
                let whole = self.at + end + 2;
                *self = Self::default();
                return Head::Whole(whole);
            };
            if waits && !self.invited {
                self.invited = true;
                return Head::Waits;
            }
            let after = self.at + end + 2 + size;
            if input.len() < after {
                return Head::Short;
            }
            (self.at, self.invited) = (after, false);
        }
    }
}

/// The literal that a line ends with: its size, and whether it waits for leave.
fn announced(line: &[u8]) -> Option<(usize, bool)> {
    let inner = line.strip_suffix(b"}")?;
    let open = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = std::str::from_utf8(inner.get(open + 1..)?).ok()?;
    let waits = !digits.ends_with('+');
    digits.trim_end_matches('+').parse().ok().map(|size| (size, waits))
}

impl Command {
    /// Parses a whole command; nothing where it is malformed.
    pub(crate) fn parse(octets: &[u8]) -> Option<Self> {
        let mut cursor = Cursor { rest: octets.strip_suffix(b"\r\n")? };
        let tag = cursor.word();
        let mut name = cursor.word().to_uppercase();
        if name == "UID" {
            name = format!("UID {}", cursor.word().to_uppercase());
        }
        let arguments = cursor.arguments()?;
        let complete = !tag.is_empty() && !name.is_empty() && cursor.rest.is_empty();
        complete.then_some(Self { tag, name, arguments })
    }

    /// The argument at this place as text.
    pub(crate) fn text(&self, at: usize) -> Option<String> {
        self.arguments.get(at)?.text()
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
                b'"' => return Some(Argument::Text(text)),
                b'\\' => text.extend(self.take(1)),
                byte => text.push(*byte),
            }
        }
    }

    fn literal(&mut self) -> Option<Argument> {
        let end = self.rest.windows(2).position(|pair| pair == b"\r\n")?;
        let (size, _) = announced(self.take(end))?;
        self.take(2);
        Some(Argument::Text(self.take(size).to_vec()))
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
    fn a_command_ends_behind_its_literals() {
        let input = b"a APPEND x {3+}\r\n\r\n} {1}\r\ny\r\nb NOOP\r\n";
        let mut framer = Framer::default();
        assert_eq!(framer.find(&input[..18]), Head::Short);
        assert_eq!(framer.find(&input[..26]), Head::Waits);
        assert_eq!(framer.find(&input[..26]), Head::Short);
        let Head::Whole(end) = framer.find(input) else { panic!() };
        let command = Command::parse(&input[..end]).unwrap();
        let text = |octets: &[u8]| Argument::Text(octets.to_vec());
        assert_eq!(command.arguments[1..], [text(b"\r\n}"), text(b"y")]);
        assert_eq!(framer.find(&input[end..]), Head::Whole(8));
    }

    #[test]
    fn a_section_is_one_atom() {
        let command = Command::parse(b"a uid fetch 1:* (UID BODY.PEEK[HEADER.FIELDS (To)])\r\n").unwrap();
        assert_eq!(command.name, "UID FETCH");
        assert_eq!(command.arguments[1].words(), ["UID", "BODY.PEEK[HEADER.FIELDS (To)]"]);
    }

    #[test]
    fn malformed_lines_are_no_command() {
        for line in [&b"a\r\n"[..], b"a LOGIN \"x\r\n", b"a LIST (\r\n", b"a LIST )\r\n", b"\r\n"] {
            assert_eq!(Command::parse(line), None, "{}", String::from_utf8_lossy(line));
        }
    }
}
