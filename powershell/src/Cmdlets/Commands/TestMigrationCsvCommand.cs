using System.Management.Automation;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Checks a CSV and lists everything that is wrong with it. An invalid CSV is a result, not an error.</summary>
[Cmdlet(VerbsDiagnostic.Test, "MigrationCsv", DefaultParameterSetName = "Path")]
[OutputType(typeof(MigrationCsvCheck))]
public sealed class TestMigrationCsvCommand : MigrationCmdlet
{
    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Path")]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The file's bytes, or objects of Import-Csv.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "CSVData")]
    [CsvData]
    public byte[] CSVData { get; set; } = [];

    /// <summary>The source endpoint that it is for: where an administrator logs in, rows need no password.</summary>
    [Parameter]
    [IdentityArgument]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public string? SourceEndpoint { get; set; }

    /// <summary>Pass over columns that we do not know.</summary>
    [Parameter]
    public bool AllowUnknownColumnsInCsv { get; set; }

    /// <summary>The column separator, where it is not a comma.</summary>
    [Parameter]
    public char? Delimiter { get; set; }

    /// <summary>Take translated headers, other delimiters and ANSI bytes for what they mean.</summary>
    [Parameter]
    public SwitchParameter Lenient { get; set; }

    /// <inheritdoc />
    protected override void ProcessRecord()
    {
        if (Bytes() is { } csv)
        {
            var request = CsvFile.ToRequest(csv, AllowUnknownColumnsInCsv, Delimiter, Lenient);
            Send(Operations.TestCsv(new CsvTest { Csv = request, SourceEndpoint = SourceEndpoint.OrNull() }));
        }
    }

    private byte[]? Bytes()
    {
        try
        {
            return ParameterSetName == "Path" ? CsvFile.Read(FullPath(Path)) : CSVData;
        }
        catch (MigrationErrorException e)
        {
            WriteError(ErrorRecords.From(e.Error));
            return null;
        }
    }
}
