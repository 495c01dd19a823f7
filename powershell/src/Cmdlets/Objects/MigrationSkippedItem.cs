using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>One thing that was not copied, or not as it is, with its cause.</summary>
public sealed class MigrationSkippedItem
{
    private readonly SkippedItem? _item;

    internal MigrationSkippedItem(SkippedItem item) => _item = item;

    private SkippedItem Item => _item ?? Blank<SkippedItem>.Value;

    /// <summary>Why, in one word: <c>LargeItem</c>, <c>TargetRejected</c>.</summary>
    public string Kind => Item.Kind;

    /// <summary>The folder.</summary>
    public string FolderName => Item.FolderName;

    /// <summary>The subject.</summary>
    public string? Subject => Item.Subject;

    /// <summary>The sender.</summary>
    public string? Sender => Item.Sender;

    /// <summary>When it was received.</summary>
    public DateTime? DateReceived => Times.OptionalLocal(Item.DateReceived);

    /// <summary>When it was sent.</summary>
    public DateTime? DateSent => Times.OptionalLocal(Item.DateSent);

    /// <summary>The size.</summary>
    public ByteQuantifiedSize? Size => Item.Size is { } bytes ? new ByteQuantifiedSize(bytes) : null;

    /// <summary>The message's UID in the source folder.</summary>
    public long? Uid => Item.Uid;

    /// <summary>The Message-ID.</summary>
    public string? MessageId => Item.MessageId;

    /// <summary>Why, with the server's own words.</summary>
    public string ErrorMessage => ErrorText.Sentence(Item.ErrorMessage);

    /// <summary>Kind, folder and subject in one line.</summary>
    public override string ToString() => $"{Kind}: {FolderName}: {Subject}";
}
