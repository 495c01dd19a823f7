//! Says what is wrong with a target after all has come to rest. It counts what was ever there, by content: how the engine
//! got there is nothing to it.
//!
//! For each folder and content: the client must have appended at least as many copies as the source has now, less those
//! that people had put there themselves, and at most as many as there ever were different messages on the source.

mod restored;

use std::collections::{BTreeMap, BTreeSet};

use model::status::DataConsistencyScore;
use model::{SkippedItem, User};

use crate::mail::{Account, By, Content, Folder, Gone, Message, digest};
use crate::world::Scene;

pub(crate) use restored::{Held, restored};

/// How many there are of each content.
type Counts = BTreeMap<Content, i64>;

/// What is wrong with a user's copy.
pub(crate) fn judge(scene: &Scene, user: &User, skipped: &[SkippedItem], report: &[String]) -> Vec<String> {
    let who = &user.row.user_name;
    let sides = scene.source.accounts.get(who).zip(scene.target.accounts.get(who));
    let Some((source, target)) = sides else { return vec![format!("{who} has no mail")] };
    let judge = Judge { scene, who, source, target, skipped };
    let mut faults = Vec::new();
    if user.error.is_some() || user.facts.failed {
        faults.push(format!("failed: {:?}", user.error));
    }
    let missing = judge.counts(&mut faults);
    judge.names(&mut faults);
    judge.order_is_told(report, &mut faults);
    if user.score == Some(DataConsistencyScore::Perfect) && missing > 0 {
        faults.push(format!("score Perfect with {missing} missing"));
    }
    if user.score == Some(DataConsistencyScore::Perfect) && scene.source.manners.phantoms > 0 {
        faults.push("score Perfect where the source counts more than it shows".to_owned());
    }
    faults.into_iter().map(|fault| format!("{who}: {fault}")).collect()
}

struct Judge<'s> {
    scene: &'s Scene,
    who: &'s str,
    source: &'s Account,
    target: &'s Account,
    skipped: &'s [SkippedItem],
}

