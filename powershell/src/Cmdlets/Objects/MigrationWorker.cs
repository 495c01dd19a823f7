using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The background process that moves the mail of a store.</summary>
public sealed class MigrationWorker
{
    private readonly WorkerView _view;

    internal MigrationWorker(WorkerView view) => _view = view;

    /// <summary><c>Running</c> or <c>Stopped</c>.</summary>
    public string Status => _view.Running ? "Running" : "Stopped";

    /// <summary>Its process.</summary>
    public int? ProcessId => _view.ProcessId;

    /// <summary>When it began.</summary>
    public DateTime? StartTime => Times.OptionalLocal(_view.StartedAt);

    /// <summary>When it last showed a sign of life.</summary>
    public DateTime? LastSeenTime => Times.OptionalLocal(_view.LastSeenAt);

    /// <summary>Users it is working on.</summary>
    public int ActiveUserCount => _view.ActiveUsers;

    /// <summary>Its version.</summary>
    public string? Version => _view.Version;

    /// <summary>Its log file.</summary>
    public string? LogPath => _view.LogPath;

    /// <summary>The store it serves.</summary>
    public string Store => _view.Store;

    /// <summary>What keeps it from its work now, if anything does.</summary>
    public string? Message => _view.Message is { } message ? ErrorText.Sentence(message) : null;
}
