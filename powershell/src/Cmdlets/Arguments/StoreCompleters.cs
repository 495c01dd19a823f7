using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Completes names from the store. Says nothing when the store cannot be asked, or not quickly.</summary>
public abstract class StoreCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private protected abstract Request Query { get; }

    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var prefix = wordToComplete.Trim('\'', '"');
        return Names()
            .Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .OrderBy(name => name, StringComparer.OrdinalIgnoreCase)
            .Select(name => new CompletionResult(Quoted(name), name, CompletionResultType.ParameterValue, name));
    }

    private protected abstract string? Name(JobEvent item);

    private static string Quoted(string name) =>
        name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";

    private List<string> Names()
    {
        var names = new List<string>();
        try
        {
            var request = Query;
            request.Store = StoreSelection.Current;
            using var job = MigrationJob.Start(request);
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < Patience && job.Next(Patience) is { Kind: not "finished" } next)
            {
                names.AddRange(Name(next) is { } name ? [name] : Array.Empty<string>());
            }
        }
        catch (MigrationErrorException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
        }

        return names;
    }
}

/// <summary>Completes the names of batches.</summary>
public sealed class BatchNameCompleter : StoreCompleter
{
    private protected override Request Query => Operations.GetBatches(new BatchQuery());

    private protected override string? Name(JobEvent item) => item.Batch?.Name;
}

/// <summary>Completes the names of endpoints.</summary>
public sealed class EndpointNameCompleter : StoreCompleter
{
    private protected override Request Query => Operations.GetEndpoints(new EndpointQuery());

    private protected override string? Name(JobEvent item) => item.Endpoint?.Name;
}

/// <summary>Completes the addresses of users.</summary>
public sealed class UserAddressCompleter : StoreCompleter
{
    private protected override Request Query => Operations.GetUsers(new UserQuery());

    private protected override string? Name(JobEvent item) => item.User?.Identity;
}
