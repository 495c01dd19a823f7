using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>How the tokens of an endpoint are had. No secret is shown.</summary>
public sealed class MigrationEndpointOAuth
{
    private readonly OAuthView _view;

    internal MigrationEndpointOAuth(OAuthView view) => _view = view;

    /// <summary>Office365, Google, or Other for a script or a program.</summary>
    public string Provider => _view.Provider;

    /// <summary>ClientSecret, Certificate, Interactive, DeviceCode, ServiceAccount or Command.</summary>
    public string Grant => _view.Grant;

    /// <summary>Which of Microsoft's clouds.</summary>
    public string? Cloud => _view.Cloud;

    /// <summary>The directory, as it was given.</summary>
    public string? TenantId => _view.Tenant;

    /// <summary>The application, or the address of the service account.</summary>
    public string? ApplicationId => _view.ApplicationId;

    /// <summary>Where tokens are asked for.</summary>
    public string? Authority => _view.Authority;

    /// <summary>What they are asked for.</summary>
    public string Scope => _view.Scope;

    /// <summary>Whom the application's certificate names.</summary>
    public string? CertificateSubject => _view.Certificate?.Subject;

    /// <summary>SHA-256 of the certificate.</summary>
    public string? CertificateThumbprint => _view.Certificate?.Thumbprint;

    /// <summary>Until when the certificate is valid.</summary>
    public DateTime? CertificateNotAfter => Times.OptionalLocal(_view.Certificate?.NotAfter);

    /// <summary>What the last token that was tested says of itself; null of those of Google, which say nothing.</summary>
    public MigrationTokenClaims? Claims => _view.Claims is { } claims ? new MigrationTokenClaims(claims) : null;

    /// <summary>Provider and grant: <c>Office365, Certificate</c>.</summary>
    public override string ToString() => $"{Provider}, {Grant}";
}
