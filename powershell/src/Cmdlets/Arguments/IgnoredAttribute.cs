using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Marks a parameter of Exchange that has no meaning here: accepted, so that scripts run, with a warning.</summary>
/// <remarks>Its value is dropped at once, since an error record keeps all arguments of its cmdlet.</remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IgnoredAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Given.Base(inputData) is SwitchParameter or bool ? inputData : Given.Kind(inputData);
}
