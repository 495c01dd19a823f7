using System.ComponentModel;

namespace ImapMigration;

/// <summary>Names a endpoint: its name, its guid, an object of Get-MigrationEndpoint, or one with a property Identity.</summary>
[TypeConverter(typeof(IdParameterConverter))]
public sealed class MigrationEndpointIdParameter : MigrationIdParameter
{
    internal MigrationEndpointIdParameter(Naming naming)
        : base(naming)
    {
    }
}
