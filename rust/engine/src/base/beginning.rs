//! Tells whether one body is the beginning of another, whatever their line ends are made of.

use std::collections::BTreeMap;

use model::Result;
use wire::{Connection, FetchOptions, UidSet};
use xxhash_rust::xxh3::Xxh3Default;

/// How much of a body is compared: its octets without CRs, and without the line ends after the last other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// How many octets that are.
    length: u64,
    digest: [u8; 16],
    /// Whether more follows.
    is_cut: bool,
    /// How many octets the whole body has.
    pub(crate) size: u64,
}

impl Beginning {
    /// Whether this body is the same as that one up to its end, which that goes beyond.
    pub(crate) fn is_short_of(&self, whole: &Self) -> bool {
        !self.is_cut && whole.is_cut && (self.length, self.digest) == (whole.length, whole.digest)
    }

    /// How much of another body is to be compared with it.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}

/// Reads bodies, each of which is compared as far as `lengths` says; as a whole, where it says nothing. What the server does
/// not give is left out.
pub(crate) async fn beginnings(
    connection: &mut Connection,
    uids: UidSet,
    lengths: &BTreeMap<u32, u64>,
) -> Result<BTreeMap<u32, Beginning>> {
    let mut found = BTreeMap::new();
    let mut bodies = connection.fetch_bodies(uids, FetchOptions::default())?;
    while let Some(mut body) = bodies.next().await? {
        let uid = body.head().uid;
        let mut taking = Taking::new(lengths.get(&uid).copied().unwrap_or(u64::MAX));
        while let Some(chunk) = body.chunk().await? {
            taking.pass(chunk);
        }
        found.insert(uid, taking.finish());
    }
    Ok(found)
}

/// Takes a beginning out of a body as it passes.
struct Taking {
    hasher: Xxh3Default,
    most: u64,
    length: u64,
    /// Line ends that count when something follows.
    line_ends: u64,
    is_cut: bool,
    size: u64,
}

impl Taking {
    fn new(most: u64) -> Self {
        Self { hasher: Xxh3Default::new(), most, length: 0, line_ends: 0, is_cut: false, size: 0 }
    }

    fn pass(&mut self, chunk: &[u8]) {
        self.size += u64::try_from(chunk.len()).unwrap_or(0);
        chunk.split(|octet| *octet == b'\r').for_each(|part| self.part(part));
    }

    /// Octets among which there is no CR.
    fn part(&mut self, part: &[u8]) {
        let ends = part.iter().rev().take_while(|octet| **octet == b'\n').count();
        let (text, _) = part.split_at_checked(part.len() - ends).unwrap_or_default();
        if !text.is_empty() {
            (0..std::mem::take(&mut self.line_ends)).for_each(|_| self.take(b"\n"));
            self.take(text);
        }
        self.line_ends += u64::try_from(ends).unwrap_or(0);
    }

    fn take(&mut self, octets: &[u8]) {
        let room = usize::try_from(self.most - self.length).unwrap_or(usize::MAX);
        let (taken, rest) = octets.split_at_checked(room).unwrap_or((octets, &[]));
        self.hasher.update(taken);
        self.length += u64::try_from(taken.len()).unwrap_or(0);
        self.is_cut |= !rest.is_empty();
    }

    fn finish(self) -> Beginning {
        let digest = self.hasher.digest128().to_be_bytes();
        Beginning { length: self.length, digest, is_cut: self.is_cut, size: self.size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &[u8], most: u64, chunk: usize) -> Beginning {
        let mut taking = Taking::new(most);
        body.chunks(chunk).for_each(|chunk| taking.pass(chunk));
        taking.finish()
    }

    fn is_short(copy: &[u8], whole: &[u8]) -> bool {
        let short = [1, 2, 3, 100].map(|chunk| {
            let copy = of(copy, u64::MAX, chunk);
            copy.is_short_of(&of(whole, copy.length(), chunk))
        });
        assert!(short.iter().all(|one| *one == short[0]), "it does not matter how it comes");
        short[0]
    }

    #[test]
    fn a_body_that_ends_early_is_short_whatever_its_line_ends_are() {
        let whole = b"Subject: x\r\n\r\none\r\ntwo\r\n";
        for copy in [&whole[..20], b"Subject: x\n\none\n", b"Subject: x\r\n\r\non\r\n", b"", b"S"] {
            assert!(is_short(copy, whole), "{:?}", String::from_utf8_lossy(copy));
        }
    }

    #[test]
    fn a_body_that_is_all_there_or_another_one_is_not_short() {
        let whole = b"Subject: x\r\n\r\none\r\ntwo\r\n\r\n";
        for copy in [
            &whole[..],
            b"Subject: x\n\none\ntwo",
            b"X: y\r\nSubject: x\r\n\r\none",
            b"Subject: x\r\n\r\nother",
        ] {
            assert!(!is_short(copy, whole), "{:?}", String::from_utf8_lossy(copy));
        }
    }
}
