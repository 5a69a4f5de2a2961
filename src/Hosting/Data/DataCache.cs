using System.Runtime.InteropServices;
using Distributed.Engine.Data;
using Distributed.Engine.Memory;

namespace Distributed.Hosting.Data;

/// <summary>Packed data that came from other machines, in files named for their content.</summary>
/// <param name="folder">Made where it is missing.</param>
/// <remarks>A file that is damaged is removed. Several processes may use one folder.</remarks>
internal sealed class DataCache(string folder)
{
    /// <summary>The data with this identity; null where they are not here.</summary>
    /// <param name="identityOf">Tells the identity of data that were read.</param>
    internal DataSplit? Find(string identity, Func<DataSplit, string> identityOf)
    {
        var path = PathOf(identity);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return null;
            }

            var pack = new AlignedBuffer(checked((int)(file.Length / sizeof(float))));
            using (var stream = file.OpenRead())
            {
                stream.ReadExactly(MemoryMarshal.AsBytes(pack.Span));
            }

            var data = DataPack.Unpack(pack);
            return identityOf(data) == identity ? data : throw new InvalidDataException("another set");
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or OverflowException)
        {
            File.Delete(path);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a pack; where the disk fails it is not kept, and false is returned.</summary>
    internal bool TryKeep(string identity, AlignedBuffer pack)
    {
        var path = PathOf(identity);
        // A name of its own, because other processes may be writing the same.
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(folder);
            using (var stream = File.Create(unfinished))
            {
                stream.Write(MemoryMarshal.AsBytes(pack.Span));
            }

            File.Move(unfinished, path, overwrite: true);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Discard(unfinished);
            return false;
        }
    }

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What cannot be written cannot be tidied either.
        }
    }

    private string PathOf(string identity) => Path.Combine(folder, $"{identity}.pack");
}
