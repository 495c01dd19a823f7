//! A mailbox's folders as a server lists them, and where each lies below the user's own root (RFC 2342).

use std::collections::BTreeSet;

use super::{INBOX, MOST_LEVELS, is_inbox};
use crate::{Error, ErrorKind, Result};

/// A folder as LIST shows it, with its name decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListedFolder {
    /// The name in the server's own bytes: what commands are sent with.
    pub key: Vec<u8>,
    /// The name in Unicode.
    pub name: String,
    /// What separates its levels; none on a server without levels.
    pub delimiter: Option<char>,
    /// Its attributes, as they came: `\Noselect`, `\Sent`.
    pub attributes: Vec<String>,
}

impl ListedFolder {
    /// Whether it has this attribute, in any case.
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|found| found.eq_ignore_ascii_case(attribute))
    }

    /// Whether it can hold messages. A folder that cannot is only a step on the way to others (RFC 9051 §7.3.1).
    pub fn is_selectable(&self) -> bool {
        !self.has("\\Noselect") && !self.has("\\NonExistent")
    }

    fn split(&self, name: &str) -> Vec<String> {
        match self.delimiter {
            Some(delimiter) => name.splitn(MOST_LEVELS, delimiter).map(str::to_owned).collect(),
            None => vec![name.to_owned()],
        }
    }
}

/// One namespace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Namespace {
    /// What its folders' names begin with: empty, `INBOX.`, `#shared/`.
    pub prefix: String,
    /// What separates levels in it.
    pub delimiter: Option<char>,
}

/// What NAMESPACE answered; all empty where the server has no such command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Namespaces {
    /// The user's own.
    pub personal: Vec<Namespace>,
    /// Those of other users.
    pub others: Vec<Namespace>,
    /// Those for everybody.
    pub shared: Vec<Namespace>,
}

/// All folders that a server shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// In any order.
    pub folders: Vec<ListedFolder>,
    /// Where they belong.
    pub namespaces: Namespaces,
}

/// A folder, and its levels below the user's root.
#[derive(Debug, Clone)]
pub(super) struct Located<'a> {
    pub(super) listed: &'a ListedFolder,
    pub(super) levels: Vec<String>,
}

impl Listing {
    /// The user's own folders; and those of others, apart. Both in their final order, no two with the same levels.
    pub(super) fn personal(&self) -> (Vec<Located<'_>>, Vec<&ListedFolder>) {
        let namespaces = self.namespaces_or_guess();
        let (own, others): (Vec<_>, Vec<_>) =
            self.folders.iter().partition(|folder| namespaces.personal_rest(folder).is_some());
        let locate = |folder: &ListedFolder| {
            let rest = namespaces.personal_rest(folder).unwrap_or(&folder.name);
            with_inbox(folder.split(if rest.is_empty() { &folder.name } else { rest }))
        };
        (in_order(own, locate), others)
    }

    /// Where the user's own folders lie: as the server tells, or else as their names show.
    pub fn own_namespace(&self) -> Option<Namespace> {
        self.namespaces_or_guess().personal.into_iter().next()
    }

    /// The folders below a path (UserRoot). The path's own folder becomes the inbox.
    pub(super) fn below(&self, root: &str) -> Result<Vec<Located<'_>>> {
        let root = root.trim_matches('/');
        let rest = |folder: &ListedFolder| rest_below(folder, root);
        let inside: Vec<_> = self.folders.iter().filter(|folder| rest(folder).is_some()).collect();
        if inside.is_empty() {
            let message = format!("the source has no folder `{root}` for UserRoot");
            return Err(Error::new(ErrorKind::FolderNotFound, message)
                .folder(root)
                .remedy("write UserRoot as the server lists the folder, levels separated by `/`"));
        }
        Ok(in_order(inside, |folder| match rest(folder) {
            Some(rest) if !rest.is_empty() => with_inbox(folder.split(&rest)),
            _ => vec![INBOX.to_owned()],
        }))
    }

    /// A server without NAMESPACE that keeps everything below the inbox has the prefix `INBOX.` (Courier, Cyrus).
    fn namespaces_or_guess(&self) -> Namespaces {
        let mut namespaces = self.namespaces.clone();
        let outer = || self.folders.iter().filter(|folder| !is_inbox(&folder.name));
        let below_inbox = |folder: &ListedFolder| {
            let levels = folder.split(&folder.name);
            levels.len() > 1 && levels.first().is_some_and(|first| is_inbox(first))
        };
        if namespaces == Namespaces::default() && outer().count() > 0 && outer().all(below_inbox) {
            let delimiter = outer().find_map(|folder| folder.delimiter);
            let prefix = delimiter.map(|delimiter| format!("{INBOX}{delimiter}")).unwrap_or_default();
            namespaces.personal.push(Namespace { prefix, delimiter });
        }
        namespaces
    }
}

