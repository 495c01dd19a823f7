//! Finds whole commands in what a client sends.

use testkit::command::Literal;

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
            let behind = self.at + end + 2;
            let Some(literal) = input.get(self.at..behind).and_then(Literal::announced) else {
                *self = Self::default();
                return Head::Whole(behind);
            };
            if literal.waits && !self.invited {
                self.invited = true;
                return Head::Waits;
            }
            let after = behind.saturating_add(usize::try_from(literal.size).unwrap_or(usize::MAX));
            if input.len() < after {
                return Head::Short;
            }
            (self.at, self.invited) = (after, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::command::{Argument, Command};

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
        let text = |octets: &[u8]| Argument::Literal(octets.to_vec());
        assert_eq!(command.arguments[1..], [text(b"\r\n}"), text(b"y")]);
        assert_eq!(framer.find(&input[end..]), Head::Whole(8));
    }
}
