using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Makes a batch: from a CSV, or from users of other batches. With -WhatIf the CSV is checked all the same.</summary>
[Cmdlet(VerbsCommon.New, "MigrationBatch", SupportsShouldProcess = true, DefaultParameterSetName = CsvSet)]
[OutputType(typeof(MigrationBatch))]
public sealed class NewMigrationBatchCommand : NewBatchParameters, IDisposable
{
    private readonly List<string> _users = [];
    private string? _source;
    private string? _target;

    /// <inheritdoc />
    private protected override void Process()
    {
        foreach (var user in Users.Or(OtherIds) ?? UserIds ?? [])
        {
            // A batch with fewer users than were meant is none that was meant.
            if (Named(user, "migration user", UsersParameter) is { } name)
            {
                _users.Add(name);
            }
            else
            {
                HasRefused = true;
            }
        }
    }

    /// <inheritdoc />
    protected override void EndProcessing()
    {
        if (!HasRefused && HasEndpoints() && Subjects() is { } users)
        {
            Change($"Migration batch '{Name}'", Action(users), () => Operations.NewBatch(Batch()));
        }
    }

    /// <inheritdoc />
    public void Dispose() => (CSVData as CsvBytes)?.Wipe();

    private string UsersParameter => ParameterSetName == UserIdsSet ? nameof(UserIds) : nameof(Users);

    private CsvCheck? Csv() =>
        CSVData is CsvBytes csv ? CsvFile.ToRequest(csv, AllowUnknownColumnsInCsv, Delimiter, Lenient) : null;

    // Users that are migrated again go the way that they went before, unless told otherwise.
    private bool HasEndpoints()
    {
        (_source, _target) = (SourceEndpoint.OrNull(), TargetEndpoint.OrNull());
        if (_source is not null)
        {
            return true;
        }

        if (_users.Count == 0)
        {
            WriteError(ErrorRecords.IdentityRequired("migration user", UsersParameter));
            return false;
        }

        var user = Query(Operations.GetUsers(new UserQuery { Identity = _users[0] })).FirstOrDefault()?.User;
        var original = user is null ? null : Query(Operations.GetBatches(new BatchQuery { Identity = user.Batch })).FirstOrDefault()?.Batch;
        _source = original?.SourceEndpoint;
        _target ??= original?.TargetEndpoint;
        return _source is not null;
    }

    // What the admin is asked to confirm.
    private string Action(string users)
    {
        var route = $"from endpoint '{_source}'" + (_target is { } target ? $" to endpoint '{target}'" : "");
        return $"Create, to {(Analyze ? "measure" : "migrate")} {users} {route}{(AutoStart ? ", and start" : "")}";
    }

    // None where they cannot be counted, which has then been written as an error. Whether the rows will do the library says later.
    private string? Subjects() => Csv() is not { } csv
        ? Counted(_users.Count)
        : Query(Operations.TestCsv(new CsvTest { Csv = csv })).FirstOrDefault()?.CsvCheck is { } check ? Counted(check.RowCount) : null;

    private static string Counted(long users) => users == 1 ? "1 user" : $"{users:N0} users";

    private NewBatch Batch() => new()
    {
        Name = Name,
        SourceEndpoint = _source!,
        TargetEndpoint = _target,
        Csv = Csv(),
        UserIds = [.. _users],
        DisableOnCopy = DisableOnCopy,
        AdoptPreexisting = AdoptPreexisting,
        Options = Options(),
        AutoStart = AutoStart,
        SubmittedBy = $"{Environment.UserDomainName}\\{Environment.UserName}",
    };

    private BatchOptions Options() => new()
    {
        StartAfter = Times.Rfc3339(StartAfter),
        CompleteAfter = Times.Rfc3339(CompleteAfter),
        IncludeFolders = IncludeFolders,
        ExcludeFolders = ExcludeFolders,
        ContentFilter = ContentFilter,
        Repair = Repair?.Select(repair => repair.ToString()).ToArray(),
        NotificationEmails = NotificationEmails,
        ReportIntervalSeconds = (long?)ReportInterval?.TotalSeconds,
        SkipReports = SkipReports,
        TimeZone = TimeZone,
        AllowIncrementalSyncs = AllowIncrementalSyncs,
        AutoRetryCount = AutoRetryCount,
        Analyze = Analyze,
    };
}
