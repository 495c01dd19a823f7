using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>A report: its text, and its entries.</summary>
public sealed class MigrationReport
{
    internal MigrationReport(IEnumerable<ReportEntry> entries) =>
        Entries = entries.Select(entry => new MigrationReportEntry(entry)).ToArray();

    /// <summary>The lines, oldest first.</summary>
    public MigrationReportEntry[] Entries { get; }

    /// <summary>The whole text.</summary>
    public override string ToString() => string.Join(Environment.NewLine, (Entries ?? []).Select(entry => entry.ToString()));
}

/// <summary>A line of a report.</summary>
public sealed class MigrationReportEntry
{
    internal MigrationReportEntry(ReportEntry entry)
    {
        CreationTime = Times.Local(entry.At);
        Message = entry.Text;
    }

    /// <summary>When.</summary>
    public DateTime CreationTime { get; }

    /// <summary>What, in one line.</summary>
    public string Message { get; }

    /// <summary>The shape that admins know, in UTC: <c>11/25/2026 4:08:10 AM [ImapMigration] text</c>.</summary>
    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture, "{0:M/d/yyyy h:mm:ss tt} [ImapMigration] {1}", CreationTime.ToUniversalTime(), Message);
}
