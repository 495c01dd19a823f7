using System;
using System.IO;
using System.Runtime.InteropServices;

namespace ImapMigration.Interop.Native;

/// <summary>Where the native files for this process lie: in <c>&lt;module&gt;/&lt;os&gt;-&lt;arch&gt;/</c>.</summary>
public static class NativePaths
{
    /// <summary>The folder, named as PowerShell 7 itself names such folders: <c>win-x64</c>, <c>linux-arm64</c>.</summary>
    public static string Folder => Path.Combine(ModuleFolder, $"{Os}-{Architecture}");

    /// <summary>The full path of the native library.</summary>
    public static string Library => Path.Combine(Folder, "imap_migration" + LibraryExtension);

    /// <summary>The full path of the worker executable.</summary>
    public static string Worker => Path.Combine(Folder, "imap-migration-worker" + (Os == "win" ? ".exe" : ""));

    private static string ModuleFolder => Path.GetDirectoryName(typeof(NativePaths).Assembly.Location) ?? "";

    private static string Os =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "win"
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "osx"
        : "linux";

    // The process counts, not the machine: an x64 PowerShell on an ARM64 machine loads an x64 library.
    private static string Architecture => RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    private static string LibraryExtension => Os switch
    {
        "win" => ".dll",
        "osx" => ".dylib",
        _ => ".so",
    };
}
