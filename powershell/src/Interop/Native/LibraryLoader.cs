using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ImapMigration.Interop.Native;

/// <summary>Loads a library by its full path and finds its functions, on .NET and on .NET Framework.</summary>
/// <remarks>
/// <c>DllImport</c> cannot do this alone: its search differs between the editions, and on Linux it does not find a
/// library again that was loaded by path. So functions are looked up by name in the library that we loaded ourselves.
/// </remarks>
internal static class LibraryLoader
{
    private const uint LoadWithAlteredSearchPath = 0x8;

    // .NET has a loader for every platform; netstandard2.0 does not show it.
    private static readonly Type? RuntimeLoader =
        Type.GetType("System.Runtime.InteropServices.NativeLibrary, System.Runtime.InteropServices");

    private static readonly Func<string, IntPtr> Open =
        RuntimeMethod<Func<string, IntPtr>>("Load", typeof(string)) ?? OpenOnFramework;

    private static readonly Func<IntPtr, string, IntPtr> Find =
        RuntimeMethod<Func<IntPtr, string, IntPtr>>("GetExport", typeof(IntPtr), typeof(string)) ?? FindOnFramework;

    /// <summary>Loads the library. It is never unloaded: its threads live as long as the process.</summary>
    internal static IntPtr Load(string path) => Open(path);

    /// <summary>The function of that name as a delegate.</summary>
    internal static T Function<T>(IntPtr library, string name) where T : Delegate =>
        Marshal.GetDelegateForFunctionPointer<T>(Find(library, name));

    private static T? RuntimeMethod<T>(string name, params Type[] parameters) where T : Delegate =>
        (T?)RuntimeLoader?.GetMethod(name, parameters)?.CreateDelegate(typeof(T));

    private static IntPtr OpenOnFramework(string path) =>
        NotNull(LoadLibraryEx(path, IntPtr.Zero, LoadWithAlteredSearchPath));

    private static IntPtr FindOnFramework(IntPtr library, string name) => NotNull(GetProcAddress(library, name));

    private static IntPtr NotNull(IntPtr result) =>
        result != IntPtr.Zero ? result : throw new Win32Exception(Marshal.GetLastWin32Error());

    [DllImport("kernel32", CharSet = CharSet.Unicode, ExactSpelling = true, EntryPoint = "LoadLibraryExW", SetLastError = true)]
    private static extern IntPtr LoadLibraryEx(string path, IntPtr reserved, uint flags);

    [DllImport("kernel32", CharSet = CharSet.Ansi, ExactSpelling = true, BestFitMapping = false, SetLastError = true)]
    private static extern IntPtr GetProcAddress(IntPtr library, string name);
}
