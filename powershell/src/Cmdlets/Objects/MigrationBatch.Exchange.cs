using System;
using System.Management.Automation;

namespace ImapMigration;

/// <content>Exchange's names for what is there, and its properties that are always the same for IMAP.</content>
public sealed partial class MigrationBatch
{
    /// <summary>Exchange's further name of <see cref="Status"/>.</summary>
    public PSObject State => Status;

    /// <summary>Exchange's further name of <see cref="MigrationType"/>.</summary>
    public string Type => MigrationType;

    /// <summary>Exchange's further name of <see cref="SubmittedByUser"/>.</summary>
    public string Owner => SubmittedByUser;

    /// <summary>Exchange's further name of <see cref="SubmittedByUser"/>.</summary>
    public string OwnerId => SubmittedByUser;

    /// <summary>Exchange's further name of <see cref="IncludedFolders"/>.</summary>
    public string[] IncludeFolders => IncludedFolders;

    /// <summary>Exchange's further name of <see cref="ExcludedFolders"/>.</summary>
    public string[] ExcludeFolders => ExcludedFolders;

    /// <summary>Exchange's further name of <see cref="FinalizedCount"/>.</summary>
    public int CompletedCount => FinalizedCount;

    /// <summary>Exchange's further name of <see cref="LastSyncedDateTime"/>.</summary>
    public DateTime? LastSyncTime => LastSyncedDateTime;

    /// <summary>Exchange's; always the same here.</summary>
    public string BatchDirection => "Onboarding";

    /// <summary>Exchange's further name of <see cref="BatchDirection"/>.</summary>
    public string Direction => BatchDirection;

    /// <summary>The report, as a list.</summary>
    public MigrationReport[] Reports => [Report];

    /// <summary>Exchange's; always the same here.</summary>
    public DateTime? FinalizedDateTime => null;

    /// <summary>Exchange's; always the same here.</summary>
    public DateTime? FinalizedDateTimeUTC => null;

    /// <summary>Exchange's; always the same here.</summary>
    public int ProvisionedCount => 0;

    /// <summary>Exchange's; always the same here.</summary>
    public int ValidationWarningCount => 0;

    /// <summary>Exchange's; always the same here.</summary>
    public object[] ValidationWarnings => [];

    /// <summary>Exchange's; always the same here.</summary>
    public bool HasUnapprovedSkippedItems => false;

    /// <summary>Exchange's; always the same here.</summary>
    public bool IsProvisioning => false;

    /// <summary>Exchange's; always the same here.</summary>
    public string BatchFlags => "None";

    /// <summary>Exchange's; always the same here.</summary>
    public string BadItemLimit => "Unlimited";

    /// <summary>Exchange's; always the same here.</summary>
    public string LargeItemLimit => "Unlimited";

    /// <summary>Exchange's; always the same here.</summary>
    public bool AddUsers => false;

    /// <summary>Exchange's; always the same here.</summary>
    public bool Update => false;

    /// <summary>Exchange's; always the same here.</summary>
    public object? Locale => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? SupportedActions => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? TargetDeliveryDomain => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? OriginalBatchId => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? MoveOptions => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? SkipMerging => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? DiagnosticInfo => null;

    /// <summary>Exchange's; always the same here.</summary>
    public bool IsValid => true;

    /// <summary>Exchange's; always the same here.</summary>
    public string ObjectState => "Unchanged";
}
