using System;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>How to reach a server.</summary>
public sealed partial class MigrationEndpoint : IIdentified
{
    private readonly EndpointView? _view;

    internal MigrationEndpoint(EndpointView view) => _view = view;

    private EndpointView View => _view ?? Blank<EndpointView>.Value;

    /// <summary>The name: a string with <c>.Name</c> and <c>.Id</c>.</summary>
    public PSObject Identity => TypedText.EndpointId(View.Name)!;

    /// <summary>The identity for machines.</summary>
    public Guid Guid => Guid.Parse(View.Guid);

    /// <summary>IMAP or Maildir.</summary>
    public string EndpointType => View.EndpointType;

    /// <summary>Which side the endpoint serves: Source or Target.</summary>
    public string Role => Enum.Parse(typeof(MigrationEndpointRole), View.Role, ignoreCase: true).ToString();

    /// <summary>The host, of an IMAP endpoint.</summary>
    public string? RemoteServer => View.RemoteServer;

    /// <summary>The TCP port, of an IMAP endpoint.</summary>
    public int? Port => View.Port;

    /// <summary>How the connection is protected, of an IMAP endpoint.</summary>
    public string? Security => View.Security;

    /// <summary>Whether any certificate will do.</summary>
    public bool AcceptUntrustedCertificates => View.AcceptUntrustedCertificates;

    /// <summary>The folder, of a Maildir endpoint.</summary>
    public string? Path => View.Path;

    /// <summary>Mailboxes in their initial sync at once.</summary>
    public Unlimited MaxConcurrentMigrations => Unlimited.Parse(View.MaxConcurrentMigrations);

    /// <summary>Mailboxes in an incremental sync at once.</summary>
    public Unlimited MaxConcurrentIncrementalSyncs => Unlimited.Parse(View.MaxConcurrentIncrementalSyncs);

    /// <summary>The logon name of the administrator who logs in for everybody. The password is never shown.</summary>
    public string? Username => View.UserName;

    /// <summary>How the administrator logs in.</summary>
    public string AdminLoginFormat => View.AdminLoginFormat;

    /// <summary>What stands between user and administrator in the Dovecot format.</summary>
    public string LoginSeparator => View.LoginSeparator;

    /// <summary>How tokens are had, where users have no passwords.</summary>
    public MigrationEndpointOAuth? OAuth => View.OAuth is { } oauth ? new MigrationEndpointOAuth(oauth) : null;

    /// <summary>Mailboxes in their initial sync now.</summary>
    public int ActiveMigrationCount => View.ActiveMigrationCount;

    /// <summary>Mailboxes in an incremental sync now.</summary>
    public int ActiveIncrementalSyncCount => View.ActiveIncrementalSyncCount;

    /// <summary>When it was made.</summary>
    public DateTime CreatedTime => Times.Local(View.CreatedAt);

    /// <summary>When it was last changed.</summary>
    public DateTime LastModifiedTime => Times.Local(View.ModifiedAt);

    string IIdentified.Key => View.Name;

    /// <summary>The name.</summary>
    public override string ToString() => View.Name;
}
