//! Reads the rows: the right number of cells, sane values, no mailbox twice.

use std::collections::HashMap;

use super::CsvCheckOptions;
use super::columns::Column;
use super::faults::Faults;
use super::header::Header;
use super::records::Record;
use super::wrapping::Wrapping;
use crate::address::address_fault;
use crate::{Secret, UserRow};

/// Reads every row that has the right number of cells, and reports what is wrong with any.
pub(super) fn read(
    records: &[Record],
    header: &Header,
    options: &CsvCheckOptions,
    faults: &mut Faults,
) -> Vec<UserRow> {
    let mut seen = Seen::default();
    let mut rows = Vec::with_capacity(records.len());
    for record in records {
        if record.fields.len() != header.names.len() {
            report_ragged(record, header, faults);
            continue;
        }
        report_wrapped(record, header, options, faults);
        let row = row(record, header, options);
        check_address(&row, header, faults);
        check_login(&row, header, options, faults);
        check_characters(record, header, faults);
        check_blanks(record, header, faults);
        seen.check(&row, faults);
        rows.push(row);
    }
    rows
}

fn report_ragged(record: &Record, header: &Header, faults: &mut Faults) {
    let (cells, columns) = (record.fields.len(), header.names.len());
    let message = format!("Row {} has {cells} columns, the header has {columns}", record.line);
    let remedy = if cells > columns {
        "Put a field that holds the separator in quotes, such as a password with a comma"
    } else {
        "Keep the separator where a field is empty"
    };
    faults.error(record.line, None, message, remedy);
}

/// Says which cells a program has wrapped up. With `lenient`, [`row`] unwraps them.
fn report_wrapped(record: &Record, header: &Header, options: &CsvCheckOptions, faults: &mut Faults) {
    for column in Column::ALL {
        let Some((_, wrapping)) = Wrapping::open(header.cell(record, column)) else { continue };
        let ((fault, remedy), name) = (wrapping.fault(), column.name());
        if options.lenient {
            let message = format!("{name} {fault}; what is inside is taken");
            faults.warning(record.line, Some(name), message, remedy);
        } else {
            let remedy = format!("{remedy}, or use -Lenient to take what is inside");
            faults.error(record.line, Some(name), format!("{name} {fault}"), remedy);
        }
    }
}

fn row(record: &Record, header: &Header, options: &CsvCheckOptions) -> UserRow {
    let cell = |column| match header.cell(record, column) {
        cell if options.lenient => Wrapping::open(cell).map_or(cell, |(inside, _)| inside),
        cell => cell,
    };
    let optional = |column| Some(cell(column)).filter(|text| !text.trim().is_empty()).map(str::to_owned);
    UserRow {
        line: record.line,
        email_address: cell(Column::EmailAddress).to_owned(),
        user_name: cell(Column::UserName).to_owned(),
        password: Secret::new(cell(Column::Password)),
        user_root: optional(Column::UserRoot),
        target_user_name: optional(Column::TargetUserName),
        target_password: Secret::new(cell(Column::TargetPassword)),
    }
}

fn check_address(row: &UserRow, header: &Header, faults: &mut Faults) {
    if header.position(Column::EmailAddress).is_none() {
        return;
    }
    if let Some(fault) = address_fault(&row.email_address) {
        let message = format!("EmailAddress {fault}");
        let remedy = "Write the address of the target mailbox, such as anna@example.com";
        faults.error(row.line, Some(Column::EmailAddress.name()), message, remedy);
    }
}

fn check_login(row: &UserRow, header: &Header, options: &CsvCheckOptions, faults: &mut Faults) {
    let has = |column| header.position(column).is_some();
    if has(Column::UserName) && row.user_name.trim().is_empty() {
        let remedy = "Write the user's logon name on the source server";
        faults.error(row.line, Some(Column::UserName.name()), "UserName is empty", remedy);
    }
    if has(Column::Password) && row.password.is_empty() && !options.passwords_optional {
        let remedy =
            "Write the password, or give the source endpoint -Credentials and -AdminLoginFormat, or tokens";
        faults.error(row.line, Some(Column::Password.name()), "Password is empty", remedy);
    }
}

/// A line break or NUL in a name or password is the mark of a stray quote or of a damaged file; a byte order mark, of files
/// that were joined.
fn check_characters(record: &Record, header: &Header, faults: &mut Faults) {
    for column in Column::ALL.into_iter().filter(|column| *column != Column::EmailAddress) {
        let (cell, name) = (header.cell(record, column), column.name());
        if cell.contains('\0') {
            let message = format!("{name} holds a NUL character, which no text has");
            faults.error(
                record.line,
                Some(name),
                message,
                "Write the cell anew, and save the file as \"CSV UTF-8\"",
            );
        } else if cell.contains(char::is_control) {
            let message = format!("{name} holds a line break or another control character");
            faults.error(record.line, Some(name), message, "Look for a quote that closes too late");
        }
        if cell.contains('\u{FEFF}') {
            let message = format!("{name} holds a byte order mark, which nobody sees");
            faults.error(record.line, Some(name), message, "Write the cell anew");
        }
    }
}

/// A blank round a name or password is kept, and seldom meant: some write one after each separator.
fn check_blanks(record: &Record, header: &Header, faults: &mut Faults) {
    for column in [Column::UserName, Column::Password, Column::TargetUserName, Column::TargetPassword] {
        let (cell, name) = (header.cell(record, column), column.name());
        if !cell.trim().is_empty() && cell.trim() != cell {
            let message = format!("{name} begins or ends with a blank, which is kept");
            faults.warning(record.line, Some(name), message, "Remove the blank if it is not meant");
        }
    }
}

/// The lines of the addresses, mailboxes of the source, and pairs of mailboxes so far.
#[derive(Default)]
struct Seen {
    addresses: HashMap<String, u32>,
    sources: HashMap<Source, u32>,
    pairs: HashMap<(Source, String), u32>,
}

/// A mailbox of the source: its name's key and its root.
type Source = (String, Option<String>);

impl Seen {
    fn check(&mut self, row: &UserRow, faults: &mut Faults) {
        if row.email_address.is_empty() || row.user_name.is_empty() {
            return;
        }
        let first = *self.addresses.entry(row.email_address.to_lowercase()).or_insert(row.line);
        if first != row.line {
            let message = format!("EmailAddress stands in line {first} and again in line {}", row.line);
            faults.error(row.line, Some(Column::EmailAddress.name()), message, "Remove one of the two rows");
            return;
        }
        let (user, target) = row.mailbox_keys();
        let source = (user, row.user_root.clone());
        let twin = *self.pairs.entry((source.clone(), target)).or_insert(row.line);
        let first = *self.sources.entry(source).or_insert(row.line);
        if twin != row.line {
            let message = format!(
                "Source and target mailbox are the same as in line {twin}: all mail would be copied twice"
            );
            faults.error(row.line, Some(Column::UserName.name()), message, "Remove one of the two rows");
        } else if first != row.line {
            let message = format!("UserName and UserRoot are the same as in line {first}");
            let remedy = "Check that one source mailbox is meant to go to two target mailboxes";
            faults.warning(row.line, Some(Column::UserName.name()), message, remedy);
        }
    }
}
