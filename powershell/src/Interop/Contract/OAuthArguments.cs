#pragma warning disable CS1591 // The members are those of the Rust types of the same name, which document them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>How the tokens of an endpoint are had.</summary>
[DataContract]
public sealed class OAuth
{
    [DataMember(Name = "provider")]
    public OAuthProvider Provider { get; init; } = new();

    [DataMember(Name = "application_id", EmitDefaultValue = false)]
    public string? ApplicationId { get; init; }

    [DataMember(Name = "authority", EmitDefaultValue = false)]
    public string? Authority { get; init; }

    [DataMember(Name = "scope", EmitDefaultValue = false)]
    public string? Scope { get; init; }

    [DataMember(Name = "grant")]
    public Grant Grant { get; init; } = new();
}

/// <summary>Changes of how tokens are had: what is null stays as it is.</summary>
[DataContract]
public sealed class OAuthChanges
{
    [DataMember(Name = "cloud", EmitDefaultValue = false)]
    public string? Cloud { get; init; }

    [DataMember(Name = "tenant", EmitDefaultValue = false)]
    public string? Tenant { get; init; }

    [DataMember(Name = "application_id", EmitDefaultValue = false)]
    public string? ApplicationId { get; init; }

    [DataMember(Name = "authority", EmitDefaultValue = false)]
    public string? Authority { get; init; }

    [DataMember(Name = "scope", EmitDefaultValue = false)]
    public string? Scope { get; init; }

    [DataMember(Name = "grant", EmitDefaultValue = false)]
    public Grant? Grant { get; init; }
}

/// <summary>Whose authorization server gives the tokens.</summary>
[DataContract]
public sealed class OAuthProvider
{
    /// <summary>Entra ID, for mailboxes of Exchange Online.</summary>
    public static OAuthProvider Office365(string cloud, string tenant) => new() { Kind = "office365", Cloud = cloud, Tenant = tenant };

    /// <summary>Google.</summary>
    public static OAuthProvider Google() => new() { Kind = "google" };

    /// <summary>Any other: the grant knows how.</summary>
    public static OAuthProvider Other() => new() { Kind = "other" };

    [DataMember(Name = "kind")]
    public string Kind { get; init; } = "";

    [DataMember(Name = "cloud", EmitDefaultValue = false)]
    public string? Cloud { get; init; }

    [DataMember(Name = "tenant", EmitDefaultValue = false)]
    public string? Tenant { get; init; }
}

/// <summary>On what grounds tokens are given. Its secrets are only ever written.</summary>
[DataContract]
public sealed class Grant
{
    /// <summary>An application's secret.</summary>
    public static Grant OfSecret(string clientSecret) => new() { Kind = "client_secret", ClientSecret = clientSecret };

    /// <summary>An application's certificate (DER, base64), and its key (PKCS #8, PEM).</summary>
    public static Grant OfCertificate(string certificate, string privateKey) =>
        new() { Kind = "certificate", Certificate = certificate, PrivateKey = privateKey };

    /// <summary>A certificate whose key stays in the certificate store of Windows.</summary>
    public static Grant OfCertificateStore(string thumbprint) => new() { Kind = "certificate_store", Thumbprint = thumbprint };

    /// <summary>A person who signs in: <c>browser</c> or <c>device_code</c>.</summary>
    public static Grant OfSignIn(string how, string? clientSecret) => new() { Kind = "sign_in", How = how, ClientSecret = clientSecret };

    /// <summary>A service account of Google, and its key (PKCS #8, PEM).</summary>
    public static Grant OfServiceAccount(string clientEmail, string privateKeyId, string privateKey) =>
        new() { Kind = "service_account", ClientEmail = clientEmail, PrivateKeyId = privateKeyId, PrivateKey = privateKey };

    /// <summary>A program whose output is the token, and what it reads.</summary>
    public static Grant OfCommand(string program, string[] arguments, string? input) =>
        new() { Kind = "command", Program = program, Arguments = arguments, Input = input };

    [DataMember(Name = "kind")]
    public string Kind { get; init; } = "";

    [DataMember(Name = "client_secret", EmitDefaultValue = false)]
    public string? ClientSecret { get; init; }

    [DataMember(Name = "certificate", EmitDefaultValue = false)]
    public string? Certificate { get; init; }

    [DataMember(Name = "private_key", EmitDefaultValue = false)]
    public string? PrivateKey { get; init; }

    [DataMember(Name = "thumbprint", EmitDefaultValue = false)]
    public string? Thumbprint { get; init; }

    [DataMember(Name = "how", EmitDefaultValue = false)]
    public string? How { get; init; }

    [DataMember(Name = "client_email", EmitDefaultValue = false)]
    public string? ClientEmail { get; init; }

    [DataMember(Name = "private_key_id", EmitDefaultValue = false)]
    public string? PrivateKeyId { get; init; }

    [DataMember(Name = "program", EmitDefaultValue = false)]
    public string? Program { get; init; }

    [DataMember(Name = "arguments", EmitDefaultValue = false)]
    public string[]? Arguments { get; init; }

    [DataMember(Name = "input", EmitDefaultValue = false)]
    public string? Input { get; init; }
}
