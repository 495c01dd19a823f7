using System;
using System.Collections.ObjectModel;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ImapMigration;

/// <summary>The admin's own session of Exchange Online and Graph: its cmdlets, by name.</summary>
internal sealed class ExchangeSession
{
    private const string Call = "param($command, $parameters) & $command @parameters -ErrorAction Stop";

    private readonly PSCmdlet _cmdlet;

    internal ExchangeSession(PSCmdlet cmdlet) => _cmdlet = cmdlet;

    /// <summary>Whether the session is there: it has the cmdlets that look and those that change.</summary>
    internal bool IsConnected => Has("Get-ServicePrincipal") && Has("Get-MailboxPermission") && Has("Get-CASMailbox");

    /// <summary>Whether there is such a cmdlet.</summary>
    internal bool Has(string command) =>
        _cmdlet.InvokeCommand.GetCommand(command, CommandTypes.Cmdlet | CommandTypes.Function | CommandTypes.Alias) is not null;

    /// <summary>Calls a cmdlet.</summary>
    /// <exception cref="RuntimeException">It failed.</exception>
    internal Collection<PSObject> Invoke(ExchangeCall call) => _cmdlet.InvokeCommand.InvokeScript(
        Call, useNewScope: true, PipelineResultTypes.None, input: null, call.Command, call.Parameters);

    /// <summary>The object id of an application's enterprise application, of Graph; null where Graph cannot be asked.</summary>
    internal string? EnterpriseApplication(string application)
    {
        try
        {
            var call = new ExchangeCall("Get-MgServicePrincipal", ("Filter", $"appId eq '{application}'"));
            return Has(call.Command) ? Text(Invoke(call).FirstOrDefault(), "Id") : null;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            _cmdlet.WriteWarning($"Graph does not say which enterprise application it is: {e.Message}");
            return null;
        }
    }

    /// <summary>The object id of the service principal that Exchange has for an application; null if it has none, or is not there.</summary>
    /// <exception cref="RuntimeException">Exchange does not say.</exception>
    internal string? Registered(string application) => !IsConnected ? null : Invoke(new ExchangeCall("Get-ServicePrincipal"))
        .Where(one => application.Equals(Text(one, "AppId"), StringComparison.OrdinalIgnoreCase))
        .Select(one => Text(one, "ObjectId")).FirstOrDefault();

    private static string? Text(PSObject? found, string property) => found?.Properties[property]?.Value?.ToString();
}
