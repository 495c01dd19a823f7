//! Where a user's folders go: the model's mapping, fed with what both sides list and the ledger has settled.

use std::collections::{BTreeMap, BTreeSet};

use model::Result;
use model::folder::{
    FolderFilter, FolderMap, ListedFolder, Listing, MapInput, MappedFolder, TargetRules, map_folders,
};
use store::LedgerFolder;

/// A ledger's pages, by the source's bytes of the folder's name.
pub(crate) type Pages = BTreeMap<Vec<u8>, (i64, LedgerFolder)>;

/// How often the name of a folder may be changed beyond once for each of its levels.
const MOST_RENAMINGS: usize = 4;

/// What folders are mapped by.
pub(crate) struct Mapper<'a> {
    source: &'a Listing,
    user_root: Option<&'a str>,
    filter: &'a FolderFilter,
    target: Listing,
    rules: TargetRules,
    settled: BTreeMap<Vec<u8>, Vec<String>>,
    refused: BTreeSet<Vec<String>>,
    /// How often a folder's name was refused, by its key.
    renamings: BTreeMap<Vec<u8>, usize>,
    /// The names of the folders that the target has already.
    pub(crate) there: BTreeSet<String>,
    /// The names of those that it has and that hold no mail.
    pub(crate) steps: BTreeSet<String>,
    /// Source folders, by their keys, that are left alone.
    pub(crate) pass_over: BTreeSet<Vec<u8>>,
}

impl<'a> Mapper<'a> {
    /// Maps from what both sides list.
    pub(crate) fn new(
        source: &'a Listing,
        user_root: Option<&'a str>,
        filter: &'a FolderFilter,
        (target, rules): (Listing, TargetRules),
        pages: &Pages,
    ) -> Self {
        let settled = pages.iter().map(|(key, (_, page))| (key.clone(), levels(page, &rules))).collect();
        let names =
            |folders: Vec<&ListedFolder>| folders.into_iter().map(|folder| folder.name.clone()).collect();
        let (there, steps) = target.folders.iter().partition(|folder| folder.is_selectable());
        let (there, steps) = (names(there), names(steps));
        Self {
            source,
            user_root,
            filter,
            target,
            rules,
            settled,
            refused: BTreeSet::new(),
            renamings: BTreeMap::new(),
            there,
            steps,
            pass_over: BTreeSet::new(),
        }
    }

    /// Where folders go.
    pub(crate) fn map(&self) -> Result<FolderMap> {
        let mut map = map_folders(&MapInput {
            source: self.source,
            user_root: self.user_root,
            filter: self.filter,
            target: &self.target,
            rules: &self.rules,
            settled: &self.settled,
            refused: &self.refused,
        })?;
        map.folders.retain(|folder| !self.pass_over.contains(&folder.key));
        Ok(map)
    }

    /// Keeps in mind that the target tells no names apart that differ in case only. Says whether that was news.
    pub(crate) fn ignore_case(&mut self) -> bool {
        !std::mem::replace(&mut self.rules.case_insensitive, true)
    }

    /// Keeps in mind that the target takes no folder of the name that this one was to get. Says whether it may get another: each
    /// of its levels may have to go, and of a target that takes no name at all not too many are asked for.
    pub(crate) fn refuse(&mut self, folder: &MappedFolder) -> bool {
        let renamings = self.renamings.entry(folder.key.clone()).or_default();
        *renamings += 1;
        let may_go_on = *renamings <= MOST_RENAMINGS + folder.source.len();
        self.refused.insert(folder.target.clone()) && may_go_on
    }
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
            let page = LedgerFolder { target_name: rules.name(&expected), ..LedgerFolder::default() };
            assert_eq!(levels(&page, &rules), expected);
        }
    }
}
