//! Sequence sets ([RFC 3501 §9]): `1:3,7,9:*`.
//!
//! [RFC 3501 §9]: https://www.rfc-editor.org/rfc/rfc3501#section-9

/// What the numbers of a set count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// Positions in the folder.
    Positions,
    /// UIDs.
    Uids,
}

/// The messages of a set as pairs of position and UID, in the folder's order. `view` holds the UIDs by position; numbers
/// that do not exist are left out. Nothing where the set is malformed.
pub(super) fn resolve(set: &str, view: &[u32], numbers: Numbers) -> Option<Vec<(usize, u32)>> {
    let last = match numbers {
        Numbers::Positions => u32::try_from(view.len()).ok()?,
        Numbers::Uids => view.last().copied().unwrap_or(0),
    };
    let ranges = set.split(',').map(|range| parse(range, last)).collect::<Option<Vec<_>>>()?;
    let mut found = Vec::new();
    for (position, uid) in (1_usize..).zip(view.iter().copied()) {
        let number = match numbers {
            Numbers::Positions => u32::try_from(position).ok()?,
            Numbers::Uids => uid,
        };
        if ranges.iter().any(|(low, high)| (*low..=*high).contains(&number)) {
            found.push((position, uid));
        }
    }
    Some(found)
}

fn parse(range: &str, last: u32) -> Option<(u32, u32)> {
    let number =
        |text: &str| if text == "*" { Some(last) } else { text.parse().ok().filter(|number| *number > 0) };
    let (low, high) = range.split_once(':').unwrap_or((range, range));
    let (low, high) = (number(low)?, number(high)?);
    Some((low.min(high), low.max(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_name_positions_or_uids_in_any_order() {
        let view = [3, 5, 9];
        assert_eq!(resolve("3,1", &view, Numbers::Positions), Some(vec![(1, 3), (3, 9)]));
        assert_eq!(resolve("6:4", &view, Numbers::Uids), Some(vec![(2, 5)]));
        assert_eq!(resolve("20:*", &view, Numbers::Uids), Some(vec![(3, 9)]));
        assert_eq!(resolve("1:*", &[], Numbers::Uids), Some(vec![]));
        assert_eq!(resolve("0", &view, Numbers::Uids), None);
        assert_eq!(resolve("a", &view, Numbers::Uids), None);
    }
}
