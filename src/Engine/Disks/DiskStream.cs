namespace Distributed.Engine.Disks;

/// <summary>A file open for writing, from its end onwards only.</summary>
public abstract class DiskStream : Stream
{
    public sealed override bool CanRead => false;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => true;

    public sealed override long Position
    {
        get => Length;
        set => throw AtTheEndOnly();
    }

    /// <summary>Makes everything written so far survive the machine's death, but not the file's name.</summary>
    /// <remarks>Errors: IOException; what was written since the last flush that came back may then be lost.</remarks>
    public abstract void FlushToDisk();

    public abstract override void Write(ReadOnlySpan<byte> buffer);

    public sealed override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public sealed override int Read(byte[] buffer, int offset, int count) => throw AtTheEndOnly();

    public sealed override long Seek(long offset, SeekOrigin origin) => throw AtTheEndOnly();

    public sealed override void SetLength(long value) => throw AtTheEndOnly();

    private static NotSupportedException AtTheEndOnly() => new("the file is open for writing at its end only");
}
