//! Streams message bodies: many UID FETCH commands under way, one body at a time, never a whole one in memory
//! (RFC 3501 §6.4.5).

use crate::body_queue::{BodiesReport, BodyHead, BodyQueue, FetchOptions, Verdict};
use crate::connection::{Connection, completion};
use crate::error::Result;
use crate::fetch_item::FetchItems;
use crate::frame::{Frame, Framer, Stop};
use crate::response::Response;
use crate::uid_set::UidSet;

const CONTEXT: &str = "cannot fetch messages";

/// The bodies of a set of messages, as they come.
///
/// Until [`Self::next`] has returned `None` the connection can do nothing else; dropped earlier, it is lost.
pub struct Bodies<'c> {
    connection: &'c mut Connection,
    queue: BodyQueue,
    place: Place,
}

/// Where in the stream we are.
enum Place {
    /// Before a response.
    Between,
    /// Inside a literal of which this much is left.
    Literal { left: u64, aside: Option<Aside>, is_own: bool },
    /// At a body that came as a quoted string; it is handed out once.
    Inline { body: Vec<u8>, taken: bool },
    /// Behind the last response.
    End,
}

/// A body that is not handed on, because what must be known first may come last.
struct Aside {
    uid: Option<u32>,
}

impl Connection {
    /// Fetches these messages of the selected mailbox. The server may send them in any order.
    pub fn fetch_bodies(&mut self, uids: UidSet, mut options: FetchOptions) -> Result<Bodies<'_>> {
        self.begin(CONTEXT)?;
        let limit = self.capabilities.message_limit().unwrap_or(u64::MAX);
        options.messages_per_command = options.messages_per_command.min(limit);
        Ok(Bodies { connection: self, queue: BodyQueue::new(uids, options), place: Place::Between })
    }
}

