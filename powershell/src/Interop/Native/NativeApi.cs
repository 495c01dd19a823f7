using System;
using System.IO;
using System.Runtime.InteropServices;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Interop.Native;

/// <summary>The seven functions of the C header, loaded once a process by the first cmdlet that needs them.</summary>
internal sealed class NativeApi
{
    /// <summary>The version of the header that this assembly was written against.</summary>
    internal const uint AbiVersion = 1;

    private static readonly object Gate = new();
    private static NativeApi? loaded;

    private NativeApi(IntPtr library)
    {
        JobStart = LibraryLoader.Function<JobStartFunction>(library, "im_job_start");
        JobNextEvent = LibraryLoader.Function<JobNextEventFunction>(library, "im_job_next_event");
        JobCancel = LibraryLoader.Function<JobCancelFunction>(library, "im_job_cancel");
        JobFree = LibraryLoader.Function<JobFreeFunction>(library, "im_job_free");
        BufferFree = LibraryLoader.Function<BufferFreeFunction>(library, "im_buffer_free");
        TestPanic = LibraryLoader.Function<TestPanicFunction>(library, "im_test_panic");
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate uint AbiVersionFunction();

    /// <summary><c>im_job_start</c>. Out-parameters are <c>ref</c>: the library writes them only when it says so.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int JobStartFunction(byte[] request, UIntPtr length, ref IntPtr job, ref NativeBuffer error);

    /// <summary><c>im_job_next_event</c>.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int JobNextEventFunction(JobHandle job, uint timeoutMilliseconds, ref NativeBuffer jobEvent);

    /// <summary><c>im_job_cancel</c>.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int JobCancelFunction(JobHandle job);

    /// <summary><c>im_job_free</c>.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void JobFreeFunction(IntPtr job);

    /// <summary><c>im_buffer_free</c>.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void BufferFreeFunction(NativeBuffer buffer);

    /// <summary><c>im_test_panic</c>.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int TestPanicFunction();

    /// <summary>The library. A failed load is tried again by the next cmdlet: the admin may have mended it.</summary>
    /// <exception cref="MigrationErrorException">The library is missing, cannot be loaded, or is of another version.</exception>
    internal static NativeApi Instance
    {
        get
        {
            lock (Gate)
            {
                return loaded ??= Load(NativePaths.Library);
            }
        }
    }

    internal JobStartFunction JobStart { get; }

    internal JobNextEventFunction JobNextEvent { get; }

    internal JobCancelFunction JobCancel { get; }

    internal JobFreeFunction JobFree { get; }

    internal BufferFreeFunction BufferFree { get; }

    internal TestPanicFunction TestPanic { get; }

    private static NativeApi Load(string path)
    {
        if (!File.Exists(path))
        {
            throw LoadErrors.NotFound(path);
        }

        try
        {
            var library = LibraryLoader.Load(path);
            var version = LibraryLoader.Function<AbiVersionFunction>(library, "im_abi_version")();
            return version == AbiVersion ? new NativeApi(library) : throw LoadErrors.VersionMismatch(path, version);
        }
        catch (Exception e) when (e is not MigrationErrorException)
        {
            throw LoadErrors.NotLoaded(path, e);
        }
    }
}
