using System;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ImapMigration;

/// <summary>A size in bytes that prints as Exchange prints it, and compares and calculates as a number: <c>-gt 45GB</c>.</summary>
public readonly partial struct ByteQuantifiedSize :
    IComparable, IComparable<ByteQuantifiedSize>, IEquatable<ByteQuantifiedSize>, IFormattable
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    // A comma only before three digits: what a German writes as 1,5 GB is not 15 of them.
    private static readonly Regex Printed = new(
        @"^\s*(?<amount>-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?)\s*(?<unit>[KMGT]?B)?\s*(\((?<bytes>-?[\d,]+)\s+bytes\))?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>A size of so many bytes.</summary>
    public ByteQuantifiedSize(long bytes) => Bytes = bytes;

    /// <summary>A size of so many bytes, as PowerShell calculates them: <c>45.5GB</c> is a floating-point number.</summary>
    public ByteQuantifiedSize(double bytes) => Bytes = checked((long)bytes);

    /// <summary>The number of bytes.</summary>
    public long Bytes { get; }

    /// <summary>Reads what <see cref="ToString()"/> writes, and shorter forms: <c>45GB</c>, <c>1024</c>.</summary>
    /// <exception cref="FormatException">The text is no size.</exception>
    public static ByteQuantifiedSize Parse(string text)
    {
        var match = Printed.Match(text ?? "");
        if (!match.Success)
        {
            throw new FormatException($"'{text}' is not a size. Write a number and a unit, as in 45GB.");
        }

        return match.Groups["bytes"].Success
            ? new ByteQuantifiedSize(long.Parse(match.Groups["bytes"].Value, NumberStyles.Number, CultureInfo.InvariantCulture))
            : new ByteQuantifiedSize(Scaled(match.Groups["amount"].Value, match.Groups["unit"].Value));
    }

    /// <summary>The size in bytes.</summary>
    public long ToBytes() => Bytes;

    /// <summary>The size in whole kilobytes of 1,024 bytes.</summary>
    public long ToKB() => Bytes >> 10;

    /// <summary>The size in whole megabytes.</summary>
    public long ToMB() => Bytes >> 20;

    /// <summary>The size in whole gigabytes.</summary>
    public long ToGB() => Bytes >> 30;

    /// <summary>The size in whole terabytes.</summary>
    public long ToTB() => Bytes >> 40;

    /// <inheritdoc />
    public int CompareTo(ByteQuantifiedSize other) => Bytes.CompareTo(other.Bytes);

    /// <inheritdoc />
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        ByteQuantifiedSize other => CompareTo(other),
        IConvertible number => Bytes.CompareTo(Convert.ToInt64(number, CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"A size cannot be compared with {obj.GetType()}.", nameof(obj)),
    };

    /// <inheritdoc />
    public bool Equals(ByteQuantifiedSize other) => Bytes == other.Bytes;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj switch
    {
        ByteQuantifiedSize other => Equals(other),
        int number => Bytes == number,
        long number => Bytes == number,
        double number => Bytes == number,
        _ => false,
    };

    /// <inheritdoc />
    public override int GetHashCode() => Bytes.GetHashCode();

    /// <summary><c>28.45 GB (30,551,458,399 bytes)</c>, in every culture: scripts parse the number in brackets.</summary>
    public override string ToString() => FormattableString.Invariant($"{Short} ({Bytes:N0} bytes)");

    /// <summary>As <see cref="ToString()"/>; in a format for numbers (<c>'{0:N0}' -f $size</c>), the number of bytes.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        string.IsNullOrEmpty(format) ? ToString() : Bytes.ToString(format, formatProvider);

    /// <summary>The number of bytes in a format for numbers, by the culture: <c>$size.ToString('N0')</c>.</summary>
    public string ToString(string? format) => ToString(format, null);

    /// <summary><c>28.45 GB</c>: four digits, as Exchange shows them.</summary>
    internal string Short
    {
        get
        {
            var unit = 0;
            while (unit < Units.Length - 1 && Math.Abs((double)Bytes) >= Math.Pow(1024, unit + 1))
            {
                unit++;
            }

            return FormattableString.Invariant($"{Bytes / Math.Pow(1024, unit):G4} {Units[unit]}");
        }
    }

    private static double Scaled(string amount, string unit)
    {
        var power = Math.Max(0, Array.FindIndex(Units, u => u.Equals(unit, StringComparison.OrdinalIgnoreCase)));
        return double.Parse(amount, NumberStyles.Number, CultureInfo.InvariantCulture) * Math.Pow(1024, power);
    }
}
