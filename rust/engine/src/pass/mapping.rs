//! Where a user's folders go: the model's mapping, fed with what both sides list and the ledger has settled.

use std::collections::{BTreeMap, BTreeSet};

use model::Result;
use model::folder::{FolderFilter, FolderMap, Listing, MapInput, TargetRules, map_folders};
use store::LedgerFolder;

use crate::session::Statuses;
use crate::target::Target;

/// A ledger's pages, by the source's bytes of the folder's name.
pub(crate) type Pages = BTreeMap<Vec<u8>, (i64, LedgerFolder)>;

/// The mapping, and what it was made from on the target.
pub(crate) struct Mapped {
    /// Where folders go.
    pub(crate) map: FolderMap,
    /// The names of the folders that the target has already.
    pub(crate) there: BTreeSet<String>,
    /// The numbers that the target told along.
    pub(crate) status: Statuses,
}

/// Maps a user's folders.
pub(crate) async fn map(
    target: &mut Target,
    source: &Listing,
    user_root: Option<&str>,
    filter: &FolderFilter,
    pages: &Pages,
) -> Result<Mapped> {
    let (listing, rules, status) = target.listing().await?;
    let settled = pages.iter().map(|(key, (_, page))| (key.clone(), levels(page, &rules))).collect();
    let input = MapInput { source, user_root, filter, target: &listing, rules: &rules, settled: &settled };
    let map = map_folders(&input)?;
    Ok(Mapped { map, there: listing.folders.into_iter().map(|folder| folder.name).collect(), status })
}

/// The levels of a target name that was made by [`TargetRules::name`].
fn levels(page: &LedgerFolder, rules: &TargetRules) -> Vec<String> {
    let name = page.target_name.as_str();
    let rest = name.strip_prefix(&rules.prefix).filter(|rest| !rest.is_empty()).unwrap_or(name);
    match rules.delimiter {
        Some(delimiter) => rest.split(delimiter).map(str::to_owned).collect(),
        None => vec![rest.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_what_the_name_was_made_of() {
        let rules = TargetRules { delimiter: Some('.'), prefix: "INBOX.".into(), ..TargetRules::default() };
        let inbox = vec!["INBOX".to_owned()];
        let deep = vec!["Archive".to_owned(), "2019".to_owned()];
        for expected in [inbox, deep] {
            let page = LedgerFolder {
                source_name: Vec::new(),
                source_uid_validity: 1,
                target_name: rules.name(&expected),
                target_uid_validity: None,
                target_uid_next: None,
                in_step_at: None,
            };
            assert_eq!(levels(&page, &rules), expected);
        }
    }
}
