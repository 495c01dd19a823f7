using System.ComponentModel;

namespace ImapMigration;

/// <summary>
/// Names a migration user: its address, its guid, an object of Get-MigrationUser, or one with a property Identity or EmailAddress.
/// </summary>
[TypeConverter(typeof(IdParameterConverter))]
public sealed class MigrationUserIdParameter : MigrationIdParameter
{
    internal MigrationUserIdParameter(Naming naming)
        : base(naming)
    {
    }
}
