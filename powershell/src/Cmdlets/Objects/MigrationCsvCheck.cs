using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>What a check of a CSV found.</summary>
public sealed class MigrationCsvCheck
{
    internal MigrationCsvCheck(CsvCheckView view)
    {
        Valid = view.Valid;
        RowCount = view.RowCount;
        Columns = view.Columns;
        Encoding = view.Encoding;
        Delimiter = view.Delimiter;
        Errors = Array.ConvertAll(view.Errors, fault => new MigrationCsvFault(fault));
        Warnings = Array.ConvertAll(view.Warnings, fault => new MigrationCsvFault(fault));
    }

    /// <summary>Whether a batch can be made from it.</summary>
    public bool Valid { get; }

    /// <summary>Rows after the header.</summary>
    public long RowCount { get; }

    /// <summary>The columns of the header.</summary>
    public string[] Columns { get; }

    /// <summary>The encoding of the file.</summary>
    public string Encoding { get; }

    /// <summary>The column separator.</summary>
    public string Delimiter { get; }

    /// <summary>Everything that stands in the way, in the order of the file.</summary>
    public MigrationCsvFault[] Errors { get; }

    /// <summary>What does not stand in the way.</summary>
    public MigrationCsvFault[] Warnings { get; }
}

/// <summary>One thing wrong with a CSV, with its place and its remedy.</summary>
public sealed class MigrationCsvFault
{
    internal MigrationCsvFault(CsvFault fault)
    {
        Line = fault.Line;
        Column = fault.Column;
        Message = ErrorText.Sentence(fault.Message);
        Remedy = ErrorText.Sentence(fault.Remedy);
    }

    /// <summary>The line of the file, the header being line 1; none where the whole file is meant.</summary>
    public int? Line { get; }

    /// <summary>The column's name or number.</summary>
    public string? Column { get; }

    /// <summary>What is wrong.</summary>
    public string Message { get; }

    /// <summary>How to mend it.</summary>
    public string Remedy { get; }

    /// <summary>Place, fault and remedy in one line.</summary>
    public override string ToString() => Line is null ? $"{Message} {Remedy}" : $"Line {Line}: {Message} {Remedy}";
}
