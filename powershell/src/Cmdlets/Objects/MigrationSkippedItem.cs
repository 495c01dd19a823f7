using System;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>One thing that was not copied, or not as it is, with its cause.</summary>
public sealed class MigrationSkippedItem
{
    private readonly SkippedItem _item;

    internal MigrationSkippedItem(SkippedItem item) => _item = item;

    /// <summary>Why, in one word: <c>LargeItem</c>, <c>TargetRejected</c>.</summary>
    public string Kind => _item.Kind;

    /// <summary>The folder.</summary>
    public string FolderName => _item.FolderName;

    /// <summary>The subject.</summary>
    public string? Subject => _item.Subject;

    /// <summary>The sender.</summary>
    public string? Sender => _item.Sender;

    /// <summary>When it was received.</summary>
    public DateTime? DateReceived => Times.OptionalLocal(_item.DateReceived);

    /// <summary>When it was sent.</summary>
    public DateTime? DateSent => Times.OptionalLocal(_item.DateSent);

    /// <summary>The size.</summary>
    public ByteQuantifiedSize? Size => _item.Size is { } bytes ? new ByteQuantifiedSize(bytes) : null;

    /// <summary>The message's UID in the source folder.</summary>
    public long? Uid => _item.Uid;

    /// <summary>The Message-ID.</summary>
    public string? MessageId => _item.MessageId;

    /// <summary>Why, with the server's own words.</summary>
    public string ErrorMessage => ErrorText.Sentence(_item.ErrorMessage);

    /// <summary>Kind, folder and subject in one line.</summary>
    public override string ToString() => $"{Kind}: {FolderName}: {Subject}";
}
