namespace ImapMigration;

/// <summary>Microsoft's clouds. An application of one is unknown in the others.</summary>
public enum MigrationCloud
{
    /// <summary>The global one, and GCC.</summary>
    Global,

    /// <summary>GCC High (L4).</summary>
    UsGovGccHigh,

    /// <summary>DoD (L5).</summary>
    UsGovDoD,

    /// <summary>China, by 21Vianet.</summary>
    China,
}

/// <summary>Where mailboxes and logins are.</summary>
internal static class Hosts
{
    /// <summary>Google's IMAP server.</summary>
    internal const string Google = "imap.gmail.com";

    /// <summary>The IMAP server of a cloud: what Rust's <c>Cloud::imap_host</c> says, too.</summary>
    internal static string Of(MigrationCloud cloud) => cloud switch
    {
        MigrationCloud.UsGovGccHigh => "outlook.office365.us",
        MigrationCloud.UsGovDoD => "outlook-dod.office365.us",
        MigrationCloud.China => "partner.outlook.cn",
        _ => "outlook.office365.com",
    };

    /// <summary>Where a cloud has its logins: what Rust's <c>Cloud::authority</c> says, too.</summary>
    internal static string Authority(MigrationCloud cloud) => cloud switch
    {
        MigrationCloud.UsGovGccHigh or MigrationCloud.UsGovDoD => "https://login.microsoftonline.us",
        MigrationCloud.China => "https://login.partner.microsoftonline.cn",
        _ => "https://login.microsoftonline.com",
    };
}
