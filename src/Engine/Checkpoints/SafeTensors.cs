using System.Collections.Immutable;

namespace Distributed.Engine.Checkpoints;

/// <summary>The safetensors format: a file of named tensors that other tools read.</summary>
/// <remarks>
/// 8 bytes: the header's length N, little-endian; N bytes: a JSON object, padded with spaces to a multiple of 8, of
/// name → { "dtype": "F32", "shape": […], "data_offsets": [begin, end] } and, under __metadata__, strings; then the
/// tensors' bytes, row-major and little-endian, end to end without gaps. Offsets count from the end of the header.
/// </remarks>
internal static class SafeTensors
{
    /// <summary>The key in the header that names no tensor.</summary>
    internal const string MetadataName = "__metadata__";

    internal const string Dtype = "F32";

    internal const int LengthBytes = 8;

    /// <summary>The format's own bound; a greater length is a damaged file, not a header.</summary>
    internal const int HeaderBytesMax = 100_000_000;
}

/// <summary>A tensor in a file. Begin and End count bytes from the end of the header.</summary>
internal sealed record SafeTensorsEntry(string Name, ImmutableArray<long> Shape, long Begin, long End);
