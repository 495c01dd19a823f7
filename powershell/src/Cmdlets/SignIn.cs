using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Shows where a person has to sign in, and opens the browser where no code is to be typed.</summary>
internal static class SignIn
{
    /// <summary>As a warning, which is seen and stays out of the pipeline; with no full stop, as an address may be its end.</summary>
    internal static void Show(Cmdlet cmdlet, string url, JobEvent prompt)
    {
        cmdlet.WriteWarning(prompt.Message is { } message && message.Contains(url) ? message : $"{prompt.Message} {url}");
        if (prompt.Code is null && Uri.TryCreate(url, UriKind.Absolute, out var page) && page.Scheme is "https" or "http")
        {
            Open(page);
        }
    }

    private static void Open(Uri page)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo(page.AbsoluteUri) { UseShellExecute = true });
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or FileNotFoundException or PlatformNotSupportedException)
        {
            // No browser, or none that can be started from here: the address is shown.
        }
    }
}
