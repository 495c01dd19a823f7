//! Folders with a meaning: Sent, Trash and their like, by attribute (RFC 6154) or else by name in many languages.

use std::collections::{BTreeMap, BTreeSet};

use super::is_inbox;
use super::listing::Located;

/// What a folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "Exchange's and RFC 6154's words")]
pub enum WellKnown {
    Inbox,
    Sent,
    Trash,
    Drafts,
    Junk,
    Archive,
    All,
    Outbox,
    Calendar,
    Contacts,
    Journal,
    Tasks,
    Notes,
}

impl WellKnown {
    /// Those that have one home in every mailbox: what lies in the source's goes to the target's.
    pub const PAIRED: [Self; 5] = [Self::Sent, Self::Trash, Self::Drafts, Self::Junk, Self::Archive];

    pub(super) const ALL: [Self; 13] = [
        Self::Inbox,
        Self::Sent,
        Self::Trash,
        Self::Drafts,
        Self::Junk,
        Self::Archive,
        Self::All,
        Self::Outbox,
        Self::Calendar,
        Self::Contacts,
        Self::Journal,
        Self::Tasks,
        Self::Notes,
    ];

    /// Exchange's name in folder lists (spec 1.6), as in `#SentItems#`.
    pub fn exchange_name(self) -> &'static str {
        match self {
            Self::Inbox => "Inbox",
            Self::Sent => "SentItems",
            Self::Trash => "DeletedItems",
            Self::Drafts => "Drafts",
            Self::Junk => "JunkEmail",
            Self::Archive => "Archive",
            Self::All => "AllItems",
            Self::Outbox => "Outbox",
            Self::Calendar => "Calendar",
            Self::Contacts => "Contacts",
            Self::Journal => "Journal",
            Self::Tasks => "Tasks",
            Self::Notes => "Notes",
        }
    }

    /// The folder of that name in Exchange.
    pub(super) fn from_exchange_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.exchange_name().eq_ignore_ascii_case(name))
    }

    /// What an attribute says (RFC 6154 §2, and XLIST's older words).
    pub fn from_attribute(attribute: &str) -> Option<Self> {
        match attribute.to_ascii_lowercase().as_str() {
            "\\sent" => Some(Self::Sent),
            "\\trash" => Some(Self::Trash),
            "\\drafts" => Some(Self::Drafts),
            "\\junk" | "\\spam" => Some(Self::Junk),
            "\\archive" => Some(Self::Archive),
            "\\all" | "\\allmail" => Some(Self::All),
            _ => None,
        }
    }

    /// Its names, the likeliest first: en, de, sv, fr, es, nl, nb, da, it, pt, fi, pl.
    fn names(self) -> impl Iterator<Item = &'static str> {
        let names = match self {
            Self::Inbox => super::INBOX,
            Self::Sent => SENT,
            Self::Trash => TRASH,
            Self::Drafts => DRAFTS,
            Self::Junk => JUNK,
            Self::Archive => ARCHIVE,
            Self::All => ALL_MAIL,
            Self::Outbox => OUTBOX,
            Self::Calendar => CALENDAR,
            Self::Contacts => CONTACTS,
            Self::Journal => JOURNAL,
            Self::Tasks => TASKS,
            Self::Notes => NOTES,
        };
        names.split('|')
    }
}

const SENT: &str = "Sent|Sent Items|Sent Messages|Sent Mail|Sent-Mail|Gesendet|Gesendete Elemente|\
    Gesendete Objekte|Gesendete Nachrichten|Skickat|Skickade objekt|Skickade meddelanden|Éléments envoyés|Envoyés|\
    Messages envoyés|Courrier envoyé|Enviados|Elementos enviados|Mensajes enviados|Correo enviado|Verzonden|\
    Verzonden items|Verzonden berichten|Sendt|Sendte elementer|Sendt post|Sendte meldinger|Inviati|Inviata|\
    Posta inviata|Elementi inviati|Itens enviados|Mensagens enviadas|E-mails enviados|Lähetetyt|Lähetetyt viestit|\
    Wysłane|Elementy wysłane|Wysłane elementy";
const TRASH: &str = "Trash|Deleted Items|Deleted Messages|Deleted|Bin|Gelöschte Elemente|Gelöschte Objekte|Papierkorb|\
    Gelöscht|Borttaget|Borttagna objekt|Papperskorgen|Éléments supprimés|Corbeille|Papelera|Elementos eliminados|\
    Eliminados|Verwijderde items|Prullenbak|Verwijderd|Slettede elementer|Papirkurv|Søppel|Slettet|Slettet post|\
    Posta eliminata|Cestino|Elementi eliminati|Itens eliminados|Itens excluídos|Lixeira|Lixo|Poistetut|Roskakori|\
    Elementy usunięte|Kosz";
const DRAFTS: &str = "Drafts|Draft|Entwürfe|Utkast|Brouillons|Borradores|Concepten|Kladder|Kladde|Bozze|Rascunhos|\
    Luonnokset|Kopie robocze|Wersje robocze|Szkice";
