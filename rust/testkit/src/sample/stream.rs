//! One connection's octets: lines and literals in, answers out, TLS from the start or from STARTTLS on.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

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