impl Namespaces {
    /// What follows the personal prefix in a name; none where the longest matching prefix is not personal.
    fn personal_rest<'a>(&self, folder: &'a ListedFolder) -> Option<&'a str> {
        let name = folder.name.as_str();
        if is_inbox(name) {
            return Some(name);
        }
        let longest = |namespaces: &[Namespace]| {
            let rests = namespaces.iter().filter_map(|namespace| rest_after(name, namespace));
            rests.min_by_key(|rest| rest.len())
        };
        let foreign = longest(&self.others).into_iter().chain(longest(&self.shared)).map(str::len).min();
        match (longest(&self.personal), foreign) {
            (Some(own), Some(foreign)) if foreign < own.len() => None,
            (None, Some(_)) => None,
            (own, _) => Some(own.unwrap_or(name)),
        }
    }
}

/// What follows a namespace's prefix in a name. Its own root, `Shared` for the prefix `Shared/`, is empty then.
fn rest_after<'a>(name: &'a str, namespace: &Namespace) -> Option<&'a str> {
    let prefix = namespace.prefix.as_str();
    if namespace.delimiter.and_then(|delimiter| prefix.strip_suffix(delimiter)) == Some(name) {
        return Some("");
    }
    let (start, rest) = name.split_at_checked(prefix.len())?;
    let begins_with_inbox = is_inbox(prefix.get(..INBOX.len()).unwrap_or_default());
    let same = start == prefix || (begins_with_inbox && start.eq_ignore_ascii_case(prefix));
    same.then_some(rest)
}

/// What follows a path in a name, both read with `/` between levels.
fn rest_below(folder: &ListedFolder, root: &str) -> Option<String> {
    let slashed =
        |text: &str| folder.delimiter.map_or(text.to_owned(), |delimiter| text.replace(delimiter, "/"));
    let (name, root) = (slashed(&folder.name), slashed(root));
    let skipped = root.chars().count() + 1;
    let inside = name == root || name.strip_prefix(&root).is_some_and(|rest| rest.starts_with('/'));
    inside.then(|| folder.name.chars().skip(skipped).collect())
}

fn with_inbox(mut levels: Vec<String>) -> Vec<String> {
    if let Some(first) = levels.first_mut().filter(|first| is_inbox(first)) {
        INBOX.clone_into(first);
    }
    levels
}

/// Locates folders and sorts them: the inbox, then parents before children, by name. A folder listed twice counts
/// once, and so does the inbox in several spellings (RFC 3501 §5.1): as `INBOX` if that is one of them, whatever order
/// the server lists them in, since the ledger knows it by that. One whose levels another has already (the root and a child that are both the inbox, two personal
/// namespaces) keeps its full name instead, so that no two are ever taken for one.
fn in_order<'a>(
    mut folders: Vec<&'a ListedFolder>,
    locate: impl Fn(&ListedFolder) -> Vec<String>,
) -> Vec<Located<'a>> {
    folders.sort_by_key(|folder| (folder.name != INBOX, folder.name.len(), &folder.key));
    folders.dedup_by_key(|folder| &folder.key);
    let mut inboxes = 0;
    folders.retain(|folder| {
        inboxes += u32::from(is_inbox(&folder.name));
        inboxes <= 1 || !is_inbox(&folder.name)
    });
    let mut used = BTreeSet::new();
    let mut located: Vec<_> = folders
        .into_iter()
        .map(|listed| {
            let mut levels = locate(listed);
            if !used.insert(levels.clone()) {
                levels = listed.split(&listed.name);
                while !used.insert(levels.clone()) {
                    levels.push(String::from_utf8_lossy(&listed.key).into_owned());
                }
            }
            Located { listed, levels }
        })
        .collect();
    located.sort_by(|a, b| sort_key(&a.levels).cmp(&sort_key(&b.levels)));
    located
}

fn sort_key(levels: &[String]) -> (bool, &[String]) {
    (levels.first().is_none_or(|first| first != INBOX), levels)
}
