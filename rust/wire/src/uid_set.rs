//! A set of UIDs, kept as ranges ([RFC 3501 §9], `sequence-set`).
//!
//! [RFC 3501 §9]: https://www.rfc-editor.org/rfc/rfc3501#section-9

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// UIDs as sorted, disjoint, non-adjacent ranges: the first of each, and its last. A range up to the largest UID prints
/// as `n:*`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UidSet(BTreeMap<u32, u32>);

impl UidSet {
    /// The empty set.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Every UID from this one on: `n:*`.
    pub fn starting_at(first: NonZeroU32) -> Self {
        Self(BTreeMap::from([(first.get(), u32::MAX)]))
    }

    /// Every UID: `1:*`.
    pub fn all() -> Self {
        Self(BTreeMap::from([(1, u32::MAX)]))
    }

    /// The set of one UID.
    pub fn one(uid: u32) -> Self {
        std::iter::once(uid).collect()
    }

    /// Adds a UID; zero is not one. Cheap in any order, cheapest in an ascending one.
    pub fn insert(&mut self, uid: u32) {
        self.add(uid);
    }

    /// Adds a UID and says whether it is new.
    pub(crate) fn add(&mut self, uid: u32) -> bool {
        if let Some(mut last) = self.0.last_entry()
            && last.get().checked_add(1) == Some(uid)
        {
            last.insert(uid);
            return true;
        }
        let is_new = uid != 0 && !self.contains(uid);
        if is_new {
            self.insert_range(uid..=uid);
        }
        is_new
    }

    /// Adds all UIDs of a range, whichever end is named first.
    pub fn insert_range(&mut self, range: RangeInclusive<u32>) {
        let (a, b) = range.into_inner();
        let (mut low, mut high) = (a.min(b).max(1), a.max(b));
        if high == 0 {
            return;
        }
        if let Some((start, end)) = self.at_or_below(low)
            && end.saturating_add(1) >= low
        {
            (low, high) = (start, high.max(end));
        }
        while let Some((start, end)) =
            self.first_from(low).filter(|(start, _)| *start <= high.saturating_add(1))
        {
            self.0.remove(&start);
            high = high.max(end);
        }
        self.0.insert(low, high);
    }

    /// Takes a UID out and says whether it was there.
    pub fn remove(&mut self, uid: u32) -> bool {
        let Some((start, end)) = self.at_or_below(uid).filter(|(_, end)| uid <= *end) else { return false };
        if start < uid {
            self.0.insert(start, uid - 1);
        } else {
            self.0.remove(&start);
        }
        if uid < end {
            self.0.insert(uid + 1, end);
        }
        true
    }

    /// Takes the lowest `count` UIDs out.
    pub fn take_first(&mut self, count: u64) -> Self {
        let mut taken = BTreeMap::new();
        let mut left = count;
        while let Some((start, end)) = self.0.pop_first() {
            let length = u64::from(end - start) + 1;
            if left < length {
                // What is left fits into the range, and so into its numbers.
                let part = u32::try_from(left).unwrap_or(0);
                taken.extend((part > 0).then(|| (start, start + part - 1)));
                self.0.insert(start + part, end);
                break;
            }
            taken.insert(start, end);
            left -= length;
        }
        Self(taken)
    }

    /// As [`take_first`](Self::take_first), but no more than `max_bytes` of text; one range at least.
    pub fn take_line(&mut self, count: u64, max_bytes: usize) -> Self {
        let mut bytes = 0;
        let fits = |range: &RangeInclusive<u32>| {
            bytes += range_text((*range.start(), *range.end())).len() + 1;
            bytes <= max_bytes + 1
        };
        let fitting = self.ranges().take_while(fits).map(length).sum();
        let first = self.ranges().next().map_or(0, length);
        self.take_first(count.min(first.max(fitting)))
    }

    /// Whether the UID is in the set.
    pub fn contains(&self, uid: u32) -> bool {
        self.at_or_below(uid).is_some_and(|(_, end)| uid <= end)
    }

    /// Whether any UID of this range is in the set.
    pub(crate) fn meets(&self, range: RangeInclusive<u32>) -> bool {
        let (low, high) = range.into_inner();
        low <= high && self.at_or_below(high).is_some_and(|(_, end)| low <= end)
    }

    /// Whether there is no UID in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many UIDs there are.
    pub fn count(&self) -> u64 {
        self.ranges().map(length).sum()
    }

