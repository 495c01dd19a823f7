using System;

namespace ImapMigration;

/// <summary>How a step of a tenant's set-up stands.</summary>
public enum MigrationAccessState
{
    /// <summary>Nothing is left to do.</summary>
    Done,

    /// <summary>It is to be done.</summary>
    Missing,

    /// <summary>This session cannot tell.</summary>
    Unknown,
}

/// <summary>A step: how to see whether it is done, and what does it.</summary>
internal sealed class AccessStep
{
    /// <summary>What it is, in a few words.</summary>
    internal required string Name { get; init; }

    /// <summary>The mailbox, of a step for one.</summary>
    internal string? Mailbox { get; init; }

    /// <summary>Looks how it stands.</summary>
    internal required Func<MigrationAccessState> Look { get; init; }

    /// <summary>Why it is not known, where that can be said.</summary>
    internal string? Doubt { get; init; }

    /// <summary>What does it, in this order.</summary>
    internal ExchangeCall[] Calls { get; init; } = [];

    /// <summary>What does it where no call of ours can: as it is typed.</summary>
    internal string? ByHand { get; init; }

    /// <summary>What is typed to do it.</summary>
    internal string Command => ByHand ?? string.Join("; ", Calls as object[]);
}
