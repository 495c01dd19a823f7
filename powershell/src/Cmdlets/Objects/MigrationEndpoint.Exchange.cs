namespace ImapMigration;

/// <content>Exchange's properties that are always the same for IMAP.</content>
public sealed partial class MigrationEndpoint
{
    /// <summary>Exchange's; always the same here.</summary>
    public string Authentication => "Basic";

    /// <summary>Exchange's; always the same here.</summary>
    public bool UseAutoDiscover => false;

    /// <summary>Exchange's; always the same here.</summary>
    public object? ExchangeServer => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? NspiServer => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? RpcProxyServer => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? MailboxPermission => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? SourceMailboxLegacyDN => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? RemoteTenant => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? AppID => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? AppSecretKeyVaultUrl => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? DiagnosticInfo => null;

    /// <summary>Exchange's; always the same here.</summary>
    public bool IsValid => true;

    /// <summary>Exchange's; always the same here.</summary>
    public string ObjectState => "Unchanged";
}
