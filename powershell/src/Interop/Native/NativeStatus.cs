namespace ImapMigration.Interop.Native;

/// <summary>The header's <c>im_status</c>. Numbers keep their meaning forever; 0 is never success.</summary>
internal static class NativeStatus
{
    /// <summary>Done; out-parameters are written.</summary>
    internal const int Ok = 1;

    /// <summary>No event came in time.</summary>
    internal const int Timeout = 2;

    /// <summary>A panic was caught at the boundary.</summary>
    internal const int Panic = -3;
}
