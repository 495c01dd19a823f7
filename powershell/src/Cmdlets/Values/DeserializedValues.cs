using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Makes our values again of what PowerShell brings out of a job, a file or a remote session.</summary>
/// <remarks>PowerShell converts to this type, as ImapMigration.Types.ps1xml says, what once was of one of ours, and takes what it gets.</remarks>
public sealed class DeserializedValues : PSTypeConverter
{
    private static readonly Dictionary<string, Func<PSObject, object?>> Known = new()
    {
        [Name(typeof(ByteQuantifiedSize))] = value => Property(value, "Bytes") is long bytes ? new ByteQuantifiedSize(bytes) : null,
        [Name(typeof(Unlimited))] = value => (Property(value, "IsUnlimited"), Property(value, "Value")) switch
        {
            (true, _) => Unlimited.UnlimitedValue,
            (_, int limit) => new Unlimited(limit),
            _ => null,
        },
        [Name(typeof(MigrationBatchStatus))] = value => (MigrationBatchStatus)value.BaseObject,
        [Name(typeof(MigrationUserStatus))] = value => (MigrationUserStatus)value.BaseObject,
        [Name(typeof(MigrationUserStatusSummary))] = value => (MigrationUserStatusSummary)value.BaseObject,
    };

    /// <inheritdoc />
    public override bool CanConvertFrom(PSObject sourceValue, Type destinationType) => Value(sourceValue) is not null;

    /// <inheritdoc />
    public override object? ConvertFrom(
        PSObject sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) => Value(sourceValue);

    /// <inheritdoc />
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => false;

    /// <inheritdoc />
    public override object ConvertFrom(
        object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) => throw new PSInvalidCastException();

    /// <inheritdoc />
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc />
    public override object ConvertTo(
        object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) => throw new PSInvalidCastException();

    private static object? Value(PSObject value) =>
        value.TypeNames.FirstOrDefault() is { } name && Known.TryGetValue(name, out var make) ? make(value) : null;

    private static string Name(Type type) => $"Deserialized.{type.FullName}";

    private static object? Property(PSObject value, string name) => value.Properties[name]?.Value;
}
