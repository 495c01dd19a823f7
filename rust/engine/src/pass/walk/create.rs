//! Makes the target folders that are missing, under names that the target takes.

use std::collections::{BTreeMap, BTreeSet};

use model::folder::{FolderMap, MappedFolder};
use model::{Error, ErrorKind, Result, SkippedKind};

use super::lane::Lane;
use super::mapping::Mapper;
use crate::pass::memory::folder_suspects::Act;
use crate::pass::memory::suspects::is_break;
use crate::pass::report::words::{is_of_folder, may_pass};
use crate::target::Made;

/// What came of making folders.
#[derive(Debug, Default)]
struct Creation {
    /// Folders that were made now.
    made: BTreeSet<String>,
    /// Folders that cannot be made, and why.
    failed: Vec<(MappedFolder, Error)>,
    /// Whether the target takes a name for another that differs in case only (peers O12).
    ignores_case: bool,
}

impl Lane {
    /// Makes the target folders that are missing. A name that the target does not take, or takes for that of another
    /// folder, gives way to another; a folder that cannot be made all the same is left out, with its cause. Says, too,
    /// which were made now, and have nothing in them.
    pub(crate) async fn create(&mut self, mapper: &mut Mapper<'_>) -> Result<(FolderMap, BTreeSet<String>)> {
        self.pair.context.meter.stage("CreatingFolders", None);
        let mut there = mapper.there.clone();
        let mut made = BTreeSet::new();
        loop {
            let mut map = mapper.map()?;
            let Creation { made: now, failed, ignores_case } =
                self.create_missing(&map.folders, &mut there, &mapper.steps).await?;
            made.extend(now);
            if ignores_case && mapper.ignore_case() {
                continue;
            }
            let bad_names = failed.iter().filter(|(_, e)| e.kind == ErrorKind::FolderNameInvalid);
            let news = bad_names.filter(|(folder, _)| mapper.refuse(folder)).count();
            if news > 0 {
                continue;
            }
            for (folder, error) in &failed {
                self.pair.context.leave_out(folder, SkippedKind::FolderNameInvalid, error).await?;
            }
            map.folders.retain(|folder| failed.iter().all(|(left_out, _)| left_out.key != folder.key));
            return Ok((map, made));
        }
    }

    /// Makes those folders that are not there yet.
    async fn create_missing(
        &mut self,
        folders: &[MappedFolder],
        there: &mut BTreeSet<String>,
        steps: &BTreeSet<String>,
    ) -> Result<Creation> {
        let is_missing = |folder: &&MappedFolder| {
            !there.contains(&folder.target_name) && !folder.target_name.eq_ignore_ascii_case("INBOX")
        };
        let missing: Vec<&MappedFolder> = folders.iter().filter(is_missing).collect();
        let names: Vec<&str> = missing.iter().map(|folder| folder.target_name.as_str()).collect();
        let mut answers = self.make(&names).await?;
        let is_last_try = self.pair.context.is_last_try;
        let mut creation = Creation::default();
        for folder in missing {
            let name = &folder.target_name;
            let Some(answer) = answers.remove(name.as_str()) else { continue };
            let is_alike = |other: &String| other.to_lowercase() == name.to_lowercase();
            match answer {
                Ok(Made::Before) if there.iter().any(is_alike) => creation.ignores_case = true,
                Ok(Made::Before) if steps.contains(name) => {
                    creation.failed.push((folder.clone(), holds_no_mail(name)));
                }
                Ok(made) => {
                    there.insert(name.clone());
                    creation.made.extend((made == Made::Now).then(|| name.clone()));
                }
                Err(e) if is_of_folder(e.kind) || is_last_try && may_pass(&e) => {
                    creation.failed.push((folder.clone(), e))
                }
                Err(e) => return Err(e),
            }
        }
        Ok(creation)
    }

    /// Makes folders: together those at which the target has never hung up, then the others, one by one.
    async fn make<'n>(&mut self, names: &[&'n str]) -> Result<BTreeMap<&'n str, Result<Made>>> {
        let context = self.pair.context.clone();
        let (suspects, user) = (&context.memory.folder_suspects, context.lease.user.id);
        let (alone, together): (Vec<&str>, Vec<&str>) =
            names.iter().partition(|name| suspects.suspects(user, Act::Make, name.as_bytes()));
        let mut answers = BTreeMap::new();
        for group in std::iter::once(together.as_slice()).chain(alone.chunks(1)) {
            if let [name] = group
                && suspects.has_given_up(user, Act::Make, name.as_bytes())
            {
                answers.insert(*name, Err(hangs_up(name)));
                continue;
            }
            let made = self.pair.target.create(group).await;
            let keys: Vec<&[u8]> = group.iter().map(|name| name.as_bytes()).collect();
            if made.as_ref().is_err_and(|error| is_break(error.kind)) {
                suspects.broke(user, Act::Make, &keys);
            }
            answers.extend(group.iter().copied().zip(made?));
            keys.iter().for_each(|key| suspects.passed(user, Act::Make, key));
        }
        Ok(answers)
    }

    /// Subscribes to those new folders that are subscribed on the source. A subscription is a convenience: a server that
    /// refuses it has refused no mail.
    pub(crate) async fn subscribe(
        &mut self,
        new: &[&MappedFolder],
        subscribed: &BTreeSet<Vec<u8>>,
    ) -> Result<()> {
        let wanted: Vec<&MappedFolder> =
            new.iter().copied().filter(|folder| subscribed.contains(&folder.key)).collect();
        let names: Vec<&str> = wanted.iter().map(|folder| folder.target_name.as_str()).collect();
        let answers = self.pair.target.subscribe(&names).await?;
        for (folder, answer) in wanted.iter().zip(answers) {
            if let Err(e) = answer {
                let shown = folder.source_shown();
                self.pair.context.journal.note(format!("Folder {shown} was not subscribed: {e}")).await?;
            }
        }
        Ok(())
    }
}

/// Some servers keep mail or folders under a name, and never both (UW, GNU mailutils).
fn holds_no_mail(name: &str) -> Error {
    let text = "the target has a folder of that name, which can hold folders and no mail";
    Error::new(ErrorKind::FolderNameInvalid, text).folder(name)
}

fn hangs_up(name: &str) -> Error {
    let text = "the target closes the connection whenever the folder is made";
    Error::new(ErrorKind::FolderNameInvalid, text).folder(name)
}
