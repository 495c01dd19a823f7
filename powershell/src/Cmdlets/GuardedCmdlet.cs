using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Refuses what was piped or given and means nothing here, and says what kind of object it is.</summary>
/// <remarks>
/// PowerShell's own errors for these cases hold the object and print it, and an object may be a row of a CSV. So every cmdlet
/// takes all that can be piped and given, and says itself what it cannot use.
/// </remarks>
public abstract class GuardedCmdlet : PSCmdlet
{
    private readonly HashSet<string> _given = [];

    /// <summary>Whatever is piped; no more than its type is kept.</summary>
    [Parameter(DontShow = true, ValueFromPipeline = true)]
    [AllowNull, StrayInput]
    public object? OtherInput { get; set; }

    /// <summary>The <c>$true</c> of scripts that write <c>-IncludeReport $true</c>, as remote Exchange allows.</summary>
    [Parameter(DontShow = true, ValueFromRemainingArguments = true), SwitchValues]
    public object[]? SwitchValues { get; set; }

    /// <summary>Whether something was refused, so that what is done at the end would be done with less than was meant.</summary>
    private protected bool HasRefused { get; private set; }

    private Dictionary<string, object> Bound => MyInvocation.BoundParameters;

    /// <summary>Notes what stands on the command line.</summary>
    protected override void BeginProcessing() => _given.UnionWith(Bound.Keys);

    /// <inheritdoc />
    protected sealed override void ProcessRecord()
    {
        if (Refusal() is { } refusal)
        {
            HasRefused = true;
            WriteError(refusal);
        }
        else
        {
            Process();
        }
    }

    /// <summary>As <see cref="Cmdlet.ProcessRecord"/>, with arguments that mean something.</summary>
    private protected abstract void Process();

    private ErrorRecord? Refusal()
    {
        foreach (var parameter in Bound)
        {
            if (Each(parameter.Value).Select(Stray.Kind).FirstOrDefault(kind => kind is not null) is { } kind)
            {
                return ErrorRecords.NoIdentity(parameter.Key, kind);
            }
        }

        var isTaken = Bound.Keys.Any(name => !_given.Contains(name) && name != nameof(OtherInput));
        return Bound.ContainsKey(nameof(OtherInput)) && !isTaken ? ErrorRecords.StrayInput($"{OtherInput}") : null;
    }

    private static IEnumerable<object?> Each(object? argument) => argument is string[] several ? several : [argument];
}
