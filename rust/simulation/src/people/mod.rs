//! The people whose mailboxes are moved: they get mail, read, sort, tidy up, on both sides, whenever they like.

mod deeds;

use crate::chance::Chance;
use crate::world::{Scene, Side};

/// Who they are and what they remember.
#[derive(Debug)]
pub(crate) struct People {
    chance: Chance,
    /// Makes every letter differ.
    letters: u64,
    /// Moves that may be taken back: account, from, to.
    moved: Vec<(String, String, String)>,
}

impl People {
    pub(crate) fn new(chance: Chance) -> Self {
        Self { chance, letters: 0, moved: Vec::new() }
    }
}

/// Something that people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// New mail comes.
    Mail,
    /// A message comes again, octet by octet.
    Twin,
    /// A message comes with the Message-ID of another.
    SameId,
    /// Flags change.
    Flag,
    /// A message is deleted.
    Delete,
    /// A message is moved to another folder.
    Move,
    /// A message that was moved is moved back.
    MoveBack,
    /// A folder is made.
    NewFolder,
    /// A folder is renamed.
    RenameFolder,
    /// A folder is deleted.
    DeleteFolder,
}

/// Lets them do one thing on a side.
pub(crate) fn act(scene: &mut Scene, side: Side) {
    let deeds = match side {
        Side::Source => scene.climate.source_deeds(),
        Side::Target => scene.climate.target_deeds(),
    };
    for _ in 0..4 {
        let Some(deed) = scene.people.chance.pick(&deeds).copied() else { return };
        if let Some(told) = deeds::perform(scene, side, deed) {
            return scene.trace.add(format!("  people on the {side:?}: {told}"));
        }
    }
}

/// Fills the source before anything begins.
pub(crate) fn settle_in(scene: &mut Scene) {
    for _ in 0..scene.people.chance.between(0, 5) {
        let _made = deeds::perform(scene, Side::Source, Deed::NewFolder);
    }
    for _ in 0..scene.people.chance.between(1, 40) {
        let twin = scene.climate.twins && scene.people.chance.one_in(5);
        let _came = deeds::perform(scene, Side::Source, if twin { Deed::Twin } else { Deed::Mail });
    }
    let already = if scene.climate.target_is_used { scene.people.chance.between(0, 4) } else { 0 };
    for _ in 0..already {
        act(scene, Side::Target);
    }
}
