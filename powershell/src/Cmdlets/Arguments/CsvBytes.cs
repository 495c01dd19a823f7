using System;

namespace ImapMigration;

/// <summary>The bytes of a CSV, which hold passwords: the cmdlet's own copy, which shows nothing and is wiped after use.</summary>
internal sealed class CsvBytes
{
    internal CsvBytes(byte[] bytes) => Value = bytes;

    internal byte[] Value { get; }

    internal void Wipe() => Array.Clear(Value, 0, Value.Length);
}
