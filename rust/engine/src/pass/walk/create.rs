//! Makes the target folders that are missing, under names that the target takes.

use std::collections::BTreeSet;

use model::folder::{FolderMap, MappedFolder};
use model::{Error, ErrorKind, Result, SkippedKind};

use super::lane::Lane;
use super::mapping::Mapper;
use crate::pass::report::words::is_of_folder;
use crate::target::Made;

/// How often names that a target refuses are changed.
const MOST_RENAMINGS: u32 = 5;

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
        let mut renamings = 0;
        loop {
            let mut map = mapper.map()?;
            let Creation { made: now, failed, ignores_case } =
                self.create_missing(&map.folders, &mut there).await?;
            made.extend(now);
            if ignores_case && mapper.ignore_case() {
                continue;
            }
            let bad_names = failed.iter().filter(|(_, e)| e.kind == ErrorKind::FolderNameInvalid);
            let news = bad_names.filter(|(folder, _)| mapper.refuse(&folder.target)).count();
            if news > 0 && renamings < MOST_RENAMINGS {
                renamings += 1;
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
    ) -> Result<Creation> {
        let is_missing = |folder: &&MappedFolder| {
            !there.contains(&folder.target_name) && !folder.target_name.eq_ignore_ascii_case("INBOX")
        };
        let missing: Vec<&MappedFolder> = folders.iter().filter(is_missing).collect();
        let names: Vec<&str> = missing.iter().map(|folder| folder.target_name.as_str()).collect();
        let mut creation = Creation::default();
        for (folder, answer) in missing.iter().zip(self.pair.target.create(&names).await?) {
            let name = &folder.target_name;
            let is_alike = |other: &String| other.to_lowercase() == name.to_lowercase();
            match answer {
                Ok(Made::Before) if there.iter().any(is_alike) => creation.ignores_case = true,
                Ok(made) => {
                    there.insert(name.clone());
                    creation.made.extend((made == Made::Now).then(|| name.clone()));
                }
                Err(e) if is_of_folder(e.kind) => creation.failed.push(((*folder).clone(), e)),
                Err(e) => return Err(e),
            }
        }
        Ok(creation)
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
