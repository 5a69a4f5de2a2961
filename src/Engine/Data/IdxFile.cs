using System.Buffers.Binary;
using System.IO.Compression;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Data;

/// <summary>Reads one IDX file of unsigned bytes, plain or .gz, and refuses whatever is not exactly one.</summary>
/// <remarks>
/// Format: 0, 0, 8 (unsigned byte), the number of dimensions; each dimension as four bytes, most significant first;
/// then the elements, row-major. Nothing is allocated for a promise that the file is too short to keep.
/// Errors: UserErrorException naming the file and the byte offset.
/// Source: the format as described with the MNIST database, LeCun, Cortes and Burges.
/// </remarks>
internal static class IdxFile
{
    /// <summary>Deflate turns one byte into 1032 at most, which bounds what a compressed file can hold.</summary>
    private const long DeflateRatioMax = 1032;

    private const uint MagicOfBytes = 0x00000800;

    /// <summary>Images: three dimensions, count, rows and columns, none of them 0.</summary>
    internal static (int Count, int Rows, int Columns, byte[] Pixels) ReadImages(string path)
    {
        var (sides, pixels) = Read(path, dimensions: 3, "images");
        return (sides[0], sides[1], sides[2], pixels);
    }

    /// <summary>Labels: one dimension, not 0.</summary>
    internal static byte[] ReadLabels(string path) => Read(path, dimensions: 1, "labels").Elements;

    private static (int[] Sides, byte[] Elements) Read(string path, int dimensions, string what)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!IsCompressed(path))
            {
                return Parse(file, path, dimensions, what, file.Length);
            }

            using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            return Parse(unpacked, path, dimensions, what, checked(file.Length * DeflateRatioMax));
        }
        catch (InvalidDataException)
        {
            throw new UserErrorException($"{path}: cannot be unpacked as gzip: it is damaged, cut off or not gzip; " +
                "fetch it again, or drop .gz from its name if it is plain");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read: {FirstLine(error.Message)}; check path and rights");
        }
    }

    internal static bool IsCompressed(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static (int[] Sides, byte[] Elements) Parse(
        Stream stream, string path, int dimensions, string what, long bytesMax)
    {
        var header = new byte[4 + 4 * dimensions];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read >= 4)
        {
            CheckMagic(BinaryPrimitives.ReadUInt32BigEndian(header), path, dimensions, what);
        }

        if (read < header.Length)
        {
            throw new UserErrorException($"{path}: ends at byte {read}, inside the header of {header.Length} bytes " +
                $"of IDX {what}; fetch it again");
        }

        var sides = new uint[dimensions];
        var count = 1L;
        for (var i = 0; i < dimensions; i++)
        {
            var side = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + 4 * i));
            if (side == 0)
            {
                throw new UserErrorException($"{path}: dimension {i + 1} of {dimensions}, at byte {4 + 4 * i}, " +
                    $"is 0; an IDX file of {what} without elements cannot be used");
            }
            // Saturates: three sides of 32 bits pass 63, and anything this large is refused below.
            var high = Math.BigMul((ulong)count, side, out var low);
            count = high == 0 && low <= long.MaxValue ? (long)low : long.MaxValue;
            sides[i] = side;
        }
        var promised = string.Join('×', sides);
        if (count > bytesMax - header.Length)
        {
            throw Truncated(path, promised, what, $"the file can hold {Math.Max(0, bytesMax - header.Length)}");
        }

        if (count > Array.MaxLength)
        {
            throw new UserErrorException($"{path}: its header promises {promised} {what}, more than the " +
                $"{Array.MaxLength} bytes that fit in memory at once; split the file");
        }

        var elements = ReadElements(stream, path, promised, what, header.Length, (int)count);
        return ([.. sides.Select(side => (int)side)], elements);
    }

    private static byte[] ReadElements(
        Stream stream, string path, string promised, string what, int headerBytes, int count)
    {
        var elements = new byte[count];
        var got = stream.ReadAtLeast(elements, count, throwOnEndOfStream: false);
        if (got < count)
        {
            throw Truncated(path, promised, what, $"its contents end at byte {headerBytes + (long)got}");
        }

        if (stream.ReadByte() >= 0)
        {
            throw new UserErrorException($"{path}: its header promises {promised} {what}, which end at byte " +
                $"{headerBytes + (long)count}, but the file goes on; fetch it again");
        }

        return elements;
    }

    private static void CheckMagic(uint magic, string path, int dimensions, string what)
    {
        var needed = MagicOfBytes | (uint)dimensions;
        if (magic == needed)
        {
            return;
        }

        var guess = magic switch
        {
            MagicOfBytes | 1 => "this is a file of labels; check its name",
            MagicOfBytes | 3 => "this is a file of images; check its name",
            _ when magic >> 16 == 0x1F8B => "this is a gzip file; its name must end in .gz",
            _ => "it is no IDX file of unsigned bytes",
        };
        throw new UserErrorException($"{path}: starts with 0x{magic:X8} at byte 0, IDX {what} start with " +
            $"0x{needed:X8}: {guess}");
    }

    private static UserErrorException Truncated(string path, string promised, string what, string seen) =>
        new($"{path}: its header promises {promised} {what}, but {seen}; it is cut off or damaged, fetch it again");

    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd('\r', '.', ' ');
}
