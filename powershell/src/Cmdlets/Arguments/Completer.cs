using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ImapMigration;

/// <summary>Completes a word to those that begin with it, and quotes what would be read as something else.</summary>
public abstract class Completer : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var prefix = Typed(wordToComplete);
        return Words(prefix, parameterName)
            .Where(word => Begins(word, prefix))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .OrderBy(word => word, StringComparer.OrdinalIgnoreCase)
            .Select(word => new CompletionResult(Quoted(word), word, CompletionResultType.ParameterValue, word));
    }

    /// <summary>The words for a parameter that begin so; others do no harm.</summary>
    private protected abstract IEnumerable<string> Words(string prefix, string parameter);

    /// <summary>Whether a word is one of those that are meant by what was typed.</summary>
    private protected virtual bool Begins(string word, string prefix) => word.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    // What was typed may have a quote before it, and behind, and doubled ones inside.
    private static string Typed(string word) => word.FirstOrDefault() switch
    {
        '\'' => word.Trim('\'').Replace("''", "'"),
        '"' => word.Trim('"'),
        _ => word.Replace("`", ""),
    };

    // A letter first: what begins with a dash is a parameter, and with a digit a number, which 007 would not outlive.
    private static string Quoted(string word) =>
        char.IsLetter(word.FirstOrDefault()) && word.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.')
            ? word
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(word)}'";
}
