//! Decides as whom to log in for a user (spec 3.4). Never says whether the server agrees.

use crate::{AdminLoginFormat, Credentials, Endpoint, Error, ErrorKind, Result, Secret, Side, UserRow};

/// What to send to log in for one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Whose password it is: SASL's authentication identity (RFC 4616 §2), or the name for LOGIN. With a token: whose mailbox it
    /// opens.
    pub authentication_user: String,
    /// Whose mailbox to open, where the server is told so apart.
    pub impersonation: Option<Impersonation>,
    /// What proves it.
    pub proof: Proof,
    /// The folder below which the user's mail lies (UserRoot).
    pub root: Option<String>,
}

/// What proves who logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The password of `authentication_user`.
    Password(Secret),
    /// A token, which is to be asked for: the endpoint says how.
    Token,
}

/// How a server is told apart whose mailbox an administrator wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Impersonation {
    /// With the login: SASL's authorization identity (RFC 4616 §2).
    SaslPlain(String),
    /// After the login: PROXYAUTH (Sun, iPlanet, Oracle).
    ProxyAuth(String),
    /// After a login with the master password alone: X-SETUSER (Kerio).
    Kerio(String),
}

/// The login on the source: with a token where the endpoint has these, else as the endpoint's administrator, else with the
/// row's password.
pub fn source_login(endpoint: &Endpoint, row: &UserRow) -> Result<Login> {
    let attempt = Attempt { endpoint, row, side: Side::Source, user: &row.user_name };
    attempt.login(&row.password, row.user_root.as_deref())
}

/// The login on the target: as TargetUserName or else the address, with a token where the endpoint has these, else with
/// TargetPassword or else as the endpoint's administrator. Here the row comes first, because TargetPassword has no other meaning.
pub fn target_login(endpoint: &Endpoint, row: &UserRow) -> Result<Login> {
    let attempt = Attempt { endpoint, row, side: Side::Target, user: row.user_on_target() };
    if row.target_password.is_empty() || endpoint.oauth.is_some() {
        attempt.login(&row.target_password, None)
    } else {
        Ok(attempt.own(&row.target_password, None))
    }
}

/// What a login is made from.
struct Attempt<'a> {
    endpoint: &'a Endpoint,
    row: &'a UserRow,
    side: Side,
    user: &'a str,
}

impl Attempt<'_> {
    fn login(&self, password: &Secret, root: Option<&str>) -> Result<Login> {
        if self.endpoint.oauth.is_some() {
            return Ok(self.as_user(Proof::Token, root));
        }
        match (&self.endpoint.credentials, self.endpoint.admin_login_format) {
            (_, AdminLoginFormat::None) if !password.is_empty() => Ok(self.own(password, root)),
            (_, AdminLoginFormat::None) => Err(self.password_missing()),
            (Some(admin), format) => self.admin(admin, format, root),
            (None, format) => Err(self
                .error(format!("has AdminLoginFormat {format:?} and no administrator"))
                .remedy("set the endpoint's -Credentials, or its -AdminLoginFormat to None")),
        }
    }

    /// The user's own login.
    fn own(&self, password: &Secret, root: Option<&str>) -> Login {
        self.as_user(Proof::Password(password.clone()), root)
    }

    fn as_user(&self, proof: Proof, root: Option<&str>) -> Login {
        let (authentication_user, root) = (self.user.to_owned(), root.map(str::to_owned));
        Login { authentication_user, impersonation: None, proof, root }
    }

    /// The administrator's login for the user.
    fn admin(&self, admin: &Credentials, format: AdminLoginFormat, root: Option<&str>) -> Result<Login> {
        let name = &admin.user_name;
        let apart = |how: fn(String) -> Impersonation| (name.clone(), Some(how(self.user.to_owned())));
        let (authentication_user, impersonation) = match format {
            AdminLoginFormat::Exchange => (format!("{}/{}", name.replace('\\', "/"), alias(self.user)), None),
            AdminLoginFormat::Dovecot => {
                (format!("{}{}{name}", self.user, self.endpoint.login_separator), None)
            }
            AdminLoginFormat::Mirapoint | AdminLoginFormat::Zimbra => (self.with_domain(name)?, None),
            AdminLoginFormat::UserRoot if root.is_none() => return Err(self.root_missing()),
            AdminLoginFormat::UserRoot | AdminLoginFormat::None => (name.clone(), None),
            AdminLoginFormat::SaslPlain => apart(Impersonation::SaslPlain),
            AdminLoginFormat::ProxyAuth => apart(Impersonation::ProxyAuth),
            AdminLoginFormat::Kerio => apart(Impersonation::Kerio),
        };
        let (proof, root) = (Proof::Password(admin.password.clone()), root.map(str::to_owned));
        Ok(Login { authentication_user, impersonation, proof, root })
    }

    /// `#user@domain#admin#`.
    fn with_domain(&self, admin: &str) -> Result<String> {
        if self.user.contains('@') {
            return Ok(format!("#{}#{admin}#", self.user));
        }
        let column = if self.side == Side::Source { "UserName" } else { "TargetUserName" };
        Err(self
            .error("needs the user's name with its domain".to_owned())
            .remedy(format!("write {column} as user@domain")))
    }

    fn password_missing(&self) -> Error {
        let (fault, column) = match self.side {
            Side::Source => ("has no administrator, and the row has no Password", "Password"),
            Side::Target => ("has no administrator, and the row has no TargetPassword", "TargetPassword"),
        };
        let remedy = format!("fill {column}, or set the endpoint's -Credentials and -AdminLoginFormat");
        self.error(fault.to_owned()).remedy(remedy)
    }

    fn root_missing(&self) -> Error {
        let error =
            self.error("has AdminLoginFormat UserRoot, and no folder of the user is known".to_owned());
        match self.side {
            Side::Source => error.remedy("fill UserRoot with the path of the user's mailbox"),
            Side::Target => error.remedy("choose another -AdminLoginFormat, or fill TargetPassword"),
        }
    }

    fn error(&self, fault: String) -> Error {
        let (name, side, user) = (&self.endpoint.name, self.side, &self.row.email_address);
        let message = format!("cannot log in for `{user}`: the {side} endpoint `{name}` {fault}");
        Error::new(ErrorKind::InvalidArgument, message).object(name.as_str()).user(user)
    }
}