impl Judge<'_> {
    /// Compares counts, in all and folder by folder. Tells how many are missing.
    fn counts(&self, faults: &mut Vec<String>) -> i64 {
        let named = self.skipped.iter().filter(|item| item.kind.leaves_behind()).count();
        let phantoms = i64::try_from(self.scene.source.manners.phantoms).unwrap_or(0);
        let (missing, told) = self.compare(None, None, faults);
        if missing > i64::try_from(named).unwrap_or(0) {
            faults.push(format!("{missing} missing, {named} named: {}", told.join(", ")));
        }
        for (path, folder) in &self.source.folders {
            if !self.is_untouched(path) {
                continue;
            }
            let Some(copy) = self.target.folders.get(path) else {
                if !folder.messages.is_empty() || path != "INBOX" {
                    faults.push(format!("{path}: there is no such folder on the target"));
                }
                continue;
            };
            let named = self.named_in(path);
            let (missing, told) = self.compare(Some(folder.id), Some(copy.id), faults);
            if missing > named {
                faults.push(format!("{path}: {missing} missing, {named} named: {}", told.join(", ")));
            }
            // What a source counts and does not show may be named as well, and what people took while it was copied.
            let taken = self.taken_early(copy.id);
            if self.scene.climate.true_names && missing + phantoms + taken < named {
                faults.push(format!("{path}: {named} named, {missing} missing"));
            }
            self.order(path, folder, copy, faults);
            self.faces(path, folder, copy, faults);
        }
        missing
    }

    fn is_untouched(&self, path: &str) -> bool {
        is_untouched(self.scene, self.who, path)
    }

    /// The path of the folder that an item names, by its whole name or without the prefix.
    fn path_of(&self, item: &SkippedItem) -> String {
        let manners = &self.scene.source.manners;
        let bare = || item.folder_name.replace(manners.separator, "/");
        manners.to_path(&item.folder_name).unwrap_or_else(bare)
    }

    fn named_in(&self, path: &str) -> i64 {
        let here = |item: &&SkippedItem| item.kind.leaves_behind() && self.path_of(item) == path;
        i64::try_from(self.skipped.iter().filter(here).count()).unwrap_or(0)
    }

    /// How many are missing, with what they are; notes what is doubled. Of one pair of folders, or of all.
    fn compare(
        &self,
        source: Option<u64>,
        target: Option<u64>,
        faults: &mut Vec<String>,
    ) -> (i64, Vec<String>) {
        let (now, ever) = (self.now(source), self.ever(source));
        let copied = self.arrived(target, By::Client);
        let own = self.arrived(target, By::People);
        let gone = self.gone(target, &ever);
        let count = |counts: &Counts, content: &Content| counts.get(content).copied().unwrap_or(0);
        let (mut missing, mut told) = (0, Vec::new());
        let contents: BTreeSet<&Content> = now.keys().chain(ever.keys()).chain(copied.keys()).collect();
        for content in contents {
            let (has, had) = (count(&now, content), count(&ever, content));
            let (copies, own) = (count(&copied, content), count(&own, content));
            if has - own > copies {
                missing += has - own - copies;
                told.push(format!("{} has {has}, copied {copies}", digest(content)));
            }
            if copies > had + count(&gone, content) {
                let place = if source.is_some() { "in its folder " } else { "" };
                faults.push(format!(
                    "doubled: {} {place}was there {had} times, copied {copies} times",
                    digest(content)
                ));
            }
        }
        (missing, told)
    }

    fn now(&self, folder: Option<u64>) -> Counts {
        let folders = self.source.folders.values().filter(|f| folder.is_none_or(|id| f.id == id));
        count(folders.flat_map(|f| &f.messages).map(|message| &message.content))
    }

    /// Different messages that were ever there: one that left and came back is one, unless a pass may have met with an
    /// accident meanwhile, so that nobody knew its copy.
    fn ever(&self, folder: Option<u64>) -> Counts {
        let here = self.source.arrivals.iter().filter(|a| folder.is_none_or(|id| a.folder == id));
        if self.scene.climate.interrupts() {
            return count(here.map(|arrival| &arrival.content));
        }
        let different: BTreeSet<_> = here.map(|a| (a.folder, a.lineage, &a.content)).collect();
        count(different.into_iter().map(|(_, _, content)| content))
    }

    fn arrived(&self, folder: Option<u64>, by: By) -> Counts {
        let here =
            self.target.arrivals.iter().filter(|a| a.by == by && folder.is_none_or(|id| a.folder == id));
        count(here.map(|arrival| &arrival.content))
    }

    /// Copies that people took from the target, and which may be appended once more: those that the ledger need not have
    /// known, and those of which there were several, so that a copy whose OK was lost may pass for one that came back.
    fn gone(&self, folder: Option<u64>, ever: &Counts) -> Counts {
        let interrupted = self.scene.climate.interrupts();
        let several = |content: &Content| ever.get(content).is_some_and(|had| *had > 1);
        let excused = |gone: &&Gone| !gone.settled || interrupted && several(&gone.content);
        let here = self.target.gone.iter().filter(|gone| folder.is_none_or(|id| gone.folder == id));
        count(here.filter(excused).map(|gone| &gone.content))
    }

    /// Copies that people took before all had come to rest.
    fn taken_early(&self, folder: u64) -> i64 {
        let taken = self.target.gone.iter().filter(|gone| gone.folder == folder && !gone.settled);
        i64::try_from(taken.count()).unwrap_or(i64::MAX)
    }

    /// Messages that tell themselves apart and never moved: the source's with its copy, by the source's order.
    fn pairs<'a>(&self, folder: &'a Folder, copy: &'a Folder) -> Vec<(&'a Message, &'a Message)> {
        let arrived = |account: &Account, id: u64| {
            count(account.arrivals.iter().filter(|a| a.folder == id).map(|arrival| &arrival.content))
        };
        let (there, here) = (arrived(self.source, folder.id), arrived(self.target, copy.id));
        let once = |message: &&Message| {
            there.get(&message.content) == Some(&1) && here.get(&message.content) == Some(&1)
        };
        let of = |message: &'a Message| {
            let copy = copy.messages.iter().find(|copy| copy.content == message.content)?;
            (copy.by == By::Client).then_some((message, copy))
        };
        folder.messages.iter().filter(once).filter_map(of).collect()
    }

    fn order(&self, path: &str, folder: &Folder, copy: &Folder, faults: &mut Vec<String>) {
        let climate = &self.scene.climate;
        if climate.refusals > 0 || climate.swallows() {
            return;
        }
        let pairs = self.pairs(folder, copy);
        for pair in pairs.windows(2) {
            if let [(first, one), (second, two)] = pair
                && one.uid > two.uid
            {
                let (first, second) = (first.uid, second.uid);
                faults.push(format!(
                    "{path}: {first} comes before {second} on the source, and after it on the target"
                ));
            }
        }
    }

    /// Refusals may cost the order: what lies behind later messages is counted in the report.
    fn order_is_told(&self, report: &[String], faults: &mut Vec<String>) {
        let climate = &self.scene.climate;
        if climate.refusals == 0 || climate.swallows() || climate.interrupts() {
            return;
        }
        let folders = self.source.folders.iter().filter(|(path, _)| self.is_untouched(path));
        let both = folders.filter_map(|(path, folder)| Some((folder, self.target.folders.get(path)?)));
        let displaced: usize = both.map(|(folder, copy)| displaced(&self.pairs(folder, copy))).sum();
        let told: usize = report.iter().filter_map(|line| told_late(line)).sum();
        if displaced > told {
            faults.push(format!("{displaced} lie behind later messages, {told} are told"));
        }
    }

    /// Dates and flags.
    fn faces(&self, path: &str, folder: &Folder, copy: &Folder, faults: &mut Vec<String>) {
        let keywords = self.scene.target.manners.keywords;
        for (message, copy) in self.pairs(folder, copy) {
            if message.date != copy.date {
                faults.push(format!("{path} {}: date {} became {}", message.uid, message.date, copy.date));
            }
            let kept = |flag: &&String| keywords || flag.starts_with('\\');
            let wanted: BTreeSet<&String> = message.flags.iter().filter(kept).collect();
            let has: BTreeSet<&String> = copy.flags.iter().collect();
            // Which flags went over may be forgotten in a power cut: a change back to the old ones is none then.
            if message.reflagged && self.scene.climate.power_cuts > 0 {
                continue;
            }
            // A copy that was found again may have kept a flag that the source lost meanwhile: nobody can tell whose it is.
            let found_again =
                message.reflagged && self.scene.climate.interrupts() && has.is_superset(&wanted);
            if !copy.reflagged && wanted != has && !found_again {
                faults.push(format!("{path} {}: flags {wanted:?} became {has:?}", message.uid));
            }
        }
    }

    /// What is named must be missing.
    fn names(&self, faults: &mut Vec<String>) {
        let strict = self.scene.climate.true_names;
        for item in self.skipped.iter().filter(|item| strict && item.kind.leaves_behind()) {
            let path = self.path_of(item);
            let folder = self.source.folders.get(&path).filter(|_| self.is_untouched(&path));
            let message = item.uid.and_then(|uid| folder?.message(uid));
            let Some((message, folder)) = message.zip(folder) else { continue };
            let copy = self.target.folders.get(&path);
            let Some(copy) = copy else { continue };
            if self.pairs(folder, copy).iter().any(|(paired, _)| paired.uid == message.uid) {
                faults.push(format!("{path} {} is named, and is there: {item:?}", message.uid));
            }
        }
    }
}

/// Whether neither side's people ever renamed or deleted this folder, one above, or one that took its name.
fn is_untouched(scene: &Scene, who: &str, path: &str) -> bool {
    let touches = |(whose, touched): &&(String, String)| {
        whose == who && (path == touched || path.starts_with(&format!("{touched}/")))
    };
    !scene.touched.iter().any(|touched| touches(&touched))
}

/// How many copies lie behind one that is later on the source.
fn displaced(pairs: &[(&Message, &Message)]) -> usize {
    let is_late = |(at, (_, copy)): (usize, &(&Message, &Message))| {
        pairs.get(at + 1..).into_iter().flatten().any(|(_, later)| later.uid < copy.uid)
    };
    pairs.iter().enumerate().filter(|pair| is_late(*pair)).count()
}

/// The number in a line that tells how many messages lie behind later ones.
fn told_late(line: &str) -> Option<usize> {
    let (count, _) = line.rsplit_once(": ")?.1.split_once(" messages lie behind later ones")?;
    count.parse().ok()
}

fn count<'c>(contents: impl Iterator<Item = &'c Content>) -> Counts {
    let mut counts = Counts::new();
    for content in contents {
        *counts.entry(content.clone()).or_default() += 1;
    }
    counts
}
