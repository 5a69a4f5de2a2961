using System.Security.Cryptography;
using Distributed.Engine.Memory;

namespace Distributed.Engine.Checkpoints;

/// <summary>The bits of a trained state as 64 characters: what "one job, one fingerprint" compares.</summary>
/// <remarks>
/// SHA-256, in lower-case hexadecimal, of the concatenation of all parameters in the model's order and then all
/// optimizer state, slot after slot, each slot in the order of the parameters. Each value is the four bytes of an
/// IEEE 754 single, little-endian. Nothing else goes in: no names, shapes, lengths or separators.
/// </remarks>
public static class Fingerprint
{
    /// <summary>The fingerprint of flat buffers without gaps: the parameters, then each optimizer slot.</summary>
    public static string Compute(ReadOnlySpan<float> parameters, params ReadOnlySpan<AlignedBuffer> optimizerState)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        LittleEndianFloats.Send(parameters, hash.AppendData);
        foreach (var slot in optimizerState)
        {
            LittleEndianFloats.Send(slot.Span, hash.AppendData);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The fingerprint of a state's tensors, in their order.</summary>
    public static string Compute(CheckpointState state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in state.Tensors)
        {
            LittleEndianFloats.Send(tensor.Values, hash.AppendData);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
