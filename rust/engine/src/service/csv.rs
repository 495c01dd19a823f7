//! The CSV: its check on its own, and on the way into a batch.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::contract::{CsvCheck, CsvFault, CsvTest, Item};
use model::csv::{self, CsvCheckOptions, CsvTable};
use model::{AdminLoginFormat, Endpoint, Error, ErrorKind, Result, UserRow};
use zeroize::Zeroizing;

use super::context::{Context, Reply};

/// How many faults an error message lists; `Test-MigrationCsv` shows all.
const LISTED_FAULTS: usize = 20;

pub(super) fn test(context: &Context, args: &CsvTest) -> Result<Reply> {
    let source =
        args.source_endpoint.as_deref().map(|identity| context.store.endpoint(identity)).transpose()?;
    let optional = source.as_ref().is_some_and(passwords_optional);
    Ok(Reply::items([Item::CsvCheck(read(&args.csv, optional)?.view)]))
}

/// With tokens or an administrator's login on the endpoint, rows need no password.
pub(super) fn passwords_optional(source: &Endpoint) -> bool {
    source.oauth.is_some()
        || (source.credentials.is_some() && source.admin_login_format != AdminLoginFormat::None)
}

/// The rows of a valid CSV, and its warnings; or one error that lists what is wrong.
pub(super) fn rows(args: &CsvCheck, passwords_optional: bool) -> Result<(Vec<UserRow>, Vec<String>)> {
    let CsvTable { view, rows } = read(args, passwords_optional)?;
    if view.valid {
        return Ok((rows, view.warnings.iter().map(describe).collect()));
    }
    let count = view.errors.len();
    let mut lines: Vec<String> = view.errors.iter().take(LISTED_FAULTS).map(describe).collect();
    if count > LISTED_FAULTS {
        lines.push(format!("and {} more", count - LISTED_FAULTS));
    }
    let plural = if count == 1 { "error" } else { "errors" };
    Err(Error::new(ErrorKind::InvalidCsv, format!("the CSV has {count} {plural}: {}", lines.join("; ")))
        .remedy("mend the file and try again; Test-MigrationCsv lists every error with its line, column and remedy"))
}

fn read(args: &CsvCheck, passwords_optional: bool) -> Result<CsvTable> {
    let bytes = BASE64_STANDARD
        .decode(args.csv.as_str())
        .map(Zeroizing::new)
        .map_err(|e| Error::new(ErrorKind::InvalidRequest, format!("the CSV's bytes are not base64: {e}")))?;
    let options = CsvCheckOptions { passwords_optional, ..CsvCheckOptions::from(args) };
    Ok(csv::check(&bytes, &options))
}

fn describe(fault: &CsvFault) -> String {
    let line = fault.line.map(|line| format!("line {line}"));
    let column = fault.column.as_ref().map(|column| format!("column {column}"));
    let place: Vec<String> = line.into_iter().chain(column).collect();
    let separator = if place.is_empty() { "" } else { ": " };
    format!("{}{separator}{} ({})", place.join(", "), fault.message, fault.remedy)
}
