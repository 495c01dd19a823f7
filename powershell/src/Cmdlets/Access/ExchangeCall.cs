using System.Collections;
using System.Linq;
using System.Management.Automation.Language;

namespace ImapMigration;

/// <summary>A call of a cmdlet of Exchange Online: what is printed is what is run.</summary>
internal sealed class ExchangeCall
{
    private readonly (string Name, object? Value)[] _parameters;

    internal ExchangeCall(string command, params (string Name, object? Value)[] parameters) =>
        (Command, _parameters) = (command, parameters);

    /// <summary>The cmdlet's name.</summary>
    internal string Command { get; }

    /// <summary>What it is given, for splatting.</summary>
    internal Hashtable Parameters => new(_parameters.ToDictionary(one => one.Name, one => one.Value));

    /// <summary>The call as it is typed. What is not known yet is <c>$principal</c>, which an earlier line sets.</summary>
    public override string ToString() =>
        string.Join(" ", _parameters.Select(one => one.Value is bool && one.Name == "Confirm" ? $"-Confirm:{Typed(one.Value)}" : $"-{one.Name} {Typed(one.Value)}").Prepend(Command));

    private static string Typed(object? value) => value switch
    {
        null => "$principal",
        bool truth => truth ? "$true" : "$false",
        var text => $"'{CodeGeneration.EscapeSingleQuotedStringContent($"{text}")}'",
    };
}
