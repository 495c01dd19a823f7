//! A batch's ContentFilter: which messages to copy, by the time they were received (spec 1.6).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;

use crate::{Error, ErrorKind, Result, shown};

/// How a time is compared with the filter's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    After,
    NotBefore,
    Before,
    NotAfter,
    Equal,
}

impl Comparison {
    const ALL: [(&'static str, Self); 5] = [
        ("-gt", Self::After),
        ("-ge", Self::NotBefore),
        ("-lt", Self::Before),
        ("-le", Self::NotAfter),
        ("-eq", Self::Equal),
    ];

    fn holds(self, received: i64, limit: i64) -> bool {
        match self {
            Self::After => received > limit,
            Self::NotBefore => received >= limit,
            Self::Before => received < limit,
            Self::NotAfter => received <= limit,
            Self::Equal => received == limit,
        }
    }
}

/// A parsed filter such as `Received -ge '2019/4/30' -and Received -lt '7/1/2020 9:00PM Z'`.
///
/// A time without a zone is UTC, a date alone is its midnight, as in Exchange (spec 1.0).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContentFilter {
    conditions: Vec<(Comparison, i64)>,
}

impl ContentFilter {
    /// Reads a filter; an empty text lets everything pass.
    pub fn parse(text: &str) -> Result<Self> {
        let mut scanner = Scanner { text, at: 0 };
        let mut conditions = Vec::new();
        while !scanner.is_done() {
            if !conditions.is_empty() {
                scanner.expect("-and")?;
            }
            scanner.expect("Received")?;
            conditions.push((scanner.comparison()?, scanner.time()?));
        }
        Ok(Self { conditions })
    }

    /// Whether a message received at this second (INTERNALDATE, Unix time) is to be copied.
    pub fn matches(&self, received_epoch_seconds: i64) -> bool {
        self.conditions.iter().all(|(comparison, limit)| comparison.holds(received_epoch_seconds, *limit))
    }
}

/// Walks over the words of a filter.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn is_done(&mut self) -> bool {
        self.at += self.rest().len() - self.rest().trim_start().len();
        self.rest().is_empty()
    }

    /// The word at the place, up to a blank or a quote.
    fn word(&mut self) -> &'a str {
        self.is_done();
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"')).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    fn expect(&mut self, wanted: &str) -> Result<()> {
        let word = self.word();
        if !word.eq_ignore_ascii_case(wanted) {
            return Err(self.error(&format!("`{wanted}`")));
        }
        self.at += word.len();
        Ok(())
    }

    fn comparison(&mut self) -> Result<Comparison> {
        let word = self.word();
        let found = Comparison::ALL.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        let (name, comparison) = found.ok_or_else(|| self.error("-gt, -ge, -lt, -le or -eq"))?;
        self.at += name.len();
        Ok(comparison)
    }

    fn time(&mut self) -> Result<i64> {
        const WANTED: &str =
            "a quoted date such as '2019/4/30', '4/30/2019 9:00PM' or '2019-04-30T21:00:00Z'";
        self.is_done();
        let quote = self.rest().chars().next().filter(|c| matches!(c, '\'' | '"'));
        let quoted = quote.and_then(|quote| self.rest().get(1..)?.split_once(quote));
        let (inner, _) = quoted.ok_or_else(|| self.error(WANTED))?;
        let seconds = parse_time(inner).ok_or_else(|| self.error(WANTED))?;
        self.at += inner.len() + 2;
        Ok(seconds)
    }

    fn error(&self, wanted: &str) -> Error {
        let position = self.text.get(..self.at).unwrap_or_default().chars().count() + 1;
        let message = format!("the content filter {} is wrong at character {position}", shown(self.text));
        Error::new(ErrorKind::InvalidArgument, message).object("ContentFilter").remedy(format!(
            "write {wanted} there; a whole filter is: Received -ge '2019/4/30' -and Received -lt '2020/7/1'"
        ))
    }
}

/// Dates in the orders that Exchange's documents use, then ISO 8601. Day before month is never guessed.
const DATES: [&str; 3] = ["%Y/%m/%d", "%m/%d/%Y", "%Y-%m-%d"];
/// Times of day, after the blanks of a text were squeezed.
const TIMES: [&str; 7] = ["", " %I:%M%p", " %I:%M %p", " %I:%M:%S%p", " %I:%M:%S %p", " %H:%M", " %H:%M:%S"];

/// A year before this is one of two digits, which would be guessed.
const EARLIEST_YEAR: i16 = 1900;

fn parse_time(text: &str) -> Option<i64> {
    if let Ok(time) = text.trim().parse::<Timestamp>() {
        return Some(time.as_second());
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (local, offset) = split_zone(&text);
    let local = parse_local(&local.replace('T', " "))?;
    Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second() - offset)
}

