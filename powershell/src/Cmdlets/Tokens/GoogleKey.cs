using System;
using System.Runtime.Serialization;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The key of a service account of Google, as its console gives it: a JSON file.</summary>
[DataContract]
internal sealed class GoogleKey
{
    private const string Remedy =
        "in the Google Cloud console: IAM & Admin, Service Accounts, the account, Keys, Add key, Create new key, JSON";

    [DataMember(Name = "type")]
    internal string? Type { get; set; }

    [DataMember(Name = "client_email")]
    internal string? ClientEmail { get; set; }

    [DataMember(Name = "client_id")]
    internal string? ClientId { get; set; }

    [DataMember(Name = "private_key_id")]
    internal string? PrivateKeyId { get; set; }

    [DataMember(Name = "private_key")]
    internal string? PrivateKey { get; set; }

    [DataMember(Name = "installed")]
    internal object? Installed { get; set; }

    [DataMember(Name = "web")]
    internal object? Web { get; set; }

    /// <summary>Reads the file's bytes, and wipes them.</summary>
    /// <exception cref="MigrationErrorException">They are no such key.</exception>
    internal static GoogleKey Read(byte[] file)
    {
        try
        {
            return Checked(Json.Read<GoogleKey>(file));
        }
        catch (SerializationException)
        {
            throw Refusals.Argument("the key of a service account is a JSON file, and this is none", Remedy);
        }
        finally
        {
            Array.Clear(file, 0, file.Length);
        }
    }

    /// <summary>The grant.</summary>
    internal Grant Grant() => Interop.Contract.Grant.OfServiceAccount(ClientEmail!, PrivateKeyId!, PrivateKey!);

    private static GoogleKey Checked(GoogleKey key) => key switch
    {
        { Installed: not null } or { Web: not null } => throw Refusals.Argument(
            "this is the file of an OAuth client, and no key of a service account",
            "give its client id and secret with -Interactive -ApplicationId -ClientSecret, or make a key of a service account: " + Remedy),
        { Type: not "service_account" } => throw Refusals.Argument(
            $"this is no key of a service account, but JSON of the type `{key.Type ?? "none"}`", Remedy),
        { ClientEmail: null or "" } or { PrivateKeyId: null or "" } or { PrivateKey: null or "" } =>
            throw Refusals.Argument("the key of the service account is incomplete", Remedy),
        _ => key,
    };
}