impl<'c> Bodies<'c> {
    /// The next message. What was left unread of the one before is skipped. `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Body<'_, 'c>>> {
        let head = self.advance().await?;
        Ok(head.map(|head| Body { head, stream: self }))
    }

    /// What did not come. Complete when [`Self::next`] has returned `None`.
    pub fn take_report(&mut self) -> BodiesReport {
        std::mem::take(&mut self.queue.report)
    }

    /// What was asked for and has not begun to come.
    pub fn owed(&self) -> UidSet {
        self.queue.owed()
    }

    /// What may still come, asked for or not.
    pub fn left(&self) -> UidSet {
        self.queue.left()
    }

    async fn advance(&mut self) -> Result<Option<BodyHead>> {
        loop {
            self.skip_rest().await?;
            if matches!(self.place, Place::End) {
                return Ok(None);
            }
            self.ask();
            if self.queue.is_done() {
                self.place = Place::End;
                self.connection.end();
                return Ok(None);
            }
            let found = match self.connection.read_frame(CONTEXT, Framer::new(Stop::AtBody)).await? {
                Frame::Whole(end) => self.take_response(end)?,
                Frame::Body { head, body, size } => self.take_head(head, body, size)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    fn ask(&mut self) {
        let connection = &mut *self.connection;
        self.queue.refill(|command| {
            let tag = connection.queue_tag(command);
            connection.wire.queue(command.as_bytes());
            connection.wire.queue(b"\r\n");
            tag
        });
    }

    /// Takes a response without a literal body. A quoted string may be one, too.
    fn take_response(&mut self, end: usize) -> Result<Option<BodyHead>> {
        let (response, alert) = self.connection.take_response(end);
        if let Response::Done { tag, text } = response {
            let heard = self.queue.complete(tag, completion(CONTEXT, text, alert.as_deref()).map(drop));
            self.connection.heed(CONTEXT, heard)?;
            return Ok(None);
        }
        let Some(mut items) = response.fetch().map(FetchItems::parse) else { return Ok(None) };
        if let Some(excess) = items.excess {
            return Err(self.connection.overdone(CONTEXT, excess));
        }
        // NIL is no message: it stays owed. Nor is an empty string: a message has a header at least (peers Z3).
        let Some(body) = items.body.take().flatten().filter(|body| !body.is_empty()) else {
            self.queue.note_facts(items);
            return Ok(None);
        };
        let body = body.into_owned();
        match self.queue.judge(items, body.len() as u64, true) {
            Verdict::Deliver(head) => {
                self.connection.wire.pace.get_on();
                self.place = Place::Inline { body, taken: false };
                return Ok(Some(head));
            }
            Verdict::SetAside { uid } => self.queue.set_aside(uid, true),
            Verdict::Skip => {}
        }
        Ok(None)
    }

    /// Takes what comes before a literal body, and the body's announcement.
    fn take_head(&mut self, head: usize, body: usize, size: u64) -> Result<Option<BodyHead>> {
        let taken = self.connection.wire.input.take(body);
        let response = Response::parse(taken.get(..head).unwrap_or_default());
        let items = response.fetch().map(FetchItems::parse).unwrap_or_default();
        if let Some(excess) = items.excess {
            return Err(self.connection.overdone(CONTEXT, excess));
        }
        let verdict = if size == 0 { Verdict::Skip } else { self.queue.judge(items, size, false) };
        let is_own = verdict != Verdict::Skip;
        let (aside, head) = match verdict {
            Verdict::Deliver(head) => (None, Some(head)),
            Verdict::Skip => (None, None),
            Verdict::SetAside { uid } => (Some(Aside { uid }), None),
        };
        self.place = Place::Literal { left: size, aside, is_own };
        Ok(head)
    }

    /// Reads to the end of the response that holds the current body.
    async fn skip_rest(&mut self) -> Result<()> {
        while self.chunk().await?.is_some() {}
        if !matches!(self.place, Place::End) {
            self.place = Place::Between;
        }
        Ok(())
    }

    /// Takes what comes behind a body: whether facts are among it decides how to go on. Where it is no rest of a
    /// list, the announced size was wrong, and what was read is not the message (peers I5).
    async fn read_tail(&mut self) -> Result<()> {
        let frame = self.connection.read_frame(CONTEXT, Framer::tail()).await?;
        let (Frame::Whole(end) | Frame::Body { body: end, .. }) = frame;
        let Some(items) = FetchItems::parse_tail(self.connection.wire.input.take(end)) else {
            let text = "a message is not as long as the server announced";
            return Err(self.connection.violation(format!("{CONTEXT}: {text}")));
        };
        if let Some(excess) = items.excess {
            return Err(self.connection.overdone(CONTEXT, excess));
        }
        if let Place::Literal { aside: Some(Aside { uid }), .. } = self.place {
            let told_late = items.uid.is_some() || items.flags.is_some() || items.internal_date.is_some();
            self.queue.set_aside(uid.or(items.uid), told_late);
        }
        if let Place::Literal { is_own: true, .. } = self.place {
            self.connection.wire.pace.get_on();
        }
        self.place = Place::Between;
        Ok(())
    }

    /// The end of a body is told only when what comes behind it has proved that it is the end.
    async fn chunk(&mut self) -> Result<Option<&[u8]>> {
        if let Place::Literal { left: 0, .. } = self.place {
            self.read_tail().await?;
        }
        let (left, is_own) = match &mut self.place {
            Place::Literal { left, is_own, .. } => (left, *is_own),
            Place::Inline { body, taken } => {
                let first = !std::mem::replace(taken, true) && !body.is_empty();
                return Ok(first.then_some(body.as_slice()));
            }
            _ => return Ok(None),
        };
        if self.connection.wire.input.data().is_empty() {
            self.connection.receive(CONTEXT).await?;
        }
        let chunk = self.connection.wire.input.take(usize::try_from(*left).unwrap_or(usize::MAX));
        *left -= chunk.len() as u64;
        if is_own {
            self.connection.wire.pace.gain(chunk.len());
        }
        Ok(Some(chunk))
    }
}

/// One message: what is known of it, and its body in chunks.
pub struct Body<'b, 'c> {
    head: BodyHead,
    stream: &'b mut Bodies<'c>,
}

impl Body<'_, '_> {
    /// What is known before the body is read.
    pub fn head(&self) -> &BodyHead {
        &self.head
    }

    /// The next bytes, straight from the read buffer; `None` at the end. All chunks together are
    /// [`BodyHead::size`] bytes.
    pub async fn chunk(&mut self) -> Result<Option<&[u8]>> {
        self.stream.chunk().await
    }
}
