//! The stream that every message passes through on its way to the target: as it is, or repaired.

use model::repair::Mender;
use model::{Error, ErrorKind, Repair, Result};
use wire::{Body, BodyHead, InternalDate};

use super::outcome::DateFrom;
use crate::base::header::HeaderTap;

/// How a message is repaired, and the size to which that comes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe<'a> {
    pub(crate) repairs: &'a [Repair],
    pub(crate) size: u64,
}

/// A body on its way to the target: as it is, or repaired.
pub(crate) struct Outgoing<'b, 'c> {
    body: Body<'b, 'c>,
    /// What was read before its turn.
    ahead: Ahead,
    /// What is known of the message, where that is not what the source says.
    head: Option<BodyHead>,
    mending: Option<Mending>,
}

/// The beginning of a body that was read for its date.
#[derive(Default)]
struct Ahead {
    bytes: Vec<u8>,
    is_due: bool,
}

struct Mending {
    mender: Mender,
    /// How much of the announced size is still to come.
    left: u64,
    is_finished: bool,
}

impl<'b, 'c> Outgoing<'b, 'c> {
    pub(crate) fn new(body: Body<'b, 'c>, recipe: Option<Recipe<'_>>) -> Self {
        let head = recipe.map(|recipe| BodyHead { size: recipe.size, ..body.head().clone() });
        let mending = recipe.map(|Recipe { repairs, size }| Mending {
            mender: Mender::new(repairs),
            left: size,
            is_finished: false,
        });
        Self { body, ahead: Ahead::default(), head, mending }
    }

    /// What is known before the body is read.
    pub(crate) fn head(&self) -> &BodyHead {
        self.head.as_ref().unwrap_or_else(|| self.body.head())
    }

    /// Gives the message a date where the source tells none that can be read: that of its header, else what the source
    /// wrote, taken for UTC. Says so, where it did.
    pub(crate) async fn date(&mut self) -> Result<Option<DateFrom>> {
        let told = self.head().internal_date.as_ref();
        if told.is_some_and(|date| date.to_epoch_seconds().is_some()) {
            return Ok(None);
        }
        let told = told.cloned().and_then(InternalDate::or_in_utc);
        let header = self.read_header().await?.date().map(InternalDate::new);
        let (from, internal_date) = match (header.and_then(InternalDate::or_in_utc), told) {
            (Some(date), _) => (DateFrom::Header, Some(date)),
            (None, Some(date)) => (DateFrom::Zoneless, Some(date)),
            (None, None) => (DateFrom::Nowhere, None),
        };
        self.head = Some(BodyHead { internal_date, ..self.head().clone() });
        Ok(Some(from))
    }

    async fn read_header(&mut self) -> Result<HeaderTap> {
        let mut header = HeaderTap::default();
        while !header.is_complete()
            && let Some(chunk) = self.body.chunk().await?
        {
            header.pass(chunk);
            self.ahead.bytes.extend_from_slice(chunk);
        }
        self.ahead.is_due = !self.ahead.bytes.is_empty();
        Ok(header)
    }

    /// The next bytes, of which there are as many as the head says; `None` at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<&[u8]>> {
        let uid = self.body.head().uid;
        let chunk = if std::mem::take(&mut self.ahead.is_due) {
            Some(self.ahead.bytes.as_slice())
        } else {
            self.body.chunk().await?
        };
        let Some(Mending { mender, left, is_finished }) = &mut self.mending else { return Ok(chunk) };
        let chunk = match chunk {
            Some(chunk) => mender.mend(chunk),
            None if !std::mem::replace(is_finished, true) => mender.finish(),
            None => return Ok(None),
        };
        match left.checked_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX)) {
            Some(rest) if rest == 0 || !*is_finished => *left = rest,
            _ => return Err(other_bytes(uid)),
        }
        Ok(Some(chunk))
    }
}

/// A message never changes (RFC 3501 §2.3.1.1), so that this is another one, or a broken server.
fn other_bytes(uid: u32) -> Error {
    let text = "the source delivered other bytes when the message was read again to be repaired";
    Error::new(ErrorKind::ConnectionLost, text).uid(uid)
}
