//! The read buffer: bytes that the server sent and nobody has taken yet.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

const START_SIZE: usize = 256 * 1024;

/// Bytes between `start` and `end` of one reused block.
pub(crate) struct Input {
    block: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    pub(crate) fn new() -> Self {
        Self { block: vec![0; START_SIZE], start: 0, end: 0 }
    }

    /// What has come and was not taken.
    pub(crate) fn data(&self) -> &[u8] {
        self.block.get(self.start..self.end).unwrap_or_default()
    }

    /// Takes up to `count` bytes. They stay in place until the next read.
    pub(crate) fn take(&mut self, count: usize) -> &[u8] {
        let start = self.start;
        self.start = self.end.min(start.saturating_add(count));
        self.block.get(start..self.start).unwrap_or_default()
    }

    /// Reads once; an end of stream is an error, because somebody waits for more.
    pub(crate) fn poll_read(
        &mut self,
        io: Pin<&mut (impl AsyncRead + ?Sized)>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        self.make_room();
        let mut free = ReadBuf::new(self.block.get_mut(self.end..).unwrap_or_default());
        ready!(io.poll_read(cx, &mut free))?;
        match free.filled().len() {
            0 => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
            count => {
                self.end += count;
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Makes sure that at least half of the block is free. Long responses make it grow; the framer bounds them.
    fn make_room(&mut self) {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
            self.shrink();
        }
        if self.block.len() - self.end >= self.block.len() / 2 {
            return;
        }
        self.block.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end > self.block.len() / 2 {
            self.block.resize(self.block.len() * 2, 0);
        }
    }

    /// One long response must not cost its room for good.
    fn shrink(&mut self) {
        if self.block.len() > START_SIZE {
            self.block = vec![0; START_SIZE];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(input: &mut Input, mut io: impl AsyncRead + Unpin) -> io::Result<()> {
        std::future::poll_fn(|cx| input.poll_read(Pin::new(&mut io), cx)).await
    }

    #[tokio::test]
    async fn bytes_come_out_as_they_went_in_across_growth() {
        let source: Vec<u8> = (0..=255).cycle().take(1_000_003).collect();
        let mut reader = &source[..];
        let mut input = Input::new();
        while read(&mut input, &mut reader).await.is_ok() {}
        assert_eq!(input.data(), source);
        assert_eq!(input.take(3), &source[..3]);
        assert_eq!(input.take(usize::MAX), &source[3..]);
        assert!(input.data().is_empty());
    }

    #[tokio::test]
    async fn room_for_a_long_response_is_given_back() {
        let (mut input, mut reader) = (Input::new(), tokio::io::repeat(b'x'));
        while input.data().len() < 4 * START_SIZE {
            read(&mut input, &mut reader).await.unwrap();
        }
        assert!(input.block.len() > START_SIZE);
        input.take(usize::MAX);
        read(&mut input, &b"y"[..]).await.unwrap();
        assert_eq!((input.block.len(), input.data()), (START_SIZE, &b"y"[..]));
    }

    #[tokio::test]
    async fn an_end_of_stream_is_an_error() {
        let error = read(&mut Input::new(), &b""[..]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
