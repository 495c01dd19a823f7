
namespace ImapMigration;

/// <summary>A CSV or a part of one, as it was piped: a row, a line, a byte. It shows nothing of it.</summary>
internal sealed class CsvPart
{
    internal CsvPart(object value) => Value = value;

    internal object Value { get; }
}
