//! One connection's octets: lines and literals in, answers out, TLS from the start or from STARTTLS on.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// A literal that a line announces ([RFC 3501 §4.3], [RFC 7888]).
///
/// [RFC 3501 §4.3]: https://www.rfc-editor.org/rfc/rfc3501#section-4.3
/// [RFC 7888]: https://www.rfc-editor.org/rfc/rfc7888
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) size: u64,
    /// Whether the client waits for a `+` before it sends.
    pub(super) waits: bool,
}

impl Literal {
    /// The literal that this line ends with, if any.
    pub(super) fn announced(line: &[u8]) -> Option<Self> {
        let inside = line.strip_suffix(b"}\r\n")?.rsplit(|byte| *byte == b'{').next()?;
        let text = std::str::from_utf8(inside).ok()?;
        let digits = text.trim_end_matches('+');
        Some(Self { size: digits.parse().ok()?, waits: digits.len() == text.len() })
    }
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// A connection, encrypted or not.
pub(super) struct Stream {
    socket: BufReader<Box<dyn Socket>>,
    encrypted: bool,
}

impl Stream {
    /// A connection in clear.
    pub(super) fn plain(socket: TcpStream) -> Self {
        Self { socket: BufReader::with_capacity(1 << 16, Box::new(socket)), encrypted: false }
    }

    /// The same connection, encrypted from here on. What came too early is thrown away, so that nobody can slip
    /// commands in before the encryption ([RFC 3501 §6.2.1]).
    ///
    /// [RFC 3501 §6.2.1]: https://www.rfc-editor.org/rfc/rfc3501#section-6.2.1
    pub(super) async fn encrypt(self, acceptor: &TlsAcceptor) -> io::Result<Self> {
        let socket = acceptor.accept(self.socket.into_inner()).await?;
        Ok(Self { socket: BufReader::with_capacity(1 << 16, Box::new(socket)), encrypted: true })
    }

    /// Whether TLS is active.
    pub(super) fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Reads a line to the end of `buffer`; false at the end of the stream.
    pub(super) async fn read_line(&mut self, buffer: &mut Vec<u8>) -> io::Result<bool> {
        Ok(self.socket.read_until(b'\n', buffer).await? > 0)
    }

    /// Reads so many octets to the end of `buffer`.
    pub(super) async fn read_exact(&mut self, size: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
        let read = (&mut self.socket).take(size).read_to_end(buffer).await?;
        if read as u64 == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Sends an answer.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes).await?;
        self.socket.flush().await
    }
}
