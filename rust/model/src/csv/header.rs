//! Reads the header: which column stands where, and what is wrong with their names.

use super::CsvCheckOptions;
use super::columns::{Column, Known, nearest};
use super::faults::Faults;
use super::records::Record;

/// The columns of a file.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// As they are written.
    pub(super) names: Vec<String>,
    /// What each is to us.
    columns: Vec<Option<Column>>,
}

impl Header {
    /// Where a column stands.
    pub(super) fn position(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|found| *found == Some(column))
    }

    /// What a row has in a column; nothing where the file has none.
    pub(super) fn cell<'r>(&self, record: &'r Record, column: Column) -> &'r str {
        self.position(column).and_then(|at| record.fields.get(at)).unwrap_or_default()
    }
}

/// Reads the header. None, and one error, when the line may be a row, which must not be shown.
pub(super) fn read(record: &Record, options: &CsvCheckOptions, faults: &mut Faults) -> Option<Header> {
    let cells: Vec<Known> = record.fields.iter().map(Known::find).collect();
    if record.fields.iter().any(|cell| cell.contains('\0')) {
        let message = "The first line holds NUL characters, which no text has";
        faults.error(record.line, None, message, "Save the file as \"CSV UTF-8\"");
        return None;
    }
    if may_be_row(record, &cells) {
        let message = "The first line is not a header with the known columns";
        faults.error(record.line, None, message, "Write EmailAddress,UserName,Password into the first line");
        return None;
    }
    let mut header = Header::default();
    for (name, known) in record.fields.iter().zip(cells) {
        let column = if name.trim().is_empty() {
            report_nameless(header.names.len() + 1, record.line, options, faults);
            None
        } else {
            judge(name, known, record.line, options, faults)
        };
        if let Some(column) = column.filter(|column| header.position(*column).is_some()) {
            let message = format!("The column `{}` stands twice in the header", column.name());
            faults.error(record.line, Some(name), message, "Remove one of them");
        }
        header.columns.push(column);
        header.names.push(name.to_owned());
    }
    report_missing(&header, record.line, options, faults);
    Some(header)
}

/// A line that holds an address is a row. So may be one in which a single cell is like a column's name: there are logins
/// that read `user` or `mail`.
fn may_be_row(record: &Record, cells: &[Known]) -> bool {
    let named = cells.iter().filter(|cell| **cell != Known::Unknown).count();
    let exact = cells.iter().any(|cell| matches!(cell, Known::Exact(_)));
    record.fields.iter().any(|cell| cell.contains('@')) || (named < 2 && !exact)
}

/// Says what is wrong with a column's name, and which column is meant by it.
fn judge(
    name: &str,
    known: Known,
    line: u32,
    options: &CsvCheckOptions,
    faults: &mut Faults,
) -> Option<Column> {
    match known {
        Known::Exact(column) => Some(column),
        Known::Misspelt(column) | Known::Translated(column) => {
            let remedy = format!("Write `{}` instead of `{}`", column.name(), name.escape_debug());
            if options.lenient {
                let message =
                    format!("The column `{}` is taken for `{}`", name.escape_debug(), column.name());
                faults.warning(line, Some(name), message, remedy);
            } else {
                let message =
                    format!("The column `{}` must be named `{}`", name.escape_debug(), column.name());
                let remedy = format!("{remedy} in the first line, or use -Lenient");
                faults.error(line, Some(name), message, remedy);
            }
            Some(column)
        }
        Known::Unsupported(exact, remedy) => {
            faults.error(line, Some(name), format!("The column `{exact}` is not supported yet"), remedy);
            None
        }
        Known::Unknown => {
            report_unknown(name, line, options, faults);
            None
        }
    }
}

/// Excel writes separators for columns that had something once.
fn report_nameless(number: usize, line: u32, options: &CsvCheckOptions, faults: &mut Faults) {
    let (message, remedy) = (format!("Column {number} has no name"), "Remove the column");
    if options.allow_unknown_columns {
        faults.warning(line, None, message, remedy);
    } else {
        faults.error(line, None, message, format!("{remedy}, or use -AllowUnknownColumnsInCsv $true"));
    }
}

fn report_unknown(name: &str, line: u32, options: &CsvCheckOptions, faults: &mut Faults) {
    let meant = nearest(name).map(|column| format!("Did you mean `{}`? ", column.name())).unwrap_or_default();
    let shown = name.escape_debug();
    if options.allow_unknown_columns {
        let message = format!("The column `{shown}` is not known and is passed over");
        faults.warning(line, Some(name), message, format!("{meant}If not, nothing is to be done"));
    } else {
        let remedy = format!("{meant}Rename or remove the column, or use -AllowUnknownColumnsInCsv $true");
        faults.error(line, Some(name), format!("The column `{shown}` is not known"), remedy);
    }
}

fn report_missing(header: &Header, line: u32, options: &CsvCheckOptions, faults: &mut Faults) {
    let mut required = vec![Column::EmailAddress, Column::UserName];
    if !options.passwords_optional {
        required.push(Column::Password);
    }
    for column in required.into_iter().filter(|column| header.position(*column).is_none()) {
        let message = format!("The column `{}` is missing", column.name());
        let remedy = format!("Add the column `{}`, spelt exactly so", column.name());
        faults.error(line, Some(column.name()), message, remedy);
    }
}
