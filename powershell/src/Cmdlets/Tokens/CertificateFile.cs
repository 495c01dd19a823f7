using System;
using System.IO;
using System.Linq;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Reads an application's certificate and its key from a file: PFX, or PEM with both.</summary>
internal sealed class CertificateFile
{
    private const int WrongPassword = unchecked((int)0x80070056);

    private static readonly Regex Block = new(@"-----BEGIN (?<label>[A-Z0-9 ]+)-----(?<text>[^-]*)-----END \k<label>-----");

    private readonly string _path;
    private readonly SecureString? _password;

    private CertificateFile(string path, SecureString? password)
    {
        _path = path;
        _password = password;
    }

    /// <summary>The grant of a certificate in a file.</summary>
    /// <exception cref="MigrationErrorException">The file holds no certificate with an RSA key that can be read.</exception>
    internal static Grant Grant(string path, SecureString? password)
    {
        var file = new CertificateFile(path, password);
        var bytes = KeyFile.Read(path, "-CertificateFile");
        try
        {
            var text = KeyFile.Text(bytes);
            return Block.IsMatch(text) ? file.OfPem(text) : file.OfPfx(bytes);
        }
        finally
        {
            Array.Clear(bytes, 0, bytes.Length);
        }
    }

    private Grant OfPfx(byte[] bytes)
    {
        using var certificate = Pfx(bytes);
        if (!certificate.HasPrivateKey)
        {
            throw WithoutKey();
        }

        return Certificates.Exported(certificate) ?? throw Refusals.Argument(
            $"the key in `{_path}` cannot be taken out of the file here",
            "use PowerShell 7; or import the file into the certificate store, and give -CertificateThumbprint");
    }

    private X509Certificate2 Pfx(byte[] bytes)
    {
        try
        {
            return new X509Certificate2(bytes, _password, X509KeyStorageFlags.Exportable);
        }
        catch (CryptographicException e) when (e.HResult == WrongPassword)
        {
            throw _password is { Length: > 0 }
                ? Refusals.Argument($"the password of `{_path}` is another one", "give -CertificatePassword again")
                : Refusals.Argument($"`{_path}` has a password", "give it as -CertificatePassword (Read-Host -AsSecureString)");
        }
        catch (CryptographicException)
        {
            // .NET's words are those of the system's library, and no two systems have the same.
            throw Refusals.Argument(
                $"`{_path}` is neither a PFX file nor a PEM file with a certificate",
                "export the certificate with its private key: as .pfx, or as .pem with both");
        }
    }

    private Grant OfPem(string text)
    {
        var blocks = Block.Matches(text).Cast<Match>().ToList();
        var certificate = blocks.FirstOrDefault(block => Label(block) == "CERTIFICATE") ?? throw Refusals.Argument(
            $"`{_path}` has no certificate", "put certificate and key into one file: both, one after the other, in PEM");
        var key = blocks.FirstOrDefault(block => Label(block).EndsWith("PRIVATE KEY", StringComparison.Ordinal)) ?? throw WithoutKey();
        using var read = new X509Certificate2(Bytes(certificate));
        Certificates.CheckAlgorithm(read);
        return OfPair(read, key);
    }

    private Grant OfPair(X509Certificate2 certificate, Match key)
    {
        if (Label(key) is not ("PRIVATE KEY" or "RSA PRIVATE KEY") || key.Value.Contains("Proc-Type"))
        {
            throw Refusals.Argument(
                $"the key in `{_path}` is encrypted, or no RSA key",
                "make a PFX of it, and give its password: openssl pkcs12 -export -in file.pem -out file.pfx");
        }

        var der = Bytes(key);
        if (!Certificates.IsKeyOf(der, certificate))
        {
            throw Refusals.Argument($"the key in `{_path}` is not that of its certificate", "put the two that belong together into the file");
        }

        return Interop.Contract.Grant.OfCertificate(
            Convert.ToBase64String(certificate.RawData), Label(key) == "PRIVATE KEY" ? key.Value : Pkcs8.Pem(der));
    }

    private byte[] Bytes(Match block)
    {
        try
        {
            return Convert.FromBase64String(block.Groups["text"].Value);
        }
        catch (FormatException)
        {
            throw Refusals.Argument($"the {Label(block).ToLowerInvariant()} in `{_path}` is damaged", "export it again");
        }
    }

    private MigrationErrorException WithoutKey() => Refusals.Argument(
        $"`{_path}` has a certificate without its private key",
        "export it with the private key; the .cer file is the one to upload to the app registration");

    private static string Label(Match block) => block.Groups["label"].Value;
}
