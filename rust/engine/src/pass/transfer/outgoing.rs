//! The stream that every message passes through on its way to the target: as it is, or repaired.

use model::repair::Mender;
use model::{Error, ErrorKind, Repair, Result};
use wire::{Body, BodyHead};

/// How a message is repaired, and the size to which that comes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe<'a> {
    pub(crate) repairs: &'a [Repair],
    pub(crate) size: u64,
}

/// A body on its way to the target: as it is, or repaired.
pub(crate) struct Outgoing<'b, 'c> {
    body: Body<'b, 'c>,
    mending: Option<Mending>,
}

struct Mending {
    /// What is known of the repaired message.
    head: BodyHead,
    mender: Mender,
    /// How much of the announced size is still to come.
    left: u64,
    is_finished: bool,
}

impl<'b, 'c> Outgoing<'b, 'c> {
    pub(crate) fn new(body: Body<'b, 'c>, recipe: Option<Recipe<'_>>) -> Self {
        let mending = recipe.map(|Recipe { repairs, size }| {
            let head = BodyHead { size, ..body.head().clone() };
            Mending { head, mender: Mender::new(repairs), left: size, is_finished: false }
        });
        Self { body, mending }
    }

    /// What is known before the body is read.
    pub(crate) fn head(&self) -> &BodyHead {
        self.mending.as_ref().map_or_else(|| self.body.head(), |mending| &mending.head)
    }

    /// The next bytes, of which there are as many as the head says; `None` at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<&[u8]>> {
        let Some(Mending { head, mender, left, is_finished }) = &mut self.mending else {
            return Ok(self.body.chunk().await?);
        };
        let chunk = match self.body.chunk().await? {
            Some(chunk) => mender.mend(chunk),
            None if !std::mem::replace(is_finished, true) => mender.finish(),
            None => return Ok(None),
        };
        match left.checked_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX)) {
            Some(rest) if rest == 0 || !*is_finished => *left = rest,
            _ => return Err(other_bytes(head.uid)),
        }
        Ok(Some(chunk))
    }
}

/// A message never changes (RFC 3501 §2.3.1.1), so that this is another one, or a broken server.
fn other_bytes(uid: u32) -> Error {
    let text = "the source delivered other bytes when the message was read again to be repaired";
    Error::new(ErrorKind::ConnectionLost, text).uid(uid)
}
