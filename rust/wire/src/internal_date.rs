//! INTERNALDATE: the server's own text, and what it means where it means anything ([RFC 3501 §2.3.3]).
//!
//! [RFC 3501 §2.3.3]: https://www.rfc-editor.org/rfc/rfc3501#section-2.3.3

use std::borrow::Cow;
use std::fmt;

use jiff::Zoned;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::fmt::temporal::Pieces;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::Offset;

/// Zones lie between these, in seconds east of Greenwich; servers refuse others.
const ZONES: std::ops::RangeInclusive<i32> = -12 * 3600..=14 * 3600;

/// When the server received a message. The text stays as it came; another server gets a date-time or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InternalDate {
    text: String,
    epoch_seconds: Option<i64>,
    is_ordinary: bool,
    /// Whether the text can be sent as it is, or nearly so.
    is_plain: bool,
}

impl InternalDate {
    /// Takes any text; whether it is a date shows in [`Self::to_epoch_seconds`].
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let plain = canonical(&text).and_then(|date| parse(&date));
        let is_plain = plain.is_some_and(|(_, zone)| ZONES.contains(&zone));
        let epoch_seconds = plain.map(|(seconds, _)| seconds);
        let epoch_seconds = epoch_seconds.or_else(|| Some(in_another_form(&text)?.timestamp().as_second()));
        let is_ordinary =
            plain.is_some_and(|(seconds, zone)| is_everyday(seconds) && zone.abs() <= 12 * 3600);
        Self { text, epoch_seconds, is_ordinary, is_plain }
    }

    /// The server's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Seconds since 1970, where the text is a date-time.
    pub fn to_epoch_seconds(&self) -> Option<i64> {
        self.epoch_seconds
    }

    /// Whether it is such as servers store every day: within the reach of 32 bits, in a zone of twelve hours at most.
    pub(crate) fn is_ordinary(&self) -> bool {
        self.is_ordinary
    }

    /// The same instant in UTC, for servers that take no other zone.
    pub fn in_utc(&self) -> Self {
        let timestamp = self.epoch_seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        let utc = timestamp.map(|timestamp| timestamp.strftime("%e-%b-%Y %H:%M:%S +0000").to_string());
        utc.map_or_else(|| self.clone(), Self::new)
    }

    /// Whether its zone is written as UTC's.
    pub fn is_utc(&self) -> bool {
        self.text.trim_ascii_end().ends_with("+0000")
    }

    /// The date-time for APPEND (RFC 3501 §9). `None` where the text is no date.
    pub fn for_append(&self) -> Option<String> {
        if self.is_plain {
            canonical(&self.text).map(Cow::into_owned)
        } else {
            written(self.epoch_seconds?, &self.text)
        }
    }

    /// This date, if the text is one; else the same with its zone, which can be none, taken for UTC.
    pub fn or_in_utc(self) -> Option<Self> {
        if self.epoch_seconds.is_some() {
            return Some(self);
        }
        let (date_time, _zone) = self.text.trim().rsplit_once(' ')?;
        Some(Self::new(format!("{date_time} +0000"))).filter(|date| date.epoch_seconds.is_some())
    }
}

/// An instant as RFC 3501 §9 has it, in the zone of the text if there is such a one.
fn written(epoch_seconds: i64, text: &str) -> Option<String> {
    let zone = in_another_form(text).map(|date| date.offset()).filter(|zone| ZONES.contains(&zone.seconds()));
    let date = jiff::Timestamp::from_second(epoch_seconds).ok()?;
    let date = date.to_zoned(zone.unwrap_or(Offset::UTC).to_time_zone());
    strtime::format("%e-%b-%Y %H:%M:%S %z", &date).ok()
}

/// Reads the forms of RFC 5322 and ISO 8601, which some servers use instead (thunderbird-android#8714, asimap#458).
fn in_another_form(text: &str) -> Option<Zoned> {
    let text = text.trim();
    let mail = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    if let Ok(date) = mail.parse_zoned(text) {
        return Some(date);
    }
    let (date_time, zone) = text.rsplit_once(' ').unwrap_or((text, ""));
    let text = if zone.starts_with(['+', '-']) { format!("{date_time}{zone}") } else { text.to_owned() };
    let pieces = Pieces::parse(&text).ok()?;
    let zone = pieces.to_numeric_offset().unwrap_or(Offset::UTC).to_time_zone();
    pieces.date().to_datetime(pieces.time()?).to_zoned(zone).ok()
}

