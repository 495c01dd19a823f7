using System.ComponentModel;

namespace ImapMigration;

/// <summary>Names a batch: its name, its guid, an object of Get-MigrationBatch, or one with a property Identity or BatchId.</summary>
[TypeConverter(typeof(IdParameterConverter))]
public sealed class MigrationBatchIdParameter : MigrationIdParameter
{
    internal MigrationBatchIdParameter(Naming naming)
        : base(naming)
    {
    }
}
