//! What a server does instead of answering.

use std::collections::VecDeque;

/// Instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A refusal with the RFC's word, and Entra's number unless it is 0.
    Refuse(&'static str, u32),
    /// Too many requests, and how many seconds to wait, if the server says so.
    Busy(Option<u64>),
    /// This status, and a page for people.
    Page(u16),
    /// This body, with status 200.
    Body(String),
    /// Nothing, and the connection stays open.
    Silence,
    /// The beginning of an answer, and the connection ends.
    Half,
    /// The connection ends.
    Cut,
}

/// Faults in the order in which they come.
#[derive(Debug, Default)]
pub(super) struct Faults(VecDeque<Fault>);

impl Faults {
    pub(super) fn push(&mut self, fault: Fault, times: usize) {
        self.0.extend(std::iter::repeat_n(fault, times));
    }

    pub(super) fn next(&mut self) -> Option<Fault> {
        self.0.pop_front()
    }
}