/// The text as RFC 3501 §9 has it. Servers write days without their space, years of two digits (which RFC 5322 §4.3
/// explains), and zones by name or not at all (peers A23): the message keeps its date all the same.
fn canonical(text: &str) -> Option<Cow<'_, str>> {
    if is_canonical(text) {
        return Some(Cow::Borrowed(text));
    }
    let mut words = text.split_ascii_whitespace();
    let (date, time, zone) = (words.next()?, words.next()?, words.next().unwrap_or("+0000"));
    let (day_and_month, year) = date.rsplit_once('-')?;
    let century = match year.as_bytes() {
        [b'0'..=b'4', _] => "20",
        [b'5'..=b'9', _] => "19",
        _ => "",
    };
    let is_universal = ["UT", "UTC", "GMT", "Z"].iter().any(|name| zone.eq_ignore_ascii_case(name));
    let zone = if is_universal { "+0000" } else { zone };
    let date = format!("{day_and_month}-{century}{year} {time} {zone}");
    words.next().is_none().then(|| Cow::Owned(format!("{date:>26}")))
}

/// Whether the text has that form already, as most servers write it; what the words in it mean shows when it is read.
fn is_canonical(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has = |at: usize, marks: &[u8]| bytes.get(at).is_some_and(|byte| marks.contains(byte));
    bytes.len() == 26 && has(2, b"-") && has(6, b"-") && has(11, b" ") && has(20, b" ") && has(21, b"+-")
}

/// Reads `dd-Mon-yyyy hh:mm:ss +zzzz`: seconds since 1970, and the zone's seconds. The length alone tells four-digit years and
/// zones from others.
fn parse(text: &str) -> Option<(i64, i32)> {
    let text = text.trim();
    let day_digits = text.find('-')?;
    if !matches!(day_digits, 1 | 2) || text.len() != day_digits + 24 || !text.is_ascii() {
        return None;
    }
    let parsed = BrokenDownTime::parse("%d-%b-%Y %H:%M:%S %z", text).ok()?;
    Some((parsed.to_timestamp().ok()?.as_second(), parsed.offset()?.seconds()))
}

/// Within the reach of 32 bits.
fn is_everyday(seconds: i64) -> bool {
    (0..=i64::from(i32::MAX)).contains(&seconds)
}

