using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Completes names from the store. Says nothing when the store cannot be asked, or not quickly.</summary>
public abstract class StoreCompleter : Completer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private protected abstract Request Query(string prefix);

    private protected abstract string? Name(JobEvent item, string parameter);

    private protected sealed override IEnumerable<string> Words(string prefix, string parameter) =>
        Items(prefix).Select(item => Name(item, parameter)).OfType<string>();

    private List<JobEvent> Items(string prefix)
    {
        var items = new List<JobEvent>();
        try
        {
            var request = Query(prefix);
            request.Store = StoreSelection.Current;
            using var job = MigrationJob.Start(request);
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < Patience && job.Next(Patience) is { Kind: not "finished" } next)
            {
                items.Add(next);
            }
        }
        catch (MigrationErrorException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
        }

        return items;
    }
}

/// <summary>Completes the names of batches.</summary>
public sealed class BatchNameCompleter : StoreCompleter
{
    private protected override Request Query(string prefix) => Operations.GetBatches(new BatchQuery { Prefix = prefix });

    private protected override string? Name(JobEvent item, string parameter) => item.Batch?.Name;
}

/// <summary>Completes the names of endpoints; those of one side for -SourceEndpoint and -TargetEndpoint.</summary>
public sealed class EndpointNameCompleter : StoreCompleter
{
    private protected override Request Query(string prefix) => Operations.GetEndpoints(new EndpointQuery());

    private protected override string? Name(JobEvent item, string parameter) =>
        item.Endpoint is { } endpoint && (Side(parameter) ?? endpoint.Role).Equals(endpoint.Role, StringComparison.OrdinalIgnoreCase)
            ? endpoint.Name
            : null;

    private static string? Side(string parameter) => parameter switch
    {
        "SourceEndpoint" => nameof(MigrationEndpointRole.Source),
        "TargetEndpoint" => nameof(MigrationEndpointRole.Target),
        _ => null,
    };
}

/// <summary>Completes the addresses of users.</summary>
public sealed class UserAddressCompleter : StoreCompleter
{
    private protected override Request Query(string prefix) => Operations.GetUsers(new UserQuery { Prefix = prefix });

    private protected override string? Name(JobEvent item, string parameter) => item.User?.Identity;
}
