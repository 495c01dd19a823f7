//! The columns that we know, and what people in other languages call them (spec 3.1, 3.5).

/// A column that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    EmailAddress,
    UserName,
    Password,
    UserRoot,
    TargetUserName,
    TargetPassword,
}

impl Column {
    pub(super) const ALL: [Self; 6] = [
        Self::EmailAddress,
        Self::UserName,
        Self::Password,
        Self::UserRoot,
        Self::TargetUserName,
        Self::TargetPassword,
    ];

    /// The exact spelling.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::EmailAddress => "EmailAddress",
            Self::UserName => "UserName",
            Self::Password => "Password",
            Self::UserRoot => "UserRoot",
            Self::TargetUserName => "TargetUserName",
            Self::TargetPassword => "TargetPassword",
        }
    }

    /// What the column is called elsewhere: sv, de, fr, es, nl, nb, da, it, pt, fi, pl, and English synonyms.
    fn translations(self) -> impl Iterator<Item = &'static str> {
        let names = match self {
            Self::EmailAddress => EMAIL_ADDRESS,
            Self::UserName => USER_NAME,
            Self::Password => PASSWORD,
            Self::UserRoot => USER_ROOT,
            Self::TargetUserName | Self::TargetPassword => "",
        };
        names.split('|').filter(|name| !name.is_empty())
    }
}

/// Columns that have a meaning in this family of tools, but not here yet, and what to use instead.
const UNSUPPORTED: [(&str, &str); 4] = [
    ("AuthenticationUser", "Remove the column, and give the endpoint -Credentials and -AdminLoginFormat"),
    ("TargetRoot", "Remove the column"),
    ("ExcludeFolders", "Remove the column, and give the batch -ExcludeFolders"),
    ("SecretName", "Remove the column, and give the endpoint -Credentials"),
];

const EMAIL_ADDRESS: &str = "\
    E-postadress|E-post|E-Mail-Adresse|Mailadresse|Adresse e-mail|Adresse mail|Adresse de messagerie|\
    Adresse électronique|Courriel|Dirección de correo electrónico|Dirección de correo|\
    Dirección de e-mail|Correo electrónico|Correo|E-mailadres|E-postadresse|E-mailadresse|Mailadress|\
    Indirizzo e-mail|Indirizzo di posta elettronica|Posta elettronica|Endereço de e-mail|\
    Endereço de correio eletrónico|Correio eletrónico|Sähköpostiosoite|Sähköposti|Adres e-mail|\
    Adres poczty elektronicznej|E-mail|Mail|Mail address|SMTP address|PrimarySmtpAddress";
const USER_NAME: &str = "\
    Användarnamn|Användare|Benutzername|Benutzer|Anmeldename|Nom d'utilisateur|Nom utilisateur|\
    Utilisateur|Identifiant|Nombre de usuario|Usuario|Gebruikersnaam|Gebruiker|Brukernavn|Brugernavn|\
    Nome utente|Utente|Nome de usuário|Nome de utilizador|Utilizador|Käyttäjänimi|Käyttäjätunnus|\
    Nazwa użytkownika|Użytkownik|User|Login|Login name|Logon name";
const PASSWORD: &str = "\
    Lösenord|Passwort|Kennwort|Mot de passe|Contraseña|Clave|Wachtwoord|Passord|Adgangskode|Kodeord|\
    Parola d'ordine|Senha|Palavra-passe|Salasana|Hasło|Pass|Pwd";
const USER_ROOT: &str = "\
    Användarrot|Benutzerstamm|Racine utilisateur|Raíz de usuario|Root";

/// What a cell of the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// A column, spelt right.
    Exact(Column),
    /// A column with other capitals or with blanks.
    Misspelt(Column),
    /// A column in another language.
    Translated(Column),
    /// A column that we know and cannot use: its name, and what to do.
    Unsupported(&'static str, &'static str),
    /// Anything else.
    Unknown,
}

impl Known {
    /// What this cell is.
    pub(super) fn find(cell: &str) -> Self {
        if let Some(column) = Column::ALL.into_iter().find(|column| column.name() == cell) {
            return Self::Exact(column);
        }
        let cell = folded(cell);
        let is = |name: &str| folded(name) == cell;
        if let Some(column) = Column::ALL.into_iter().find(|column| is(column.name())) {
            return Self::Misspelt(column);
        }
        if let Some((name, remedy)) = UNSUPPORTED.into_iter().find(|(name, _)| is(name)) {
            return Self::Unsupported(name, remedy);
        }
        let translated = |column: &Column| column.translations().any(is);
        Column::ALL.into_iter().find(translated).map_or(Self::Unknown, Self::Translated)
    }
}

/// The column whose name is most like this cell, if any is much like it.
pub(super) fn nearest(cell: &str) -> Option<Column> {
    let cell = folded(cell);
    let likeness = |column: Column| strsim::normalized_damerau_levenshtein(&folded(column.name()), &cell);
    Column::ALL
        .into_iter()
        .filter(|column| likeness(*column) >= 0.6)
        .max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)))
}

/// A name without capitals, accents, blanks and marks: how names are compared that were not typed with care.
fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).map(without_accent).collect()
}

fn without_accent(c: char) -> char {
    match c {
        'à'..='å' | 'ą' => 'a',
        'ç' | 'ć' => 'c',
        'è'..='ë' | 'ę' => 'e',
        'ì'..='ï' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ś' => 's',
        'ù'..='ü' => 'u',
        'ź' | 'ż' => 'z',
        other => other,
    }
}
