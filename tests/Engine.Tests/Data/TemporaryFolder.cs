using System.IO.Compression;

namespace Distributed.Engine.Tests.Data;

/// <summary>A folder of its own for one test, deleted with everything in it at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("distributed-data-").FullName;

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    internal string Write(string name, byte[] content)
    {
        if (name.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var file = System.IO.File.Create(File(name));
            using var packed = new GZipStream(file, CompressionLevel.Fastest);
            packed.Write(content);
        }
        else
        {
            System.IO.File.WriteAllBytes(File(name), content);
        }
        return File(name);
    }

    internal string Write(string name, string content)
    {
        System.IO.File.WriteAllText(File(name), content);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
