using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The background process that moves the mail of a store.</summary>
public sealed class MigrationWorker
{
    private readonly WorkerView? _view;

    internal MigrationWorker(WorkerView view) => _view = view;

    private WorkerView View => _view ?? Blank<WorkerView>.Value;

    /// <summary><c>Running</c> or <c>Stopped</c>.</summary>
    public string Status => View.Running ? "Running" : "Stopped";

    /// <summary>Its process.</summary>
    public int? ProcessId => View.ProcessId;

    /// <summary>When it began.</summary>
    public DateTime? StartTime => Times.OptionalLocal(View.StartedAt);

    /// <summary>When it last showed a sign of life.</summary>
    public DateTime? LastSeenTime => Times.OptionalLocal(View.LastSeenAt);

    /// <summary>Users it is working on.</summary>
    public int ActiveUserCount => View.ActiveUsers;

    /// <summary>Its version.</summary>
    public string? Version => View.Version;

    /// <summary>Its log file.</summary>
    public string? LogPath => View.LogPath;

    /// <summary>The store it serves.</summary>
    public string Store => View.Store;

    /// <summary>What keeps it from its work now, if anything does.</summary>
    public string? Message => View.Message is { } message ? ErrorText.Sentence(message) : null;
}
