using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Interop;

/// <summary>A request failed before it became a job. Carries the same error as an <c>error</c> event.</summary>
public sealed class MigrationErrorException : Exception
{
    /// <summary>Wraps an error of the contract.</summary>
    public MigrationErrorException(ErrorView error) : base(error.Message) => Error = error;

    /// <summary>The error.</summary>
    public ErrorView Error { get; }
}