const JUNK: &str = "Junk|Junk Email|Junk E-mail|Spam|Bulk Mail|Junk-E-Mail|Junk-Mail|Spamverdacht|Skräppost|\
    Courrier indésirable|Indésirables|Pourriel|Correo no deseado|Correo basura|Ongewenste e-mail|Ongewenst|\
    Søppelpost|Uønsket e-post|Uønsket e-mail|Uønsket mail|Posta indesiderata|Indesiderata|Lixo eletrônico|\
    Lixo eletrónico|E-mail de lixo|Roskaposti|Wiadomości-śmieci|Wiadomości śmieci";
const ARCHIVE: &str = "Archive|Archives|Archiv|Arkiv|Arkivera|Archivo|Archivado|Archief|Arkiver|Archivio|Arquivo|\
    Arquivo morto|Arkisto|Archiwum";
const ALL_MAIL: &str = "All Mail|Alle Nachrichten|Alla mail|Tous les messages|Todos|Alle berichten|All e-post|\
    Alle mails|Tutti i messaggi|Todos os e-mails|Todo o correio|Kaikki viestit|Wszystkie";
const OUTBOX: &str = "Outbox|Postausgang|Utkorgen|Boîte d'envoi|Bandeja de salida|Postvak UIT|Utboks|Udbakke|\
    Posta in uscita|Caixa de saída|A enviar|Lähtevät|Skrzynka nadawcza";
const CALENDAR: &str = "Calendar|Kalender|Calendrier|Calendario|Agenda|Calendário|Kalenteri|Kalendarz";
const CONTACTS: &str = "Contacts|Kontakte|Kontakter|Contactos|Contactpersonen|Kontaktpersoner|Contatti|Contatos|\
    Yhteystiedot|Kontakty";
const JOURNAL: &str = "Journal|Diario|Logboek|Diário|Päiväkirja|Dziennik";
const TASKS: &str =
    "Tasks|Aufgaben|Uppgifter|Tâches|Tareas|Taken|Oppgaver|Opgaver|Attività|Tarefas|Tehtävät|Zadania";
const NOTES: &str = "Notes|Notizen|Anteckningar|Notas|Notities|Notater|Noter|Note|Muistilaput|Notatki";

/// Where the well-known folders of a mailbox lie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WellKnownFolders {
    paths: BTreeMap<WellKnown, Vec<Vec<String>>>,
    /// The same in lower case.
    lower: BTreeMap<WellKnown, BTreeSet<Vec<String>>>,
}

impl WellKnownFolders {
    /// Finds them: by attribute, and where no folder has it, by the names of top-level folders.
    pub(super) fn find(folders: &[Located<'_>]) -> Self {
        let paths = WellKnown::ALL.into_iter().map(|known| {
            let marked = by_attribute(known, folders);
            (known, if marked.is_empty() { by_name(known, folders) } else { marked })
        });
        let paths: BTreeMap<_, Vec<Vec<String>>> = paths.collect();
        let lower = |levels: &Vec<String>| levels.iter().map(|level| level.to_lowercase()).collect();
        let lower = paths.iter().map(|(known, paths)| (*known, paths.iter().map(lower).collect())).collect();
        Self { paths, lower }
    }

    /// The levels of each folder that is this, the likeliest first.
    pub fn paths(&self, known: WellKnown) -> &[Vec<String>] {
        self.paths.get(&known).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those of its folders that are this one or above it, as they are in lower case.
    pub(super) fn above<'l>(
        &self,
        known: WellKnown,
        levels: &'l [String],
    ) -> impl Iterator<Item = &'l [String]> {
        let paths = self.lower.get(&known);
        let starts = (0..=levels.len()).filter_map(|count| levels.get(..count));
        starts.filter(move |start| paths.is_some_and(|paths| paths.contains(*start)))
    }
}

fn by_attribute(known: WellKnown, folders: &[Located<'_>]) -> Vec<Vec<String>> {
    let marked = |folder: &&Located<'_>| {
        folder.listed.attributes.iter().any(|attribute| WellKnown::from_attribute(attribute) == Some(known))
    };
    folders.iter().filter(marked).map(|folder| folder.levels.clone()).collect()
}

/// A folder that another attribute claims is not also this by its name.
fn by_name(known: WellKnown, folders: &[Located<'_>]) -> Vec<Vec<String>> {
    let unmarked = |folder: &&Located<'_>| {
        folder.listed.attributes.iter().all(|a| WellKnown::from_attribute(a).is_none())
    };
    let candidates: Vec<_> = folders
        .iter()
        .filter(unmarked)
        .filter_map(|folder| top_name(&folder.levels).map(|name| (name.to_lowercase(), &folder.levels)))
        .collect();
    known
        .names()
        .map(str::to_lowercase)
        .flat_map(|name| candidates.iter().filter(move |(folder, _)| *folder == name))
        .map(|(_, levels)| (*levels).clone())
        .collect()
}

/// The name of a folder at the top, or right below the inbox, where some servers keep everything.
fn top_name(levels: &[String]) -> Option<&str> {
    match levels {
        [name] => Some(name),
        [inbox, name] if is_inbox(inbox) => Some(name),
        _ => None,
    }
}
