//! Folders that were renamed on the source: the page follows, and the target folder with it where it is ours.

use std::collections::{BTreeMap, BTreeSet};

use model::folder::{Listing, MappedFolder};
use model::plan::Trace;
use model::{Numbers, Result, Side};
use store::LedgerFolder;
use wire::MailboxName;

use super::lane::Lane;
use super::mapping::Pages;
use super::renames::{Come, Gone, Known, is_replaced, levels, text, trace};
use crate::net::session;

/// A page that has followed its source folder.
struct Followed {
    /// The source's bytes of the name, before and now.
    before: Vec<u8>,
    key: Vec<u8>,
    /// The folder as a person reads it, before and now.
    was: String,
    shown: String,
}

impl Lane {
    /// Finds the source folders of pages under the names that they have now, and renames what is ours on the target. Says
    /// which folders' copies have another name by that, by the keys of the source folders.
    pub(crate) async fn follow_on_source(&mut self, known: &mut Known<'_>) -> Result<BTreeSet<Vec<u8>>> {
        let listed = known.source.folders.iter().filter(|folder| folder.is_selectable());
        let keys = listed.map(|folder| folder.key.as_slice()).filter(|key| known.pages.contains_key(*key));
        session::complete(known.source_status, &mut self.pair.source.connection, keys).await?;
        let gone = gone(known);
        if gone.is_empty() {
            return Ok(BTreeSet::new());
        }
        let is_gone: BTreeSet<&[u8]> = gone.iter().map(|gone| gone.key.as_slice()).collect();
        let has_come = |key: &Vec<u8>| !known.pages.contains_key(key) || is_gone.contains(key.as_slice());
        let come = known.map(&BTreeSet::new())?.into_iter();
        let come: Vec<MappedFolder> =
            come.filter(|folder| has_come(&folder.key) && !is_inbox(&folder.key)).collect();
        let keys = come.iter().map(|folder| folder.key.as_slice());
        session::complete(known.source_status, &mut self.pair.source.connection, keys).await?;
        let delimiters = delimiters(known.source);
        let as_come = |folder: &MappedFolder| Come {
            name: MailboxName::from_wire(folder.key.as_slice()),
            trace: Trace {
                is_name_taken: known.pages.contains_key(&folder.key),
                ..trace(
                    &text(&folder.key),
                    delimiters.get(folder.key.as_slice()).copied(),
                    known.source_status.get(&folder.key),
                )
            },
        };
        let traces: Vec<Come> = come.iter().map(as_come).collect();
        let pairs = self.pair_up(Side::Source, &gone, &traces).await?;
        let pairs = pairs.into_iter().filter_map(|(page, folder)| gone.get(page).zip(come.get(folder)));
        let followed = pairs.map(|(gone, folder)| Followed {
            before: gone.key.clone(),
            key: folder.key.clone(),
            was: text(&gone.key),
            shown: folder.source_shown(),
        });
        let mut followed: Vec<Followed> = followed.collect();
        show_before(known, &mut followed)?;
        self.keep_left_behind(&followed).await?;
        self.turn_pages(known.pages, &followed).await?;
        self.bring_copies_along(known, &followed).await
    }

    /// Keeps what was left behind under the names that folders have now. They may have each other's: no name has NUL.
    async fn keep_left_behind(&mut self, followed: &[Followed]) -> Result<()> {
        let context = self.pair.context.clone();
        let meanwhile = |was: &str| format!("\0{was}");
        for Followed { was, .. } in followed {
            context.rename_left_behind(was, &meanwhile(was)).await?;
        }
        for Followed { was, shown, .. } in followed {
            context.rename_left_behind(&meanwhile(was), shown).await?;
        }
        Ok(())
    }

    /// Puts pages under the names that their folders have now. On the disk before the target hears of it.
    async fn turn_pages(&mut self, pages: &mut Pages, followed: &[Followed]) -> Result<()> {
        let turned = followed.iter().filter_map(|Followed { before, key, .. }| {
            let (id, page) = pages.remove(before)?;
            Some((id, LedgerFolder { source_name: key.clone(), ..page }))
        });
        let mut changed: Vec<(i64, LedgerFolder)> = turned.collect();
        // A page whose folder is gone gives its name to another. No server lists a name with NUL.
        let homeless = followed.iter().filter_map(|Followed { key, .. }| {
            let (id, page) = pages.remove(key)?;
            let source_name = [page.source_name.as_slice(), format!("\0{id}").as_bytes()].concat();
            Some((id, LedgerFolder { source_name, ..page }))
        });
        changed.extend(homeless.collect::<Vec<_>>());
        pages.extend(changed.iter().map(|(id, page)| (page.source_name.clone(), (*id, page.clone()))));
        self.save_names(changed).await
    }

    /// Renames copies, parents first: what lies below goes along.
    async fn bring_copies_along(
        &mut self,
        known: &mut Known<'_>,
        followed: &[Followed],
    ) -> Result<BTreeSet<Vec<u8>>> {
        let mut renamed = BTreeSet::new();
        let mut unsettled: BTreeSet<&[u8]> = followed.iter().map(|folder| folder.key.as_slice()).collect();
        for folder in followed {
            let wanted = known.map(&unsettled)?.into_iter().find(|mapped| mapped.key == folder.key);
            unsettled.remove(folder.key.as_slice());
            let shown = &folder.shown;
            let was = &folder.was;
            let Some(wanted) = wanted else { continue };
            let place = self.rename_copy(known, &wanted, &mut renamed).await?;
            let text = format!("Folder {shown}: it was renamed on the source, where it was {was}{place}.");
            self.pair.context.journal.note(text).await?;
        }
        Ok(renamed)
    }

