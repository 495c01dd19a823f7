//! The stream of a compressed connection: raw deflate in both directions over the stream below (RFC 4978).
//!
//! INVARIANT: each direction holds one block of compressed bytes, however much passes. A flush leaves nothing
//! behind: the server can decompress all that was written before it.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::input::Input;
use crate::wire::Stream;

/// How many compressed bytes are gathered before they are sent without a flush.
const OUTPUT_SIZE: usize = 64 * 1024;

/// The fastest level that codes bytes by how often they occur. Level 1 has fixed codes, with which base64, most of all
/// mail, stays as long as it is.
const LEVEL: Compression = Compression::new(2);

/// Compresses what is written and decompresses what is read.
pub(crate) struct Deflate {
    io: Box<dyn Stream>,
    /// What came and is not decompressed.
    input: Input,
    decompressor: Decompress,
    compressor: Compress,
    /// What is compressed and not sent. It is never longer than its capacity.
    output: Vec<u8>,
    /// How much of `output` is on its way.
    sent: usize,
    kept: Kept,
}

/// What the compressor keeps of what was written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Nothing,
    /// It waits for more to compress it with.
    Something,
    /// A flush has begun. Nothing else may be compressed before it has ended.
    Flushing,
}

impl Deflate {
    /// Goes on with a stream of which this much was read already, compressed as it came.
    pub(crate) fn new(io: Box<dyn Stream>, read_ahead: Input) -> Self {
        Self {
            io,
            input: read_ahead,
            decompressor: Decompress::new(false),
            compressor: Compress::new(LEVEL, false),
            output: Vec::with_capacity(OUTPUT_SIZE),
            sent: 0,
            kept: Kept::Nothing,
        }
    }

    /// Decompresses what has come; `false` asks for more. The end of the compressed stream is the end.
    fn inflate(&mut self, buf: &mut ReadBuf<'_>) -> io::Result<bool> {
        let (input, room) = (self.input.data(), buf.initialize_unfilled());
        let (read, written) = (self.decompressor.total_in(), self.decompressor.total_out());
        let status =
            self.decompressor.decompress(input, room, FlushDecompress::None).map_err(|_| damaged())?;
        self.input.take(since(read, self.decompressor.total_in()));
        buf.advance(since(written, self.decompressor.total_out()));
        Ok(written < self.decompressor.total_out() || status == Status::StreamEnd || buf.remaining() == 0)
    }

    /// Compresses as much as there is room for, and returns how much that is.
    fn deflate(&mut self, bytes: &[u8], flush: FlushCompress) -> io::Result<usize> {
        let read = self.compressor.total_in();
        self.compressor.compress_vec(bytes, &mut self.output, flush)?;
        Ok(since(read, self.compressor.total_in()))
    }

    /// Ends the current block and adds an empty stored one (RFC 1951 §3.2.4): what was written can be decompressed.
    fn poll_end_block(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.kept != Kept::Nothing {
            self.deflate(&[], FlushCompress::Sync)?;
            // Room that is left shows that the compressor has given everything away.
            let is_full = self.output.len() == self.output.capacity();
            self.kept = if is_full { Kept::Flushing } else { Kept::Nothing };
            ready!(self.poll_send(cx))?;
        }
        self.poll_send(cx)
    }

    /// Sends all that is compressed, which makes room for more.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let waiting @ [_, ..] = self.output.get(self.sent..).unwrap_or_default() {
            match ready!(Pin::new(&mut self.io).poll_write(cx, waiting))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.sent += count,
            }
        }
        self.output.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }
}

/// How far a counter went: never further than a buffer in memory.
fn since(before: u64, after: u64) -> usize {
    usize::try_from(after - before).unwrap_or(usize::MAX)
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the server's compressed data is damaged")
}

