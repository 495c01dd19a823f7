//! A scripted IMAP server: it plays a transcript written like the examples of the RFCs, and says where the client
//! departs from it.
//!
//! ```text
//! S: * OK ready
//! C: A1 NOOP
//! S: A1 OK done
//! ```
//!
//! - `S:` lines are sent, each with CRLF, and together up to the next `C:`. Literals need no more than their `{n}`.
//! - `C:` lines must come. A tag such as `A1` stands for whatever tag the client uses, here and in `S:` lines.
//!   `C: *` takes any line, `C: A1 ID *` any line that starts so. What follows a client's literal is a line, too,
//!   and must not start with what looks like a tag.
//! - `<CUT>` at the end of an `S:` line sends no line end and closes; `<STALL>` sends no more and waits for the
//!   client to leave; `<LF>` sends a bare LF; `S: <TLS>` starts TLS; `S: <DEFLATE>` compresses from there on.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use async_compression::tokio::bufread::DeflateDecoder;
use async_compression::tokio::write::DeflateEncoder;
use rustls::ServerConfig;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufStream};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A parsed transcript of one connection.
#[derive(Debug, Clone, Default)]
pub struct Script {
    steps: Vec<Step>,
    tls: Option<Arc<ServerConfig>>,
}

/// One line of a transcript.
#[derive(Debug, Clone)]
struct Step {
    /// The line's number in the transcript, for messages.
    line: usize,
    side: Side,
    text: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Server,
    Client,
}

/// Where a client departed from its script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch(String);

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mismatch {}

impl From<io::Error> for Mismatch {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// A server that plays scripts, one a connection, in the order in which clients come.
#[derive(Debug)]
pub struct ScriptServer {
    address: SocketAddr,
    player: JoinHandle<Result<(), Mismatch>>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

type Connection = BufStream<Box<dyn Stream>>;

impl Script {
    /// Reads a transcript. Blank lines and the indentation are left out; a line that is neither the server's nor
    /// the client's is refused.
    pub fn parse(transcript: impl AsRef<[u8]>) -> Result<Self, Mismatch> {
        let mut steps = Vec::new();
        for (index, line) in transcript.as_ref().split(|&byte| byte == b'\n').enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line).trim_ascii_start();
            let (side, text) = match line {
                [] => continue,
                [b'S', b':', text @ ..] => (Side::Server, text),
                [b'C', b':', text @ ..] => (Side::Client, text),
                _ => return Err(Mismatch(format!("line {}: neither `S:` nor `C:`", index + 1))),
            };
            let text = text.strip_prefix(b" ").unwrap_or(text).to_vec();
            steps.push(Step { line: index + 1, side, text });
        }
        Ok(Self { steps, tls: None })
    }

    /// Gives the script what `S: <TLS>` needs.
    #[must_use]
    pub fn with_tls(self, config: Arc<ServerConfig>) -> Self {
        Self { tls: Some(config), ..self }
    }

