//! What keeps the worker from its work, in a small file beside the database: it is told even while the database cannot be
//! written, and while the disk is full.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use jiff::Timestamp;
use model::Result;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::fault::unavailable;
use crate::worker::WorkerLock;

/// The file's size. It is written in place, so it needs room on the disk only when it is made.
const SIZE: usize = 4096;

/// The most characters of a message: however they are written down, they fit.
const MOST_CHARACTERS: usize = 500;

/// What keeps the worker from its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Since when.
    pub since: Timestamp,
    /// What.
    pub message: String,
}

impl WorkerLock {
    /// Tells others what keeps the worker from its work, or that nothing does.
    pub fn tell(&self, trouble: Option<&Trouble>) -> std::io::Result<()> {
        let mut text = trouble.map(short).map_or(Ok(Vec::new()), |trouble| serde_json::to_vec(&trouble))?;
        text.resize(SIZE, b' ');
        let mut file = &self.state;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&text)
    }
}

impl Store {
    /// What keeps the worker from its work. Means something only while one is running.
    pub fn worker_trouble(&self) -> Result<Option<Trouble>> {
        let mut text = String::new();
        match File::open(self.state_path()) {
            Ok(mut file) => file.read_to_string(&mut text).map_err(|error| self.unreadable(&error))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unreadable(&error)),
        };
        // Whoever reads it while it is written sees it whole the next time.
        Ok(serde_json::from_str(text.trim()).ok())
    }

    fn unreadable(&self, error: &std::io::Error) -> model::Error {
        unavailable(self.folder(), &format!("does not let the worker's state be read ({error})"))
    }
}

fn short(trouble: &Trouble) -> Trouble {
    let message = trouble.message.chars().take(MOST_CHARACTERS).collect();
    Trouble { since: trouble.since, message }
}
