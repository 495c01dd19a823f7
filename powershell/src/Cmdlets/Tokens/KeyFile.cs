using System;
using System.IO;
using System.Text;

using ImapMigration.Interop;

namespace ImapMigration;

/// <summary>Reads files that hold keys.</summary>
internal static class KeyFile
{
    // No key and no certificate is larger: what is, is another file.
    private const int MostBytes = 1024 * 1024;

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="MigrationErrorException">It cannot be read.</exception>
    internal static byte[] Read(string path, string parameter)
    {
        try
        {
            return new FileInfo(path).Length <= MostBytes
                ? File.ReadAllBytes(path)
                : throw Refusals.Argument($"`{path}` is too large for a key", $"check {parameter}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Refusals.Argument($"`{path}` cannot be read: {e.Message}", $"check {parameter}, and that this account may read the file");
        }
    }

    /// <summary>The text of bytes that may be text: UTF-8, or UTF-16 with its mark.</summary>
    internal static string Text(byte[] bytes)
    {
        using var reader = new StreamReader(new MemoryStream(bytes, writable: false), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return reader.ReadToEnd();
    }
}
