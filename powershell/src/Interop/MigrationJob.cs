using System;

using ImapMigration.Interop.Contract;
using ImapMigration.Interop.Native;

namespace ImapMigration.Interop;

/// <summary>One running request. Events are pulled; the last one is <c>finished</c>.</summary>
public sealed class MigrationJob : IDisposable
{
    private readonly NativeApi _api;
    private readonly JobHandle _handle;

    private MigrationJob(NativeApi api, JobHandle handle)
    {
        _api = api;
        _handle = handle;
    }

    /// <summary>Starts a request. The request's bytes, which may hold a password, are wiped.</summary>
    /// <exception cref="MigrationErrorException">The library cannot be used, or it refuses the request.</exception>
    public static MigrationJob Start(Request request)
    {
        var api = NativeApi.Instance;
        request.Environment = HostEnvironment.Current;
        var bytes = Json.Write(request);
        try
        {
            return Start(api, bytes);
        }
        finally
        {
            Array.Clear(bytes, 0, bytes.Length);
        }
    }

    /// <summary>The next event, or null when none came in time. After <c>finished</c> there is nothing to ask for.</summary>
    /// <exception cref="MigrationErrorException">The library failed.</exception>
    public JobEvent? Next(TimeSpan timeout)
    {
        var buffer = default(NativeBuffer);
        var status = _api.JobNextEvent(_handle, (uint)timeout.TotalMilliseconds, ref buffer);
        return status switch
        {
            NativeStatus.Ok => Json.Read<JobEvent>(buffer.Take(_api)),
            NativeStatus.Timeout => null,
            _ => throw Unexpected("im_job_next_event", status),
        };
    }

    /// <summary>Asks the job to end. Any thread may, any number of times, even while the job is being disposed.</summary>
    public void Cancel()
    {
        try
        {
            _api.JobCancel(_handle);
        }
        catch (ObjectDisposedException)
        {
            // The job has ended in the meantime: nothing is left to cancel.
        }
    }

    /// <summary>Frees the job; one that still runs is cancelled.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>Whether a panic inside the library comes back as a status: the proof that it cannot end the host.</summary>
    public static bool SurvivesPanic() => NativeApi.Instance.TestPanic() == NativeStatus.Panic;

    private static MigrationJob Start(NativeApi api, byte[] request)
    {
        var job = IntPtr.Zero;
        var error = default(NativeBuffer);
        var status = api.JobStart(request, (UIntPtr)request.Length, ref job, ref error);
        if (status == NativeStatus.Ok)
        {
            return new MigrationJob(api, new JobHandle(api, job));
        }

        var json = error.Take(api);
        throw json.Length > 0
            ? new MigrationErrorException(Json.Read<ErrorView>(json))
            : Unexpected("im_job_start", status);
    }

    private static MigrationErrorException Unexpected(string function, int status) => new(new ErrorView
    {
        Kind = "internal",
        Message = $"the native library answered `{function}` with status {status}",
        Object = NativePaths.Library,
    });
}
