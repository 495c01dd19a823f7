using System.Management.Automation;

namespace ImapMigration.Commands;

/// <summary>The parameters of Initialize- and Remove-MigrationOffice365Access: which application, and which mailboxes.</summary>
public abstract class Office365AccessParameters : ExchangeCmdlet
{
    /// <summary>The mailboxes: addresses, objects of Get-MigrationUser, or rows with an EmailAddress.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [IdentityArgument(typeof(MigrationUserIdParameter), List = true, But = typeof(MigrationBatchIdParameter))]
    [ArgumentCompleter(typeof(UserAddressCompleter))]
    public MigrationUserIdParameter[]? EmailAddress { get; set; }

    /// <summary>The mailboxes of a CSV: its bytes, its path, or objects of Import-Csv.</summary>
    [Parameter]
    [CsvData]
    public object? CSVData { get; set; }

    /// <summary>The mailboxes of this batch.</summary>
    [Parameter]
    [IdentityArgument(typeof(MigrationBatchIdParameter))]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    public MigrationBatchIdParameter? BatchId { get; set; }

    /// <summary>The endpoint whose application it is.</summary>
    [Parameter]
    [IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? Endpoint { get; set; }

    /// <summary>Without an endpoint: the directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? TenantId { get; set; }

    /// <summary>Without an endpoint: the application.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? ApplicationId { get; set; }

    /// <summary>Without an endpoint: the cloud.</summary>
    [Parameter]
    [ValueArgument(typeof(MigrationCloud))]
    public MigrationCloud? Cloud { get; set; }

    /// <summary>The object id of the enterprise application. Without it Graph is asked, where its cmdlets are.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? ServicePrincipalObjectId { get; set; }

    /// <summary>Do what is missing, in the session of Exchange Online that is there.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Apply { get; set; }
}
