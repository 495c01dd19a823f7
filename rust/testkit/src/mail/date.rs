//! Dates of mail: the arrival over fifteen years and many zones, the header's own wording sound or odd.

use jiff::civil::date;
use jiff::fmt::strtime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Zoned};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// Fifteen years in seconds.
const SPAN: i64 = 15 * 365 * 86_400;

/// Minutes east of Greenwich, half and quarter hours among them.
const ZONES: [i32; 10] = [-480, -300, -210, 0, 60, 120, 330, 345, 540, 780];

/// Dates that mailboxes really hold, from before the epoch to broken clocks.
const ODD: [&str; 8] = [
    "Thu, 1 Jan 1970 00:00:00 +0000",
    "Mon, 14 Feb 94 21:04:00 PST",
    "Tue, 19 Jan 2038 03:14:08 +0000",
    "Fri, 31 Dec 2099 23:59:60 +1400",
    "Sat, 30 Feb 2013 12:00:00 +0100",
    "2015-06-17T10:11:12Z",
    "yesterday, about noon",
    "",
];

/// Draws a time of arrival.
pub(super) fn received(random: &mut StdRng) -> Zoned {
    let minutes = ZONES.choose(random).copied().unwrap_or_default();
    let zone = Offset::from_seconds(minutes * 60).unwrap_or(Offset::UTC).to_time_zone();
    // The start stands for itself should the zone not hold it, which none of these zones brings about.
    let start = date(2010, 1, 1).to_zoned(zone).unwrap_or_default();
    let later = start.checked_add(SignedDuration::from_secs(random.random_range(0..SPAN)));
    later.unwrap_or(start)
}

/// As INTERNALDATE ([RFC 3501 §9], `date-time`).
///
/// [RFC 3501 §9]: https://www.rfc-editor.org/rfc/rfc3501#section-9
pub(super) fn internal(date: &Zoned) -> String {
    format("%d-%b-%Y %H:%M:%S %z", date)
}

/// As a `Date` header ([RFC 5322 §3.3]).
///
/// [RFC 5322 §3.3]: https://www.rfc-editor.org/rfc/rfc5322#section-3.3
pub(super) fn header(date: &Zoned) -> String {
    format("%a, %d %b %Y %H:%M:%S %z", date)
}

/// As a `Date` header that no clock of today would write.
pub(super) fn odd(random: &mut StdRng) -> &'static str {
    ODD.choose(random).copied().unwrap_or_default()
}

fn format(pattern: &str, date: &Zoned) -> String {
    // The patterns are constants above, and all of their fields are present in a zoned date.
    strtime::format(pattern, date).unwrap_or_default()
}
