//! A folder of a target: its numbers, the flags that it keeps, what it is made of.

use model::plan::{Adopted, Flags, Found};
use model::{Numbers, Result, UidValidity};
use wire::{MailboxName, PermanentFlags};

use super::maildir::MaildirFolder;

/// When a folder was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// When we asked for it.
    Now,
    /// It was there already, although it was not listed under that name.
    Before,
}

/// A target folder that is open.
#[derive(Debug)]
pub(crate) struct OpenFolder {
    /// Its name.
    pub(crate) name: String,
    /// Its numbers when it was opened.
    pub(crate) numbers: Numbers,
    /// The flags that it keeps.
    pub(crate) keeps: KeptFlags,
    /// What kind of folder it is.
    pub(crate) place: OpenPlace,
}

/// The flags that a folder keeps, of those that a command can carry: those of PERMANENTFLAGS; where the server does not say, all (RFC 3501 §7.1) but
/// system flags that no RFC has, which make some servers refuse the command (peers D6).
#[derive(Debug, Clone)]
pub(crate) struct KeptFlags(pub(crate) Option<PermanentFlags>);

/// What an open folder is made of.
#[derive(Debug)]
pub(crate) enum OpenPlace {
    /// A folder of a server.
    Imap(MailboxName),
    /// A folder of a Maildir tree.
    Maildir(MaildirFolder),
}

impl OpenFolder {
    /// The messages of a source folder that a Maildir folder has: their names say so.
    pub(crate) fn find_in_maildir(
        &self,
        source_uid_validity: Option<UidValidity>,
        copy: Vec<u32>,
    ) -> Result<Found> {
        let OpenPlace::Maildir(folder) = &self.place else {
            return Ok(Found { adopted: Vec::new(), append: copy });
        };
        let delivered = folder.delivered(source_uid_validity)?;
        let (there, append): (Vec<u32>, Vec<u32>) =
            copy.into_iter().partition(|uid| delivered.contains_key(uid));
        let size = |uid| delivered.get(&uid).map_or(0, |message| message.size);
        let adopted = |uid| Adopted {
            uid,
            target_uid: uid,
            size: size(uid),
            flags: Flags::default(),
            repaired: None,
            identity: None,
            received: None,
        };
        Ok(Found { adopted: there.into_iter().map(adopted).collect(), append })
    }
}

impl KeptFlags {
    /// The flags that are kept, and those that are not.
    pub(crate) fn split(&self, flags: &Flags) -> (Flags, Flags) {
        let keeps = |flag: &&str| {
            let flag = wire::Flag::new(flag);
            let keeps =
                || self.0.as_ref().map_or_else(|| flag.is_standard(), |permanent| permanent.keeps(&flag));
            flag.is_sendable() && keeps()
        };
        if flags.iter().all(|flag| keeps(&flag)) {
            return (flags.clone(), Flags::default());
        }
        let (kept, dropped): (Vec<&str>, Vec<&str>) = flags.iter().partition(keeps);
        (Flags::parse(&kept.join(" ")), Flags::parse(&dropped.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D6
    #[test]
    fn a_folder_that_does_not_say_keeps_all_but_system_flags_of_nobody() {
        let (kept, dropped) =
            KeptFlags(None).split(&Flags::parse("\\SEEN \\Draft $NotJunk \\$NOTJUNK \\Something"));
        assert_eq!(kept, Flags::parse("\\Seen \\Draft $NotJunk"));
        assert_eq!(dropped, Flags::parse("\\$NOTJUNK \\Something"));
    }

    #[test]
    fn no_folder_keeps_what_no_command_can_carry() {
        for keeps in [KeptFlags(None), KeptFlags(Some(PermanentFlags::default()))] {
            let (kept, dropped) = keeps.split(&Flags::parse("\\Seen Café [Gmail]/Important 50%"));
            assert!(!kept.iter().any(|flag| flag != "\\Seen") && dropped.iter().count() >= 3, "{kept}");
        }
    }
}
