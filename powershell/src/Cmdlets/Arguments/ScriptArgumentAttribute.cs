using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes a script block. A token itself is none, and is not shown.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ScriptArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Given.Base(inputData) switch
    {
        null => null,
        ScriptBlock script => script,
        _ => throw Given.Refusal("a script block that returns a token whenever one is needed, as in { Get-Token $Mailbox }", inputData),
    };
}
