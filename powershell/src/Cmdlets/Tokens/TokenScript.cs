using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.InteropServices;
using System.Text;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Makes a grant of a script or of a program that an admin has for tokens: the worker runs it, with nobody there.</summary>
internal static class TokenScript
{
    // What the command line has. Told to read commands from its input, PowerShell writes to its output, too.
    private const string Reader = "& ([scriptblock]::Create(@($input) -join [char] 10))";

    // What the input has, in ASCII, as encodings differ. The mailbox comes in a variable: in a text it could be code.
    private const string Runner =
        "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; $Mailbox = $env:IMAP_MIGRATION_MAILBOX; " +
        "try {{ $script = [scriptblock]::Create([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{0}'))); " +
        "foreach ($one in & $script $Mailbox 3>$null 4>$null 5>$null 6>$null) {{ " +
        "foreach ($name in 'AccessToken', 'Token') {{ if ($one.$name) {{ $one = $one.$name }} }}; " +
        "if ($one -is [securestring]) {{ $one = [Net.NetworkCredential]::new('', $one).Password }}; " +
        "[Console]::Out.WriteLine([string] $one) }} }} " +
        "catch {{ [Console]::Error.WriteLine([string] $_); exit 1 }}; exit 0\n";

    /// <summary>The grant of a script: it runs in a PowerShell like this one, which reads it and not its command line.</summary>
    internal static Grant OfScript(ScriptBlock script, PSCmdlet cmdlet)
    {
        if (script.Ast.Find(ast => ast is UsingExpressionAst, searchNestedScriptBlocks: true) is not null)
        {
            throw Refusals.Argument(
                "the script of -AccessToken has a $using: variable", "it runs in a PowerShell of its own, later: let it get itself what it needs");
        }

        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(script.ToString()));
        var input = string.Format(CultureInfo.InvariantCulture, Runner, text);
        return Grant.OfCommand(PowerShell(cmdlet), ["-NoProfile", "-NonInteractive", "-Command", Reader], input);
    }

    /// <summary>The grant of a program and its arguments. It is looked for now: the worker has another folder, and another PATH.</summary>
    internal static Grant OfProgram(CommandLine command, PSCmdlet cmdlet)
    {
        var program = command.Words.FirstOrDefault().OrNull() ?? throw Refusals.Argument("-TokenCommand is empty", "name the program, then what it is told");
        return Grant.OfCommand(Found(program, cmdlet), [.. command.Words.Skip(1)], input: null);
    }

    private static string Found(string program, PSCmdlet cmdlet)
    {
        var found = cmdlet.InvokeCommand.GetCommand(program, CommandTypes.Application) as ApplicationInfo;
        return found?.Path ?? throw Refusals.Argument(
            Rows.MayBe(program) ? "there is no such program" : $"there is no program `{program}`", "give its full path, as the first of -TokenCommand; each argument is a text of its own");
    }

    private static string PowerShell(PSCmdlet cmdlet)
    {
        var home = $"{cmdlet.SessionState.PSVariable.GetValue("PSHOME")}";
        var windows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
        var edition = RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal) ? "powershell" : "pwsh";
        var program = Path.Combine(home, windows ? edition + ".exe" : edition);
        return File.Exists(program) ? program : Found(edition, cmdlet);
    }
}
