//! Finds out what separates the columns.

use super::CsvCheckOptions;
use super::columns::Known;
use super::faults::Faults;
use super::preamble::Preamble;
use super::records::line_of;

/// What is tried, in this order.
const CANDIDATES: [u8; 3] = [b',', b';', b'\t'];

/// The separator that makes the most known columns of the header. Reports one that neither the admin nor the file has told.
pub(super) fn choose(preamble: &Preamble<'_>, options: &CsvCheckOptions, faults: &mut Faults) -> u8 {
    let Some(header) = preamble.text.split(['\r', '\n']).find(|line| !line.trim().is_empty()) else {
        return b',';
    };
    let told = preamble.separator.filter(|separator| known_columns(header, *separator) > 0);
    let asked = match options.delimiter.map(u8::try_from) {
        None => told.unwrap_or(b','),
        Some(Ok(byte)) if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0) => byte,
        Some(_) => {
            faults.file(
                "The delimiter cannot be used",
                "Give one ASCII character other than a quote to -Delimiter",
            );
            b','
        }
    };
    let best = CANDIDATES.into_iter().fold(asked, |best, next| {
        if known_columns(header, next) > known_columns(header, best) { next } else { best }
    });
    if best != asked && (options.delimiter.is_some() || !options.lenient) {
        let message = format!("The columns are separated by {}, not by {}", shown(best), shown(asked));
        let line = line_of(preamble.text, preamble.text.find(header).unwrap_or_default());
        faults.error(line, None, message, remedy(best));
    }
    best
}

fn known_columns(header: &str, delimiter: u8) -> usize {
    header
        .split(char::from(delimiter))
        .filter(|cell| !matches!(Known::find(cell.trim_matches('"')), Known::Unknown))
        .count()
}

fn remedy(delimiter: u8) -> &'static str {
    match delimiter {
        b',' => "Leave out -Delimiter",
        b';' => "Use -Delimiter ';', or save the file with commas",
        _ => "Use -Delimiter ([char]9), or save the file with commas",
    }
}

fn shown(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "a tab".to_owned(),
        other => format!("`{}`", char::from(other)),
    }
}
