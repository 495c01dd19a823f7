using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>A program and what it is told, which may hold any character. It shows nothing of that.</summary>
internal sealed class CommandLine
{
    internal CommandLine(string[] words) => Words = words;

    internal string[] Words { get; }
}

/// <summary>Takes a program and its arguments.</summary>
/// <remarks>An error record keeps all arguments of its cmdlet, and a text with separators may be a row of a CSV.</remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CommandLineAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Given.Base(inputData) switch
    {
        null => null,
        CommandLine => inputData,
        IEnumerable several and not string and not IDictionary => new CommandLine([.. several.Cast<object?>().Select(Word)]),
        _ => new CommandLine([Word(inputData)]),
    };

    private static string Word(object? given) => Given.Text(given) ?? throw Given.Refusal("a program and its arguments, each a text of its own", given);
}