    /// The largest UID.
    pub fn last(&self) -> Option<u32> {
        self.0.last_key_value().map(|(_, end)| *end)
    }

    /// The UIDs, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.ranges().flatten()
    }

    /// The ranges, ascending.
    pub fn ranges(&self) -> impl Iterator<Item = RangeInclusive<u32>> {
        self.0.iter().map(|(&start, &end)| start..=end)
    }

    /// The set in parts of at most `count` UIDs and `max_bytes` of text, one range at least: some servers refuse long
    /// command lines, others commands about many messages.
    pub fn split_lines(mut self, count: u64, max_bytes: usize) -> Vec<Self> {
        let part = || Some(self.take_line(count, max_bytes)).filter(|part| !part.is_empty());
        std::iter::from_fn(part).collect()
    }

    /// The UIDs below this one.
    pub fn below(mut self, uid: u32) -> Self {
        self.0.split_off(&uid);
        if let Some(mut last) = self.0.last_entry() {
            let end = *last.get();
            last.insert(end.min(uid.saturating_sub(1)));
        }
        self
    }

    /// The last range that starts at this UID or below it.
    fn at_or_below(&self, uid: u32) -> Option<(u32, u32)> {
        self.0.range(..=uid).next_back().map(|(&start, &end)| (start, end))
    }

    /// The first range that starts at this UID or above it.
    fn first_from(&self, uid: u32) -> Option<(u32, u32)> {
        self.0.range(uid..).next().map(|(&start, &end)| (start, end))
    }
}

fn length(range: RangeInclusive<u32>) -> u64 {
    u64::from(range.end() - range.start()) + 1
}

fn range_text((start, end): (u32, u32)) -> String {
    match end {
        u32::MAX => format!("{start}:*"),
        _ if start == end => start.to_string(),
        _ => format!("{start}:{end}"),
    }
}

impl fmt::Display for UidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (&start, &end)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}", range_text((start, end)))?;
        }
        Ok(())
    }
}

impl FromIterator<u32> for UidSet {
    fn from_iter<I: IntoIterator<Item = u32>>(uids: I) -> Self {
        let mut set = Self::new();
        set.extend(uids);
        set
    }
}

impl Extend<u32> for UidSet {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, uids: I) {
        uids.into_iter().for_each(|uid| self.insert(uid));
    }
}

/// A text that is no UID set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a set of UIDs")]
pub struct InvalidUidSet(String);

impl FromStr for UidSet {
    type Err = InvalidUidSet;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut set = Self::new();
        for (start, end) in parse_ranges(text).ok_or_else(|| InvalidUidSet(text.to_owned()))? {
            set.insert_range(start..=end);
        }
        Ok(set)
    }
}

/// A UID or a UIDNEXT: neither zero nor longer than 32 bits; anything else is unknown.
pub(crate) fn to_uid(number: u64) -> Option<NonZeroU32> {
    u32::try_from(number).ok().and_then(NonZeroU32::new)
}

/// A number that some servers give messages and no command can name (peers A35).
pub(crate) fn beyond(number: u64) -> Option<u64> {
    (number > u64::from(u32::MAX)).then_some(number)
}

/// The ranges in the order in which they are written: APPENDUID and COPYUID pair by position (RFC 4315 §3).
pub(crate) fn parse_ranges(text: &str) -> Option<Vec<(u32, u32)>> {
    text.split(',').map(parse_range).collect()
}

fn parse_range(text: &str) -> Option<(u32, u32)> {
    let (start, end) = text.split_once(':').unwrap_or((text, text));
    Some((parse_uid(start)?, parse_uid(end)?))
}

