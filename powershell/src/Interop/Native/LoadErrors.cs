using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Interop.Native;

/// <summary>What can go wrong before the native library can speak for itself.</summary>
internal static class LoadErrors
{
    private const string Reinstall = "install the module again, for this operating system and processor";

    private const string Elsewhere =
        "install the module in a folder whose file system lets programs run; this one seems to be mounted with noexec";

    internal static MigrationErrorException NotFound(string path) =>
        Error("native_library_not_found", $"the native library `{path}` does not exist", path, Reinstall);

    internal static MigrationErrorException NotLoaded(string path, Exception cause) =>
        Error(
            "native_library_not_loaded",
            $"the native library `{path}` cannot be loaded: {cause.Message}",
            path,
            IsKeptFromRunning(cause) ? Elsewhere : Reinstall);

    internal static MigrationErrorException VersionMismatch(string path, uint found) =>
        Error(
            "native_library_version_mismatch",
            $"the native library `{path}` has ABI version {found}, the module needs version {NativeApi.AbiVersion}",
            path,
            "install the module again, so that all its files come from one version, and start a new PowerShell");

    // glibc's words where a file system is mounted with noexec.
    private static bool IsKeptFromRunning(Exception cause) => cause.Message.Contains("failed to map segment");

    private static MigrationErrorException Error(string kind, string message, string path, string remedy) =>
        new(new ErrorView { Kind = kind, Message = message, Object = path, Remedy = remedy });
}
