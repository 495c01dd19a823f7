using System;

namespace ImapMigration;

/// <summary>What makes a size a number to PowerShell, which looks for operators of these types.</summary>
/// <remarks>
/// It compares by what is on the left: a number there wants the size as a number of its own type, hence a conversion for each.
/// One that cannot hold the size refuses it, and says what to write. That meets <c>1GB -lt $size</c> from 2 GB on, as <c>1GB</c>
/// is an Int32, and whatever number were returned instead would be what <c>[int]$size</c> gives, too.
/// </remarks>
public readonly partial struct ByteQuantifiedSize
{
    /// <summary>The number of bytes.</summary>
    public static implicit operator long(ByteQuantifiedSize size) => size.Bytes;

    /// <summary>The number of bytes, for sums and averages.</summary>
    public static implicit operator double(ByteQuantifiedSize size) => size.Bytes;

    /// <summary>The number of bytes.</summary>
    public static explicit operator decimal(ByteQuantifiedSize size) => size.Bytes;

    /// <summary>The number of bytes.</summary>
    public static explicit operator float(ByteQuantifiedSize size) => size.Bytes;

    /// <summary>The number of bytes.</summary>
    /// <exception cref="OverflowException">There are more.</exception>
    public static explicit operator int(ByteQuantifiedSize size) =>
        size.Bytes is >= int.MinValue and <= int.MaxValue ? (int)size.Bytes : throw size.TooLarge(nameof(Int32));

    /// <summary>The number of bytes.</summary>
    /// <exception cref="OverflowException">There are more.</exception>
    public static explicit operator uint(ByteQuantifiedSize size) =>
        size.Bytes is >= uint.MinValue and <= uint.MaxValue ? (uint)size.Bytes : throw size.TooLarge(nameof(UInt32));

    /// <summary>The number of bytes.</summary>
    /// <exception cref="OverflowException">It is negative.</exception>
    public static explicit operator ulong(ByteQuantifiedSize size) => checked((ulong)size.Bytes);

    /// <summary>Both sizes together.</summary>
    public static ByteQuantifiedSize operator +(ByteQuantifiedSize left, ByteQuantifiedSize right) =>
        new(checked(left.Bytes + right.Bytes));

    /// <summary>By how much one is larger.</summary>
    public static ByteQuantifiedSize operator -(ByteQuantifiedSize left, ByteQuantifiedSize right) =>
        new(checked(left.Bytes - right.Bytes));

    /// <summary>So many times the size.</summary>
    public static ByteQuantifiedSize operator *(ByteQuantifiedSize size, double times) => new(size.Bytes * times);

    /// <summary>So many times the size.</summary>
    public static ByteQuantifiedSize operator *(double times, ByteQuantifiedSize size) => size * times;

    /// <summary>How many times the right is in the left: <c>$size / 1MB</c>.</summary>
    public static double operator /(ByteQuantifiedSize left, ByteQuantifiedSize right) => (double)left.Bytes / right.Bytes;

    /// <summary>What is left over of a division.</summary>
    public static long operator %(ByteQuantifiedSize left, ByteQuantifiedSize right) => left.Bytes % right.Bytes;

    private OverflowException TooLarge(string type) => new(
        $"{this} is beyond what {type} counts to. Write the size on the left, or a long number on the other side, as in [long]1GB.");
}
