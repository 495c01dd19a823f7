using System;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>How to reach a server. Exchange's further names are in ImapMigration.Types.ps1xml.</summary>
public sealed class MigrationEndpoint : IIdentified
{
    private readonly EndpointView _view;

    internal MigrationEndpoint(EndpointView view) => _view = view;

    /// <summary>The name: a string with <c>.Name</c> and <c>.Id</c>.</summary>
    public PSObject Identity => TypedText.EndpointId(_view.Name)!;

    /// <summary>The identity for machines.</summary>
    public Guid Guid => Guid.Parse(_view.Guid);

    /// <summary>IMAP or Maildir.</summary>
    public string EndpointType => _view.EndpointType;

    /// <summary>Which side the endpoint serves: Source or Target.</summary>
    public string Role => Enum.Parse(typeof(MigrationEndpointRole), _view.Role, ignoreCase: true).ToString();

    /// <summary>The host, of an IMAP endpoint.</summary>
    public string? RemoteServer => _view.RemoteServer;

    /// <summary>The TCP port, of an IMAP endpoint.</summary>
    public int? Port => _view.Port;

    /// <summary>How the connection is protected, of an IMAP endpoint.</summary>
    public string? Security => _view.Security;

    /// <summary>Whether any certificate will do.</summary>
    public bool AcceptUntrustedCertificates => _view.AcceptUntrustedCertificates;

    /// <summary>The folder, of a Maildir endpoint.</summary>
    public string? Path => _view.Path;

    /// <summary>Mailboxes in their initial sync at once.</summary>
    public Unlimited MaxConcurrentMigrations => Unlimited.Parse(_view.MaxConcurrentMigrations);

    /// <summary>Mailboxes in an incremental sync at once.</summary>
    public Unlimited MaxConcurrentIncrementalSyncs => Unlimited.Parse(_view.MaxConcurrentIncrementalSyncs);

    /// <summary>The logon name of the administrator who logs in for everybody. The password is never shown.</summary>
    public string? Username => _view.UserName;

    /// <summary>How the administrator logs in.</summary>
    public string AdminLoginFormat => _view.AdminLoginFormat;

    /// <summary>What stands between user and administrator in the Dovecot format.</summary>
    public string LoginSeparator => _view.LoginSeparator;

    /// <summary>Mailboxes in their initial sync now.</summary>
    public int ActiveMigrationCount => _view.ActiveMigrationCount;

    /// <summary>Mailboxes in an incremental sync now.</summary>
    public int ActiveIncrementalSyncCount => _view.ActiveIncrementalSyncCount;

    /// <summary>When it was made.</summary>
    public DateTime CreatedTime => Times.Local(_view.CreatedAt);

    /// <summary>When it was last changed.</summary>
    public DateTime LastModifiedTime => Times.Local(_view.ModifiedAt);

    string IIdentified.Key => _view.Name;

    /// <summary>The name.</summary>
    public override string ToString() => _view.Name;
}
