using System.Collections.Generic;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Turns the contract's lower-case sentences into what a person reads.</summary>
internal static class ErrorText
{
    private static readonly Dictionary<string, string> MissingObjects = new()
    {
        ["endpoint_not_found"] = "migration endpoint",
        ["batch_not_found"] = "migration batch",
        ["user_not_found"] = "migration user",
    };

    /// <summary>Whether the error says that an endpoint, a batch or a user is not there.</summary>
    internal static bool IsMissingObject(ErrorView error) => MissingObjects.ContainsKey(error.Kind);

    /// <summary>Our sentence, the server's own words, and the remedy.</summary>
    internal static string Full(ErrorView error) =>
        string.IsNullOrEmpty(error.Remedy) ? WithoutRemedy(error) : $"{WithoutRemedy(error)} {Sentence(error.Remedy!)}";

    /// <summary>Our sentence and the server's own words.</summary>
    internal static string WithoutRemedy(ErrorView error) =>
        string.IsNullOrEmpty(error.Server) ? Sentence(What(error)) : $"{Sentence(What(error))} The server said: {error.Server}";

    /// <summary>Upper case in front, a full stop behind, and PowerShell's quotes instead of Markdown's.</summary>
    internal static string Sentence(string text)
    {
        var quoted = text.Trim().Replace('`', '\'');
        if (quoted.Length == 0)
        {
            return quoted;
        }

        var end = ".!?".IndexOf(quoted[quoted.Length - 1]) >= 0 ? "" : ".";
        return char.ToUpperInvariant(quoted[0]) + quoted.Substring(1) + end;
    }

    // Admins, and their scripts, search for Exchange's words: "couldn't be found".
    private static string What(ErrorView error) =>
        error.Object is { } name && MissingObjects.TryGetValue(error.Kind, out var noun)
            ? $"the {noun} `{name}` couldn't be found"
            : error.Message;
}
