using System;
using System.Globalization;
using System.Linq;
using System.Security;
using System.Text.RegularExpressions;

namespace ImapMigration;

/// <summary>Reads what an admin copies from the portal of Entra, and refuses what is another line of the same page.</summary>
internal static class EntraArguments
{
    // The words stand for "whoever signs in"; the library refuses them where an application logs in.
    private static readonly Regex Domain = new(@"^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$");
    private static readonly Regex Thumb = new("^[0-9A-F]{40}$");
    private static readonly string[] AnyTenant = ["common", "organizations", "consumers"];

    /// <summary>A tenant: its id, or one of its domains.</summary>
    internal static string Tenant(string given)
    {
        var tenant = given.Trim();
        return Guid.TryParse(tenant, out var id) ? $"{id}"
            : Domain.IsMatch(tenant) || AnyTenant.Contains(tenant, StringComparer.OrdinalIgnoreCase) ? tenant
            : throw Refusals.Argument(
                $"-TenantId takes the directory (tenant) id or a domain, and was given `{tenant}`",
                "copy \"Directory (tenant) ID\" from the overview of the app registration, or give a domain such as contoso.onmicrosoft.com");
    }

    /// <summary>An application id.</summary>
    internal static string Application(string given) => Guid.TryParse(given.Trim(), out var id)
        ? $"{id}"
        : throw Refusals.Argument(
            $"-ApplicationId takes a guid, and was given `{given.Trim()}`",
            "copy \"Application (client) ID\" from the overview of the app registration");

    /// <summary>The object id of the enterprise application.</summary>
    internal static string ObjectId(string given) => Guid.TryParse(given.Trim(), out var id)
        ? $"{id}"
        : throw Refusals.Argument(
            $"-ServicePrincipalObjectId takes a guid, and was given `{given.Trim()}`",
            "copy \"Object ID\" from the overview of the application in \"Enterprise applications\"");

    /// <summary>An application's secret. Entra makes none that is a guid: that is the id beside it.</summary>
    internal static string Secret(SecureString given) => given.ToText() switch
    {
        null => throw Refusals.Argument("-ClientSecret is empty", "give the secret's value, as in (Read-Host -AsSecureString)"),
        var id when Guid.TryParse(id.Trim(), out _) => throw Refusals.Argument(
            "-ClientSecret was given a guid, which is the secret's id and not its value",
            "copy the column \"Value\" of \"Certificates & secrets\", which is shown only when the secret is made; make a new secret if it is lost"),
        var secret => secret,
    };

    /// <summary>A thumbprint, without the blanks, colons and invisible characters that Windows' dialog puts between and before.</summary>
    internal static string Thumbprint(string given)
    {
        var digits = given.ToUpperInvariant().Where(c => c != ':' && !char.IsWhiteSpace(c) && !IsInvisible(c));
        var thumbprint = string.Concat(digits);
        return Thumb.IsMatch(thumbprint)
            ? thumbprint
            : throw Refusals.Argument(
                $"-CertificateThumbprint takes 40 hexadecimal digits, and was given `{thumbprint}`",
                "Get-ChildItem Cert:\\CurrentUser\\My, Cert:\\LocalMachine\\My shows the thumbprints");
    }

    private static bool IsInvisible(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control;
}