impl AsyncRead for Deflate {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        // The decompressor may keep what the last buffer had no room for, so it is asked first.
        while !this.inflate(buf)? {
            ready!(this.input.poll_read(Pin::new(&mut this.io), cx))?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Deflate {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.kept == Kept::Flushing {
            ready!(self.poll_end_block(cx))?;
        }
        loop {
            let taken = self.deflate(buf, FlushCompress::None)?;
            if taken > 0 || buf.is_empty() {
                self.kept = Kept::Something;
                return Poll::Ready(Ok(taken));
            }
            ready!(self.poll_send(cx))?;
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_end_block(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// Shows nothing: the buffers hold mail.
impl fmt::Debug for Deflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deflate")
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use flate2::read::DeflateDecoder;
    use flate2::write::DeflateEncoder;
    use rand::rngs::StdRng;
    use rand::{RngCore, SeedableRng};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    /// Bytes that no compression makes fewer.
    fn noise(count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        StdRng::seed_from_u64(1).fill_bytes(&mut bytes);
        bytes
    }

    /// What is written here is read there, and no more than a few bytes are between.
    fn stream() -> (Deflate, DuplexStream) {
        let (ours, theirs) = duplex(100);
        (Deflate::new(Box::new(ours), Input::new()), theirs)
    }

    fn compressed(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn decompressed(passed: &[u8], length: usize) -> Vec<u8> {
        let mut text = vec![0; length];
        DeflateDecoder::new(passed).read_exact(&mut text).unwrap();
        text
    }

    #[tokio::test]
    async fn a_flush_leaves_nothing_behind_even_of_what_does_not_compress() {
        const EMPTY_BLOCK: &[u8] = b"\0\0\xff\xff";
        for text in [noise(300_000), b"all work and no play ".repeat(20_000)] {
            let (mut ours, mut theirs) = stream();
            let write = async {
                ours.write_all(&text).await.unwrap();
                ours.flush().await.unwrap();
                ours.flush().await.unwrap();
                drop(ours);
            };
            let mut passed = Vec::new();
            let ((), read) = tokio::join!(write, theirs.read_to_end(&mut passed));
            read.unwrap();
            assert!(passed.len() < text.len() / 10 * 11, "{} bytes became {}", text.len(), passed.len());
            assert!(passed.ends_with(EMPTY_BLOCK), "the flush is the last");
            assert!(!passed.ends_with(&[EMPTY_BLOCK, b"\0", EMPTY_BLOCK].concat()), "and there is one");
            assert!(decompressed(&passed, text.len()) == text);
        }
    }

    #[tokio::test]
    async fn what_is_written_while_a_flush_waits_comes_behind_it() {
        let text = noise(300_000);
        let (mut ours, mut theirs) = stream();
        let mut taken = 0;
        let fill = std::future::poll_fn(|cx| {
            while let Poll::Ready(count) = Pin::new(&mut ours).poll_write(cx, &text[taken..]) {
                taken += count.unwrap();
            }
            Poll::Ready(Pin::new(&mut ours).poll_flush(cx).is_pending())
        });
        assert!(fill.await, "nobody reads yet");
        assert!(ours.kept == Kept::Flushing);
        let write = async {
            ours.write_all(&text[taken..]).await.unwrap();
            ours.flush().await.unwrap();
            drop(ours);
        };
        let mut passed = Vec::new();
        let ((), read) = tokio::join!(write, theirs.read_to_end(&mut passed));
        read.unwrap();
        assert!(decompressed(&passed, text.len()) == text);
    }

    #[tokio::test]
    async fn what_comes_piecemeal_is_read_into_buffers_of_any_size() {
        for text in [noise(50_000), b"all work and no play ".repeat(2_000)] {
            for room in [1, 5, 100_000] {
                let (mut ours, mut theirs) = stream();
                let sent = compressed(&text);
                let write = async move { theirs.write_all(&sent).await.unwrap() };
                let read = async {
                    let (mut told, mut buffer) = (Vec::new(), vec![0; room]);
                    while let count @ 1.. = ours.read(&mut buffer).await.unwrap() {
                        told.extend_from_slice(&buffer[..count]);
                    }
                    told
                };
                let ((), told) = tokio::join!(write, read);
                assert!(told == text, "{room}");
            }
        }
    }

    #[tokio::test]
    async fn the_end_in_the_middle_of_a_block_is_no_end() {
        let (mut ours, mut theirs) = stream();
        let mut sent = compressed(b"all work and no play");
        sent.truncate(sent.len() - 3);
        let write = async move { theirs.write_all(&sent).await.unwrap() };
        let mut told = Vec::new();
        let ((), read) = tokio::join!(write, ours.read_to_end(&mut told));
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn damaged_data_is_an_error() {
        let (mut ours, mut theirs) = stream();
        theirs.write_all(b"\xff\xff").await.unwrap();
        assert_eq!(ours.read_u8().await.unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
