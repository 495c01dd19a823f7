using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Every error of this module. Its message is what the admin reads; its properties are the same in parts.</summary>
public abstract class MigrationException : Exception
{
    private protected MigrationException(string message, ErrorView error) : base(message)
    {
        Kind = error.Kind;
        ServerResponse = error.Server;
        Remedy = error.Remedy;
        ObjectName = error.Object;
        User = error.User;
        Folder = error.Folder;
        Uid = error.Uid;
    }

    /// <summary>What went wrong, as a stable word: <c>batch_not_found</c>.</summary>
    public string Kind { get; }

    /// <summary>The server's own line, where there is one.</summary>
    public string? ServerResponse { get; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; }

    /// <summary>The name of the object that the error is about.</summary>
    public string? ObjectName { get; }

    /// <summary>The migration user.</summary>
    public string? User { get; }

    /// <summary>The folder, as a person reads it.</summary>
    public string? Folder { get; }

    /// <summary>The message's UID in the source folder.</summary>
    public long? Uid { get; }
}
