using System.Buffers.Binary;
using System.Text;
using Distributed.Engine.Checkpoints;
using Distributed.Engine.Disks;
using Distributed.Engine.Errors;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Tests.Checkpoints;

/// <summary>The file format: its bytes, the round trip, and every way in which a file can be wrong.</summary>
public sealed class SafeTensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Writer_WritesTheFormat_ByteForByte()
    {
        var buffer = new AlignedBuffer(3);
        buffer.Span[0] = 1f;
        buffer.Span[1] = -0f;
        buffer.Span[2] = float.NaN;
        using var stream = new MemoryStream();
        SafeTensorsWriter.Write(
            stream,
            [new NamedTensor("a", [2, 1], buffer, 0), new NamedTensor("b", [], buffer, 2)],
            new Dictionary<string, string> { ["k"] = "v" });
        const string Header = """
            {"__metadata__":{"k":"v"},
            "a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
            "b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}
            """;
        var bytes = stream.ToArray();
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal(Header.ReplaceLineEndings(""), Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '));
        Assert.Equal("0000803F" + "00000080" + "0000C0FF", Convert.ToHexString(bytes[(8 + length)..]));
    }

    [Fact]
    public void Reader_GivesBackEveryBit()
    {
        var source = new SampleState(seed: 3);
        source.Parameters.Span[0] = float.NaN;
        source.Parameters.Span[1] = -0f;
        source.Parameters.Span[2] = float.NegativeInfinity;
        source.Parameters.Span[3] = float.Epsilon;
        var path = Write(stream => SafeTensorsWriter.Write(stream, source.State.Tensors));
        var target = new SampleState();
        using (var file = Open(path))
        {
            target.State.ReadFrom(file, parametersOnly: false);
        }

        source.AssertEquals(target);
        Assert.Equal(Fingerprint.Compute(source.State), Fingerprint.Compute(target.State));
    }

    [Fact]
    public void Reader_TakesAnyOrderOfNames_AndEmptyTensors()
    {
        var path = WriteRaw(
            """
            {"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},
            "e":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]},
            "__metadata__":{"format":"pt"},"a":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}}
            """,
            dataBytes: 8);
        using var file = Open(path);
        Assert.Equal(["a", "e", "b"], file.Entries.Select(entry => entry.Name));
        Assert.Equal("pt", file.Metadata["format"]);
    }

    public static TheoryData<string, int, string> WrongHeaders => new()
    {
        { """{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""", 4, "tensor 'a' has dtype \"F16\"" },
        {
            """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""",
            4,
            "has 4 bytes at data offset 0, its shape [2] needs 8"
        },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "leaves a gap" },
        {
            """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
            """,
            8,
            "tensor 'b' at data offset 4 overlaps"
        },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "it is cut off: the tensors need 4 bytes" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "it is too long" },
        {
            """
            {"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}
            """,
            8,
            "two tensors are named 'a'"
        },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4, "once each and no more" },
        { """{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"more":1}}""", 4, "once each and no more" },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "has no shape: [-1]" },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "has no shape" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "has no data_offsets" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "has no data_offsets" },
        {
            """{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}}""",
            0,
            "has 0 bytes"
        },
        { """{"__metadata__":{"k":1}}""", 0, "not an object of strings" },
        { """{"__metadata__":{"k":"1","k":"2"}}""", 0, "has 'k' twice" },
        { """{"a":""", 0, "not JSON at offset" },
        { """{"a\ud800":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4, "no Unicode" },
        { "[]", 0, "does not begin with '{'" },
        { " {}", 0, "does not begin with '{'" },
        { "", 0, "does not begin with '{'" },
    };

    [Theory]
    [MemberData(nameof(WrongHeaders))]
    public void Reader_SaysInOneLineWhatIsWrong(string header, int dataBytes, string expected)
    {
        var path = WriteRaw(header, dataBytes);
        var error = Assert.Throws<UserErrorException>(() => Open(path).Dispose());
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "3 bytes")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, "is 18446744073709551615 bytes")]
    [InlineData(new byte[] { 0, 0, 0, 16, 0, 0, 0, 0 }, "is 268435456 bytes")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 123, 125 }, "needs 9 bytes from offset 8, there are 2")]
    public void Reader_SaysInOneLineWhatIsWrong_WithTheLength(byte[] bytes, string expected)
    {
        var path = Write(stream => stream.Write(bytes));
        var error = Assert.Throws<UserErrorException>(() => Open(path).Dispose());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reader_NamesTheFile_WhenThereIsNone()
    {
        var error = Assert.Throws<UserErrorException>(() => Open(_folder.File("none")).Dispose());
        Assert.Contains("there is no such file", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Every truncation, and seeded damage of the header: a one-line error or a well-formed file.</summary>
    [Fact]
    public void Reader_NeverFailsOtherwise_WhenBytesAreDamaged()
    {
        using var good = new MemoryStream();
        SafeTensorsWriter.Write(good, new SampleState(seed: 1).State.Tensors);
        var bytes = good.ToArray();
        for (var length = 0; length < bytes.Length; length++)
        {
            var path = Write(stream => stream.Write(bytes, 0, length));
            Assert.Throws<UserErrorException>(() => Open(path).Dispose());
        }

        var random = new Random(5);
        for (var trial = 0; trial < 2000; trial++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(bytes.Length - (2 * SampleState.Length * sizeof(float)))] = (byte)random.Next(256);
            var path = Write(stream => stream.Write(damaged));
            try
            {
                using var file = Open(path);
                Assert.Equal(6, file.Entries.Length);
            }
            catch (UserErrorException error)
            {
                Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void State_NamesTheTensor_WhenTheModelDiffers()
    {
        var path = Write(stream => SafeTensorsWriter.Write(stream, new SampleState(seed: 1).State.Tensors));
        var buffer = new AlignedBuffer(100);
        var misshapen = new CheckpointState();
        misshapen.AddParameter("hidden.weight", [4, 3], buffer, 0);
        AssertFault(misshapen, "tensor 'hidden.weight' is [3, 4], the model needs [4, 3]");
        var missing = new CheckpointState();
        missing.AddParameter("other", [1], buffer, 0);
        AssertFault(missing, "tensor 'other' is missing");
        var fewer = new CheckpointState();
        fewer.AddParameter("hidden.weight", [3, 4], buffer, 0);
        AssertFault(fewer, "tensor 'hidden.bias' is not part of this model");
        Assert.All(buffer.Span.ToArray(), value => Assert.Equal(0, value));

        void AssertFault(CheckpointState state, string expected)
        {
            using var file = Open(path);
            var error = Assert.Throws<UserErrorException>(() => state.ReadFrom(file, parametersOnly: false));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    private static SafeTensorsReader Open(string path) => SafeTensorsReader.Open(path, LocalDisk.Instance);

    private string WriteRaw(string header, int dataBytes) =>
        Write(stream =>
        {
            var json = Encoding.UTF8.GetBytes(header);
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
            stream.Write(length);
            stream.Write(json);
            stream.Write(new byte[dataBytes]);
        });

    private string Write(Action<Stream> write)
    {
        var path = _folder.File("model.safetensors");
        using var stream = File.Create(path);
        write(stream);
        return path;
    }
}
