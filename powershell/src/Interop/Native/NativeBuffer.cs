using System;
using System.Runtime.InteropServices;

namespace ImapMigration.Interop.Native;

/// <summary>The header's <c>im_buffer</c>: bytes that the library made and that it must free.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeBuffer
{
    private readonly IntPtr _pointer;
    private readonly UIntPtr _length;

    /// <summary>Copies the bytes and gives the buffer back. One that the library did not write is empty.</summary>
    internal readonly byte[] Take(NativeApi api)
    {
        try
        {
            var bytes = new byte[checked((int)_length)];
            if (bytes.Length > 0)
            {
                Marshal.Copy(_pointer, bytes, 0, bytes.Length);
            }

            return bytes;
        }
        finally
        {
            api.BufferFree(this);
        }
    }
}
