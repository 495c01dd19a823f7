using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Takes the mailboxes out of a CSV. Whether the rest of it is right, Test-MigrationCsv says.</summary>
internal static class CsvAddresses
{
    private const string Rows = "param($text) ConvertFrom-Csv -InputObject $text -ErrorAction Stop";

    /// <summary>The mailbox of each row: on the target TargetUserName, or else EmailAddress; on the source UserName.</summary>
    /// <exception cref="MigrationErrorException">There is no column for them.</exception>
    internal static IEnumerable<string> Read(CsvBytes csv, PSCmdlet cmdlet, bool isSource)
    {
        string[] columns = isSource ? ["UserName"] : ["TargetUserName", "EmailAddress"];
        var rows = cmdlet.InvokeCommand.InvokeScript(Rows, useNewScope: true, System.Management.Automation.Runspaces.PipelineResultTypes.None, input: null, KeyFile.Text(csv.Value));
        return rows.FirstOrDefault()?.Properties[columns.Last()] is not null
            ? rows.Select(row => columns.Select(column => $"{row.Properties[column]?.Value}".Trim().OrNull()).FirstOrDefault(name => name is not null)).OfType<string>()
            : throw new MigrationErrorException(new ErrorView
            {
                Kind = "invalid_csv",
                Message = $"the CSV has no rows with a column {columns.Last()}",
                Remedy = "Test-MigrationCsv says what is wrong with it",
            });
    }
}
