//! What one server is like: what it offers, and in which ways it is odd.

use crate::chance::Chance;
use crate::climate::Climate;

/// How literals may be sent (RFC 7888).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Literals {
    Synchronizing,
    Minus,
    Plus,
}

/// When UIDVALIDITY changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    /// Never by itself.
    Steady,
    /// After the first message that comes into an empty folder by APPEND, as with GNU mailutils.
    AfterFirstAppend,
}

/// The traits of a server.
#[derive(Debug, Clone)]
pub(crate) struct Manners {
    pub(crate) separator: char,
    pub(crate) prefix: &'static str,
    pub(crate) namespace: bool,
    pub(crate) auth_plain: bool,
    pub(crate) tells_uid_next: bool,
    pub(crate) uidplus: bool,
    /// Leaves APPENDUID out once in so many appends.
    pub(crate) forgets_appenduid: u32,
    pub(crate) condstore: bool,
    pub(crate) list_status: bool,
    pub(crate) multiappend: bool,
    pub(crate) literals: Literals,
    pub(crate) unselect: bool,
    pub(crate) keywords: bool,
    pub(crate) validity: Validity,
    /// A folder is a file, as with GNU mailutils: an empty one has another UIDVALIDITY each second, and who leaves one that
    /// was opened for writing, and grew meanwhile, writes an old view of it back.
    pub(crate) mbox: bool,
    /// Whether it still does what a client had sent that is gone, a moment later, as Cyrus does.
    pub(crate) commits_late: bool,
    /// UIDVALIDITY beyond 32 bits.
    pub(crate) wide_validity: bool,
    /// Whether messages get a header line when they are stored.
    pub(crate) rewrites: bool,
    /// How wrong RFC822.SIZE is.
    pub(crate) size_error: u32,
    /// Whether messages that ask for it are refused.
    pub(crate) refuses: bool,
    /// Says OK and stores nothing, once in so many appends.
    pub(crate) swallows: u32,
    /// Whether it tells UIDs of these, too.
    pub(crate) lies: bool,
    /// Lists INBOX twice, in two spellings.
    pub(crate) inbox_twice: bool,
    /// How many messages EXISTS and MESSAGES tell of that are not there.
    pub(crate) phantoms: usize,
    /// How long it thinks, in milliseconds.
    pub(crate) latency: u64,
}

impl Manners {
    /// A modern server without oddities.
    pub(crate) fn plain() -> Self {
        Self {
            separator: '/',
            prefix: "",
            namespace: true,
            auth_plain: true,
            tells_uid_next: true,
            uidplus: true,
            forgets_appenduid: 0,
            condstore: true,
            list_status: true,
            multiappend: true,
            literals: Literals::Plus,
            unselect: true,
            keywords: true,
            validity: Validity::Steady,
            mbox: false,
            commits_late: false,
            wide_validity: false,
            rewrites: false,
            size_error: 0,
            refuses: false,
            swallows: 0,
            lies: false,
            inbox_twice: false,
            phantoms: 0,
            latency: 0,
        }
    }

    /// A source, as far as the climate lets servers differ.
    pub(crate) fn source(climate: &Climate, chance: &mut Chance) -> Self {
        let mut manners = Self::of_any_kind(climate, chance);
        manners.inbox_twice = chance.one_in(climate.inbox_twice);
        manners.phantoms = usize::from(chance.one_in(climate.phantoms));
        manners
    }

    /// A target, as far as the climate lets servers differ.
    pub(crate) fn target(climate: &Climate, chance: &mut Chance) -> Self {
        let mut manners = Self::of_any_kind(climate, chance);
        manners.rewrites = chance.one_in(climate.rewriting);
        manners.refuses = climate.refusals > 0;
        if chance.one_in(climate.late_validity) {
            manners.validity = Validity::AfterFirstAppend;
        }
        if chance.one_in(climate.mbox) {
            manners.mbox = true;
            (manners.uidplus, manners.condstore, manners.list_status) = (false, false, false);
            (manners.multiappend, manners.keywords) = (false, false);
        }
        manners.commits_late = chance.one_in(climate.late_commits);
        if chance.one_in(climate.forgotten_appenduid) {
            manners.forgets_appenduid = 5;
        }
        if chance.one_in(climate.swallowed) {
            manners.swallows = 12;
        }
        if chance.one_in(climate.lying) {
            (manners.swallows, manners.lies) = (6, true);
        }
        manners
    }

    fn of_any_kind(climate: &Climate, chance: &mut Chance) -> Self {
        let plain = Self::plain();
        if !climate.servers_differ {
            return plain;
        }
        let literals = [Literals::Plus, Literals::Minus, Literals::Synchronizing];
        Self {
            separator: if chance.one_in(3) { '.' } else { '/' },
            prefix: if chance.one_in(4) { "INBOX/" } else { "" },
            namespace: !chance.one_in(8),
            auth_plain: !chance.one_in(3),
            tells_uid_next: !chance.one_in(climate.no_uid_next),
            uidplus: !chance.one_in(3),
            condstore: !chance.one_in(2),
            list_status: !chance.one_in(2),
            multiappend: !chance.one_in(2),
            literals: chance.pick(&literals).copied().unwrap_or(Literals::Plus),
            unselect: !chance.one_in(3),
            keywords: !chance.one_in(4),
            wide_validity: chance.one_in(climate.wide_validity),
            size_error: u32::from(chance.one_in(climate.wrong_sizes)),
            latency: chance.pick(&[0, 0, 1, 8, 60]).copied().unwrap_or(0),
            ..plain
        }
        .consistent()
    }

    /// Without a way to tell its prefix, a server has none.
    fn consistent(mut self) -> Self {
        if !self.namespace {
            self.prefix = "";
        }
        self
    }

    /// What it announces after the login, and before.
    pub(crate) fn capabilities(&self) -> String {
        let offers = [
            ("AUTH=PLAIN", self.auth_plain),
            ("ID", true),
            ("ENABLE", self.condstore),
            ("NAMESPACE", self.namespace),
            ("UIDPLUS", self.uidplus),
            ("CONDSTORE", self.condstore),
            ("LIST-EXTENDED", self.list_status),
            ("LIST-STATUS", self.list_status),
            ("SPECIAL-USE", true),
            ("MULTIAPPEND", self.multiappend),
            ("LITERAL+", self.literals == Literals::Plus),
            ("LITERAL-", self.literals == Literals::Minus),
            ("UNSELECT", self.unselect),
        ];
        let offered = offers.iter().filter(|(_, has)| *has).map(|(name, _)| format!(" {name}"));
        offered.fold("IMAP4rev1".to_owned(), |all, name| all + &name)
    }

    /// The name of a path on the wire, not yet encoded.
    pub(crate) fn to_name(&self, path: &str) -> String {
        let full = if path == "INBOX" { path.to_owned() } else { format!("{}{path}", self.prefix) };
        full.replace('/', &self.separator.to_string())
    }

    /// The path of a name; nothing where it lies outside the prefix.
    pub(crate) fn to_path(&self, name: &str) -> Option<String> {
        let path = name.replace(self.separator, "/");
        let path = path.trim_end_matches('/');
        if path.eq_ignore_ascii_case("INBOX") {
            return Some("INBOX".to_owned());
        }
        path.strip_prefix(self.prefix).filter(|path| !path.is_empty()).map(str::to_owned)
    }
}
