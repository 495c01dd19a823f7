//! The admin's own program, whose output is the token.
//!
//! INVARIANT: what it prints is never told; of what it complains about, the last line is.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use model::oauth::{Claims, MAILBOX_PLACEHOLDER};
use model::{Error, ErrorKind, Result, Secret};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::hidden::hide;
use crate::mint::Minted;
use crate::net::Net;
use crate::process_group::ProcessGroup;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most octets that are read of what it prints, and of what it complains about.
const LARGEST: u64 = 64 * 1024;
/// Where programs that are asked for each mailbox find it, too.
const MAILBOX: &str = "IMAP_MIGRATION_MAILBOX";

/// A program and what it is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program<'a> {
    pub(crate) program: &'a str,
    pub(crate) arguments: &'a [String],
    pub(crate) input: &'a Secret,
    /// Whether one token is good for all mailboxes: then it is not told which one is asked for.
    pub(crate) is_shared: bool,
}

/// What it has said.
struct Said {
    status: ExitStatus,
    output: Zeroizing<Vec<u8>>,
    complaint: Zeroizing<Vec<u8>>,
}

impl Program<'_> {
    /// Runs it. It is killed when it takes too long, or nobody waits any more.
    pub(crate) async fn mint(self, net: &Net, mailbox: &str) -> Result<Minted> {
        let (child, group) = self.start(mailbox)?;
        let said = timeout(PATIENCE, hear(child, self.input)).await;
        let said = said.map_err(|_| self.failed(&format!("takes longer than {} s", PATIENCE.as_secs())))?;
        let said = said.map_err(|error| self.failed(&format!("cannot be heard: {error}")))?;
        group.let_go();
        let token = self.token(&said).map_err(|error| match said.last_complaint(self.input) {
            Some(line) => error.server(line),
            None => error,
        })?;
        let end = Claims::of(&token).and_then(|claims| claims.expires_at);
        let life = end.map(|end| end.duration_since(net.now()).try_into().unwrap_or_default());
        Ok(Minted { token, life, refresh_token: None, is_limited: false })
    }

    fn start(self, mailbox: &str) -> Result<(Child, ProcessGroup)> {
        let mut command = Command::new(self.program);
        command.args(self.arguments.iter().map(|text| text.replace(MAILBOX_PLACEHOLDER, mailbox)));
        if !self.is_shared {
            command.env(MAILBOX, mailbox);
        }
        let input = if self.input.is_empty() { Stdio::null() } else { Stdio::piped() };
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        ProcessGroup::spawn(&mut command).map_err(|error| self.failed(&format!("cannot be started: {error}")))
    }

    /// The token, where it has printed one and no more.
    fn token(self, said: &Said) -> Result<Secret> {
        if !said.status.success() {
            return Err(self.failed(&format!("failed with {}", said.status)));
        }
        let text = std::str::from_utf8(&said.output).map_err(|_| self.failed("prints no text"))?;
        let mut lines =
            text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty());
        let token = lines.next().ok_or_else(|| self.failed("prints nothing"))?;
        if lines.next().is_some() {
            return Err(self.failed("prints more than one line"));
        }
        // What a header may hold (RFC 6750 §2.1), and no quotes or braces of other formats.
        let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=:|!$".contains(c);
        if token.chars().all(is_token) { Ok(Secret::new(token)) } else { Err(self.failed("prints no token")) }
    }

    fn failed(self, what: &str) -> Error {
        Error::new(ErrorKind::OauthCommandFailed, format!("the token command `{}` {what}", self.program))
            .remedy(
                "run it as the user that the worker runs as: it must print the token, on one line, and nothing else, within a \
                 minute and without asking anything",
            )
            .object(self.program)
    }
}

impl Said {
    /// The last line of what it complains about, without what must not be told.
    fn last_complaint(&self, input: &Secret) -> Option<String> {
        let complaint = String::from_utf8_lossy(&self.complaint);
        let output = String::from_utf8_lossy(&self.output);
        let line = complaint.lines().rfind(|line| !line.trim().is_empty())?.trim().to_owned();
        let line = hide(line, output.lines().chain(input.declassify().lines()).map(str::trim));
        Some(line.chars().filter(|c| !c.is_control()).take(300).collect())
    }
}

async fn hear(mut child: Child, input: &Secret) -> std::io::Result<Said> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let tell = async move {
        if let Some(mut stdin) = stdin {
            // A program that reads no further has heard enough.
            let _ = stdin.write_all(input.declassify().as_bytes()).await;
        }
    };
    let ((), output, complaint) = tokio::join!(tell, read(stdout), read(stderr));
    Ok(Said { output: output?, complaint: complaint?, status: child.wait().await? })
}

/// Reads up to the bound, and lets the rest go by.
async fn read(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut read = Zeroizing::new(Vec::new());
    if let Some(mut stream) = stream {
        (&mut stream).take(LARGEST).read_to_end(&mut read).await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    }
    Ok(read)
}
