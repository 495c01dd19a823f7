using System;
using System.Globalization;

namespace ImapMigration;

/// <summary>A number, or no limit: what Exchange calls <c>Unlimited</c>.</summary>
public readonly struct Unlimited : IComparable, IComparable<Unlimited>, IEquatable<Unlimited>
{
    private const string Word = "Unlimited";

    private readonly int? _value;

    /// <summary>At most that many.</summary>
    public Unlimited(int value) =>
        _value = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), "A limit cannot be negative.");

    /// <summary>No limit.</summary>
    public static Unlimited UnlimitedValue => default;

    /// <summary>Whether there is no limit.</summary>
    public bool IsUnlimited => _value is null;

    /// <summary>The number; none when there is no limit.</summary>
    public int? Value => _value;

    /// <summary>The number; the largest when there is no limit, so that <c>5 -lt $limit</c> is so.</summary>
    public static explicit operator int(Unlimited limit) => limit._value ?? int.MaxValue;

    /// <summary>The number; the largest when there is no limit.</summary>
    public static explicit operator long(Unlimited limit) => limit._value ?? long.MaxValue;

    /// <summary>The number; the largest when there is no limit.</summary>
    public static explicit operator decimal(Unlimited limit) => limit._value ?? decimal.MaxValue;

    /// <summary>The number; the largest when there is no limit.</summary>
    public static explicit operator uint(Unlimited limit) => (uint?)limit._value ?? uint.MaxValue;

    /// <summary>The number; the largest when there is no limit.</summary>
    public static explicit operator ulong(Unlimited limit) => (ulong?)limit._value ?? ulong.MaxValue;

    /// <summary>The number; infinity when there is no limit.</summary>
    public static explicit operator float(Unlimited limit) => limit._value ?? float.PositiveInfinity;

    /// <summary>The number; infinity when there is no limit.</summary>
    public static explicit operator double(Unlimited limit) => limit._value ?? double.PositiveInfinity;

    /// <summary>Reads a number or the word <c>unlimited</c>.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static Unlimited Parse(string text)
    {
        if (string.Equals(text?.Trim(), Word, StringComparison.OrdinalIgnoreCase))
        {
            return UnlimitedValue;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? new Unlimited(value)
            : throw new FormatException($"'{text}' is neither a number nor the word Unlimited.");
    }

    /// <inheritdoc />
    public int CompareTo(Unlimited other) => (_value ?? long.MaxValue).CompareTo(other._value ?? long.MaxValue);

    /// <inheritdoc />
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        Unlimited other => CompareTo(other),
        int number => CompareTo(new Unlimited(number)),
        _ => throw new ArgumentException($"A limit cannot be compared with {obj.GetType()}.", nameof(obj)),
    };

    /// <inheritdoc />
    public bool Equals(Unlimited other) => _value == other._value;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj switch
    {
        Unlimited other => Equals(other),
        int number => _value == number,
        string text => string.Equals(text, ToString(), StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <inheritdoc />
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>The number, or <c>Unlimited</c>.</summary>
    public override string ToString() => _value?.ToString(CultureInfo.InvariantCulture) ?? Word;
}
