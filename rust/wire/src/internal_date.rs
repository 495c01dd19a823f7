//! INTERNALDATE: the server's own text, and what it means where it means anything ([RFC 3501 §2.3.3]).
//!
//! [RFC 3501 §2.3.3]: https://www.rfc-editor.org/rfc/rfc3501#section-2.3.3

use std::fmt;

use jiff::fmt::strtime::BrokenDownTime;

/// When the server received a message. The text stays as it came; only a valid one is sent to another server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InternalDate {
    text: String,
    epoch_seconds: Option<i64>,
}

impl InternalDate {
    /// Takes any text; whether it is a date shows in [`Self::to_epoch_seconds`].
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let epoch_seconds = parse(&text);
        Self { text, epoch_seconds }
    }

    /// The server's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Seconds since 1970, where the text is a date-time.
    pub fn to_epoch_seconds(&self) -> Option<i64> {
        self.epoch_seconds
    }

    /// The date-time for APPEND (RFC 3501 §9): a one-digit day gets its space. `None` where the text is no date.
    pub fn for_append(&self) -> Option<String> {
        self.epoch_seconds.map(|_| format!("{:>26}", self.text.trim()))
    }
}

/// Reads `dd-Mon-yyyy hh:mm:ss +zzzz`. The length alone tells four-digit years and zones from shorter ones.
fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let day_digits = text.find('-')?;
    if !matches!(day_digits, 1 | 2) || text.len() != day_digits + 24 || !text.is_ascii() {
        return None;
    }
    let parsed = BrokenDownTime::parse("%d-%b-%Y %H:%M:%S %z", text).ok()?;
    Some(parsed.to_timestamp().ok()?.as_second())
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

    #[test]
    fn dates_before_1970_and_zone_minus_zero_are_dates() {
        assert_eq!(InternalDate::new("30-Dec-1899 00:00:00 -0000").to_epoch_seconds(), Some(-2_209_161_600));
    }

    #[test]
    fn absurd_values_are_kept_and_are_no_dates() {
        let absurd = [
            "",
            "NIL",
            "-",
            "00-Jan-0000 00:00:00 +0000",
            "17-Jul-96 02:44:25 -0700",
            "31-Feb-2020 00:00:00 +0000",
            "17-Foo-1996 02:44:25 -0700",
            "17-Jul-1996 25:44:25 -0700",
            "17-Jul-1996 02:44:25 UT",
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
