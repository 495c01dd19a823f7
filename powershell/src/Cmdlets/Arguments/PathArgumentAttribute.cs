using System;
using System.IO;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes a path. One that may be a row of a CSV must lead somewhere: nothing is made, and nothing told, of such a name.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PathArgumentAttribute : TextArgumentAttribute
{
    private protected override string Wanted => "a path; a folder that has separators in its name must be there already";

    private protected override bool IsRefused(string text, EngineIntrinsics engine) =>
        Rows.MayBe(text) && Resolved(text, engine.SessionState.Path) is null;

    /// <summary>Where a path leads that something is at; null if it leads nowhere.</summary>
    internal static string? Resolved(string path, PathIntrinsics paths)
    {
        try
        {
            var full = paths.GetUnresolvedProviderPathFromPSPath(path);
            return File.Exists(full) || Directory.Exists(full) ? full : null;
        }
        catch (Exception e) when (e is RuntimeException or ArgumentException or NotSupportedException or SessionStateException)
        {
            // No drive, or no provider, of that name: it leads nowhere, and PowerShell's own words repeat it.
            return null;
        }
    }
}
