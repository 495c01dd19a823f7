using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Makes identities of what admins have at hand, where PowerShell converts by type: in casts, proxies and mocks.</summary>
public sealed class IdParameterConverter : PSTypeConverter
{
    /// <inheritdoc />
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => true;

    /// <inheritdoc />
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase)
    {
        var kind = IdentityKind.Of(destinationType);
        return kind.Identity(sourceValue) is { Naming.Stray: null } identity
            ? identity
            : throw new PSInvalidCastException(Given.Refusal(kind.Wanted, sourceValue).Message);
    }

    /// <inheritdoc />
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc />
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new NotSupportedException();
}
