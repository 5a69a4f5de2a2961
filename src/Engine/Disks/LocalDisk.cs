namespace Distributed.Engine.Disks;

/// <summary>The machine's own file systems.</summary>
public sealed class LocalDisk : IDisk
{
    private LocalDisk()
    {
    }

    public static LocalDisk Instance { get; } = new();

    public DiskStream Create(string path) =>
        new LocalFile(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None));

    public DiskStream Append(string path)
    {
        // Not FileMode.Append, which would make a file that is missing.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        stream.Seek(0, SeekOrigin.End);
        return new LocalFile(stream);
    }

    // Unbuffered: readers ask for large pieces, and a buffer in between would only copy them.
    public Stream Open(string path) =>
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public IReadOnlyList<string> Files(string directory) =>
        [.. Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Directories(string directory) =>
        [.. Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal)];

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void MoveFile(string from, string to) => File.Move(from, to, overwrite: true);

    public void MoveDirectory(string from, string to) => Directory.Move(from, to);

    public void DeleteFile(string path) => File.Delete(path);

    public void DeleteDirectory(string path) => Directory.Delete(path, recursive: true);

    public void Flush(string directory) => DurableDirectory.Flush(directory);

    private sealed class LocalFile(FileStream stream) : DiskStream
    {
        public override long Length => stream.Length;

        public override void Write(ReadOnlySpan<byte> buffer) => stream.Write(buffer);

        public override void Flush() => stream.Flush();

        public override void FlushToDisk() => stream.Flush(flushToDisk: true);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                stream.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
