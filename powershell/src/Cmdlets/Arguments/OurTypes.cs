using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ImapMigration;

/// <summary>Tells what an object of this module is, or was before it went through a job, a file or Select-Object.</summary>
internal static class OurTypes
{
    private static readonly Regex Name = new(@"^(?:(?:Deserialized|Selected)\.)*ImapMigration\.(\w+)$");

    /// <summary>The names of its types, without namespace; none of what is not ours.</summary>
    internal static IEnumerable<string> Of(object given) =>
        from type in PSObject.AsPSObject(given).TypeNames
        let match = Name.Match(type)
        where match.Success
        select match.Groups[1].Value;

    /// <summary>The full name of what it is now; null of what is not ours.</summary>
    internal static string? FullName(object given) => PSObject.AsPSObject(given).TypeNames.FirstOrDefault(Name.IsMatch);
}
