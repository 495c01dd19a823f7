using System;
using System.Management.Automation;
using System.Reflection;

namespace ImapMigration;

/// <summary>What the cmdlets share that Exchange has, too: its parameters that mean nothing here.</summary>
public abstract class ExchangeCmdlet : MigrationCmdlet
{
    /// <summary>Exchange Online's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? Partition { get; set; }

    /// <summary>Exchange Server's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? DomainController { get; set; }

    /// <summary>Warns of parameters that are ignored.</summary>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        foreach (var name in MyInvocation.BoundParameters.Keys)
        {
            if (GetType().GetProperty(name) is { } property && Uselessness(property) is { } why)
            {
                WriteWarning($"-{name} has no meaning {why} and is ignored.");
            }
        }
    }

    private string? Uselessness(MemberInfo parameter) =>
        Attribute.IsDefined(parameter, typeof(IgnoredAttribute)) ? "for IMAP migrations"
        : parameter.GetCustomAttribute<OnlyWithAttribute>() is { } only && !IsBound(only.Parameter) ? $"without -{only.Parameter}"
        : null;
}