fn parse_uid(text: &str) -> Option<u32> {
    match text {
        "*" => Some(u32::MAX),
        _ => text.parse().ok().filter(|&uid| uid != 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> UidSet {
        text.parse().unwrap()
    }

    #[test]
    fn neighbours_melt_into_ranges_in_any_order() {
        let uids: UidSet = [7, 1, 3, 2, 5, 4, 7, 0].into_iter().collect();
        assert_eq!(uids.to_string(), "1:5,7");
        assert_eq!(uids.count(), 6);
        assert_eq!(uids.iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 7]);
    }

    #[test]
    fn texts_are_read_and_written() {
        assert_eq!(set("5:3,9,4:6").to_string(), "3:6,9");
        assert_eq!(set("4294967294:4294967295").to_string(), "4294967294:*");
        assert_eq!(UidSet::all().to_string(), "1:*");
        for bad in ["", "0", "a", "1:", "1,,2", "4294967296", "-1"] {
            assert!(bad.parse::<UidSet>().is_err(), "{bad}");
        }
    }

    #[test]
    fn removing_splits_a_range() {
        let mut uids = set("1:5");
        assert!(uids.remove(3) && !uids.remove(3) && !uids.remove(9));
        assert_eq!(uids.to_string(), "1:2,4:5");
        assert!(uids.remove(1) && uids.remove(2) && uids.remove(5) && uids.remove(4));
        assert!(uids.is_empty());
    }

    #[test]
    fn the_largest_uid_does_not_overflow() {
        let mut uids = UidSet::all();
        uids.insert(u32::MAX);
        assert!(uids.contains(u32::MAX) && uids.remove(u32::MAX));
        assert_eq!(uids.count(), u64::from(u32::MAX) - 1);
    }

    #[test]
    fn take_first_cuts_inside_a_range() {
        let mut uids = set("1:3,10:20");
        assert_eq!(uids.take_first(5).to_string(), "1:3,10:11");
        assert_eq!(uids.to_string(), "12:20");
        assert_eq!(uids.take_first(100).to_string(), "12:20");
        assert!(uids.take_first(1).is_empty());
    }

    #[test]
    fn take_line_takes_what_fits_into_a_line_and_leaves_the_rest_in_order() {
        let mut uids = set("1:3,10:20,30");
        assert_eq!(uids.take_line(u64::MAX, 9).to_string(), "1:3,10:20");
        assert_eq!(uids.to_string(), "30");
        let mut uids = set("1:3,10:20,30");
        assert_eq!(uids.take_line(5, 9).to_string(), "1:3,10:11");
        assert_eq!(uids.to_string(), "12:20,30");
        assert_eq!(uids.take_line(u64::MAX, 1).to_string(), "12:20");
    }

    #[test]
    fn lines_stay_under_the_limit_and_lose_nothing() {
        let uids: UidSet = (1..20_000).step_by(2).collect();
        let lines: Vec<String> =
            uids.clone().split_lines(u64::MAX, 8000).iter().map(UidSet::to_string).collect();
        assert!(lines.len() > 1 && lines.iter().all(|line| line.len() <= 8000));
        assert_eq!(set(&lines.join(",")), uids);
        let parts = uids.split_lines(3000, 80_000);
        assert_eq!(parts.iter().map(UidSet::count).collect::<Vec<_>>(), [3000, 3000, 3000, 1000]);
        assert!(UidSet::new().split_lines(u64::MAX, 8000).is_empty());
    }

    #[test]
    fn below_cuts_inside_a_range() {
        for (uid, left) in
            [(1, ""), (3, "1:2"), (4, "1:3"), (10, "1:3"), (11, "1:3,10"), (u32::MAX, "1:3,10:20")]
        {
            assert_eq!(set("1:3,10:20").below(uid).to_string(), left, "{uid}");
        }
        assert_eq!(UidSet::all().below(8).to_string(), "1:7");
    }

    #[test]
    fn a_range_is_met_where_one_of_its_uids_is_there() {
        let uids = set("3:5,9");
        for (range, is_met) in
            [(1..=2, false), (1..=3, true), (5..=8, true), (6..=8, false), (9..=u32::MAX, true)]
        {
            assert_eq!(uids.meets(range.clone()), is_met, "{range:?}");
        }
    }

    #[test]
    fn uids_may_come_in_any_order() {
        let mut uids = UidSet::new();
        assert!((1..=1000).rev().all(|uid| uids.add(2 * uid)));
        assert!(!uids.add(2000) && !uids.add(0));
        assert_eq!(uids.ranges().count(), 1000);
        assert!((0..1000).rev().all(|uid| uids.add(2 * uid + 1)));
        assert_eq!(uids.to_string(), "1:2000");
    }

    #[test]
    fn a_set_behaves_like_a_btree_set() {
        let mut seed = 7_u32;
        let mut model = std::collections::BTreeSet::new();
        let mut uids = UidSet::new();
        for _ in 0..5000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let uid = (seed >> 16) % 97 + 1;
            if seed & 0x400 == 0 {
                uids.insert(uid);
                model.insert(uid);
            } else {
                assert_eq!(uids.remove(uid), model.remove(&uid));
            }
        }
        assert_eq!(uids.iter().collect::<Vec<_>>(), model.into_iter().collect::<Vec<_>>());
    }
}
