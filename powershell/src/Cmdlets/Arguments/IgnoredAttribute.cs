using System;

namespace ImapMigration;

/// <summary>Marks a parameter of Exchange that has no meaning here: accepted, so that scripts run, with a warning.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IgnoredAttribute : Attribute;
