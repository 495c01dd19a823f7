using System.Collections.Generic;
using System.Linq;

namespace ImapMigration;

/// <summary>Reads identities.</summary>
internal static class Identities
{
    /// <summary>The text of an identity; null if there is none.</summary>
    internal static string? OrNull(this MigrationIdParameter? identity) => identity?.Naming.Text.OrNull();

    /// <summary>The identity that was given, or what was piped where only the value of a switch was given.</summary>
    internal static T? Or<T>(this T? identity, T? piped)
        where T : MigrationIdParameter => IsSwitchValue(identity) ? piped : identity;

    /// <summary>As <see cref="Or{T}(T, T)"/>, of a list.</summary>
    internal static T[]? Or<T>(this T[]? identities, T[]? piped)
        where T : MigrationIdParameter => identities?.Any(IsSwitchValue) == true ? piped : identities;

    /// <summary>The identities in an argument.</summary>
    internal static IEnumerable<MigrationIdParameter> In(object? argument) => argument switch
    {
        MigrationIdParameter one => [one],
        MigrationIdParameter?[] several => several.OfType<MigrationIdParameter>(),
        _ => [],
    };

    /// <summary>What kind of object was given that names nothing.</summary>
    internal static string Shown(MigrationIdParameter stray) => IsSwitchValue(stray) ? Given.Kind(true) : $"{stray}";

    /// <summary>Whether it is the value of a switch, and no identity.</summary>
    internal static bool IsSwitchValue(MigrationIdParameter? identity) => identity?.Naming == Naming.SwitchValue;
}
