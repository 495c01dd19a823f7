using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes any piped object, and keeps what kind it is.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class StrayInputAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData) => new StrayInput(inputData);
}
