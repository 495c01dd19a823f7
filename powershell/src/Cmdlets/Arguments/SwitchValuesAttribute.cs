using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Lets nothing but <c>$true</c> stand alone on a command line, where it can only confirm a switch.</summary>
internal sealed class SwitchValuesAttribute : ValidateArgumentsAttribute
{
    /// <inheritdoc />
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        var values = arguments is IEnumerable several and not string ? several.Cast<object>() : [arguments];
        if (values.FirstOrDefault(value => !IsTrue(value)) is { } stray)
        {
            throw new ValidationMetadataException(
                $"No parameter takes {Given.Kind(stray)}. Look for a parameter that is misspelt; switch a switch off with -Name:$false.");
        }
    }

    private static bool IsTrue(object value) => Given.Base(value) is true;
}
