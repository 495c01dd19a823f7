//! The socket with its two buffers: sends and receives at the same time, so that neither side can block the other.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use zeroize::{Zeroize, Zeroizing};

use crate::deflate::Deflate;
use crate::input::Input;
use crate::pace::Pace;

/// Above this, [`Wire::send`] writes straight from the caller's bytes.
const OUTPUT_SIZE: usize = 256 * 1024;

/// A byte stream: TCP, TLS, or a pipe in tests.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + fmt::Debug> Stream for T {}

/// A stream, what was read ahead, and what waits to be sent.
pub(crate) struct Wire {
    io: Box<dyn Stream>,
    /// What the server sent and nobody has taken.
    pub(crate) input: Input,
    output: Zeroizing<Vec<u8>>,
    /// How much of `output` is on its way.
    sent: usize,
    /// Whether `output` holds something secret.
    secret: bool,
    /// Whether the stream below holds bytes back until it is flushed.
    unflushed: bool,
    /// Whether the stream below compresses.
    compressed: bool,
    /// Why sending failed. The server's last words may still wait to be read, so reading goes on to the end.
    send_error: Option<io::Error>,
    /// The longest time without a byte in either direction.
    patience: Duration,
    /// Whether the command under way gets on.
    pub(crate) pace: Pace,
}

impl Wire {
    /// Goes on with a stream of which this much was read already.
    pub(crate) fn with_input(io: Box<dyn Stream>, input: Input, patience: Duration) -> Self {
        let output = Zeroizing::new(Vec::with_capacity(OUTPUT_SIZE));
        let (secret, unflushed, compressed, pace) = (false, false, false, Pace::default());
        Self { io, input, output, sent: 0, secret, unflushed, compressed, send_error: None, patience, pace }
    }

    /// Whether both directions are compressed.
    pub(crate) fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// Compresses both directions from here on. What was read ahead came compressed already.
    pub(crate) fn compress(&mut self) {
        let io = std::mem::replace(&mut self.io, Box::new(tokio::io::empty()));
        let read_ahead = std::mem::replace(&mut self.input, Input::new());
        self.io = Box::new(Deflate::new(io, read_ahead));
        self.compressed = true;
    }

    /// Adds bytes to what goes out with the next exchange.
    pub(crate) fn queue(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
    }

    /// Wipes what is queued from here on as soon as all of it is sent.
    pub(crate) fn wipe_when_sent(&mut self) {
        self.secret = true;
    }

    /// How many bytes have not been sent.
    pub(crate) fn backlog(&self) -> usize {
        self.output.len() - self.sent
    }

