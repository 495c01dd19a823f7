using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace ImapMigration;

/// <summary>Refuses what was piped or given and means nothing here, and says what kind of object it is.</summary>
/// <remarks>
/// PowerShell's own errors for these cases hold the object and print it, and an object may be a row of a CSV. So every cmdlet
/// takes all that can be piped and given, and says itself what it cannot use. A parameter that is misspelt is PowerShell's to
/// refuse, which names it and no more.
/// </remarks>
public abstract class GuardedCmdlet : PSCmdlet, IDynamicParameters
{
    /// <summary>How the parameters begin that take what is piped where the value of a switch stands for an identity.</summary>
    private protected const string PipedPast = "OtherId";

    private readonly HashSet<string> _given = [];

    /// <summary>Whatever is piped; no more than its type is kept.</summary>
    [Parameter(DontShow = true, ValueFromPipeline = true)]
    [AllowNull, StrayInput]
    public StrayInput? OtherInput { get; set; }

    /// <summary>Whether something was refused, so that what is done at the end would be done with less than was meant.</summary>
    private protected bool HasRefused { get; set; }

    /// <summary>The batch that was piped past the value of a switch, of cmdlets that take a batch for its users.</summary>
    private protected virtual MigrationIdParameter? PipedBatch => null;

    private Dictionary<string, object> Bound => MyInvocation.BoundParameters;

    /// <summary>What stands alone on the command line, where there is one: who asks for the cmdlet's syntax sees none of it.</summary>
    public object? GetDynamicParameters() =>
        MyInvocation.PipelineLength > 0 || Bound.Values.Any(value => value is SwitchParameter) ? new LooseValues() : null;

    /// <summary>Notes what stands on the command line, and refuses what belongs nowhere.</summary>
    protected override void BeginProcessing()
    {
        _given.UnionWith(Bound.Keys);
        if (StrayValue() is { } stray)
        {
            ThrowTerminatingError(ErrorRecords.StrayArgument(stray));
        }
    }

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

    // The binder does not tell where an argument stood, so each truth value may be that of a switch, as long as there are enough.
    private string? StrayValue()
    {
        var stray = Bound.Values.OfType<SwitchValue>().FirstOrDefault(value => value.Stray is not null);
        var truths = Bound.Values.Count(value => value is SwitchValue || Identities.In(value).Any(Identities.IsSwitchValue));
        var switches = Bound.Values.Count(value => value is SwitchParameter { IsPresent: true });
        return stray?.Stray ?? (truths > switches ? Given.Kind(true) : null);
    }

    private ErrorRecord? Refusal()
    {
        foreach (var parameter in Bound)
        {
            if (Identities.In(parameter.Value).FirstOrDefault(one => IsStray(one, parameter)) is { } stray)
            {
                return ErrorRecords.NoIdentity(parameter.Key, stray);
            }
        }

        return Bound.ContainsKey(nameof(OtherInput)) && !IsTaken() ? ErrorRecords.StrayInput(OtherInput) : null;
    }

    // The value of a switch stands alone, on the command line, where the first argument without a name goes.
    private bool IsStray(MigrationIdParameter identity, KeyValuePair<string, object> parameter) => Identities.IsSwitchValue(identity)
        ? !_given.Contains(parameter.Key) || !IsFirst(parameter.Key) || Identities.In(parameter.Value).Skip(1).Any()
        : identity.Naming.Stray is not null;

    private bool IsFirst(string parameter) =>
        GetType().GetProperty(parameter)!.GetCustomAttributes<ParameterAttribute>().Any(attribute => attribute.Position == 0);

    // What is piped past an identity has a use only where that is the value of a switch.
    private bool IsTaken()
    {
        var takers = Bound.Keys.Where(name => !_given.Contains(name) && name != nameof(OtherInput));
        return takers.Any(name => !name.StartsWith(PipedPast, StringComparison.Ordinal))
            || (HasSwitchValue() && (takers.Any() || PipedBatch is not null));
    }

    private bool HasSwitchValue() => Bound.Values.SelectMany(Identities.In).Any(Identities.IsSwitchValue);
}
