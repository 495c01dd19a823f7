//! The stream under async-imap: hands it one simple line at a time, keeps the real ones, and can be taken back.
//!
//! async-imap's parser kills the connection over responses that servers do send, and can panic. It needs to know
//! only that a greeting, a `+` or a completion came, so that is all it gets to see; what the lines really said is
//! read from [`Gate::lines`]. As it never gets more than it asked for, no byte is lost when the stream is taken
//! back.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use zeroize::{Zeroize, Zeroizing};

use crate::budget::{LINE_BEFORE_LOGIN, STEP_BEFORE_LOGIN, TooMuch};
use crate::command::ROOM_FOR_LOGIN;
use crate::error::Condition;
use crate::input::Input;
use crate::response::Response;
use crate::round_trip::RoundTrip;
use crate::wire::{Stream, Wire};

/// A stream that can be taken back.
pub(crate) struct Gate {
    io: Box<dyn Stream>,
    input: Input,
    output: Zeroizing<Vec<u8>>,
    /// What async-imap may read.
    ready: Vec<u8>,
    /// Every line that the server sent in this step, as it came.
    pub(crate) lines: Vec<Vec<u8>>,
    /// How many octets these are.
    kept: usize,
    /// Whether the next line is a greeting.
    greeting: bool,
    /// Whether the server has said goodbye: nothing that it says then counts (RFC 3501 §7.1.5), and some say it for ever.
    over: bool,
    /// How far away the server is.
    pub(crate) round_trip: RoundTrip,
}

impl Gate {
    /// A stream on which the server speaks first.
    pub(crate) fn before_greeting(io: Box<dyn Stream>) -> Self {
        Self { greeting: true, ..Self::after_greeting(io, RoundTrip::default()) }
    }

    /// A stream on which the client speaks first: after STARTTLS.
    pub(crate) fn after_greeting(io: Box<dyn Stream>, round_trip: RoundTrip) -> Self {
        // A buffer that grows leaves a copy behind.
        let output = Zeroizing::new(Vec::with_capacity(ROOM_FOR_LOGIN));
        let (input, ready) = (Input::new(), Vec::new());
        Self {
            io,
            input,
            output,
            ready,
            lines: Vec::new(),
            kept: 0,
            greeting: false,
            over: false,
            round_trip,
        }
    }

    /// A stand-in that is at its end.
    pub(crate) fn closed() -> Self {
        Self::after_greeting(Box::new(tokio::io::empty()), RoundTrip::default())
    }

    /// Whether the server sent more than was asked for.
    pub(crate) fn has_surplus(&self) -> bool {
        !self.input.data().is_empty()
    }

    /// Takes the bare stream back.
    pub(crate) fn into_io(self) -> Box<dyn Stream> {
        self.io
    }

    /// Takes the stream back together with what was read ahead.
    pub(crate) fn into_wire(self, patience: Duration) -> Wire {
        Wire::with_input(self.io, self.input, patience)
    }

    /// Forgets what the server said: another step begins.
    pub(crate) fn forget(&mut self) {
        self.lines.clear();
        self.kept = 0;
    }

    /// Moves the next whole line on; `false` asks for more bytes.
    fn next_line(&mut self) -> Result<bool, TooMuch> {
        let Some(length) = memchr::memchr(b'\n', self.input.data()) else {
            let too_long = self.input.data().len() > LINE_BEFORE_LOGIN;
            return if too_long { Err(TooMuch::Line) } else { Ok(false) };
        };
        self.kept += length + 1;
        if self.kept > STEP_BEFORE_LOGIN {
            return Err(TooMuch::Lines);
        }
        let line = self.input.take(length + 1).to_vec();
        let response = Response::parse(&line);
        self.round_trip.note(&response);
        self.over |= matches!(response, Response::Status(text) if text.condition == Condition::Bye);
        self.ready = simplify(&line, std::mem::take(&mut self.greeting));
        self.lines.push(line);
        Ok(true)
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.ready.is_empty() && !self.over {
            if self.next_line()? {
                continue;
            }
            match ready!(self.input.poll_read(Pin::new(&mut self.io), cx)) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                other => other?,
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// What async-imap gets to see of a line.
fn simplify(line: &[u8], greeting: bool) -> Vec<u8> {
    match Response::parse(line) {
        Response::Status(text) if greeting && text.condition == Condition::Ok => b"* OK hello\r\n".to_vec(),
        // Whoever opens the connection looks at the real line.
        _ if greeting => b"* BYE no\r\n".to_vec(),
        Response::Continue(_) => b"+ \r\n".to_vec(),
        Response::Done { tag, text } => {
            let status: &[u8] = match text.condition {
                Condition::Ok => b"OK",
                Condition::Bad => b"BAD",
                _ => b"NO",
            };
            [tag, b" ", status, b" done\r\n"].concat()
        }
        _ => Vec::new(),
    }
}

impl AsyncRead for Gate {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_fill(cx))?;
        let count = self.ready.len().min(buf.remaining());
        buf.put_slice(self.ready.get(..count).unwrap_or_default());
        self.ready.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Gate {
    /// Collects: async-imap writes a command in three pieces.
    fn poll_write(mut self: Pin<&mut Self>, _cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.output.extend_from_slice(buf);
        self.round_trip.start();
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while !this.output.is_empty() {
            let count = ready!(Pin::new(&mut this.io).poll_write(cx, &this.output))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            // The bytes may be a password.
            this.output.iter_mut().take(count).for_each(Zeroize::zeroize);
            this.output.drain(..count);
        }
        Pin::new(&mut this.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// Shows nothing: the lines and the output may hold secrets.
impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(line: &str) -> String {
        String::from_utf8(simplify(line.as_bytes(), false)).unwrap()
    }

    #[test]
    fn async_imap_sees_completions_and_continuations_only() {
        assert_eq!(simple("A0001 ok [CAPABILITY IMAP4rev2] \u{fc}\r\n"), "A0001 OK done\r\n");
        assert_eq!(simple("A0001 NO\r\n"), "A0001 NO done\r\n");
        assert_eq!(simple("+\n"), "+ \r\n");
        for odd in
            ["* 1 FETCH (INTERNALDATE NIL)\r\n", "\r\n", "* CAPABILITY IMAP4rev2\r\n", "* BYE\r\n", "?\r\n"]
        {
            assert_eq!(simple(odd), "", "{odd}");
        }
    }

    #[test]
    fn a_greeting_that_is_not_ok_is_a_farewell_to_async_imap() {
        for line in ["220 smtp\r\n", "* BYE busy\r\n", "* PREAUTH hi\r\n", "SSH-2.0\r\n", "\r\n"] {
            assert_eq!(simplify(line.as_bytes(), true), b"* BYE no\r\n", "{line}");
        }
        assert_eq!(simplify(b"* ok\r\n", true), b"* OK hello\r\n");
    }
}
