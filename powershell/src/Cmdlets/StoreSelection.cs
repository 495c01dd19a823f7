using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ImapMigration;

/// <summary>Which store this session works with. Sessions of one process do not disturb each other.</summary>
internal static class StoreSelection
{
    private static readonly ConditionalWeakTable<Runspace, string> Selected = new();

    /// <summary>The folder or URL of Connect-MigrationStore; null for the process's default.</summary>
    internal static string? Current
    {
        get => Runspace.DefaultRunspace is { } session && Selected.TryGetValue(session, out var store) ? store : null;

        set
        {
            Selected.Remove(Runspace.DefaultRunspace);
            if (value is not null)
            {
                Selected.Add(Runspace.DefaultRunspace, value);
            }
        }
    }
}
