using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Net.Mail;

namespace ImapMigration;

/// <summary>Batches, users or endpoints: what names one of them.</summary>
internal sealed class IdentityKind
{
    private const string Address = "EmailAddress";

    private static readonly Dictionary<Type, IdentityKind> Kinds = new IdentityKind[]
    {
        new(typeof(MigrationBatchIdParameter), naming => new MigrationBatchIdParameter(naming))
        {
            ObjectType = "MigrationBatch",
            Properties = ["Identity", "BatchId"],
            Wanted = "the name or guid of a batch, or an object of Get-MigrationBatch",
        },
        new(typeof(MigrationUserIdParameter), naming => new MigrationUserIdParameter(naming))
        {
            ObjectType = "MigrationUser",
            Properties = ["Identity", Address],
            Container = "BatchId",
            Wanted = "the address or guid of a migration user, an object of Get-MigrationUser, or a row with an EmailAddress",
        },
        new(typeof(MigrationEndpointIdParameter), naming => new MigrationEndpointIdParameter(naming))
        {
            ObjectType = "MigrationEndpoint",
            Properties = ["Identity"],
            Wanted = "the name or guid of an endpoint, or an object of Get-MigrationEndpoint",
        },
    }.ToDictionary(kind => kind._parameter);

    private readonly Type _parameter;
    private readonly Func<Naming, MigrationIdParameter> _make;

    private IdentityKind(Type parameter, Func<Naming, MigrationIdParameter> make)
    {
        _parameter = parameter;
        _make = make;
    }

    /// <summary>What names one of them, for errors.</summary>
    internal required string Wanted { get; init; }

    internal required string ObjectType { get; init; }

    internal required string[] Properties { get; init; }

    // The property by which objects say in which batch they are, of which there may be several by one name.
    internal string? Container { get; init; }

    // The type name of its identity, as objects have it.
    private string IdentityType => ObjectType + "Id";

    /// <summary>The kind that a parameter of this type names.</summary>
    internal static IdentityKind Of(Type parameter) => Kinds[parameter];

    /// <summary>The identity that was given; of what names none of this kind, one that says so.</summary>
    internal MigrationIdParameter Identity(object given) => _make(Given.Base(given) switch
    {
        MigrationIdParameter known when known.GetType() == _parameter => known.Naming,
        true => Naming.SwitchValue,
        _ => Text(given) is { } text ? Naming.By(text) : Naming.ByStray(given),
    });

    /// <summary>The identity of nobody, whatever the object may name.</summary>
    internal MigrationIdParameter Stray(object given) => _make(Naming.ByStray(given));

    /// <summary>Whether an object is of this kind, or the identity of one, or was before it went through a job or a file.</summary>
    internal bool Has(object given) => OurTypes.Of(given).Any(type => type == ObjectType || type == IdentityType);

    private string? Text(object given)
    {
        var text = IsOfAnother(given) ? null : Simple(given) ?? Property(given);
        return text is null || Rows.MayBe(text) ? null : text;
    }

    private bool IsOfAnother(object given) => OurTypes.Of(given).Any() && !Has(given);

    private string? Simple(object given) => Given.Base(given) switch
    {
        IIdentified known => known.Key,
        MailAddress address => address.Address,
        Guid or string => Given.Text(given),
        IConvertible number and not Enum when number.GetTypeCode() is >= TypeCode.SByte and <= TypeCode.Decimal => Given.Text(given),
        _ => OurTypes.Of(given).Contains(IdentityType) ? $"{given}" : null,
    };

    // A guid tells users of one address apart, and so does the batch, also in a row that once was an object of ours: Export-Csv,
    // JSON. Other people's objects have guids, too.
    private string? Property(object given)
    {
        var batch = Container is null ? null : Value(given, Container).OrNull();
        var isOurs = Has(given) || batch is not null;
        return isOurs && Guid.TryParse(Value(given, nameof(Guid)), out var guid) ? $"{guid}" : Within(batch, Name(given));
    }

    private static string? Within(string? batch, string? name) =>
        batch is null || name is null || name.Contains("\\") ? name : $"{batch}\\{name}";

    // A row whose columns are out of step may have its password for an address.
    private string? Name(object given)
    {
        var name = Properties.FirstOrDefault(one => Given.Property(given, one) is not null);
        var value = name is null ? null : Given.Property(given, name);
        var text = value is null || IsOfAnother(value) ? null : Simple(value);
        return name == Address && text?.Contains("@") != true ? null : text;
    }

    private static string? Value(object given, string property) => Given.Text(Given.Property(given, property));
}
