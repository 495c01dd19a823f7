using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Takes an application's certificate from the certificate store, with its key where that may be taken along.</summary>
internal static class Certificates
{
    private const string RsaKey = "1.2.840.113549.1.1.1";

    /// <summary>The grant of a certificate that is found by its thumbprint.</summary>
    /// <exception cref="MigrationErrorException">There is none, or its key is of no use.</exception>
    internal static Grant Grant(string thumbprint)
    {
        using var certificate = Find(thumbprint);
        if (!certificate.HasPrivateKey)
        {
            throw Refusals.Argument(
                $"the certificate {thumbprint} has no private key on this computer", "import it with its private key, from a .pfx file");
        }

        return Exported(certificate)
            ?? (RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
                ? Interop.Contract.Grant.OfCertificateStore(thumbprint)
                : throw Refusals.Argument(
                    $"the private key of the certificate {thumbprint} cannot be read", "give the certificate's file, as -CertificateFile"));
    }

    /// <summary>The grant of a certificate whose key can be taken along; null if it cannot.</summary>
    internal static Grant? Exported(X509Certificate2 certificate)
    {
        CheckAlgorithm(certificate);
        try
        {
            using var key = certificate.GetRSAPrivateKey();
            return key is null
                ? null
                : Interop.Contract.Grant.OfCertificate(Convert.ToBase64String(certificate.RawData), Pkcs8.Pem(key.ExportParameters(true)));
        }
        catch (CryptographicException)
        {
            // A key that is not exportable, or that this account may use and not read: who asked knows another way.
            return null;
        }
    }

    /// <summary>Refuses a key that signs no assertion: Entra takes PS256, which is of RSA.</summary>
    internal static void CheckAlgorithm(X509Certificate2 certificate)
    {
        if (certificate.PublicKey.Oid.Value != RsaKey)
        {
            throw Refusals.Argument(
                $"the certificate `{certificate.Subject}` has no RSA key, but {certificate.PublicKey.Oid.FriendlyName}",
                "make a certificate with an RSA key of 2048 bits or more, and upload that to the app registration");
        }
    }

    /// <summary>Whether a private key is that of a certificate. Both hold the modulus, byte by byte.</summary>
    internal static bool IsKeyOf(byte[] der, X509Certificate2 certificate)
    {
        using var key = certificate.GetRSAPublicKey();
        var modulus = key?.ExportParameters(false).Modulus ?? [];
        return Enumerable.Range(0, Math.Max(0, der.Length - modulus.Length))
            .Any(start => der.Skip(start).Take(modulus.Length).SequenceEqual(modulus));
    }

    private static X509Certificate2 Find(string thumbprint) =>
        In(StoreLocation.CurrentUser, thumbprint) ?? In(StoreLocation.LocalMachine, thumbprint) ?? throw Refusals.Argument(
            $"there is no certificate {thumbprint} in the stores CurrentUser\\My and LocalMachine\\My",
            "import it there with its private key, for the account of the worker, or give its file as -CertificateFile");

    private static X509Certificate2? In(StoreLocation location, string thumbprint)
    {
        using var store = new X509Store(StoreName.My, location);
        try
        {
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // Linux has no such store of the machine, and none of the user before the first certificate.
            return null;
        }

        return store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false).Cast<X509Certificate2>().FirstOrDefault();
    }
}
