using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>The bytes of a file with a key: the cmdlet's own copy, which shows nothing.</summary>
internal sealed class KeyBytes
{
    internal KeyBytes(byte[] bytes) => Value = bytes;

    internal byte[] Value { get; }
}

/// <summary>Takes the bytes of a file with a key.</summary>
/// <remarks>An error record keeps all arguments of its cmdlet, so what is kept shows nothing.</remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class KeyBytesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Given.Base(inputData) switch
    {
        null => null,
        KeyBytes => inputData,
        not string when LanguagePrimitives.TryConvertTo<byte[]>(inputData, out var bytes) => new KeyBytes((byte[])bytes.Clone()),
        _ => throw Given.Refusal("the bytes of a file, as in ([System.IO.File]::ReadAllBytes('path')); a path goes to -ServiceAccountKey", inputData),
    };
}
