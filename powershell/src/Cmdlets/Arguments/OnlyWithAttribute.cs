using System;

namespace ImapMigration;

/// <summary>Marks a parameter that means nothing without another one: accepted, with a warning.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OnlyWithAttribute : Attribute
{
    public OnlyWithAttribute(string parameter) => Parameter = parameter;

    public string Parameter { get; }
}
