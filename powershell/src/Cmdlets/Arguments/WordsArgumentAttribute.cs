using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes a program and its arguments, which may hold any character. No error shows them.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WordsArgumentAttribute : TextArgumentAttribute
{
    public WordsArgumentAttribute() => List = true;

    private protected override bool IsRefused(string text, EngineIntrinsics engine) => false;
}
