namespace ImapMigration;

/// <summary>The statuses of a user in five words.</summary>
public enum MigrationUserStatusSummary
{
    /// <summary>Something is being done, or waits to be done.</summary>
    Active,

    /// <summary>Everything is copied.</summary>
    Synced,

    /// <summary>Finished for good.</summary>
    Completed,

    /// <summary>A pass failed.</summary>
    Failed,

    /// <summary>Stopped by the admin.</summary>
    Stopped,
}

/// <summary>The kinds of migration that this module knows, and Exchange's others, which find nothing.</summary>
public enum MigrationType
{
    /// <summary>From an IMAP server, or to one.</summary>
    IMAP,

    /// <summary>To Maildir trees.</summary>
    Maildir,

    /// <summary>Exchange's cutover and staged migrations.</summary>
    ExchangeOutlookAnywhere,

    /// <summary>Exchange's mailbox moves.</summary>
    ExchangeRemoteMove,

    /// <summary>Exchange's public folder migrations.</summary>
    PublicFolder,
}

/// <summary>How a connection is protected.</summary>
public enum IMAPSecurityMechanism
{
    /// <summary>No encryption.</summary>
    None,

    /// <summary>TLS from the first byte; usually port 993.</summary>
    Ssl,

    /// <summary>STARTTLS; usually port 143.</summary>
    Tls,
}

/// <summary>How a login proves itself.</summary>
public enum AuthenticationMethod
{
    /// <summary>By user name and password.</summary>
    Basic,
}

/// <summary>Which side of a migration an endpoint serves.</summary>
public enum MigrationEndpointRole
{
    /// <summary>Mail comes from here.</summary>
    Source,

    /// <summary>Mail goes here.</summary>
    Target,
}

/// <summary>How an administrator logs in for somebody else.</summary>
public enum AdminLoginFormat
{
    /// <summary>No administrator: every user has a password of their own.</summary>
    None,

    /// <summary><c>domain/admin/user</c>.</summary>
    Exchange,

    /// <summary><c>user*admin</c>; -LoginSeparator sets another separator.</summary>
    Dovecot,

    /// <summary><c>#user@domain#admin#</c>.</summary>
    Mirapoint,

    /// <summary>As Mirapoint.</summary>
    Zimbra,

    /// <summary>SASL PLAIN with the user as authorization identity (RFC 4616).</summary>
    SaslPlain,

    /// <summary>The administrator's own login; the user's mail lies below UserRoot.</summary>
    UserRoot,

    /// <summary>The administrator's own login, then PROXYAUTH with the user.</summary>
    ProxyAuth,

    /// <summary>X-MASTERAUTH with the master password alone, then X-SETUSER with the user.</summary>
    Kerio,
}

/// <summary>What may be changed in a message that the target has refused as it is.</summary>
public enum MigrationRepair
{
    /// <summary>NUL characters are dropped.</summary>
    NulCharacters,

    /// <summary>Line feeds and carriage returns that stand alone become CRLF, and the last line gets its end.</summary>
    BareLineFeeds,

    /// <summary>Lines beyond 10,239 bytes, which Exchange refuses, are broken.</summary>
    LongLines,
}

/// <summary>How good the copy is.</summary>
public enum DataConsistencyScore
{
    /// <summary>Nothing was left behind.</summary>
    Perfect,

    /// <summary>Only harmless things were left behind.</summary>
    Good,

    /// <summary>At most 10 messages, or 0.1 %, were left behind.</summary>
    Investigate,

    /// <summary>More than that, or a whole folder.</summary>
    Poor,
}
