using System;
using System.Globalization;
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

    private bool IsSwitch => _type == typeof(bool) || _type == typeof(SwitchParameter);

    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (Given.Base(inputData) is null)
        {
            return null;
        }

        return LanguagePrimitives.TryConvertTo(inputData, _type, CultureInfo.CurrentCulture, out var value) && Fits(inputData!, value)
            ? value
            : throw Given.Refusal(Wanted(), inputData);
    }

    // To PowerShell every object that is there is true; to its cmdlets only truth values and numbers are.
    private bool Fits(object given, object? value) => value switch
    {
        int number => number >= Least && number <= Most,
        bool or SwitchParameter => IsTruth(Given.Base(given)!),
        _ => true,
    };

    private static bool IsTruth(object value) =>
        value is bool or SwitchParameter || Type.GetTypeCode(value.GetType()) is >= TypeCode.SByte and <= TypeCode.Decimal;

    private string Wanted()
    {
        var type = _type.GetElementType() ?? _type;
        return type switch
        {
            { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
            _ when IsSwitch => "$true or $false",
            _ when type == typeof(int) => $"a whole number from {Math.Max(Least, 0)} to {Most}",
            _ when type == typeof(char) => "one character",
            _ when type == typeof(TimeSpan) => "a time span, as in 12:00:00",
            _ when type == typeof(Unlimited) => "a whole number, or the word Unlimited",
            _ => $"a value of the type {type.Name}",
        };
    }
}