    /// Renames the copy of a folder to where it is wanted. Says where it is then, and why.
    async fn rename_copy(
        &mut self,
        known: &mut Known<'_>,
        wanted: &MappedFolder,
        renamed: &mut BTreeSet<Vec<u8>>,
    ) -> Result<String> {
        let Some((_, page)) = known.pages.get(&wanted.key).cloned() else { return Ok(String::new()) };
        let (from, to) = (page.target_name.as_str(), wanted.target_name.as_str());
        let is_there = |name: &str| known.target.0.folders.iter().any(|folder| folder.name == name);
        let stays = |why: &str| Ok(format!("; its copy stays in {from}, as {why}"));
        if from == to {
            return Ok(format!("; its copy is in {to} now"));
        }
        if !is_there(from) {
            return Ok(String::new());
        }
        if !page.made {
            return stays("that folder was there before");
        }
        if is_there(to) {
            return stays(&format!("the target has another folder {to}"));
        }
        if let Err(refused) = self.pair.target.rename(from, to).await? {
            return stays(&refused.to_string());
        }
        *known.target = self.pair.target.listing().await?;
        let there: BTreeSet<&str> =
            known.target.0.folders.iter().map(|folder| folder.name.as_str()).collect();
        let mut changed = Vec::new();
        for (key, (id, page)) in known.pages.iter_mut() {
            let now = moved(&page.target_name, from, to, known.target.1.delimiter);
            // Not every server takes along what lies below.
            let Some(now) = now.filter(|now| now == to || there.contains(now.as_str())) else { continue };
            page.target_name = now;
            changed.push((*id, page.clone()));
            renamed.insert(key.clone());
        }
        self.save_names(changed).await?;
        Ok(format!("; its copy is in {to} now"))
    }
}

/// Pages whose source folders are not listed under their names, or others are.
fn gone(known: &Known<'_>) -> Vec<Gone> {
    let listed = known.source.folders.iter().filter(|folder| folder.is_selectable());
    let listed: BTreeSet<&[u8]> = listed.map(|folder| folder.key.as_slice()).collect();
    let is_another = |key: &Vec<u8>, page: &LedgerFolder| {
        let status = known.source_status.get(key);
        status.is_some_and(|now| is_replaced(page.source_mailbox_id.as_ref(), page.source_uid_validity, now))
    };
    let is_gone =
        |key: &Vec<u8>, page: &LedgerFolder| !listed.contains(key.as_slice()) || is_another(key, page);
    let pages = known.pages.iter().filter(|(key, (_, page))| is_gone(key, page) && !is_inbox(key));
    let delimiter = known.source.folders.iter().find_map(|folder| folder.delimiter);
    let gone = pages.map(|(key, (id, page))| {
        let mark = page.in_step_at.unwrap_or_default();
        Gone {
            ledger_id: *id,
            key: key.clone(),
            trace: Trace {
                levels: levels(&text(key), delimiter),
                id: page.source_mailbox_id.clone(),
                is_name_taken: listed.contains(key.as_slice()),
                numbers: Numbers { uid_validity: page.source_uid_validity, highest_modseq: None, ..mark },
            },
        }
    });
    gone.collect()
}

fn delimiters(listing: &Listing) -> BTreeMap<&[u8], char> {
    let folders = listing.folders.iter();
    folders.filter_map(|folder| Some((folder.key.as_slice(), folder.delimiter?))).collect()
}

fn is_inbox(key: &[u8]) -> bool {
    key.eq_ignore_ascii_case(b"INBOX")
}

/// Fills in how a person read the folders before.
fn show_before(known: &Known<'_>, followed: &mut [Followed]) -> Result<()> {
    if followed.is_empty() {
        return Ok(());
    }
    let mut source = known.source.clone();
    for folder in &mut source.folders {
        if let Some(Followed { before, .. }) = followed.iter().find(|other| other.key == folder.key) {
            (folder.key, folder.name) = (before.clone(), text(before));
        }
    }
    let mapped = known.map_of(&source, &BTreeSet::new())?;
    for Followed { before, was, .. } in followed {
        if let Some(mapped) = mapped.iter().find(|mapped| mapped.key == *before) {
            *was = mapped.source_shown();
        }
    }
    Ok(())
}

/// The name that a folder has after one was renamed with all below it; none where it is another.
fn moved(name: &str, from: &str, to: &str, delimiter: Option<char>) -> Option<String> {
    let rest = name.strip_prefix(from)?;
    let is_below = delimiter.is_some_and(|delimiter| rest.starts_with(delimiter));
    (rest.is_empty() || is_below).then(|| format!("{to}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_a_renamed_folder_goes_along() {
        let moved = |name| moved(name, "a", "b/c", Some('/'));
        assert_eq!(moved("a").as_deref(), Some("b/c"));
        assert_eq!(moved("a/x/y").as_deref(), Some("b/c/x/y"));
        assert_eq!((moved("ab"), moved("x/a")), (None, None));
    }
}
