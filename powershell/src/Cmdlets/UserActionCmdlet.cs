using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Statistics and verification: what is asked of one user, or of each user of a batch.</summary>
public abstract class UserActionCmdlet : ExchangeCmdlet
{
    private const string IdentitySet = "Identity";
    private const string BatchSet = "BatchId";

    /// <summary>The address, the guid, an object of Get-MigrationUser, or a row with an EmailAddress.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = IdentitySet)]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationUserIdParameter), But = typeof(MigrationBatchIdParameter))]
    [ArgumentCompleter(typeof(UserAddressCompleter))]
    public MigrationUserIdParameter? Identity { get; set; }

    /// <summary>All users of this batch.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = BatchSet)]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationBatchIdParameter))]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    public MigrationBatchIdParameter? BatchId { get; set; }

    /// <summary>What is piped where <c>$true</c>, the value of a switch, stands for the identity.</summary>
    [Parameter(DontShow = true, ValueFromPipeline = true, ParameterSetName = IdentitySet)]
    [IdentityArgument(typeof(MigrationUserIdParameter), IsStrict = true, But = typeof(MigrationBatchIdParameter))]
    public MigrationUserIdParameter? OtherId { get; set; }

    private protected override MigrationIdParameter? PipedBatch => Identities.IsSwitchValue(Identity) ? OtherInput?.Batch : null;

    /// <inheritdoc />
    private protected override void Process()
    {
        foreach (var user in Users())
        {
            Send(RequestFor(user));
        }
    }

    private protected abstract Request RequestFor(string user);

    private IEnumerable<string> Users() => ParameterSetName == BatchSet || PipedBatch is not null
        ? Named(BatchId ?? PipedBatch, "migration batch", nameof(BatchId)) is { } name ? UsersOf(name) : []
        : Named(Identity.Or(OtherId), "migration user") is { } user ? [user] : [];

    private IEnumerable<string> UsersOf(string batch)
    {
        var query = new UserQuery { Batch = batch, ResultSize = Unlimited.UnlimitedValue.ToString() };
        return Query(Operations.GetUsers(query)).Select(item => item.User?.Guid).OfType<string>();
    }
}
