using System.Collections.Generic;
using System.Management.Automation;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Checks a CSV and lists everything that is wrong with it. An invalid CSV is a result, not an error.</summary>
[Cmdlet(VerbsDiagnostic.Test, "MigrationCsv", DefaultParameterSetName = "Path")]
[OutputType(typeof(MigrationCsvCheck))]
public sealed class TestMigrationCsvCommand : MigrationCmdlet
{
    private readonly List<object> _parts = [];

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Path")]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    [CsvPath]
    public string Path { get; set; } = "";

    /// <summary>The file's bytes or text, or objects of Import-Csv.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "CSVData")]
    [CsvPart]
    public object? CSVData { get; set; }

    /// <summary>The source endpoint that it is for: where an administrator logs in, rows need no password.</summary>
    [Parameter]
    [IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? SourceEndpoint { get; set; }

    /// <summary>Pass over columns that we do not know.</summary>
    [Parameter]
    [ValueArgument(typeof(bool))]
    public bool AllowUnknownColumnsInCsv { get; set; }

    /// <summary>The column separator, where it is not a comma.</summary>
    [Parameter]
    [ValueArgument(typeof(char))]
    public char? Delimiter { get; set; }

    /// <summary>Take translated headers, other delimiters and ANSI bytes for what they mean.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Lenient { get; set; }

    /// <inheritdoc />
    private protected override void Process()
    {
        if (ParameterSetName == "Path")
        {
            Test(Path);
        }
        else if (CSVData is CsvPart part)
        {
            _parts.Add(part.Value);
        }
    }

    /// <inheritdoc />
    protected override void EndProcessing()
    {
        if (_parts.Count > 0)
        {
            Test(_parts.Count == 1 ? _parts[0] : _parts);
        }
    }

    private void Test(object given)
    {
        try
        {
            Test(CsvSource.Bytes(given, SessionState.Path));
        }
        catch (MigrationErrorException e)
        {
            WriteError(ErrorRecords.From(e.Error));
        }
    }

    private void Test(CsvBytes csv)
    {
        try
        {
            var request = CsvFile.ToRequest(csv, AllowUnknownColumnsInCsv, Delimiter, Lenient);
            Send(Operations.TestCsv(new CsvTest { Csv = request, SourceEndpoint = SourceEndpoint.OrNull() }));
        }
        finally
        {
            csv.Wipe();
        }
    }
}
