using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;

namespace ImapMigration;

/// <summary>Writes the private key of an RSA key as PKCS #8 (RFC 5208, RFC 8017 A.1.2), which .NET Standard cannot.</summary>
internal static class Pkcs8
{
    private const byte Integer = 0x02;
    private const byte OctetString = 0x04;
    private const byte Sequence = 0x30;

    // rsaEncryption, 1.2.840.113549.1.1.1, with its NULL: an AlgorithmIdentifier.
    private static readonly byte[] Rsa =
        [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];

    private static readonly byte[] Zero = [Integer, 1, 0];

    /// <summary>The key in PEM.</summary>
    internal static string Pem(RSAParameters key) => Pem(Pkcs1(key));

    /// <summary>The key in PEM, of a key in PKCS #1.</summary>
    internal static string Pem(byte[] pkcs1)
    {
        var der = Element(Sequence, Zero, Rsa, Element(OctetString, pkcs1));
        var text = Convert.ToBase64String(der, Base64FormattingOptions.InsertLineBreaks);
        Array.Clear(der, 0, der.Length);
        Array.Clear(pkcs1, 0, pkcs1.Length);
        return $"-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n";
    }

    private static byte[] Pkcs1(RSAParameters key)
    {
        byte[]?[] numbers = [key.Modulus, key.Exponent, key.D, key.P, key.Q, key.DP, key.DQ, key.InverseQ];
        return Element(Sequence, [Zero, .. numbers.Select(Positive)]);
    }

    // A number whose first bit is set would be a negative one.
    private static byte[] Positive(byte[]? number)
    {
        var digits = (number ?? []).SkipWhile(digit => digit == 0).ToArray();
        return Element(Integer, digits is [< 0x80, ..] ? [] : [0], digits);
    }

    private static byte[] Element(byte tag, params byte[][] parts)
    {
        var length = parts.Sum(part => part.Length);
        return [tag, .. Length(length), .. parts.SelectMany(part => part)];
    }

    private static IEnumerable<byte> Length(int length) => length switch
    {
        < 0x80 => [(byte)length],
        < 0x100 => [0x81, (byte)length],
        _ => [0x82, (byte)(length >> 8), (byte)length],
    };
}
