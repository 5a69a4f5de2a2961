using System.Buffers.Binary;
using System.Collections.Immutable;
using Distributed.Engine.Disks;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Checkpoints;

/// <summary>An open file in the <see cref="SafeTensors"/> format, its header checked before any other use.</summary>
/// <remarks>
/// Errors: UserErrorException in one line that names the file and what is wrong with it. Any float is a value, NaN
/// too. Names are in the file's order of bytes.
/// </remarks>
internal sealed class SafeTensorsReader : IDisposable
{
    private readonly Stream _stream;
    private readonly SafeTensorsHeader _header;
    private readonly Dictionary<string, SafeTensorsEntry> _byName;
    private readonly long _dataStart;

    private SafeTensorsReader(string path, Stream stream)
    {
        Path = path;
        _stream = stream;
        var json = ReadHeader();
        _dataStart = SafeTensors.LengthBytes + json.Length;
        _header = new SafeTensorsHeader(path, json, stream.Length - _dataStart);
        _byName = _header.Entries.ToDictionary(entry => entry.Name);
    }

    internal string Path { get; }

    internal ImmutableArray<SafeTensorsEntry> Entries => _header.Entries;

    internal IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    public void Dispose() => _stream.Dispose();

    internal static SafeTensorsReader Open(string path, IDisk disk)
    {
        var stream = OpenFile(path, disk);
        try
        {
            return new SafeTensorsReader(path, stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Throws unless the file has a tensor of this name and shape.</summary>
    internal void Require(NamedTensor tensor)
    {
        if (!_byName.TryGetValue(tensor.Name, out var entry))
        {
            throw new UserErrorException(
                $"{Path}: tensor '{tensor.Name}' is missing: give the job that wrote the file");
        }

        if (!entry.Shape.SequenceEqual(tensor.Shape.Select(size => (long)size)))
        {
            throw new UserErrorException(
                $"{Path}: tensor '{tensor.Name}' is [{string.Join(", ", entry.Shape)}], "
                + $"the model needs [{string.Join(", ", tensor.Shape)}]: give the job that wrote the file");
        }
    }

    /// <summary>Fills the tensor with the file's values.</summary>
    internal void Read(NamedTensor tensor)
    {
        Require(tensor);
        _stream.Position = _dataStart + _byName[tensor.Name].Begin;
        LittleEndianFloats.Read(_stream, tensor.Values);
    }

    private static Stream OpenFile(string path, IDisk disk)
    {
        try
        {
            return disk.Open(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{path}: there is no such file");
        }
    }

    private byte[] ReadHeader()
    {
        Span<byte> prefix = stackalloc byte[SafeTensors.LengthBytes];
        if (_stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
        {
            throw Damaged($"it is cut off: {_stream.Length} bytes, the header's length alone takes {prefix.Length}");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafeTensors.HeaderBytesMax)
        {
            throw Damaged(
                $"the header's length at offset 0 is {length} bytes, at most {SafeTensors.HeaderBytesMax} are allowed");
        }

        var left = _stream.Length - SafeTensors.LengthBytes;
        if ((long)length > left)
        {
            throw Damaged(
                $"it is cut off: the header needs {length} bytes from offset {SafeTensors.LengthBytes}, "
                + $"there are {left}");
        }

        var json = new byte[length];
        _stream.ReadExactly(json);
        return json;
    }

    private UserErrorException Damaged(string fault) => new($"{Path}: not a safetensors file of floats: {fault}");
}
