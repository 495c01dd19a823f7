//! Folders that the target's owner has renamed: what the source gets goes there from now on.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use model::plan::Trace;
use model::{Numbers, Result, Side};
use store::LedgerFolder;
use wire::MailboxName;

use super::lane::Lane;
use super::renames::{Come, Gone, Known, is_replaced, levels, trace};
use crate::base::blocking::blocking;
use crate::target::Target;

impl Lane {
    /// Finds the target folders of pages under the names that they have now.
    pub(crate) async fn follow_on_target(&mut self, known: &mut Known<'_>) -> Result<()> {
        let gone = gone(known);
        let names = strays(known, &gone);
        // A Maildir tree has no numbers by which folders are told.
        if gone.is_empty() || names.is_empty() || !matches!(self.pair.target, Target::Imap(_)) {
            return Ok(());
        }
        let asked: Vec<&str> = names.iter().map(String::as_str).collect();
        let told = self.pair.target.numbers(known.target.2.clone(), &asked).await?;
        let named: BTreeSet<&str> = known.pages.values().map(|(_, page)| page.target_name.as_str()).collect();
        let come = |name: &String| Come {
            name: MailboxName::from_text(name),
            trace: Trace {
                is_name_taken: named.contains(name.as_str()),
                ..trace(name, known.target.1.delimiter, told.get(name))
            },
        };
        let come: Vec<Come> = names.iter().map(come).collect();
        let mut changed = Vec::new();
        let mut notes = Vec::new();
        for (page, folder) in self.pair_up(Side::Target, &gone, &come).await? {
            let Some((gone, name)) = gone.get(page).zip(names.get(folder)) else { continue };
            let Some((id, page)) = known.pages.get_mut(&gone.key) else { continue };
            let before = std::mem::replace(&mut page.target_name, name.clone());
            changed.push((*id, page.clone()));
            notes.push((gone.key.clone(), before, name));
        }
        self.save_names(changed).await?;
        for (key, before, name) in notes {
            let shown = known.shown(&key)?;
            let text = format!(
                "Folder {shown}: its copy was renamed on the target from {before} to {name}, and is followed."
            );
            self.pair.context.journal.note(text).await?;
        }
        Ok(())
    }

    /// Writes down under which names folders go on.
    pub(crate) async fn save_names(&mut self, pages: Vec<(i64, LedgerFolder)>) -> Result<()> {
        if pages.is_empty() {
            return Ok(());
        }
        let (store, lease) = (self.pair.context.store.clone(), self.pair.context.lease.clone());
        blocking(move || store.rename_folders(&lease, &pages)).await
    }
}

/// Pages whose target folders are not there under their names, or others are, as far as the listing tells.
fn gone(known: &Known<'_>) -> Vec<Gone> {
    let (listing, rules, status) = &*known.target;
    let there: BTreeSet<&str> = listing.folders.iter().map(|folder| folder.name.as_str()).collect();
    let is_another = |page: &LedgerFolder| {
        let status = status.get(MailboxName::from_text(&page.target_name).as_bytes());
        status.is_some_and(|now| is_replaced(page.target_mailbox_id.as_ref(), page.target_uid_validity, now))
    };
    let is_gone = |page: &LedgerFolder| {
        page.target_uid_validity.is_some()
            && (!there.contains(page.target_name.as_str()) || is_another(page))
            && !page.target_name.eq_ignore_ascii_case("INBOX")
    };
    let pages = known.pages.iter().filter(|(_, (_, page))| is_gone(page));
    let gone = pages.map(|(key, (id, page))| Gone {
        ledger_id: *id,
        key: key.clone(),
        trace: Trace {
            levels: levels(&page.target_name, rules.delimiter),
            id: page.target_mailbox_id.clone(),
            is_name_taken: there.contains(page.target_name.as_str()),
            numbers: Numbers {
                uid_validity: page.target_uid_validity,
                uid_next: page.frontier.and_then(NonZeroU32::new),
                messages: page.target_messages,
                highest_modseq: None,
            },
        },
    });
    gone.collect()
}

/// Target folders that no page names whose folder is there.
fn strays(known: &Known<'_>, gone: &[Gone]) -> Vec<String> {
    let gone: BTreeSet<i64> = gone.iter().map(|gone| gone.ledger_id).collect();
    let pages = known.pages.values().filter(|(id, _)| !gone.contains(id));
    let named: BTreeSet<&str> = pages.map(|(_, page)| page.target_name.as_str()).collect();
    let folders = known.target.0.folders.iter().filter(|folder| folder.is_selectable());
    let names = folders.map(|folder| folder.name.as_str());
    let strays = names.filter(|name| !named.contains(name) && !name.eq_ignore_ascii_case("INBOX"));
    strays.map(str::to_owned).collect()
}
