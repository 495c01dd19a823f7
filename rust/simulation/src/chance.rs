//! All chance of a run: streams of random numbers that follow from its seed, one for each who throws dice, so that one
//! more throw in one place changes nothing elsewhere.

use std::hash::{DefaultHasher, Hash, Hasher};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Chance(StdRng);

impl Chance {
    /// The stream of this name. The same seed and name give the same numbers.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (seed, name).hash(&mut hasher);
        Self(StdRng::seed_from_u64(hasher.finish()))
    }

    /// Whether something happens that happens once in so many times; never for 0.
    pub(crate) fn one_in(&mut self, times: u32) -> bool {
        times > 0 && self.0.random_range(0..times) == 0
    }

    /// A number below this one; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// A number from the first to the last, both included.
    pub(crate) fn between(&mut self, first: u64, last: u64) -> u64 {
        self.0.random_range(first..=last.max(first))
    }

    /// A number up to this one, small ones as likely as large ones: each power of two has the same share.
    pub(crate) fn of_any_size(&mut self, most: u64) -> u64 {
        let bits = u64::BITS - most.leading_zeros();
        let ceiling = 1_u64 << self.between(0, u64::from(bits.min(63)));
        self.between(0, ceiling.min(most))
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seed: u64, name: &str) -> Vec<u64> {
        let mut chance = Chance::new(seed, name);
        (0..8).map(|_| chance.between(0, 1_000_000)).collect()
    }

    #[test]
    fn a_stream_follows_from_seed_and_name() {
        assert_eq!(numbers(1, "a"), numbers(1, "a"));
        assert_ne!(numbers(1, "a"), numbers(1, "b"));
        assert_ne!(numbers(1, "a"), numbers(2, "a"));
    }
}