    /// Adds bytes where there is room; returns those that [`Self::exchange`] must send.
    pub(crate) fn queue_some<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if self.backlog() + bytes.len() > OUTPUT_SIZE {
            return bytes;
        }
        self.queue(bytes);
        &[]
    }

    /// Sends what waits, then from `more`, and reads what comes, until something has moved.
    pub(crate) async fn exchange(&mut self, more: &mut &[u8]) -> io::Result<()> {
        let unsent = self.backlog() + more.len();
        let moved = self.wait(|wire, cx| wire.poll_exchange(cx, more)).await;
        self.pace.gain(unsent.saturating_sub(self.backlog() + more.len()));
        moved
    }

    /// Sends what waits, and reads until something has come.
    pub(crate) async fn receive(&mut self) -> io::Result<()> {
        let read = |wire: &mut Self, cx: &mut Context<'_>| {
            let _moved = wire.poll_send(cx, &mut &[][..]);
            wire.poll_receive(cx)
        };
        self.wait(read).await
    }

    /// Waits for a step, no longer than for a sign of life, and as long as the command gets on.
    async fn wait(
        &mut self,
        mut step: impl FnMut(&mut Self, &mut Context<'_>) -> Poll<io::Result<()>>,
    ) -> io::Result<()> {
        let longest = self.patience.min(self.pace.left()?);
        let (started, unread) = (Instant::now(), self.input.data().len());
        let moved = tokio::time::timeout(longest, poll_fn(|cx| step(self, cx))).await;
        self.pace.wait(started.elapsed(), self.input.data().len().saturating_sub(unread));
        let Ok(moved) = moved else {
            self.pace.left()?;
            return Err(io::ErrorKind::TimedOut.into());
        };
        moved
    }

    /// Sends what the stream takes without waiting.
    pub(crate) async fn nudge(&mut self) {
        poll_fn(|cx| {
            let _moved = self.poll_send(cx, &mut &[][..]);
            Poll::Ready(())
        })
        .await;
    }

    /// Tells the server that nothing more will come.
    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        poll_fn(|cx| Pin::new(&mut self.io).poll_shutdown(cx)).await
    }

    /// Drops the stream, and what was not sent.
    pub(crate) fn hang_up(&mut self) {
        self.io = Box::new(tokio::io::empty());
        (self.sent, self.unflushed) = (self.output.len(), false);
    }

    fn poll_exchange(&mut self, cx: &mut Context<'_>, more: &mut &[u8]) -> Poll<io::Result<()>> {
        let sent = self.poll_send(cx, more);
        match self.poll_receive(cx) {
            Poll::Pending if sent => Poll::Ready(Ok(())),
            other => other,
        }
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let read = ready!(self.input.poll_read(Pin::new(&mut self.io), cx));
        Poll::Ready(read.map_err(|error| self.send_error.take().unwrap_or(error)))
    }

    /// Sends as much as the stream takes; says whether anything moved. A failure is kept for the reading side.
    fn poll_send(&mut self, cx: &mut Context<'_>, more: &mut &[u8]) -> bool {
        let mut moved = false;
        while self.send_error.is_none() && !self.is_idle(more) {
            match self.poll_send_once(cx, more) {
                Poll::Ready(Ok(())) => moved = true,
                Poll::Ready(Err(error)) => self.send_error = Some(error),
                Poll::Pending => break,
            }
        }
        moved
    }

    fn is_idle(&self, more: &[u8]) -> bool {
        self.backlog() == 0 && more.is_empty() && !self.unflushed
    }

    fn poll_send_once(&mut self, cx: &mut Context<'_>, more: &mut &[u8]) -> Poll<io::Result<()>> {
        let io = Pin::new(&mut self.io);
        let waiting = self.output.get(self.sent..).unwrap_or_default();
        if waiting.is_empty() && more.is_empty() {
            ready!(io.poll_flush(cx))?;
            self.unflushed = false;
            return Poll::Ready(Ok(()));
        }
        let bytes = if waiting.is_empty() { *more } else { waiting };
        let count = ready!(io.poll_write(cx, bytes))?;
        if count == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.unflushed = true;
        if waiting.is_empty() {
            *more = more.get(count..).unwrap_or_default();
        } else {
            self.sent += count;
        }
        if self.sent == self.output.len() {
            self.clear();
        }
        Poll::Ready(Ok(()))
    }

    fn clear(&mut self) {
        self.sent = 0;
        if std::mem::take(&mut self.secret) {
            self.output.zeroize();
        }
        self.output.clear();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::command::tests::memory_at;

    #[tokio::test]
    async fn a_login_is_gone_from_the_buffer_when_it_is_sent() {
        let (client, _server) = tokio::io::duplex(1024);
        let mut wire = Wire::with_input(Box::new(client), Input::new(), Duration::from_secs(5));
        let buffer = wire.output.as_ptr();
        wire.wipe_when_sent();
        wire.queue(b"LOGIN anna hunter2");
        assert_eq!(memory_at(buffer, 18), b"LOGIN anna hunter2");
        wire.nudge().await;
        assert_eq!((wire.backlog(), memory_at(buffer, 18)), (0, vec![0; 18]));
    }
}
