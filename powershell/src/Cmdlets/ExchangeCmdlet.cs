using System;
using System.Management.Automation;

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

    /// <summary>The <c>$true</c> of scripts that write <c>-IncludeReport $true</c>, as remote Exchange allows.</summary>
    [Parameter(DontShow = true, ValueFromRemainingArguments = true), SwitchValues]
    public object[]? SwitchValues { get; set; }

    /// <summary>Warns of parameters that are ignored.</summary>
    protected override void BeginProcessing()
    {
        foreach (var name in MyInvocation.BoundParameters.Keys)
        {
            if (GetType().GetProperty(name) is { } property && Attribute.IsDefined(property, typeof(IgnoredAttribute)))
            {
                WriteWarning($"-{name} has no meaning for IMAP migrations and is ignored.");
            }
        }
    }
}
