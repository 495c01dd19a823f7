using System.Management.Automation;

namespace ImapMigration;

/// <summary>Strings that know more: identities and statuses.</summary>
/// <remarks>
/// Scripts treat them as strings (<c>-eq 'Synced'</c>, <c>.Trim()</c>, hash keys, CSV, JSON), so they are strings. What else
/// scripts read from them (<c>.Value</c>, <c>.Name</c>, <c>.Id</c>) hangs on their type names, as hidden members in
/// ImapMigration.Types.ps1xml: members of their own would turn them into objects in Windows PowerShell's JSON.
/// </remarks>
internal static class TypedText
{
    internal static PSObject BatchId(string name) => Create("ImapMigration.MigrationBatchId", name);

    internal static PSObject UserId(string address) => Create("ImapMigration.MigrationUserId", address);

    internal static PSObject? EndpointId(string? name) =>
        name is null ? null : Create("ImapMigration.MigrationEndpointId", name);

    internal static PSObject BatchStatus(string status) => Create("ImapMigration.MigrationBatchStatusText", status);

    internal static PSObject UserStatus(string status) => Create("ImapMigration.MigrationUserStatusText", status);

    internal static PSObject UserStatusSummary(string summary) =>
        Create("ImapMigration.MigrationUserStatusSummaryText", summary);

    private static PSObject Create(string typeName, string text)
    {
        var typed = new PSObject(text);
        typed.TypeNames.Insert(0, typeName);
        return typed;
    }
}
