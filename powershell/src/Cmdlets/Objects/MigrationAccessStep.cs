namespace ImapMigration;

/// <summary>A step of setting up or taking down the access of an application to mailboxes of Office 365.</summary>
public sealed class MigrationAccessStep
{
    private readonly AccessStep? _step;

    internal MigrationAccessStep(AccessStep step, MigrationAccessState state, string? message) =>
        (_step, State, Message) = (step, state, message);

    /// <summary>What it is, in a few words.</summary>
    public string Step => _step?.Name ?? "";

    /// <summary>The mailbox, of a step for one.</summary>
    public string? Mailbox => _step?.Mailbox;

    /// <summary>Done, Missing, or Unknown where this session cannot tell.</summary>
    public MigrationAccessState State { get; }

    /// <summary>What does it, as it is typed.</summary>
    public string Command => _step?.Command ?? "";

    /// <summary>Why it is not known, or failed.</summary>
    public string? Message { get; }

    /// <summary>The command.</summary>
    public override string ToString() => Command;
}
