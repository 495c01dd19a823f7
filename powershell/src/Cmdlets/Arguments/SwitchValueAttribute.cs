using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes whatever stands alone on a command line.</summary>
/// <remarks>The cmdlet refuses all but <c>$true</c>: the binder's error would print it.</remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SwitchValueAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether nothing more is taken: the error is then of this parameter, and not the binder's own.</summary>
    public bool IsLast { get; set; }

    /// <summary>Why a value of this kind is refused.</summary>
    internal static string Refused(string kind) =>
        $"No parameter takes {kind}. Look for a parameter that is misspelt; switch a switch off with -Name:$false.";

    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        IsLast ? throw new ArgumentTransformationMetadataException(Refused(Given.Kind(inputData))) : SwitchValue.From(inputData);
}
