//! Words and lines for bodies and headers, and lines of base64 for attachments.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngCore, SeedableRng};

/// How long a line of running text becomes at least.
const WIDTH: usize = 65;

/// How long a line of base64 is ([RFC 2045 §6.8](https://www.rfc-editor.org/rfc/rfc2045#section-6.8)).
const BASE64_WIDTH: usize = 76;

const WORDS: [&str; 32] = [
    "the",
    "budget",
    "for",
    "next",
    "quarter",
    "please",
    "find",
    "attached",
    "meeting",
    "on",
    "Tuesday",
    "and",
    "invoice",
    "regards",
    "project",
    "deadline",
    "was",
    "moved",
    "to",
    "a",
    "customer",
    "about",
    "printer",
    "again",
    "we",
    "should",
    "discuss",
    "this",
    "with",
    "sales",
    "before",
    "migration",
];

const ACCENTED: [&str; 12] = [
    "für",
    "größere",
    "Änderung",
    "naïve",
    "déjà",
    "señor",
    "Łódź",
    "smørrebrød",
    "日本語",
    "привет",
    "ελληνικά",
    "€",
];

const PEOPLE: [&str; 8] = ["ada", "bernd", "chiyo", "dmitri", "elena", "farid", "grace", "henry"];

/// Running text of about this many octets, in lines with CRLF.
pub(super) fn prose(random: &mut StdRng, octets: usize) -> String {
    PROSE.cut(random, octets)
}

/// Running text in many scripts, UTF-8 without any transfer encoding.
pub(super) fn accented_prose(random: &mut StdRng, octets: usize) -> String {
    ACCENTED_PROSE.cut(random, octets)
}

/// Random octets in base64, about this many characters, in lines with CRLF.
pub(super) fn base64(random: &mut StdRng, octets: usize) -> String {
    BASE64.cut(random, octets)
}

/// Some words for a subject.
pub(super) fn subject(random: &mut StdRng) -> String {
    let count = random.random_range(2..8);
    (0..count).map(|_| word(random, &WORDS)).collect::<Vec<_>>().join(" ")
}

/// Some words that need an encoding.
pub(super) fn accented_subject(random: &mut StdRng) -> String {
    (0..3).map(|_| word(random, &ACCENTED)).collect::<Vec<_>>().join(" ")
}

/// A mail address.
pub(super) fn person(random: &mut StdRng) -> String {
    format!("{}@example.org", word(random, &PEOPLE))
}

fn word(random: &mut StdRng, words: &[&'static str]) -> &'static str {
    words.choose(random).copied().unwrap_or_default()
}

/// Lines to cut texts from: making each word anew takes most of the time of filling a mailbox.
struct Pool(LazyLock<Vec<String>>);

/// More lines than any compression looks back, so that the texts compress as real ones do.
const POOL_LINES: usize = 4_096;

static PROSE: Pool = Pool(LazyLock::new(|| pool(|random| line(random, &WORDS))));
static ACCENTED_PROSE: Pool = Pool(LazyLock::new(|| pool(|random| line(random, &ACCENTED))));
static BASE64: Pool = Pool(LazyLock::new(|| pool(base64_line)));

impl Pool {
    /// Whole lines from a random one on, about this many octets.
    fn cut(&self, random: &mut StdRng, octets: usize) -> String {
        let start = random.random_range(0..POOL_LINES);
        let lines = self.0.iter().skip(start).chain(self.0.iter().cycle());
        let mut text = String::with_capacity(octets + BASE64_WIDTH * 2);
        for line in lines {
            text.push_str(line);
            if text.len() >= octets {
                break;
            }
        }
        text
    }
}

fn pool(line: impl Fn(&mut StdRng) -> String) -> Vec<String> {
    let mut random = StdRng::seed_from_u64(0);
    (0..POOL_LINES).map(|_| line(&mut random)).collect()
}

fn line(random: &mut StdRng, words: &[&'static str]) -> String {
    let mut line = String::new();
    while line.len() < WIDTH {
        line.push_str(word(random, words));
        line.push(' ');
    }
    line.trim_end().to_owned() + "\r\n"
}

fn base64_line(random: &mut StdRng) -> String {
    let mut octets = [0; BASE64_WIDTH / 4 * 3];
    random.fill_bytes(&mut octets);
    BASE64_STANDARD.encode(octets) + "\r\n"
}
