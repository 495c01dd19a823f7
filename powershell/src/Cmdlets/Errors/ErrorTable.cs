using System.Collections.Generic;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>The one table from the contract's error kinds to PowerShell's ErrorId and ErrorCategory.</summary>
internal static class ErrorTable
{
    private static readonly Dictionary<string, (string Id, ErrorCategory Category)> Kinds = new()
    {
        ["invalid_request"] = ("InvalidRequest", ErrorCategory.InvalidArgument),
        ["invalid_argument"] = ("InvalidArgument", ErrorCategory.InvalidArgument),
        ["invalid_name"] = ("InvalidName", ErrorCategory.InvalidArgument),
        ["invalid_csv"] = ("InvalidCsv", ErrorCategory.InvalidData),
        ["csv_unreadable"] = ("CsvUnreadable", ErrorCategory.ReadError),
        ["identity_required"] = ("IdentityRequired", ErrorCategory.InvalidArgument),
        ["endpoint_not_found"] = ("EndpointNotFound", ErrorCategory.ObjectNotFound),
        ["batch_not_found"] = ("BatchNotFound", ErrorCategory.ObjectNotFound),
        ["user_not_found"] = ("UserNotFound", ErrorCategory.ObjectNotFound),
        ["endpoint_exists"] = ("EndpointExists", ErrorCategory.ResourceExists),
        ["batch_exists"] = ("BatchExists", ErrorCategory.ResourceExists),
        ["user_exists"] = ("UserExists", ErrorCategory.ResourceExists),
        ["endpoint_in_use"] = ("EndpointInUse", ErrorCategory.ResourceBusy),
        ["invalid_state"] = ("InvalidState", ErrorCategory.InvalidOperation),
        ["dns_failed"] = ("DnsFailed", ErrorCategory.ConnectionError),
        ["connect_failed"] = ("ConnectFailed", ErrorCategory.ConnectionError),
        ["timed_out"] = ("TimedOut", ErrorCategory.OperationTimeout),
        ["tls_failed"] = ("TlsFailed", ErrorCategory.SecurityError),
        ["certificate_rejected"] = ("CertificateRejected", ErrorCategory.SecurityError),
        ["protocol_violation"] = ("ProtocolViolation", ErrorCategory.ProtocolError),
        ["connection_lost"] = ("ConnectionLost", ErrorCategory.ConnectionError),
        ["authentication_failed"] = ("AuthenticationFailed", ErrorCategory.AuthenticationError),
        ["authentication_unsupported"] = ("AuthenticationUnsupported", ErrorCategory.AuthenticationError),
        ["throttled"] = ("Throttled", ErrorCategory.LimitsExceeded),
        ["quota_exceeded"] = ("QuotaExceeded", ErrorCategory.QuotaExceeded),
        ["folder_not_found"] = ("FolderNotFound", ErrorCategory.ObjectNotFound),
        ["permission_denied"] = ("PermissionDenied", ErrorCategory.PermissionDenied),
        ["folder_name_invalid"] = ("FolderNameInvalid", ErrorCategory.InvalidData),
        ["message_rejected"] = ("MessageRejected", ErrorCategory.InvalidData),
        ["message_too_large"] = ("MessageTooLarge", ErrorCategory.LimitsExceeded),
        ["server_refused"] = ("ServerRefused", ErrorCategory.InvalidResult),
        ["store_unavailable"] = ("StoreUnavailable", ErrorCategory.ResourceUnavailable),
        ["store_locked"] = ("StoreLocked", ErrorCategory.ResourceBusy),
        ["store_corrupted"] = ("StoreCorrupted", ErrorCategory.InvalidData),
        ["disk_full"] = ("DiskFull", ErrorCategory.ResourceUnavailable),
        ["worker_unavailable"] = ("WorkerUnavailable", ErrorCategory.ResourceUnavailable),
        ["wait_timed_out"] = ("WaitTimedOut", ErrorCategory.OperationTimeout),
        ["cancelled"] = ("Cancelled", ErrorCategory.OperationStopped),
        ["internal"] = ("Internal", ErrorCategory.NotSpecified),
        ["native_library_not_found"] = ("NativeLibraryNotFound", ErrorCategory.ResourceUnavailable),
        ["native_library_not_loaded"] = ("NativeLibraryNotLoaded", ErrorCategory.ResourceUnavailable),
        ["native_library_version_mismatch"] = ("NativeLibraryVersionMismatch", ErrorCategory.ResourceUnavailable),
    };

    /// <summary>The ErrorId and the category of a kind. A kind of a newer library is shown as an internal error.</summary>
    internal static (string Id, ErrorCategory Category) Of(string kind) =>
        Kinds.TryGetValue(kind, out var entry) ? entry : Kinds["internal"];
}
