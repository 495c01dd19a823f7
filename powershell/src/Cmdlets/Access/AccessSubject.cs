using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The application that gets access, and what is known of it.</summary>
internal sealed class AccessSubject
{
    /// <summary>The tenant.</summary>
    internal required string Tenant { get; init; }

    /// <summary>The application (client) id.</summary>
    internal required string ApplicationId { get; init; }

    /// <summary>Where an administrator consents: the cloud's logins.</summary>
    internal required string Authority { get; init; }

    /// <summary>The object id of the enterprise application; null as long as nobody has said it.</summary>
    internal string? ObjectId { get; set; }

    /// <summary>The object id of the service principal that Exchange has for the application; null if it has none.</summary>
    internal string? Registered { get; set; }

    /// <summary>Whether that is the one of the enterprise application, as far as anybody has said.</summary>
    internal bool IsRegistered => Registered is not null && Registered.Equals(ObjectId ?? Registered, StringComparison.OrdinalIgnoreCase);

    /// <summary>What the last token of the endpoint said; null without one.</summary>
    internal ClaimsView? Claims { get; init; }

    /// <summary>The page on which an administrator consents.</summary>
    internal string ConsentLink => $"{Authority.TrimEnd('/')}/{Tenant}/adminconsent?client_id={ApplicationId}";
}
