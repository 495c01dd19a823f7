using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>How the tokens of an endpoint are had. No secret is shown.</summary>
public sealed class MigrationEndpointOAuth
{
    private readonly OAuthView? _view;

    internal MigrationEndpointOAuth(OAuthView view) => _view = view;

    private OAuthView View => _view ?? Blank<OAuthView>.Value;

    /// <summary>Office365, Google, or Other for a script or a program.</summary>
    public string Provider => View.Provider;

    /// <summary>ClientSecret, Certificate, Interactive, DeviceCode, ServiceAccount or Command.</summary>
    public string Grant => View.Grant;

    /// <summary>Which of Microsoft's clouds.</summary>
    public string? Cloud => View.Cloud;

    /// <summary>The directory, as it was given.</summary>
    public string? TenantId => View.Tenant;

    /// <summary>The application, or the address of the service account.</summary>
    public string? ApplicationId => View.ApplicationId;

    /// <summary>Where tokens are asked for.</summary>
    public string? Authority => View.Authority;

    /// <summary>What they are asked for.</summary>
    public string Scope => View.Scope;

    /// <summary>Whom the application's certificate names.</summary>
    public string? CertificateSubject => View.Certificate?.Subject;

    /// <summary>SHA-256 of the certificate.</summary>
    public string? CertificateThumbprint => View.Certificate?.Thumbprint;

    /// <summary>Until when the certificate is valid.</summary>
    public DateTime? CertificateNotAfter => Times.OptionalLocal(View.Certificate?.NotAfter);

    /// <summary>What the last token that was tested says of itself; null of those of Google, which say nothing.</summary>
    public MigrationTokenClaims? Claims => View.Claims is { } claims ? new MigrationTokenClaims(claims) : null;

    /// <summary>Provider and grant: <c>Office365, Certificate</c>.</summary>
    public override string ToString() => $"{Provider}, {Grant}";
}
