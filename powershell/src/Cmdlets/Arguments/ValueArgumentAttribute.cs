using System;
using System.Collections;
using System.Globalization;
using System.Linq;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Turns what was given into a value as PowerShell does, but for the error, which shows nothing of it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ValueArgumentAttribute : ArgumentTransformationAttribute
{
    private readonly Type _type;

    public ValueArgumentAttribute(Type type) => _type = type;

    /// <summary>The smallest number that will do.</summary>
    public int Least { get; set; } = int.MinValue;

    /// <summary>The largest number that will do.</summary>
    public int Most { get; set; } = int.MaxValue;

    private Type One => _type.GetElementType() ?? _type;

    private bool IsSwitch => _type == typeof(bool) || _type == typeof(SwitchParameter);

    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (Given.Base(inputData) is null)
        {
            return null;
        }

        if (One.IsEnum && AddsUp(inputData!))
        {
            throw Given.Refused(Wanted(), _type.IsArray ? "several in one text" : "several");
        }

        return LanguagePrimitives.TryConvertTo(inputData, _type, CultureInfo.CurrentCulture, out var value) && Fits(inputData!, value)
            ? value
            : throw Given.Refused(Wanted(), Shown(Given.Base(inputData)!));
    }

    // PowerShell adds up the numbers of several words, to one that nobody meant.
    private bool AddsUp(object given)
    {
        object?[] words = Given.Base(given) is IEnumerable several and not string ? [.. several.Cast<object?>()] : [given];
        return (words.Length > 1 && !_type.IsArray) || words.Select(Given.Base).Any(IsSeveral);
    }

    private static bool IsSeveral(object? word) => word is string text ? text.Contains(",") : word is IEnumerable;

    // To PowerShell every object that is there is true; to its cmdlets only truth values and numbers are.
    private bool Fits(object given, object? value) => value switch
    {
        int number => number >= Least && number <= Most,
        TimeSpan span => span >= TimeSpan.Zero,
        bool or SwitchParameter => IsTruth(Given.Base(given)!),
        _ => true,
    };

    private static bool IsTruth(object value) => value is bool or SwitchParameter || IsNumber(value);

    private static bool IsNumber(object value) => Type.GetTypeCode(value.GetType()) is >= TypeCode.SByte and <= TypeCode.Decimal;

    // A number is no row and no password.
    private static string Shown(object value) =>
        IsNumber(value) && value is not Enum ? Convert.ToString(value, CultureInfo.InvariantCulture) : Given.Kind(value);

    private string Wanted()
    {
        var type = One;
        return type switch
        {
            { IsEnum: true } => $"{(_type.IsArray ? "any" : "one")} of {string.Join(", ", Enum.GetNames(type))}",
            _ when IsSwitch => "$true or $false",
            _ when type == typeof(int) => $"a whole number from {Math.Max(Least, 0)} to {Most}",
            _ when type == typeof(char) => "one character",
            _ when type == typeof(TimeSpan) => "a time span that is not negative, as in 12:00:00",
            _ when type == typeof(Unlimited) => "a whole number, or the word Unlimited",
            _ => $"a value of the type {type.Name}",
        };
    }
}