    /// Plays the script to a client on this stream.
    pub async fn play(
        self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<(), Mismatch> {
        let mut connection: Connection = BufStream::new(Box::new(stream));
        let mut tags = BTreeMap::new();
        for step in self.steps {
            match (step.side, step.text.as_slice()) {
                (Side::Server, b"<TLS>") => connection = start_tls(connection, self.tls.as_ref()).await?,
                (Side::Server, b"<DEFLATE>") => connection = start_deflate(connection).await?,
                (Side::Server, _) => {
                    if send(&mut connection, &step.text, &tags).await? == Next::Close {
                        break;
                    }
                }
                (Side::Client, _) => {
                    let line = read_line(&mut connection, &step).await?;
                    step.compare(&line, &mut tags)?;
                }
            }
        }
        connection.shutdown().await.or_else(ignore_closed)?;
        Ok(())
    }
}

impl ScriptServer {
    /// Listens on a free port of the loopback and plays each script to the next client.
    pub async fn start(scripts: impl IntoIterator<Item = Script>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let scripts: Vec<Script> = scripts.into_iter().collect();
        let player = tokio::spawn(async move {
            let mut players = Vec::new();
            for script in scripts {
                let (stream, _) = listener.accept().await?;
                players.push(tokio::spawn(script.play(stream)));
            }
            for player in players {
                player.await.map_err(|error| Mismatch(error.to_string()))??;
            }
            Ok(())
        });
        Ok(Self { address, player })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the end of all scripts, and says whether the clients kept to them.
    pub async fn finish(self) -> Result<(), Mismatch> {
        self.player.await.map_err(|error| Mismatch(error.to_string()))?
    }
}

#[derive(PartialEq, Eq)]
enum Next {
    Go,
    Close,
}

/// Sends a line, and does what its marker says.
async fn send(
    connection: &mut Connection,
    text: &[u8],
    tags: &BTreeMap<Vec<u8>, Vec<u8>>,
) -> Result<Next, Mismatch> {
    let (text, ending) = [&b"<CUT>"[..], b"<STALL>", b"<LF>"]
        .into_iter()
        .find_map(|marker| Some((text.strip_suffix(marker)?, marker)))
        .unwrap_or((text, b"\r\n"));
    let (first, rest) = split_word(text);
    let mut line = tags.get(first).map_or(first, Vec::as_slice).to_vec();
    line.extend_from_slice(rest);
    match ending {
        b"<LF>" => line.push(b'\n'),
        b"\r\n" => line.extend_from_slice(ending),
        _ => {}
    }
    connection.write_all(&line).await.or_else(ignore_closed)?;
    if ending == b"<STALL>" {
        connection.flush().await.or_else(ignore_closed)?;
        let mut rest = Vec::new();
        // The client may well reset a connection that answers no more.
        let _left = connection.read_to_end(&mut rest).await;
    }
    Ok(if matches!(ending, b"<CUT>" | b"<STALL>") { Next::Close } else { Next::Go })
}

/// A client may leave before it has heard everything: only what it says is compared.
fn ignore_closed(error: io::Error) -> Result<(), Mismatch> {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::NotConnected => Ok(()),
        _ => Err(error.into()),
    }
}

async fn read_line(connection: &mut Connection, step: &Step) -> Result<Vec<u8>, Mismatch> {
    let mut line = Vec::new();
    connection.flush().await.or_else(ignore_closed)?;
    let read = connection.read_until(b'\n', &mut line).await;
    if read.is_err() || !line.ends_with(b"\n") {
        return Err(step.mismatch(&format!("the end of the stream after `{}`", line.escape_ascii())));
    }
    line.pop();
    line.pop_if(|byte| *byte == b'\r');
    Ok(line)
}

async fn start_tls(
    mut connection: Connection,
    config: Option<&Arc<ServerConfig>>,
) -> Result<Connection, Mismatch> {
    let config =
        config.ok_or_else(|| Mismatch("the script starts TLS and was given no certificate".to_owned()))?;
    connection.flush().await?;
    let stream = TlsAcceptor::from(config.clone()).accept(connection.into_inner()).await?;
    Ok(BufStream::new(Box::new(stream)))
}

/// Compresses both directions ([RFC 4978](https://www.rfc-editor.org/rfc/rfc4978)).
async fn start_deflate(mut connection: Connection) -> Result<Connection, Mismatch> {
    connection.flush().await?;
    let (reader, writer) = tokio::io::split(connection.into_inner());
    let reader = DeflateDecoder::new(BufReader::new(reader));
    Ok(BufStream::new(Box::new(tokio::io::join(reader, DeflateEncoder::new(writer)))))
}

impl Step {
    /// Compares what came with what should, and learns the client's tag.
    fn compare(&self, line: &[u8], tags: &mut BTreeMap<Vec<u8>, Vec<u8>>) -> Result<(), Mismatch> {
        let (name, expected) = split_word(&self.text);
        let (tag, rest) = split_word(line);
        let tagged = is_tag(name);
        let (expected, got) = if tagged { (expected, rest) } else { (self.text.as_slice(), line) };
        if !matches(expected, got) {
            return Err(self.mismatch(&format!("`{}`", line.escape_ascii())));
        }
        if tagged {
            tags.insert(name.to_vec(), tag.to_vec());
        }
        Ok(())
    }

    fn mismatch(&self, got: &str) -> Mismatch {
        Mismatch(format!("line {}: expected `{}`, got {got}", self.line, self.text.escape_ascii()))
    }
}

fn matches(expected: &[u8], got: &[u8]) -> bool {
    match expected {
        b"*" => true,
        _ => match expected.strip_suffix(b" *") {
            Some(start) => got.starts_with(start),
            None => got == expected,
        },
    }
}

/// A letter and digits: the tags of the RFCs' examples.
fn is_tag(word: &[u8]) -> bool {
    matches!(word, [b'A'..=b'Z', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

/// The first word, and the rest with its space.
fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| byte == b' ').unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn play(transcript: &str, client: &[u8]) -> (Result<(), Mismatch>, String) {
        let (mut ours, theirs) = tokio::io::duplex(4096);
        let player = tokio::spawn(Script::parse(transcript).unwrap().play(theirs));
        ours.write_all(client).await.unwrap();
        ours.shutdown().await.unwrap();
        let mut heard = String::new();
        ours.read_to_string(&mut heard).await.unwrap();
        (player.await.unwrap(), heard)
    }

    #[tokio::test]
    async fn the_clients_own_tag_is_echoed() {
        let (result, heard) = play("S: * OK hi\nC: A1 NOOP\nS: A1 OK done", b"x77 NOOP\r\n").await;
        assert_eq!(heard, "* OK hi\r\nx77 OK done\r\n");
        result.unwrap();
    }

    #[tokio::test]
    async fn a_mismatch_names_the_line() {
        let (result, _) = play("S: * OK hi\n\nC: A1 NOOP", b"x NOPE\r\n").await;
        assert_eq!(result.unwrap_err().to_string(), "line 3: expected `A1 NOOP`, got `x NOPE`");
        let (result, _) = play("C: A1 NOOP", b"x NO").await;
        assert!(result.unwrap_err().to_string().contains("the end of the stream after `x NO`"));
    }

    #[tokio::test]
    async fn wildcards_literals_and_a_cut_work() {
        let client = b"1 APPEND x {7+}\r\nA1 x\r\n";
        let (result, heard) = play("C: A1 APPEND *\nC: *\nS: abc<CUT>", client).await;
        assert_eq!(heard, "abc");
        result.unwrap();
    }

    #[test]
    fn a_transcript_with_a_stray_line_is_refused() {
        assert!(Script::parse("S: a\nX: b").is_err());
    }
}
