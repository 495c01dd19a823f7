#pragma warning disable CS1591 // The members are those of the Rust types of the same name, which document them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>How the tokens of an endpoint are had. No secret is shown.</summary>
[DataContract]
public sealed class OAuthView
{
    [DataMember(Name = "provider")]
    public string Provider { get; init; } = "";

    [DataMember(Name = "grant")]
    public string Grant { get; init; } = "";

    [DataMember(Name = "cloud")]
    public string? Cloud { get; init; }

    [DataMember(Name = "tenant")]
    public string? Tenant { get; init; }

    [DataMember(Name = "application_id")]
    public string? ApplicationId { get; init; }

    [DataMember(Name = "authority")]
    public string? Authority { get; init; }

    [DataMember(Name = "scope")]
    public string Scope { get; init; } = "";

    [DataMember(Name = "certificate")]
    public CertificateView? Certificate { get; init; }

    [DataMember(Name = "claims")]
    public ClaimsView? Claims { get; init; }
}

/// <summary>What an access token says of itself, not verified.</summary>
[DataContract]
public sealed class ClaimsView
{
    [DataMember(Name = "audience")]
    public string? Audience { get; init; }

    [DataMember(Name = "tenant")]
    public string? Tenant { get; init; }

    [DataMember(Name = "application_id")]
    public string? ApplicationId { get; init; }

    [DataMember(Name = "roles")]
    public string[] Roles { get; init; } = [];

    [DataMember(Name = "expires_at")]
    public string? ExpiresAt { get; init; }
}
