//! What may happen in a run: each kind of oddity and fault by itself, so that one kind can be shown alone, or left out.

use crate::people::Deed;

/// What may happen. Numbers say "once in so many"; 0 is never.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each kind is switched by itself")]
pub struct Climate {
    /// Whether servers differ in what they offer.
    pub servers_differ: bool,
    /// Servers that never tell UIDNEXT.
    pub no_uid_next: u32,
    /// Servers whose UIDVALIDITY has more than 32 bits.
    pub wide_validity: u32,
    /// Servers that tell wrong sizes.
    pub wrong_sizes: u32,
    /// Sources that list INBOX twice.
    pub inbox_twice: u32,
    /// Sources that count one message more than there is.
    pub phantoms: u32,
    /// Targets that rewrite what they store.
    pub rewriting: u32,
    /// Targets whose UIDVALIDITY changes after the first message of a folder.
    pub late_validity: u32,
    /// Targets that keep folders as files, as GNU mailutils does.
    pub mbox: u32,
    /// Targets that still store what a dead client had sent.
    pub late_commits: u32,
    /// Servers that give all folders new UIDVALIDITYs between passes.
    pub renumbering: u32,
    /// Targets that leave APPENDUID out now and then.
    pub forgotten_appenduid: u32,
    /// Targets that say OK and store nothing now and then.
    pub swallowed: u32,
    /// Targets that do so and tell a UID all the same.
    pub lying: u32,
    /// Messages that targets refuse.
    pub refusals: u32,

    /// Whether an item that is named and was copied, or is gone, counts as a fault.
    pub true_names: bool,

    /// Connections that are cut at any octet.
    pub cuts: u32,
    /// Connections that end after an append took effect.
    pub lost_oks: u32,
    /// Connections that end with a BYE.
    pub byes: u32,
    /// Connections on which the server falls silent.
    pub silences: u32,

    /// Passes in which the worker is killed.
    pub kills: u32,
    /// Passes in which the machine loses power.
    pub power_cuts: u32,
    /// Passes in which the wall clock is set.
    pub clock_steps: u32,
    /// Passes in which another process holds the store's lock for a while.
    pub store_locks: u32,
    /// Passes in which the store's disk is full for a while.
    pub full_disks: u32,
    /// Passes in which a server is away for a while.
    pub outages: u32,

    /// Whether people act while a pass runs, too.
    pub meddling: bool,
    /// Equal messages, octet by octet.
    pub twins: bool,
    /// Equal Message-IDs above other bodies.
    pub same_ids: bool,
    /// Flags change on the source.
    pub source_flags: bool,
    /// Messages are deleted on the source.
    pub source_deletes: bool,
    /// Messages are moved on the source, and back.
    pub source_moves: bool,
    /// Folders are renamed on the source.
    pub source_renames: bool,
    /// Folders are deleted on the source.
    pub source_folder_deletes: bool,
    /// The target has mail of its own, from the beginning and later.
    pub target_is_used: bool,
    /// Flags change on the target.
    pub target_flags: bool,
    /// Messages are deleted on the target.
    pub target_deletes: bool,
    /// Messages are moved on the target.
    pub target_moves: bool,
    /// Folders are renamed on the target.
    pub target_renames: bool,
    /// Folders are deleted on the target.
    pub target_folder_deletes: bool,
    /// Runs at whose end the admin asks for what is missing.
    pub restoring: u32,
}

/// The names of climates, and what they are for.
pub const NAMES: [(&str, &str); 6] = [
    ("calm", "ordinary servers, mail that comes, nothing that goes wrong"),
    ("servers", "servers of every kind"),
    ("network", "servers of every kind behind a bad network"),
    ("people", "people at work on both sides"),
    ("machine", "kills, power cuts, clocks that step, servers that are away"),
    ("all", "all of these"),
];

impl Climate {
    /// The climate of this name.
    pub fn named(name: &str) -> Option<Self> {
        let calm = Self::default();
        Some(match name {
            "calm" => calm,
            "servers" => calm.servers(),
            "network" => calm.servers().network(),
            "people" => calm.people(),
            "machine" => calm.machine(),
            "all" => calm.servers().network().people().machine(),
            _ => return None,
        })
    }

    /// Switches one kind on, or off for 0. False where there is no such kind.
    pub fn set(&mut self, kind: &str, times: u32) -> bool {
        let flag = times > 0;
        match kind {
            "servers_differ" => self.servers_differ = flag,
            "no_uid_next" => self.no_uid_next = times,
            "wide_validity" => self.wide_validity = times,
            "wrong_sizes" => self.wrong_sizes = times,
            "inbox_twice" => self.inbox_twice = times,
            "phantoms" => self.phantoms = times,
            "rewriting" => self.rewriting = times,
            "late_validity" => self.late_validity = times,
            "mbox" => self.mbox = times,
            "late_commits" => self.late_commits = times,
            "renumbering" => self.renumbering = times,
            "forgotten_appenduid" => self.forgotten_appenduid = times,
            "swallowed" => self.swallowed = times,
            "lying" => self.lying = times,
            "refusals" => self.refusals = times,
            "cuts" => self.cuts = times,
            "lost_oks" => self.lost_oks = times,
            "byes" => self.byes = times,
            "silences" => self.silences = times,
            "kills" => self.kills = times,
            "power_cuts" => self.power_cuts = times,
            "clock_steps" => self.clock_steps = times,
            "store_locks" => self.store_locks = times,
            "full_disks" => self.full_disks = times,
            "restoring" => self.restoring = times,
            "outages" => self.outages = times,
            _ => return self.set_people(kind, flag),
        }
        true
    }

