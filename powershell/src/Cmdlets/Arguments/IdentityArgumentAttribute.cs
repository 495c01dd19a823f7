using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes whatever names a batch, a user or an endpoint, or a list of these.</summary>
/// <remarks>
/// What names nothing passes the binder as an identity that says so, and the cmdlet refuses it: an error of the binder holds the
/// piped object, and prints it. What is declined is left to other parameters.
/// </remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IdentityArgumentAttribute : ArgumentTransformationAttribute
{
    private readonly Type _type;

    public IdentityArgumentAttribute(Type type) => _type = type;

    /// <summary>Whether a list will do.</summary>
    public bool List { get; set; }

    /// <summary>The parameter's type to which a piped object is left if it is of that kind.</summary>
    public Type? But { get; set; }

    /// <summary>Whether all is declined that names nothing.</summary>
    public bool IsStrict { get; set; }

    /// <summary>Whether all is declined but objects.</summary>
    public bool IsObject { get; set; }

    /// <summary>Whether a row with a password names nobody, as it is meant for a CSV.</summary>
    public bool TakesNoRows { get; set; }

    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Given.Base(inputData) switch
    {
        null => null,
        IEnumerable several and not string and not IDictionary when List => Each(several),
        _ => List ? Each(new[] { inputData! }) : One(inputData!),
    };

    private Array Each(IEnumerable several)
    {
        var identities = several.Cast<object?>().Select(one => one is null ? null : One(one)).ToArray();
        var array = Array.CreateInstance(_type, identities.Length);
        identities.CopyTo(array, 0);
        return array;
    }

    private MigrationIdParameter One(object given)
    {
        var kind = IdentityKind.Of(_type);
        return IsDeclined(kind, given) ? throw Given.Declined(kind.Wanted, given) : Identity(kind, given);
    }

    private MigrationIdParameter Identity(IdentityKind kind, object given) =>
        TakesNoRows && !kind.Has(given) && Given.Property(given, "Password") is not null ? kind.Stray(given) : kind.Identity(given);

    private bool IsDeclined(IdentityKind kind, object given) =>
        (But is not null && IdentityKind.Of(But).Has(given))
        || (IsObject && !kind.Has(given))
        || (IsStrict && NamesNothing(kind.Identity(given)));

    private static bool NamesNothing(MigrationIdParameter identity) =>
        identity.Naming.Stray is not null || Identities.IsSwitchValue(identity);
}
