using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes a name, an address, a guid, or an object of this module for the identity that it stands for.</summary>
/// <remarks>
/// What names nothing passes the binder as a <see cref="Stray"/>, and the cmdlet refuses it: an error of the binder holds the
/// piped object, and prints it.
/// </remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IdentityArgumentAttribute : TextArgumentAttribute
{
    private protected override string? One(object value, EngineIntrinsics engine) => Given.Base(value) switch
    {
        IIdentified known => known.Key,

        // `Get-MigrationBatch -IncludeReport $true`: the value of a switch, not an identity.
        bool => null,
        _ when Named(value) is { } text && !Rows.MayBe(text) => text,
        _ => Stray.Of(value),
    };

    // Objects that were an object of this module once, and went through a file or a filter, still have its identity.
    private static string? Named(object value) =>
        Given.Text(value) ?? Given.Text(PSObject.AsPSObject(value).Properties["Identity"]?.Value);
}
