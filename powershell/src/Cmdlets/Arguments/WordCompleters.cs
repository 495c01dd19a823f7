using System;
using System.Collections.Generic;
using System.Linq;

namespace ImapMigration;

/// <summary>Completes the names that this system has for time zones.</summary>
public sealed class TimeZoneCompleter : Completer
{
    private protected override IEnumerable<string> Words(string prefix, string parameter) =>
        TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id);
}

/// <summary>Completes what stands for a folder in every mailbox, whatever its name is there (about_ImapMigration_Filters).</summary>
public sealed class FolderCompleter : Completer
{
    private static readonly string[] WellKnown =
    [
        "Root", "Inbox", "SentItems", "DeletedItems", "Drafts", "JunkEmail", "Archive", "AllItems", "Outbox", "Calendar", "Contacts",
        "Journal", "Tasks", "Notes",
    ];

    private protected override IEnumerable<string> Words(string prefix, string parameter) =>
        WellKnown.SelectMany(name => new[] { $"#{name}#", $"#{name}#/*" });

    // Without the mark, too, as what begins with it is a comment to PowerShell.
    private protected override bool Begins(string word, string prefix) => base.Begins(word.TrimStart('#'), prefix.TrimStart('#'));
}
