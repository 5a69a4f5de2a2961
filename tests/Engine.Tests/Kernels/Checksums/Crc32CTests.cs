using System.Text;
using Distributed.Engine.Kernels.Checksums;

namespace Distributed.Engine.Tests.Kernels.Checksums;

/// <summary>Every path has the definition's bits, whatever the length, the start and the way it is cut.</summary>
public sealed class Crc32CTests
{
    public static TheoryData<ChecksumPath> Paths => [.. Enum.GetValues<ChecksumPath>().Where(Crc32C.IsSupported)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Append_IsTheStandardOne(ChecksumPath path)
    {
        // RFC 3720, appendix B.4, and the check value that catalogues give.
        Assert.Equal(0xE3069283u, Crc32C.Append(0, Encoding.ASCII.GetBytes("123456789"), path));
        Assert.Equal(0x8A9136AAu, Crc32C.Append(0, new byte[32], path));
        Assert.Equal(0x46DD794Eu, Crc32C.Append(0, [.. Enumerable.Range(0, 32).Select(i => (byte)i)], path));
        Assert.Equal(0u, Crc32C.Append(0, [], path));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Append_EqualsTheDefinition_AtEveryLengthAndStart(ChecksumPath path)
    {
        var bytes = RandomBytes(1, 2048);
        foreach (var start in new[] { 0, 1, 7, 16, 33 })
        {
            for (var length = 0; length <= 257; length++)
            {
                Check(path, (uint)(length * 77), bytes.AsSpan(start, length));
            }

            foreach (var length in new[] { 511, 512, 513, 767, 768, 769, 1023, 1024, 1025, 1500 })
            {
                Check(path, 0, bytes.AsSpan(start, length));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Append_EqualsTheDefinition_OverLongTextsInPieces(ChecksumPath path)
    {
        var random = new Random(2);
        var bytes = RandomBytes(3, 300_000);
        for (var round = 0; round < 20; round++)
        {
            var start = random.Next(100);
            var length = random.Next(bytes.Length - start);
            var cut = random.Next(length + 1);
            var text = bytes.AsSpan(start, length);
            var expected = Crc32C.Append(0, text, ChecksumPath.Definition);
            Assert.Equal(expected, Crc32C.Append(0, text, path));
            Assert.Equal(expected, Crc32C.Append(Crc32C.Append(0, text[..cut], path), text[cut..], path));
        }
    }

    private static void Check(ChecksumPath path, uint before, ReadOnlySpan<byte> bytes) =>
        Assert.Equal(Crc32C.Append(before, bytes, ChecksumPath.Definition), Crc32C.Append(before, bytes, path));

    private static byte[] RandomBytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
