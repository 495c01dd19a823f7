//! What happened in a run, line by line: the same seed must give the same lines.

use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::time::Instant;

/// The lines so far.
#[derive(Debug)]
pub(crate) struct Trace {
    began: Instant,
    lines: Vec<String>,
}

impl Trace {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now(), lines: Vec::new() }
    }

    /// Adds a line with the time of Tokio's clock.
    pub(crate) fn add(&mut self, text: impl AsRef<str>) {
        self.lines.push(format!("{:>9.3} {}", self.began.elapsed().as_secs_f64(), text.as_ref()));
    }

    /// The lines.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// A number that stands for all lines.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.lines.hash(&mut hasher);
        hasher.finish()
    }
}
