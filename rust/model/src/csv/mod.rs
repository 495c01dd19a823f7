//! Checks a batch's CSV (spec 3) and reads its rows: every fault of a file at once, each with its line and remedy.
//!
//! INVARIANT: no text that this module writes holds the content of a row, because a row that is out of step may
//! have its password in any column.

mod columns;
mod decode;
mod faults;
mod header;
mod preamble;
mod records;
mod rows;
mod separator;
mod wrapping;

use crate::UserRow;
use crate::contract::{CsvCheck, CsvCheckView};
use faults::Faults;

/// The largest file, as in Exchange (spec 3.2).
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// The most rows after the header, as in Exchange (spec 3.2).
pub const MAX_ROWS: usize = 50_000;

/// How strict a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CsvCheckOptions {
    /// Pass over columns that we do not know.
    pub allow_unknown_columns: bool,
    /// The column separator, where it is not a comma.
    pub delimiter: Option<char>,
    /// Take translated headers, other delimiters and ANSI bytes for what they mean.
    pub lenient: bool,
    /// The endpoint's administrator logs in, so rows need no password.
    pub passwords_optional: bool,
}

impl From<&CsvCheck> for CsvCheckOptions {
    fn from(request: &CsvCheck) -> Self {
        Self {
            allow_unknown_columns: request.allow_unknown_columns,
            delimiter: request.delimiter,
            lenient: request.lenient,
            passwords_optional: false,
        }
    }
}

/// What a check found, and the rows of a file without faults.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CsvTable {
    /// What to show.
    pub view: CsvCheckView,
    /// The rows in the order of the file; none unless the view is valid.
    pub rows: Vec<UserRow>,
}

/// Checks the bytes of a CSV file.
pub fn check(bytes: &[u8], options: &CsvCheckOptions) -> CsvTable {
    let mut faults = Faults::default();
    let mut table = CsvTable::default();
    table.rows = read(bytes, options, &mut table.view, &mut faults).unwrap_or_default();
    (table.view.errors, table.view.warnings) = faults.finish();
    table.view.valid = table.view.errors.is_empty();
    if !table.view.valid {
        table.rows.clear();
    }
    table
}

/// Reads as far as the file allows. None when it is no table at all.
fn read(
    bytes: &[u8],
    options: &CsvCheckOptions,
    view: &mut CsvCheckView,
    faults: &mut Faults,
) -> Option<Vec<UserRow>> {
    if bytes.len() > MAX_BYTES {
        let message = format!("The file has {} bytes, the most is {MAX_BYTES}", bytes.len());
        faults.file(message, "Divide the file and make several batches");
        return None;
    }
    if preamble::is_no_text(bytes, faults) {
        return None;
    }
    let decoded = decode::decode(bytes, options.lenient, faults);
    view.encoding = decoded.encoding.to_owned();
    let preamble = preamble::skip(&decoded.text);
    if preamble.text.trim().is_empty() {
        faults.file("The file is empty", "Write a header and one row for each mailbox");
        return None;
    }
    let delimiter = separator::choose(&preamble, options, faults);
    view.delimiter = char::from(delimiter).to_string();
    let records = records::read(preamble.text, delimiter, faults);
    let header = header::read(records.header.as_ref()?, options, faults)?;
    view.columns = header.names.clone();
    view.row_count = records.rows.len() as u64;
    count_rows(records.rows.len(), faults);
    Some(rows::read(&records.rows, &header, options, faults))
}

fn count_rows(rows: usize, faults: &mut Faults) {
    if rows == 0 {
        faults.file("The file has a header and no rows", "Write one row for each mailbox");
    } else if rows > MAX_ROWS {
        let message = format!("The file has {rows} rows, the most is {MAX_ROWS}");
        faults.file(message, "Divide the file and make several batches");
    }
}