/// Exchange takes the mailbox's alias, without the domain before it.
fn alias(user: &str) -> &str {
    user.rsplit(['\\', '/']).next().unwrap_or(user)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::oauth::{Grant, OAuth, Provider};
    use crate::{ImapServer, Limit, Name, Place, Role, Security};

    fn endpoint(format: AdminLoginFormat, admin: Option<&str>) -> Endpoint {
        Endpoint {
            guid: Uuid::nil(),
            name: Name::parse("Contoso").unwrap(),
            role: Role::Source,
            place: Place::Imap(ImapServer {
                remote_server: "imap.contoso.com".to_owned(),
                port: 993,
                security: Security::Ssl,
                accept_untrusted_certificates: false,
            }),
            max_concurrent_migrations: Limit::Unlimited,
            max_concurrent_incremental_syncs: Limit::Unlimited,
            credentials: admin
                .map(|name| Credentials { user_name: name.to_owned(), password: Secret::new("adminpw") }),
            admin_login_format: format,
            login_separator: "*".to_owned(),
            oauth: None,
            claims: None,
            created_at: Timestamp::UNIX_EPOCH,
            modified_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn row(user: &str, password: &str) -> UserRow {
        UserRow {
            line: 2,
            email_address: "anna@new.com".to_owned(),
            user_name: user.to_owned(),
            password: Secret::new(password),
            user_root: None,
            target_user_name: None,
            target_password: Secret::default(),
        }
    }

    fn password(text: &str) -> Proof {
        Proof::Password(Secret::new(text))
    }

    fn name_sent(format: AdminLoginFormat, admin: &str, user: &str) -> String {
        let login = source_login(&endpoint(format, Some(admin)), &row(user, "")).unwrap();
        assert_eq!(login.proof, password("adminpw"));
        login.authentication_user
    }

    /// O13, O14, D1, M1, U6
    #[test]
    fn each_format_builds_the_name_that_its_servers_take() {
        use AdminLoginFormat::*;
        assert_eq!(name_sent(Exchange, "contoso\\mailadmin", "terry.adams"), "contoso/mailadmin/terry.adams");
        assert_eq!(name_sent(Exchange, "contoso/mailadmin", "contoso\\terry"), "contoso/mailadmin/terry");
        assert_eq!(name_sent(Dovecot, "mailadmin", "terry.adams"), "terry.adams*mailadmin");
        assert_eq!(name_sent(Mirapoint, "mailadmin", "terry@c.edu"), "#terry@c.edu#mailadmin#");
        assert_eq!(name_sent(Zimbra, "mailadmin", "terry@c.edu"), "#terry@c.edu#mailadmin#");
        assert_eq!(name_sent(SaslPlain, "mailadmin", "terry"), "mailadmin");
    }

    /// C1, K1, S1, Z1
    #[test]
    fn some_formats_name_the_user_apart_and_the_others_in_the_login() {
        use AdminLoginFormat::*;
        let login = |format| {
            let login = source_login(&endpoint(format, Some("admin")), &row("terry@c.edu", "")).unwrap();
            (login.authentication_user, login.impersonation)
        };
        let apart =
            |how: fn(String) -> Impersonation| ("admin".to_owned(), Some(how("terry@c.edu".to_owned())));
        assert_eq!(login(SaslPlain), apart(Impersonation::SaslPlain));
        assert_eq!(login(ProxyAuth), apart(Impersonation::ProxyAuth));
        assert_eq!(login(Kerio), apart(Impersonation::Kerio));
        for format in [Exchange, Dovecot, Zimbra] {
            assert!(login(format).1.is_none());
        }
    }

    /// N4
    #[test]
    fn without_a_format_the_user_logs_in_alone() {
        let login = source_login(&endpoint(AdminLoginFormat::None, None), &row("anna", " p ")).unwrap();
        assert_eq!((login.authentication_user.as_str(), login.proof), ("anna", password(" p ")));
    }

    #[test]
    fn a_user_root_is_kept_and_required_where_the_format_depends_on_it() {
        let endpoint = endpoint(AdminLoginFormat::UserRoot, Some("mailadmin"));
        let error = source_login(&endpoint, &row("anna", "")).unwrap_err();
        assert!(error.remedy.unwrap().contains("UserRoot"));
        let rooted = UserRow { user_root: Some("/users/anna".to_owned()), ..row("anna", "") };
        let login = source_login(&endpoint, &rooted).unwrap();
        assert_eq!(
            (login.authentication_user.as_str(), login.root.as_deref()),
            ("mailadmin", Some("/users/anna"))
        );
        assert!(target_login(&endpoint, &rooted).is_err());
    }

    #[test]
    fn the_target_takes_the_row_then_the_address_then_the_administrator() {
        let own = UserRow {
            target_user_name: Some("anna.new".to_owned()),
            target_password: Secret::new("t"),
            ..row("anna", "s")
        };
        let admin = endpoint(AdminLoginFormat::SaslPlain, Some("admin"));
        let login = target_login(&admin, &own).unwrap();
        assert_eq!((login.authentication_user.as_str(), login.proof), ("anna.new", password("t")));
        let login = target_login(&admin, &row("anna", "s")).unwrap();
        assert_eq!((login.authentication_user.as_str(), login.proof), ("admin", password("adminpw")));
        assert_eq!(login.impersonation, Some(Impersonation::SaslPlain("anna@new.com".to_owned())));
    }

    #[test]
    fn a_token_opens_the_users_own_mailbox_whatever_passwords_the_row_has() {
        let grant = Grant::ClientSecret { client_secret: Secret::new("s3cret") };
        let (application_id, authority, scope) = (None, None, None);
        let oauth = OAuth { provider: Provider::Google, application_id, authority, scope, grant };
        let endpoint = Endpoint { oauth: Some(oauth), ..endpoint(AdminLoginFormat::None, None) };
        let row = UserRow { target_password: Secret::new("t"), ..row("anna", "s") };
        let logins = [source_login(&endpoint, &row), target_login(&endpoint, &row)].map(Result::unwrap);
        assert_eq!(
            logins.each_ref().map(|login| login.authentication_user.as_str()),
            ["anna", "anna@new.com"]
        );
        assert!(logins.iter().all(|login| login.proof == Proof::Token && login.impersonation.is_none()));
        assert!(source_login(&endpoint, &self::row("anna", "")).is_ok());
    }

    #[test]
    fn errors_name_user_endpoint_and_what_is_missing_and_no_password() {
        let none = endpoint(AdminLoginFormat::None, Some("admin"));
        let errors = [
            (source_login(&none, &row("anna", "")), "no Password", "fill Password"),
            (target_login(&none, &row("anna", "s3cret")), "no TargetPassword", "fill TargetPassword"),
            (
                source_login(&endpoint(AdminLoginFormat::Dovecot, None), &row("anna", "s3cret")),
                "no administrator",
                "-Credentials",
            ),
            (
                source_login(&endpoint(AdminLoginFormat::Zimbra, Some("a")), &row("anna", "s3cret")),
                "with its domain",
                "user@domain",
            ),
        ];
        for (login, fault, remedy) in errors {
            let error = login.unwrap_err();
            assert!(error.message.contains("`anna@new.com`") && error.message.contains("`Contoso`"));
            assert!(error.message.contains(fault), "{}", error.message);
            assert!(error.remedy.as_ref().unwrap().contains(remedy));
            assert_eq!(error.user.as_deref(), Some("anna@new.com"));
            let shown = format!("{error:?}");
            assert!(!shown.contains("s3cret") && !shown.contains("adminpw"));
        }
    }
}
