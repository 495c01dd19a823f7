using System;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using System.Threading;

namespace ImapMigration;

/// <summary>Which store a session chose with Connect-MigrationStore. Sessions of one process do not disturb each other.</summary>
/// <remarks>
/// A session that has chosen none works with the choice of the first session, which is the one at the prompt: what runs in
/// parallel to it must not work with another store in silence.
/// </remarks>
internal sealed class StoreSelection
{
    private static readonly ConditionalWeakTable<Runspace, StoreSelection> Selected = new();
    private static WeakReference<Runspace>? first;

    private readonly string? _store;

    /// <summary>The choice of a folder or a URL; null for the default store.</summary>
    internal StoreSelection(string? store) => _store = store;

    /// <summary>The store to work with; null for the default store.</summary>
    internal static string? Current => (Own ?? OfFirst)?._store;

    /// <summary>What this session chose; null if it has not.</summary>
    internal static StoreSelection? Own
    {
        get => Session is { } session ? Of(session) : null;

        set
        {
            if (Session is { } session)
            {
                Selected.Remove(session);
                if (value is not null)
                {
                    Selected.Add(session, value);
                }
            }
        }
    }

    private static StoreSelection? OfFirst => first is { } known && known.TryGetTarget(out var session) ? Of(session) : null;

    private static Runspace? Session
    {
        get
        {
            var session = Runspace.DefaultRunspace;
            if (session is not null)
            {
                Interlocked.CompareExchange(ref first, new WeakReference<Runspace>(session), null);
            }

            return session;
        }
    }

    private static StoreSelection? Of(Runspace session) => Selected.TryGetValue(session, out var selection) ? selection : null;
}