impl fmt::Display for InternalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_date_keeps_its_text_and_gives_its_instant() {
        let date = InternalDate::new("17-Jul-1996 02:44:25 -0700");
        assert_eq!(date.to_epoch_seconds(), Some(837_596_665));
        assert_eq!(date.for_append().as_deref(), Some("17-Jul-1996 02:44:25 -0700"));
    }

    #[test]
    fn a_one_digit_day_is_padded_for_append() {
        for text in [" 1-Feb-2020 00:00:00 +0000", "1-Feb-2020 00:00:00 +0000", "01-Feb-2020 00:00:00 +0000"]
        {
            let date = InternalDate::new(text);
            assert_eq!(date.to_epoch_seconds(), Some(1_580_515_200), "{text}");
            assert_eq!(date.for_append().map(|text| text.len()), Some(26));
            assert_eq!(date.as_str(), text);
        }
    }

    /// A2
    #[test]
    fn dates_before_1970_and_zone_minus_zero_are_dates() {
        assert_eq!(InternalDate::new("30-Dec-1899 00:00:00 -0000").to_epoch_seconds(), Some(-2_209_161_600));
    }

    #[test]
    fn the_same_instant_can_be_told_in_utc() {
        let date = InternalDate::new("17-Jul-1996 02:44:25 +1400");
        assert!(!date.is_utc() && date.in_utc().is_utc());
        assert_eq!(date.in_utc().for_append().as_deref(), Some("16-Jul-1996 12:44:25 +0000"));
        assert_eq!(date.in_utc().to_epoch_seconds(), date.to_epoch_seconds());
        assert_eq!(
            InternalDate::new(" 1-Feb-2020 00:00:00 +0000").in_utc().as_str(),
            " 1-Feb-2020 00:00:00 +0000"
        );
        assert_eq!(InternalDate::new("NIL").in_utc(), InternalDate::new("NIL"));
    }

    #[test]
    fn zones_beyond_twelve_hours_and_years_beyond_32_bits_are_not_ordinary() {
        for text in ["17-Jul-1996 02:44:25 -1200", " 1-Jan-1970 00:00:00 +0000"] {
            assert!(InternalDate::new(text).is_ordinary(), "{text}");
        }
        for text in
            ["17-Jul-1996 02:44:25 +1300", "31-Dec-1969 00:00:00 +0000", "17-Jul-2040 02:44:25 +0000", ""]
        {
            assert!(!InternalDate::new(text).is_ordinary(), "{text}");
        }
    }

    /// A23
    #[test]
    fn what_servers_make_of_a_date_is_understood_and_sent_as_it_should_be() {
        let repaired = [
            ("17-Jul-96 02:44:25 -0700", "17-Jul-1996 02:44:25 -0700"),
            ("17-Jul-21 02:44:25 -0700", "17-Jul-2021 02:44:25 -0700"),
            ("7-Jul-1996  02:44:25 GMT ", " 7-Jul-1996 02:44:25 +0000"),
            ("17-Jul-1996 02:44:25 UT", "17-Jul-1996 02:44:25 +0000"),
            ("17-Jul-1996 02:44:25", "17-Jul-1996 02:44:25 +0000"),
            ("17-Jul-1996 02:44:25 -0000", "17-Jul-1996 02:44:25 -0000"),
        ];
        for (text, sent) in repaired {
            let date = InternalDate::new(text);
            assert_eq!((date.as_str(), date.for_append().as_deref()), (text, Some(sent)));
            assert_eq!(date.to_epoch_seconds(), InternalDate::new(sent).to_epoch_seconds());
        }
    }

    /// thunderbird/thunderbird-android#8714, scanner/asimap#458
    #[test]
    fn dates_in_other_forms_are_understood_and_sent_as_they_should_be() {
        let forms = [
            ("Tue, 31 Dec 2024 23:00:02 +0100", "31-Dec-2024 23:00:02 +0100"),
            ("31 Dec 2024 23:00:02 +0000", "31-Dec-2024 23:00:02 +0000"),
            // The day of the week is wrong.
            ("Mon, 31 Dec 2024 23:00:02 GMT", "31-Dec-2024 23:00:02 +0000"),
            ("2024-12-01T23:00:02Z", " 1-Dec-2024 23:00:02 +0000"),
            ("2024-12-31T23:00:02.5-07:00", "31-Dec-2024 23:00:02 -0700"),
            ("2024-12-31 23:00:02 +0530", "31-Dec-2024 23:00:02 +0530"),
            ("2024-12-31 23:00:02", "31-Dec-2024 23:00:02 +0000"),
        ];
        for (text, sent) in forms {
            let date = InternalDate::new(text);
            assert_eq!((date.as_str(), date.for_append().as_deref()), (text, Some(sent)));
            assert_eq!(date.to_epoch_seconds(), InternalDate::new(sent).to_epoch_seconds(), "{text}");
        }
    }

    #[test]
    fn a_zone_that_can_be_read_and_is_none_keeps_the_instant_in_utc() {
        for text in ["31-Dec-2024 23:00:02 +2300", "Tue, 31 Dec 2024 23:00:02 +2300"] {
            let date = InternalDate::new(text);
            assert_eq!(date.for_append().as_deref(), Some("31-Dec-2024 00:00:02 +0000"), "{text}");
        }
        let kiribati = InternalDate::new("31-Dec-2024 23:00:02 +1400").for_append();
        assert_eq!(kiribati.as_deref(), Some("31-Dec-2024 23:00:02 +1400"));
    }

    #[test]
    fn a_zone_that_cannot_be_read_makes_no_date_and_can_be_taken_for_utc() {
        for text in ["Tue, 31 Dec 2024 23:00:02 +9900", "31-Dec-2024 23:00:02 +9900"] {
            let date = InternalDate::new(text);
            assert_eq!((date.to_epoch_seconds(), date.for_append()), (None, None));
            assert_eq!(date.or_in_utc().unwrap().for_append().as_deref(), Some("31-Dec-2024 23:00:02 +0000"));
        }
        let dated = InternalDate::new("31-Dec-2024 23:00:02 +0100");
        assert_eq!(dated.clone().or_in_utc(), Some(dated));
        assert_eq!(InternalDate::new("today").or_in_utc(), None);
    }

    /// A23
    #[test]
    fn absurd_values_are_kept_and_are_no_dates() {
        let absurd = [
            "",
            "NIL",
            "-",
            "00-Jan-0000 00:00:00 +0000",
            "17-Jul-996 02:44:25 -0700",
            "17-Jul-1996 02:44:25 -0700 x",
            "31-Feb-2020 00:00:00 +0000",
            "17-Foo-1996 02:44:25 -0700",
            "17-Jul-1996 25:44:25 -0700",
            "17-Jul-1996 02:44:25 CEST",
            "17-Jül-1996 02:44:25 -070",
            "99999999999999999999999999",
        ];
        for text in absurd {
            let date = InternalDate::new(text);
            assert_eq!(date.to_epoch_seconds(), None, "{text}");
            assert_eq!(date.for_append(), None);
            assert_eq!(date.as_str(), text);
        }
    }
}
