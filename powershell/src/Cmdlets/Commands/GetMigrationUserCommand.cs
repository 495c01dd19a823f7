using System;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Shows migration users.</summary>
[Cmdlet(VerbsCommon.Get, "MigrationUser", DefaultParameterSetName = "Identity")]
[OutputType(typeof(MigrationUser))]
public sealed class GetMigrationUserCommand : ExchangeCmdlet
{
    /// <summary>The address or guid; without it all users.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Identity")]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationUserIdParameter), But = typeof(MigrationBatchIdParameter))]
    [ArgumentCompleter(typeof(UserAddressCompleter))]
    public MigrationUserIdParameter? Identity { get; set; }

    /// <summary>What is piped where <c>$true</c>, the value of a switch, stands for the identity.</summary>
    [Parameter(DontShow = true, ValueFromPipeline = true, ParameterSetName = "Identity")]
    [IdentityArgument(typeof(MigrationUserIdParameter), IsStrict = true)]
    public MigrationUserIdParameter? OtherId { get; set; }

    /// <summary>Only users of this batch.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = "StatusAndBatchId")]
    [IdentityArgument(typeof(MigrationBatchIdParameter), IsStrict = true)]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    public MigrationBatchIdParameter? BatchId { get; set; }

    /// <summary>Only users of this status.</summary>
    [Parameter(ParameterSetName = "StatusAndBatchId")]
    [ValueArgument(typeof(MigrationUserStatus))]
    public MigrationUserStatus? Status { get; set; }

    /// <summary>Only users of this summary of statuses.</summary>
    [Parameter(ParameterSetName = "StatusAndBatchId")]
    [ValueArgument(typeof(MigrationUserStatusSummary))]
    public MigrationUserStatusSummary? StatusSummary { get; set; }

    /// <summary>Only the user with this guid.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "MailboxGuid")]
    [ValueArgument(typeof(Guid))]
    public Guid? MailboxGuid { get; set; }

    /// <summary>All migrations of this person.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "EmailAddress")]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    [ArgumentCompleter(typeof(UserAddressCompleter))]
    public string? EmailAddress { get; set; }

    /// <summary>At most that many; 1000 if not given.</summary>
    [Parameter]
    [ValueArgument(typeof(Unlimited))]
    public Unlimited? ResultSize { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter IncludeAssociatedUsers { get; set; }

    private protected override MigrationIdParameter? PipedBatch => Identities.IsSwitchValue(Identity) ? OtherInput?.Batch : null;

    /// <inheritdoc />
    private protected override void Process()
    {
        var batch = BatchId ?? PipedBatch;
        // Users of no batch at all would be all users, and who pipes them on would do something to everybody.
        if (IsBound(nameof(BatchId)) && Named(batch, "migration batch", nameof(BatchId)) is null)
        {
            return;
        }

        Send(Operations.GetUsers(new UserQuery
        {
            Identity = Identity.Or(OtherId).OrNull(),
            Batch = batch.OrNull(),
            Status = Status?.ToString(),
            StatusSummary = StatusSummary?.ToString(),
            EmailAddress = EmailAddress,
            MailboxGuid = MailboxGuid?.ToString(),
            ResultSize = ResultSize?.ToString(),
        }));
    }
}
