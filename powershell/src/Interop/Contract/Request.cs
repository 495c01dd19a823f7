using System.Collections.Generic;
using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>One request, as it crosses the ABI: <c>{"op": "get_batches", "args": {…}}</c>. Made by <see cref="Operations"/>.</summary>
[DataContract]
public sealed class Request
{
    internal Request(string operation, object arguments)
    {
        Operation = operation;
        Arguments = arguments;
    }

    /// <summary>The store's folder or URL; without it the process's default.</summary>
    [DataMember(Name = "store", EmitDefaultValue = false)]
    public string? Store { get; set; }

    /// <summary>The worker executable, in requests that may start one.</summary>
    [DataMember(Name = "worker", EmitDefaultValue = false)]
    public string? Worker { get; set; }

    /// <summary>The variables that count, as this process has them; null for one that it has not.</summary>
    [DataMember(Name = "environment", EmitDefaultValue = false)]
    public Dictionary<string, string?>? Environment { get; set; }

    /// <summary>Check all that a change would, and make none: it fails where the change would.</summary>
    [DataMember(Name = "dry_run", EmitDefaultValue = false)]
    public bool DryRun { get; set; }

    /// <summary>What to do.</summary>
    [DataMember(Name = "op")]
    public string Operation { get; private set; }

    /// <summary>With what.</summary>
    [DataMember(Name = "args")]
    public object Arguments { get; private set; }
}
