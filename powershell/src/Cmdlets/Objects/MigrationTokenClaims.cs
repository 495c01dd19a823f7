using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>What an access token says of itself. Not verified: it is for people to see what is wrong with it.</summary>
public sealed class MigrationTokenClaims
{
    private readonly ClaimsView? _view;

    internal MigrationTokenClaims(ClaimsView view) => _view = view;

    private ClaimsView View => _view ?? Blank<ClaimsView>.Value;

    /// <summary>aud: for which server it is.</summary>
    public string? Audience => View.Audience;

    /// <summary>tid: the tenant.</summary>
    public string? TenantId => View.Tenant;

    /// <summary>appid: the application.</summary>
    public string? ApplicationId => View.ApplicationId;

    /// <summary>roles of an application, or scp of a person.</summary>
    public string[] Roles => View.Roles;

    /// <summary>exp: until when it is good.</summary>
    public DateTime? ExpirationTime => Times.OptionalLocal(View.ExpiresAt);

    /// <summary>The roles, and for which server.</summary>
    public override string ToString() => $"{string.Join(", ", Roles)} at {Audience}";
}
