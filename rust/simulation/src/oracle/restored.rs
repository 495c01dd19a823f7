//! Says what is wrong with a target after its admin asked for what was missing there.

use std::collections::{BTreeMap, BTreeSet};

use model::{SkippedItem, User};

use super::is_untouched;
use crate::mail::{Account, By, Content, digest};
use crate::world::Scene;

/// What an account holds: how many of each content, by folder.
#[derive(Debug, Default)]
pub(crate) struct Held {
    folders: BTreeMap<Content, BTreeMap<String, Count>>,
}

/// How many of one content a folder has,
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    now: i64,
    /// had in all its time,
    ever: i64,
    /// and has of those that a client had put elsewhere.
    moved: i64,
}

impl Held {
    /// What an account holds now.
    pub(crate) fn of(account: &Account) -> Self {
        let sent: BTreeSet<u64> =
            account.arrivals.iter().filter(|a| a.by == By::Client).map(|a| a.lineage).collect();
        let mut held = Self::default();
        for (path, folder) in &account.folders {
            for message in &folder.messages {
                let count = held.count(&message.content, path);
                count.now += 1;
                count.moved += i64::from(message.by == By::People && sent.contains(&message.lineage));
            }
            for arrival in account.arrivals.iter().filter(|arrival| arrival.folder == folder.id) {
                held.count(&arrival.content, path).ever += 1;
            }
        }
        held
    }

    fn count(&mut self, content: &Content, path: &str) -> &mut Count {
        self.folders.entry(content.clone()).or_default().entry(path.to_owned()).or_default()
    }

    fn of_content(&self, content: &Content) -> BTreeMap<String, Count> {
        self.folders.get(content).cloned().unwrap_or_default()
    }
}

fn sum(folders: &BTreeMap<String, Count>) -> i64 {
    folders.values().map(|count| count.now).sum()
}

/// All that the source has is somewhere on the target, but for what is named; and no more came than had been missing.
pub(crate) fn restored(scene: &Scene, user: &User, skipped: &[SkippedItem], before: &Held) -> Vec<String> {
    let who = &user.row.user_name;
    let sides = scene.source.accounts.get(who).zip(scene.target.accounts.get(who));
    let Some((source, target)) = sides else { return vec![format!("{who} has no mail")] };
    let (wanted, now) = (Held::of(source), Held::of(target));
    let named = skipped.iter().filter(|item| item.kind.leaves_behind()).count();
    let (mut missing, mut told, mut faults) = (0, Vec::new(), Vec::new());
    for (content, wanted) in &wanted.folders {
        let (was, is) = (before.of_content(content), now.of_content(content));
        let (has, holds) = (sum(wanted), sum(&is));
        if has > holds {
            missing += has - holds;
            told.push(format!("{} has {has}, target {holds}", digest(content)));
        }
        let of =
            |folders: &BTreeMap<String, Count>, path: &str| folders.get(path).copied().unwrap_or_default();
        // Whose folder has another name by now may lack all, and a copy there may be of a message that has left.
        let had = |path: &str| if is_untouched(scene, who, path) { of(&was, path).now } else { 0 };
        let lacked: i64 = wanted.iter().map(|(path, w)| w.now.min(w.ever - had(path)).max(0)).sum();
        // What lies where another one belongs passes for that one.
        let spare =
            |(path, count): (&String, &Count)| count.moved.min((count.now - of(wanted, path).now).max(0));
        let moved: i64 = was.iter().map(spare).sum();
        let came = holds - sum(&was);
        if came > (lacked - moved).max(0) {
            faults.push(format!(
                "{who}: {came} of {} restored, {lacked} lacked, {moved} moved",
                digest(content)
            ));
        }
    }
    if missing > i64::try_from(named).unwrap_or(0) {
        faults.push(format!("{who}: {missing} not restored, {named} named: {}", told.join(", ")));
    }
    faults
}
