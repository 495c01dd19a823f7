using System.Management.Automation;

namespace ImapMigration;

/// <summary>Strings that know more: identities and statuses.</summary>
/// <remarks>
/// Scripts treat them as strings (<c>-eq 'Synced'</c>, <c>.Trim()</c>, hash keys, CSV, JSON), so they are strings. What else
/// scripts read from them (<c>.Value</c>, <c>.Name</c>, <c>.Id</c>) hangs on their type names, as hidden members in
/// ImapMigration.Types.ps1xml: members of their own would turn them into objects in Windows PowerShell's JSON. These names come
/// after <c>System.String</c>, as PowerShell writes only what is first of all a string as one: whatever else is first is an
/// object to it, and shown as its properties (<c>Length 6</c>).
/// </remarks>
internal static class TypedText
{
    internal static PSObject BatchId(string name) => Identity("ImapMigration.MigrationBatchId", name);

    internal static PSObject UserId(string address) => Identity("ImapMigration.MigrationUserId", address);

    internal static PSObject? EndpointId(string? name) =>
        name is null ? null : Identity("ImapMigration.MigrationEndpointId", name);

    internal static PSObject BatchStatus(string status) => Create(status, "ImapMigration.MigrationBatchStatusText");

    internal static PSObject UserStatus(string status) => Create(status, "ImapMigration.MigrationUserStatusText");

    internal static PSObject UserStatusSummary(string summary) =>
        Create(summary, "ImapMigration.MigrationUserStatusSummaryText");

    private static PSObject Identity(string typeName, string text) => Create(text, typeName, "ImapMigration.MigrationIdentity");

    private static PSObject Create(string text, params string[] typeNames)
    {
        var typed = new PSObject(text);
        for (var i = 0; i < typeNames.Length; i++)
        {
            typed.TypeNames.Insert(i + 1, typeNames[i]);
        }

        return typed;
    }
}
