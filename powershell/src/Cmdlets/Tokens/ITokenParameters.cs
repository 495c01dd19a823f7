using System.Management.Automation;
using System.Security;

namespace ImapMigration;

/// <summary>The parameters of New- and Set-MigrationEndpoint that say how tokens are had.</summary>
internal interface ITokenParameters
{
    /// <summary>Which of Microsoft's clouds.</summary>
    MigrationCloud? Cloud { get; }

    /// <summary>The directory: its id or one of its domains.</summary>
    string? TenantId { get; }

    /// <summary>The application (client) id.</summary>
    string? ApplicationId { get; }

    /// <summary>Where tokens are asked for, in place of the provider's own address.</summary>
    string? Authority { get; }

    /// <summary>What tokens are asked for, in place of the provider's own.</summary>
    string? Scope { get; }

    /// <summary>The value of the application's secret.</summary>
    SecureString? ClientSecret { get; }

    /// <summary>The application's certificate, in the certificate store.</summary>
    string? CertificateThumbprint { get; }

    /// <summary>The application's certificate with its key, in a file: PFX or PEM.</summary>
    string? CertificateFile { get; }

    /// <summary>The password of a PFX file.</summary>
    SecureString? CertificatePassword { get; }

    /// <summary>A person signs in, in a browser.</summary>
    SwitchParameter Interactive { get; }

    /// <summary>A person signs in with a code, in a browser anywhere.</summary>
    SwitchParameter DeviceCode { get; }

    /// <summary>The file of the key of a service account of Google.</summary>
    string? ServiceAccountKey { get; }

    /// <summary>The bytes of that file.</summary>
    object? ServiceAccountKeyFileData { get; }

    /// <summary>A script that returns the token.</summary>
    ScriptBlock? AccessToken { get; }

    /// <summary>A program that writes the token, and what it is told.</summary>
    object? TokenCommand { get; }
}
