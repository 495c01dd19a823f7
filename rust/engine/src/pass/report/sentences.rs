//! The sentences of reports, in the shape that admins know from Exchange (spec 1.11).

use jiff::Timestamp;
use model::status::PassKind;
use model::{Error, Progress};

/// What a pass is called.
pub(crate) fn name(pass: PassKind) -> &'static str {
    match pass {
        PassKind::Initial => "Initial sync",
        PassKind::Incremental => "Incremental sync",
        PassKind::Analyze => "Analysis",
    }
}

/// `Copy progress: 723/1456 messages, 225.8 MB (236,732,045 bytes)/416.5 MB (436,712,733 bytes), 2 items skipped.`
pub(crate) fn counts(progress: &Progress) -> String {
    format!(
        "Copy progress: {}/{} messages, {}/{}, {} items skipped.",
        progress.synced_items,
        progress.source_items,
        size(progress.transferred_bytes),
        size(progress.source_bytes),
        progress.skipped_items
    )
}

/// A pass that failed for good.
pub(crate) fn fatal(error: &Error) -> String {
    format!("Fatal error {:?} has occurred: {error}.", error.kind)
}

/// A pass that failed and is tried again.
pub(crate) fn transient(error: &Error, again_at: Timestamp) -> String {
    let at = again_at.strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("Transient error {:?} has occurred: {error}. The system will try again at {at}.", error.kind)
}

/// `225.8 MB (236,732,045 bytes)`: four digits, as Exchange shows them, and the number that scripts parse.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let (mut amount, mut units) = (bytes as f64, UNITS.iter());
    let mut unit = units.next();
    while amount >= 1024.0 && units.len() > 0 {
        amount /= 1024.0;
        unit = units.next();
    }
    let decimals = match amount {
        ..10.0 => 3,
        ..100.0 => 2,
        ..1000.0 => 1,
        _ => 0,
    };
    let amount = format!("{amount:.decimals$}");
    let amount =
        if decimals > 0 { amount.trim_end_matches('0').trim_end_matches('.') } else { amount.as_str() };
    format!("{amount} {} ({} bytes)", unit.copied().unwrap_or_default(), with_commas(bytes))
}

fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_exchange_writes_them() {
        let written = [0, 1000, 2048, 236_732_045, 1 << 40].map(size);
        assert_eq!(
            written,
            [
                "0 B (0 bytes)",
                "1000 B (1,000 bytes)",
                "2 KB (2,048 bytes)",
                "225.8 MB (236,732,045 bytes)",
                "1 TB (1,099,511,627,776 bytes)"
            ]
        );
    }

    #[test]
    fn a_retry_says_when() {
        let error = Error::new(model::ErrorKind::ConnectionLost, "`a:993` closed the connection");
        let text = transient(&error, Timestamp::from_second(1_700_000_000).unwrap());
        assert_eq!(
            text,
            "Transient error ConnectionLost has occurred: `a:993` closed the connection. \
             The system will try again at 2023-11-14 22:13:20 UTC."
        );
    }
}