fn parse_local(text: &str) -> Option<DateTime> {
    let formats = DATES.iter().flat_map(|date| TIMES.iter().map(move |time| format!("{date}{time}")));
    formats.filter_map(|format| strtime::parse(format, text).ok()).find_map(|time| {
        let midnight = || time.to_date().ok().map(DateTime::from);
        time.to_datetime().ok().or_else(midnight).filter(|local| local.year() >= EARLIEST_YEAR)
    })
}

/// Splits a trailing `Z`, `-700` or `+05:30` off, as seconds east of UTC. Without one, the time is UTC.
fn split_zone(text: &str) -> (&str, i64) {
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return (local.trim_end(), 0);
    }
    let Some((local, zone)) = text.rsplit_once(' ') else { return (text, 0) };
    zone_offset(zone).map_or((text, 0), |offset| (local, offset))
}

fn zone_offset(zone: &str) -> Option<i64> {
    let (sign, digits) = match (zone.strip_prefix('-'), zone.strip_prefix('+')) {
        (Some(digits), _) => (-1, digits),
        (_, Some(digits)) => (1, digits),
        _ => return None,
    };
    // No longer than 32 bits, so that no sum of it is too large for 64.
    let number = i64::from(digits.replacen(':', "", 1).parse::<u32>().ok()?);
    let (hours, minutes) = if digits.len() <= 2 { (number, 0) } else { (number / 100, number % 100) };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(time: &str) -> i64 {
        ContentFilter::parse(&format!("Received -eq '{time}'")).unwrap().conditions[0].1
    }

    fn utc(time: &str) -> i64 {
        time.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn dates_are_read_in_exchange_s_orders_and_in_iso_and_without_a_zone_as_utc() {
        for (text, meant) in [
            ("2019/4/30", "2019-04-30T00:00:00Z"),
            ("4/30/2019", "2019-04-30T00:00:00Z"),
            ("2019-04-30", "2019-04-30T00:00:00Z"),
            ("7/30/2020 9:00PM Z", "2020-07-30T21:00:00Z"),
            ("7/30/2020 9:00PM -700", "2020-07-31T04:00:00Z"),
            ("7/30/2020 12:30 AM", "2020-07-30T00:30:00Z"),
            ("7/30/2020 21:00:05 +05:30", "2020-07-30T15:30:05Z"),
            ("2020/07/30 9:00:01 pm", "2020-07-30T21:00:01Z"),
            ("2020-07-30T21:00:00", "2020-07-30T21:00:00Z"),
            ("2020-07-30T21:00:00+02:00", "2020-07-30T19:00:00Z"),
            ("2020-07-30T21:00:00Z", "2020-07-30T21:00:00Z"),
        ] {
            assert_eq!(limit(text), utc(meant), "{text}");
        }
    }

    #[test]
    fn every_operator_compares_as_it_says() {
        for (operator, expected) in [
            ("-gt", [false, false, true]),
            ("-GE", [false, true, true]),
            ("-lt", [true, false, false]),
            ("-le", [true, true, false]),
            ("-eq", [false, true, false]),
        ] {
            let filter = ContentFilter::parse(&format!("received {operator} \"2019/4/30\"")).unwrap();
            let at = utc("2019-04-30T00:00:00Z");
            assert_eq!([at - 1, at, at + 1].map(|second| filter.matches(second)), expected, "{operator}");
        }
    }

    #[test]
    fn conditions_joined_by_and_must_all_hold() {
        let filter =
            ContentFilter::parse("Received -ge '2019/4/30' -and Received -lt '7/1/2020 9:00PM Z'").unwrap();
        let times =
            ["2019-04-29T23:59:59Z", "2019-04-30T00:00:00Z", "2020-07-01T20:59:59Z", "2020-07-01T21:00:00Z"];
        assert_eq!(times.map(|time| filter.matches(utc(time))), [false, true, true, false]);
    }

    #[test]
    fn an_empty_filter_lets_everything_pass() {
        assert!(ContentFilter::parse("  ").unwrap().matches(i64::MIN));
    }

    #[test]
    fn an_error_names_the_place_and_what_belongs_there() {
        for (text, position, wanted) in [
            ("Subject -eq 'x'", 1, "`Received`"),
            ("Received == '2019/4/30'", 10, "-gt"),
            ("Received -ge 2019/4/30", 14, "quoted date"),
            ("Received -ge '30/4/2019'", 14, "quoted date"),
            ("Received -ge '2019/4/30", 14, "quoted date"),
            ("Received -ge '2019/2/30'", 14, "quoted date"),
            ("Received -ge '2019/4/30 9:00PM -9223372036854775807'", 14, "quoted date"),
            ("Received -ge '4/30/19'", 14, "quoted date"),
            ("Received -ge '2019/4/30' -or Received -lt '2020/1/1'", 26, "`-and`"),
            ("Received -ge '2019/4/30' -and", 30, "`Received`"),
        ] {
            let error = ContentFilter::parse(text).unwrap_err();
            assert!(error.message.ends_with(&format!("character {position}")), "{}", error.message);
            assert!(error.remedy.unwrap().contains(wanted), "{text}");
        }
    }
}
