//! What admins and hosts hand in, and the names of folders.

use std::collections::{BTreeMap, BTreeSet};

use model::Repair;
use model::content_filter::ContentFilter;
use model::contract::Request;
use model::csv::{CsvCheckOptions, check};
use model::folder::{FolderFilter, ListedFolder, Listing, MapInput, TargetRules, map_folders};
use model::repair::{Mender, mend};

/// Checks a CSV file: rows come only of a valid one, and what is wrong is told.
pub(crate) fn csv(data: &[u8]) {
    for lenient in [false, true] {
        let table = check(data, &CsvCheckOptions { lenient, ..CsvCheckOptions::default() });
        assert_eq!(table.view.valid, table.view.errors.is_empty());
        assert!(table.view.valid || table.rows.is_empty());
    }
}

/// Reads a request: one that is understood can be written and understood again.
pub(crate) fn request(data: &[u8]) {
    let Ok(request) = serde_json::from_slice::<Request>(data) else { return };
    let shown = format!("{request:?}");
    assert!(!shown.is_empty());
    // A secret is written as null, which is no secret: then it need not be understood.
    if let Ok(text) = serde_json::to_vec(&request) {
        let _again = serde_json::from_slice::<Request>(&text);
    }
}

/// Reads a content filter, and filters by it.
pub(crate) fn content_filter(data: &[u8]) {
    if let Ok(filter) = ContentFilter::parse(&String::from_utf8_lossy(data)) {
        for seconds in [i64::MIN, -1, 0, 1_580_515_200, i64::MAX] {
            let _matches = filter.matches(seconds);
        }
    }
}

/// Maps folders of any name: no two go to one, and each is mapped or left out.
pub(crate) fn folders(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let delimiter = lines.next().and_then(<[u8]>::first).map(|byte| char::from(*byte));
    let folders: Vec<ListedFolder> = lines.map(|line| listed(line, delimiter)).collect();
    let source = Listing { folders, ..Listing::default() };
    let filter = FolderFilter::default();
    let (target, rules) = (Listing::default(), TargetRules::default());
    let (settled, refused) = (BTreeMap::new(), BTreeSet::new());
    let input = MapInput {
        source: &source,
        user_root: None,
        filter: &filter,
        target: &target,
        rules: &rules,
        settled: &settled,
        refused: &refused,
    };
    if let Ok(map) = map_folders(&input) {
        let names: BTreeSet<_> = map.folders.iter().map(|folder| &folder.target_name).collect();
        assert_eq!(names.len(), map.folders.len());
    }
}

fn listed(line: &[u8], delimiter: Option<char>) -> ListedFolder {
    let name = wire::MailboxName::from_wire(line).to_text();
    ListedFolder { key: line.to_vec(), name, delimiter, attributes: Vec::new() }
}

/// Repairs a message in pieces and as a whole: both come to the same.
pub(crate) fn repair(data: &[u8]) {
    let repairs = [Repair::NulCharacters, Repair::BareLineFeeds, Repair::LongLines];
    let whole = mend(&repairs, data);
    for size in [1, 3, 1000] {
        let mut mender = Mender::new(&repairs);
        let mut pieces = Vec::new();
        for piece in data.chunks(size) {
            pieces.extend_from_slice(mender.mend(piece));
        }
        pieces.extend_from_slice(mender.finish());
        assert!(pieces == whole, "in pieces of {size}");
    }
}
