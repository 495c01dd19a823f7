using System;
using System.Collections.Generic;
using System.Management.Automation;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>What all cmdlets share: they send requests and write what comes back, on the pipeline's own thread.</summary>
public abstract class MigrationCmdlet : GuardedCmdlet
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private volatile MigrationJob? _job;
    private volatile bool _stopping;

    /// <summary>Whether -WhatIf, or $WhatIfPreference, asks to change nothing.</summary>
    private protected bool IsWhatIf => LanguagePrimitives.IsTrue(
        MyInvocation.BoundParameters.TryGetValue("WhatIf", out var bound) ? bound : GetVariableValue("WhatIfPreference"));

    /// <summary>Ctrl+C: ends the running job. Called on another thread.</summary>
    protected override void StopProcessing()
    {
        _stopping = true;
        _job?.Cancel();
    }

    /// <summary>Sends a request and writes its items, warnings, errors and progress.</summary>
    private protected void Send(Request request) => Send(request, Write);

    /// <summary>Makes a change that is wanted. What -WhatIf says would be done can be done: all is checked as the change would.</summary>
    private protected void Change(string target, string action, Func<Request> request, Action<JobEvent>? onItem = null)
    {
        try
        {
            if ((!IsWhatIf || IsPossible(request())) && Confirmed(target, action))
            {
                Send(request(), onItem ?? Write);
            }
        }
        catch (MigrationErrorException e)
        {
            WriteError(ErrorRecords.From(e.Error));
        }
    }

    /// <summary>Whether the admin wants it.</summary>
    private protected virtual bool Confirmed(string target, string action) => ShouldProcess(target, action);

    /// <summary>Writes the object of an item; nothing for an item of a newer library.</summary>
    private protected void Write(JobEvent item)
    {
        if (OutputObjects.From(item) is { } output)
        {
            WriteObject(output);
        }
    }

    /// <summary>Writes the object of an endpoint, and warns of a certificate that will not last.</summary>
    private protected void WriteEndpoint(JobEvent item)
    {
        if (item.Endpoint is { OAuth.Certificate: { } certificate } endpoint && Expiry.Warning(endpoint.Name, certificate) is { } warning)
        {
            WriteWarning(warning);
        }

        Write(item);
    }

    /// <summary>Sends a request and collects its items instead of writing them.</summary>
    private protected List<JobEvent> Query(Request request)
    {
        var items = new List<JobEvent>();
        Send(request, items.Add);
        return items;
    }

    /// <summary>The text of an identity. If there is none, that is an error: an empty variable never means "all".</summary>
    private protected string? Named(MigrationIdParameter? identity, string noun, string parameter = "Identity")
    {
        if (identity.OrNull() is { } name)
        {
            return name;
        }

        WriteError(ErrorRecords.IdentityRequired(noun, parameter));
        return null;
    }

    /// <summary>Whether the admin gave this parameter.</summary>
    private protected bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>A path of PowerShell, relative or on a drive of its own, as the operating system knows it.</summary>
    private protected string FullPath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    private bool IsPossible(Request request)
    {
        request.DryRun = true;
        return Send(request, Write);
    }

    /// <summary>As <see cref="Send(Request)"/>, with another way for its items. Whether it came to its end, and without an error.</summary>
    private protected bool Send(Request request, Action<JobEvent> onItem)
    {
        var progress = new ProgressDisplay(this);
        try
        {
            request.Store ??= StoreSelection.Current;
            using var job = MigrationJob.Start(request);
            _job = job;
            if (_stopping)
            {
                job.Cancel();
            }

            return Pump(job, progress, onItem);
        }
        catch (MigrationErrorException e)
        {
            WriteError(ErrorRecords.From(e.Error));
            return false;
        }
        finally
        {
            _job = null;
            progress.Complete();
        }
    }

    // After Ctrl+C nothing is written any more, but what has begun to change is awaited: a process that ends must not leave half.
    private bool Pump(MigrationJob job, ProgressDisplay progress, Action<JobEvent> onItem)
    {
        while (true)
        {
            var next = job.Next(Poll);
            if (next is { Kind: "finished" })
            {
                return next.Outcome == "completed";
            }

            if (!_stopping)
            {
                Show(next, progress, onItem);
            }
        }
    }

    private void Show(JobEvent? next, ProgressDisplay progress, Action<JobEvent> onItem)
    {
        switch (next)
        {
            case { Kind: "item" } item:
                onItem(item);
                break;
            case { Progress: { } now }:
                progress.Show(now);
                break;
            case { Kind: "sign_in", Url: { } url }:
                SignIn.Show(this, url, next);
                break;
            case { Kind: "warning", Message: { } message }:
                WriteWarning(ErrorText.Sentence(message));
                break;
            case { Error: { } error }:
                WriteError(ErrorRecords.From(error));
                break;
        }
    }
}
