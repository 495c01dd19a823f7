using System;
using System.IO;

namespace ImapMigration.Interop.Contract;

/// <summary>A stream in memory that wipes every buffer it leaves: when it grows, and at its end.</summary>
internal sealed class WipedStream : MemoryStream
{
    /// <inheritdoc />
    public override int Capacity
    {
        get => base.Capacity;

        set
        {
            var before = GetBuffer();
            base.Capacity = value;
            if (!ReferenceEquals(before, GetBuffer()))
            {
                Array.Clear(before, 0, before.Length);
            }
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        var buffer = GetBuffer();
        Array.Clear(buffer, 0, buffer.Length);
        base.Dispose(disposing);
    }
}