    fn set_people(&mut self, kind: &str, flag: bool) -> bool {
        match kind {
            "true_names" => self.true_names = flag,
            "meddling" => self.meddling = flag,
            "twins" => self.twins = flag,
            "same_ids" => self.same_ids = flag,
            "source_flags" => self.source_flags = flag,
            "source_deletes" => self.source_deletes = flag,
            "source_moves" => self.source_moves = flag,
            "source_renames" => self.source_renames = flag,
            "source_folder_deletes" => self.source_folder_deletes = flag,
            "target_is_used" => self.target_is_used = flag,
            "target_flags" => self.target_flags = flag,
            "target_deletes" => self.target_deletes = flag,
            "target_moves" => self.target_moves = flag,
            "target_renames" => self.target_renames = flag,
            "target_folder_deletes" => self.target_folder_deletes = flag,
            _ => return false,
        }
        true
    }

    fn servers(self) -> Self {
        Self {
            servers_differ: true,
            no_uid_next: 4,
            wide_validity: 6,
            wrong_sizes: 8,
            inbox_twice: 12,
            phantoms: 12,
            rewriting: 4,
            late_validity: 6,
            mbox: 8,
            late_commits: 8,
            renumbering: 8,
            forgotten_appenduid: 4,
            swallowed: 12,
            refusals: 10,
            true_names: true,
            twins: true,
            same_ids: true,
            ..self
        }
    }

    fn network(self) -> Self {
        Self { cuts: 4, lost_oks: 8, byes: 12, silences: 24, ..self }
    }

    fn people(self) -> Self {
        Self {
            meddling: true,
            twins: true,
            same_ids: true,
            source_flags: true,
            source_deletes: true,
            source_moves: true,
            source_renames: true,
            source_folder_deletes: true,
            target_is_used: true,
            target_flags: true,
            target_deletes: true,
            target_moves: true,
            target_renames: true,
            target_folder_deletes: true,
            restoring: 3,
            ..self
        }
    }

    fn machine(self) -> Self {
        Self {
            kills: 2,
            power_cuts: 5,
            clock_steps: 6,
            outages: 8,
            store_locks: 8,
            full_disks: 8,
            twins: true,
            ..self
        }
    }

    /// Whether a pass may end before its time.
    pub(crate) fn interrupts(&self) -> bool {
        let kinds =
            [self.cuts, self.lost_oks, self.byes, self.silences, self.kills, self.power_cuts, self.outages];
        kinds.iter().any(|times| *times > 0)
    }

    /// Whether targets store less than they say.
    pub(crate) fn swallows(&self) -> bool {
        self.swallowed > 0 || self.lying > 0
    }

    /// What people may do on the source, each as often as it is named.
    pub(crate) fn source_deeds(&self) -> Vec<Deed> {
        let deeds = [
            (true, Deed::Mail, 6),
            (true, Deed::NewFolder, 1),
            (self.twins, Deed::Twin, 3),
            (self.same_ids, Deed::SameId, 1),
            (self.source_flags, Deed::Flag, 3),
            (self.source_deletes, Deed::Delete, 2),
            (self.source_moves, Deed::Move, 2),
            (self.source_moves, Deed::MoveBack, 2),
            (self.source_renames, Deed::RenameFolder, 1),
            (self.source_folder_deletes, Deed::DeleteFolder, 1),
        ];
        allowed(&deeds)
    }

    /// What people may do on the target, each as often as it is named.
    pub(crate) fn target_deeds(&self) -> Vec<Deed> {
        let deeds = [
            (self.target_is_used, Deed::Mail, 3),
            (self.target_is_used, Deed::NewFolder, 1),
            (self.target_flags, Deed::Flag, 3),
            (self.target_deletes, Deed::Delete, 2),
            (self.target_moves, Deed::Move, 2),
            (self.target_renames, Deed::RenameFolder, 1),
            (self.target_folder_deletes, Deed::DeleteFolder, 1),
        ];
        allowed(&deeds)
    }
}

fn allowed(deeds: &[(bool, Deed, usize)]) -> Vec<Deed> {
    deeds.iter().filter(|(on, ..)| *on).flat_map(|(_, deed, weight)| vec![*deed; *weight]).collect()
}
