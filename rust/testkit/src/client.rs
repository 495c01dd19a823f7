//! A small blocking IMAP client for test code; it shares nothing with the product's client on purpose.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::address::Address;
use crate::mail::Message;

/// How many messages go with one command: enough to make it quick, few enough to hold in memory.
const BATCH: usize = 100;

/// A connection that is logged in.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
    last_tag: u32,
    capabilities: String,
}

impl Client {
    /// Connects without TLS and logs in.
    pub fn login(address: &Address, user: &str, password: &str) -> io::Result<Self> {
        let stream = TcpStream::connect((address.host.as_str(), address.port))?;
        stream.set_nodelay(true)?;
        let mut client = Self {
            stream: BufReader::with_capacity(1 << 16, stream),
            last_tag: 0,
            capabilities: String::new(),
        };
        let greeting = client.read_response()?;
        if !greeting.starts_with(b"* OK") {
            return Err(refusal("greeting", &greeting));
        }
        client.command(&format!("LOGIN {} {}", quote(user), quote(password)))?;
        let capabilities = client.command("CAPABILITY")?.concat();
        client.capabilities = String::from_utf8_lossy(&capabilities).to_uppercase();
        Ok(client)
    }

    /// Sends a command and returns its untagged responses, literals included; NO and BAD are errors.
    pub fn command(&mut self, command: &str) -> io::Result<Vec<Vec<u8>>> {
        let tag = self.next_tag();
        self.write(format!("{tag} {command}\r\n").as_bytes())?;
        self.finish(&tag)
    }

    /// Appends messages in this order, many with one command where the server takes MULTIAPPEND ([RFC 3502]); returns how
    /// many.
    ///
    /// [RFC 3502]: https://www.rfc-editor.org/rfc/rfc3502
    pub fn append(&mut self, folder: &str, messages: impl IntoIterator<Item = Message>) -> io::Result<usize> {
        let most = if self.has("MULTIAPPEND") { BATCH } else { 1 };
        let mut messages = messages.into_iter();
        let mut count = 0;
        loop {
            let batch = messages.by_ref().take(most).collect::<Vec<_>>();
            if batch.is_empty() {
                return Ok(count);
            }
            self.append_batch(folder, &batch)?;
            count += batch.len();
        }
    }

    fn append_batch(&mut self, folder: &str, batch: &[Message]) -> io::Result<()> {
        let tag = self.next_tag();
        let plus = if self.has("LITERAL+") { "+" } else { "" };
        self.write(format!("{tag} APPEND {}", quote(folder)).as_bytes())?;
        for message in batch {
            let (flags, date, size) = (message.flags.join(" "), &message.internal_date, message.bytes.len());
            self.write(format!(" ({flags}) \"{date}\" {{{size}{plus}}}\r\n").as_bytes())?;
            if plus.is_empty() {
                self.wait_for_continuation()?;
            }
            self.write(&message.bytes)?;
        }
        self.write(b"\r\n")?;
        self.finish(&tag).map(drop)
    }

    /// Waits for the `+` that asks for a literal ([RFC 3501 §7.5]).
    ///
    /// [RFC 3501 §7.5]: https://www.rfc-editor.org/rfc/rfc3501#section-7.5
    fn wait_for_continuation(&mut self) -> io::Result<()> {
        loop {
            let response = self.read_response()?;
            if response.starts_with(b"+") {
                return Ok(());
            }
            if !response.starts_with(b"*") {
                return Err(refusal("APPEND", &response));
            }
        }
    }

    fn has(&self, capability: &str) -> bool {
        self.capabilities.split_whitespace().any(|announced| announced == capability)
    }

    fn next_tag(&mut self) -> String {
        self.last_tag += 1;
        format!("t{}", self.last_tag)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    fn finish(&mut self, tag: &str) -> io::Result<Vec<Vec<u8>>> {
        let mut untagged = Vec::new();
        loop {
            let response = self.read_response()?;
            match response.strip_prefix(tag.as_bytes()) {
                None => untagged.push(response),
                Some(status) if status.starts_with(b" OK") => return Ok(untagged),
                Some(_) => return Err(refusal("command", &response)),
            }
        }
    }

    /// Reads one response: a line, and after each literal that it announces, the literal and the next line.
    fn read_response(&mut self) -> io::Result<Vec<u8>> {
        let mut response = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            response.extend_from_slice(&line);
            let Some(length) = announced_literal(&line) else { return Ok(response) };
            self.stream.by_ref().take(length).read_to_end(&mut response)?;
        }
    }
}

/// Quotes a string ([RFC 3501 §4.3]); test names hold no line ends.
///
/// [RFC 3501 §4.3]: https://www.rfc-editor.org/rfc/rfc3501#section-4.3
pub fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn announced_literal(line: &[u8]) -> Option<u64> {
    let digits = line.strip_suffix(b"}\r\n")?.rsplit(|byte| *byte == b'{').next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn refusal(what: &str, response: &[u8]) -> io::Error {
    io::Error::other(format!("{what} refused: {}", String::from_utf8_lossy(response).trim_end()))
}
