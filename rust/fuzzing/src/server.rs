//! A server that says what it is given, whatever it is told, and then hangs up. It never makes anybody wait.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// No tag is longer.
const LONGEST_TAG: usize = 40;

/// What it still has to say. A `$` in it is the tag of the oldest command that it has not named.
#[derive(Debug, Default)]
pub(crate) struct Server {
    script: VecDeque<u8>,
    tags: VecDeque<Vec<u8>>,
    last: Vec<u8>,
    /// The first word of what the client is saying.
    word: Vec<u8>,
    /// Whether that word is at its end.
    is_past_word: bool,
}

impl Server {
    pub(crate) fn new(script: &[u8]) -> Self {
        Self { script: script.iter().copied().collect(), ..Self::default() }
    }

    fn hear(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                self.word.clear();
                self.is_past_word = false;
            }
            b' ' if !self.is_past_word => {
                self.tags.push_back(std::mem::take(&mut self.word));
                self.is_past_word = true;
            }
            _ if self.word.len() < LONGEST_TAG => self.word.push(byte),
            _ => self.is_past_word = true,
        }
    }

    /// The next of its lines.
    fn line(&mut self) -> Vec<u8> {
        let mut line = Vec::new();
        while let Some(byte) = self.script.pop_front() {
            match byte {
                b'$' => {
                    self.last = self.tags.pop_front().unwrap_or_else(|| self.last.clone());
                    line.extend_from_slice(&self.last);
                }
                _ => line.push(byte),
            }
            if byte == b'\n' || line.len() > 4096 {
                break;
            }
        }
        line
    }
}

impl AsyncRead for Server {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let line = self.line();
        let (now, later) = line.split_at(line.len().min(buf.remaining()));
        buf.put_slice(now);
        later.iter().rev().for_each(|byte| self.script.push_front(*byte));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Server {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        buf.iter().for_each(|byte| self.hear(*byte));
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
