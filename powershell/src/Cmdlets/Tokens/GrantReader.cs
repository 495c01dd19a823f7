using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Makes of the parameters on what grounds tokens are given: exactly one of them, and one that its provider knows.</summary>
internal sealed class GrantReader
{
    private const string Office365 = "Office365";
    private const string Google = "Google";
    private const string Other = "Other";

    private readonly ITokenParameters _given;
    private readonly PSCmdlet _cmdlet;
    private readonly (string Provider, string Parameter, bool IsGiven, Func<Grant> Make)[] _choices;

    internal GrantReader(ITokenParameters given, PSCmdlet cmdlet)
    {
        (_given, _cmdlet, ApplicationId) = (given, cmdlet, given.ApplicationId);
        _choices =
        [
            (Office365, "ClientSecret", given.ClientSecret is not null, () => Grant.OfSecret(EntraArguments.Secret(given.ClientSecret!))),
            (Office365, "CertificateThumbprint", given.CertificateThumbprint is not null,
                () => Certificates.Grant(EntraArguments.Thumbprint(given.CertificateThumbprint!))),
            (Office365, "CertificateFile", given.CertificateFile is not null,
                () => CertificateFile.Grant(FullPath(given.CertificateFile!), given.CertificatePassword)),
            (Office365, "Interactive", given.Interactive, () => Grant.OfSignIn("browser", clientSecret: null)),
            (Office365, "DeviceCode", given.DeviceCode, () => Grant.OfSignIn("device_code", clientSecret: null)),
            (Google, "ServiceAccountKey", given.ServiceAccountKey is not null, ServiceAccount),
            (Google, "ServiceAccountKeyFileData", given.ServiceAccountKeyFileData is not null, ServiceAccount),
            (Google, "Interactive", given.Interactive, GoogleSignIn),
            (Other, "AccessToken", given.AccessToken is not null, () => TokenScript.OfScript(given.AccessToken!, cmdlet)),
            (Other, "TokenCommand", given.TokenCommand is not null, () => TokenScript.OfProgram((CommandLine)given.TokenCommand!, cmdlet)),
        ];
    }

    /// <summary>The application id; of a service account the one that is in its key, by which the Admin console knows it.</summary>
    internal string? ApplicationId { get; private set; }

    /// <summary>The grant that was given for a provider; null if none was.</summary>
    /// <exception cref="MigrationErrorException">Several were given, or one of another provider, or it is of no use.</exception>
    internal Grant? Read(string provider)
    {
        var known = _choices.Where(choice => choice.Provider == provider).ToList();
        var given = known.Where(choice => choice.IsGiven).ToList();
        if (given.Count > 1)
        {
            throw Refusals.Argument($"{Names(given)} were given, and one of them is needed", "choose one");
        }

        CheckOthers(provider, [.. known.Select(choice => choice.Parameter), .. provider == Google ? ["ClientSecret"] : Array.Empty<string>()]);
        if (provider == Office365 && ApplicationId is { } application)
        {
            ApplicationId = EntraArguments.Application(application);
        }

        return given.Count == 0 ? null : given[0].Make();
    }

    /// <summary>As <see cref="Read"/>, where one is needed.</summary>
    internal Grant Needed(string provider) => Read(provider) ?? throw Refusals.Argument(
        "nothing says how to ask for tokens", $"give one of {Names(_choices.Where(choice => choice.Provider == provider))}");

    private void CheckOthers(string provider, string[] known)
    {
        if (_choices.FirstOrDefault(choice => choice.IsGiven && !known.Contains(choice.Parameter)) is { Parameter: { } stray, Provider: { } its })
        {
            throw Refusals.Argument($"-{stray} is for tokens of {Whose(its)}, and the endpoint's are those of {Whose(provider)}", $"leave -{stray} out");
        }

        if (provider == Google && _given.ClientSecret is not null && !_given.Interactive)
        {
            throw Refusals.Argument("-ClientSecret was given without -Interactive", "at Google it is that of the OAuth client by which a person signs in");
        }

        if (_given is { CertificatePassword: not null, CertificateFile: null })
        {
            throw Refusals.Argument("-CertificatePassword was given without a file", "give the PFX as -CertificateFile");
        }
    }

    private Grant ServiceAccount()
    {
        var key = GoogleKey.Read(_given.ServiceAccountKeyFileData is KeyBytes bytes
            ? bytes.Value
            : KeyFile.Read(FullPath(_given.ServiceAccountKey!), "-ServiceAccountKey"));
        ApplicationId ??= key.ClientId;
        return key.Grant();
    }

    private Grant GoogleSignIn() => Grant.OfSignIn("browser", _given.ClientSecret.ToText() ?? throw Refusals.Argument(
        "Google wants the secret of the OAuth client, too", "give it as -ClientSecret; the client is of the type \"Desktop app\""));

    private string FullPath(string path) => _cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    private static string Whose(string provider) => provider == Other ? "a script or program of your own" : provider;

    private static string Names(IEnumerable<(string Provider, string Parameter, bool IsGiven, Func<Grant> Make)> choices) =>
        string.Join(", ", choices.Select(choice => $"-{choice.Parameter}"));
}
