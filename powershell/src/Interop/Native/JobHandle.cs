using System;
using System.Runtime.InteropServices;

namespace ImapMigration.Interop.Native;

/// <summary>Owns an <c>im_job</c>. As a parameter it keeps the job alive for the length of a call, on any thread.</summary>
internal sealed class JobHandle : SafeHandle
{
    private readonly NativeApi _api;

    internal JobHandle(NativeApi api, IntPtr job) : base(IntPtr.Zero, ownsHandle: true)
    {
        _api = api;
        SetHandle(job);
    }

    /// <inheritdoc />
    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <inheritdoc />
    protected override bool ReleaseHandle()
    {
        _api.JobFree(handle);
        return true;
    }
}
