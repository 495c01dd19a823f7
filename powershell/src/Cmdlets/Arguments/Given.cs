using System;
using System.Collections;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Text.RegularExpressions;

namespace ImapMigration;

/// <summary>Reads and names what an admin gave, and never shows it: the binder's own errors would.</summary>
internal static class Given
{
    // What the parser leaves of a parameter that is misspelt.
    private static readonly Regex ParameterName = new("^-[A-Za-z]+:?$");

    /// <summary>The object itself, without what PowerShell wraps it in.</summary>
    internal static object? Base(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    /// <summary>What kind of object it is: its type, or that it may be a row of a CSV.</summary>
    internal static string Kind(object? value) => Base(value) switch
    {
        null => "nothing",
        not null when OurTypes.FullName(value!) is { } type => $"an object of type {type}",
        bool truth => $"'{truth}'",
        string text when ParameterName.IsMatch(text) => $"'{text}'",
        string text when Rows.MayBe(text) => "a text that may be a row of a CSV",
        string => "a text",
        var other => $"an object of type {other.GetType().FullName}",
    };

    /// <summary>Whether it may be a row, which goes to other parameters than objects do.</summary>
    internal static bool MayBeRow(object? value) => Base(value) switch
    {
        null => false,
        string text => Rows.MayBe(text),
        _ => CsvRow.Marks.Any(column => Property(value!, column) is not null),
    };

    /// <summary>The text of what has one. Not of objects, whose text may be all that they hold.</summary>
    internal static string? Text(object? value) => Base(value) switch
    {
        string text => text,
        FileSystemInfo file => file.FullName,
        PathInfo path => path.Path,
        byte => null,
        IFormattable or IConvertible or Uri or IPAddress => LanguagePrimitives.ConvertTo<string>(value),
        _ => null,
    };

    /// <summary>The value of a property, a column or a key; null if there is none.</summary>
    internal static object? Property(object given, string name) => Base(given) switch
    {
        IDictionary pairs => pairs.Keys.Cast<object>().FirstOrDefault(key => IsNamed(key, name)) is { } key ? pairs[key] : null,
        _ => PSObject.AsPSObject(given).Properties[name]?.Value,
    };

    /// <summary>The refusal of an argument. PowerShell puts the parameter's name in front.</summary>
    internal static ArgumentTransformationMetadataException Refusal(string wanted, object? value) => Refused(wanted, Kind(value));

    /// <summary>As <see cref="Refusal"/>, of what has a word of its own.</summary>
    internal static ArgumentTransformationMetadataException Refused(string wanted, string given) => new(Sentence(wanted, given));

    /// <summary>The refusal of a piped object, after which the binder looks for another parameter that takes it.</summary>
    internal static ArgumentTransformationMetadataException Declined(string wanted, object? value) =>
        new(Sentence(wanted, Kind(value)), new PSInvalidCastException());

    private static string Sentence(string wanted, string given) => $"It takes {wanted}, and was given {given}.";

    private static bool IsNamed(object key, string name) => key is string text && text.Equals(name, StringComparison.OrdinalIgnoreCase);
}
