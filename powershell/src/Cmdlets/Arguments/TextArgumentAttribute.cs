using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes text, or a list of texts, and nothing that may be a row of a CSV.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal class TextArgumentAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether a list will do.</summary>
    public bool List { get; set; }

    private protected virtual string Wanted => "a text, in which a separator that belongs to a name has a backslash before it";

    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Given.Base(inputData) switch
    {
        null => null,
        IEnumerable several and not string and not IDictionary when List => Each(several, engineIntrinsics),
        _ => One(inputData!, engineIntrinsics),
    };

    private protected virtual string? One(object value, EngineIntrinsics engine) =>
        Given.Base(value) is not bool && Given.Text(value) is { } text && !IsRefused(text, engine)
            ? text
            : throw Given.Refusal(Wanted, value);

    private protected virtual bool IsRefused(string text, EngineIntrinsics engine) => Rows.MayBe(text);

    private string?[] Each(IEnumerable several, EngineIntrinsics engine) =>
        [.. several.Cast<object?>().Select(one => one is null ? null : One(one, engine))];
}
