using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes whatever may be a CSV or a part of one. The parts make sense only together, at the end.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CsvPartAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Given.Base(inputData) is null or CsvPart ? inputData : new CsvPart(inputData!);
}
