using System;
using System.Management.Automation;
using System.Runtime.InteropServices;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Makes every error record of this module.</summary>
internal static class ErrorRecords
{
    private const string ObjectsRemedy = "Get-Help -Full says of each cmdlet what its parameters take";
    private const string RowsRemedy = "rows of a CSV go to -CSVData of New-MigrationBatch, or through the pipeline to Test-MigrationCsv";

    // PowerShell 7 prints the recommended action below an error; Windows PowerShell prints the message alone.
    private static readonly bool PrintsRemedy =
        !RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal);

    /// <summary>The record of an error of the contract.</summary>
    internal static ErrorRecord From(ErrorView error)
    {
        var (id, category) = ErrorTable.Of(error.Kind);
        var exception = Exception(error);
        return new ErrorRecord(exception, id, category, error.Object ?? error.User ?? error.Folder)
        {
            ErrorDetails = new ErrorDetails(PrintsRemedy ? ErrorText.WithoutRemedy(error) : exception.Message)
            {
                RecommendedAction = ErrorText.Sentence(error.Remedy ?? ""),
            },
        };
    }

    /// <summary>An identity was needed and not given: nothing is ever done to "all" because a variable was empty.</summary>
    internal static ErrorRecord IdentityRequired(string noun, string parameter) => From(new ErrorView
    {
        Kind = "identity_required",
        Message = $"the identity of the {noun} is empty",
        Remedy = $"name it with -{parameter}",
    });

    /// <summary>What was given names no object. It is not shown: it may be a row of a CSV.</summary>
    internal static ErrorRecord NoIdentity(string parameter, MigrationIdParameter stray) => From(new ErrorView
    {
        Kind = "invalid_argument",
        Message = $"-{parameter} takes {IdentityKind.Of(stray.GetType()).Wanted}, and was given {Identities.Shown(stray)}",
        Remedy = Remedy(stray.Naming.IsRow),
    });

    /// <summary>Nothing takes what was piped. It is not shown: it may be a row of a CSV.</summary>
    internal static ErrorRecord StrayInput(StrayInput? input) => From(new ErrorView
    {
        Kind = "invalid_argument",
        Message = $"no parameter takes what was piped: {input}",
        Remedy = Remedy(input?.IsRow == true),
    });

    /// <summary>Nothing takes what stands on the command line. It is not shown: it may be a row of a CSV.</summary>
    internal static ErrorRecord StrayArgument(string kind) => new(
        new ParameterBindingException(SwitchValueAttribute.Refused(kind)), "PositionalParameterNotFound", ErrorCategory.InvalidArgument, null);

    /// <summary>No identity was given, and there is not exactly one batch that could be meant.</summary>
    internal static ErrorRecord NotTheOnlyBatch(bool thereAreSeveral) => From(new ErrorView
    {
        Kind = thereAreSeveral ? "identity_required" : "batch_not_found",
        Message = thereAreSeveral ? "there is more than one migration batch" : "there is no migration batch",
        Remedy = thereAreSeveral ? "name one with -Identity" : "create one with New-MigrationBatch",
    });

    /// <summary>A cmdlet of Exchange Online failed, with its own words.</summary>
    internal static ErrorRecord ExchangeFailed(string step, string? mailbox, string words, string command) => From(new ErrorView
    {
        Kind = "server_refused",
        Message = $"cannot {char.ToLowerInvariant(step[0])}{step.Substring(1)}{(mailbox is null ? "" : $" for `{mailbox}`")}",
        Server = words,
        Remedy = $"mend that, then run this again, or the command by itself: {command}",
        Object = mailbox,
    });

    private static string Remedy(bool isRow) => isRow ? RowsRemedy : ObjectsRemedy;

    /// <summary>The exception of an error, as it also stands in a user's statistics.</summary>
    internal static MigrationException Exception(ErrorView error)
    {
        var text = ErrorText.Full(error);
        if (ErrorText.IsMissingObject(error))
        {
            return new ManagementObjectNotFoundException(text, error);
        }

        return error.Retryable
            ? new MigrationTransientException(text, error)
            : new MigrationPermanentException(text, error);
    }
}
