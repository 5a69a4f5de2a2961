using System.Security.Cryptography;
using Distributed.Engine.Checkpoints;

namespace Distributed.Engine.Tests.Checkpoints;

public sealed class FingerprintTests
{
    /// <summary>Pinned from another implementation: sha256sum of the bytes 0000803f 000000c0 0000003f.</summary>
    [Fact]
    public void Compute_IsTheHashOfTheLittleEndianFloats()
    {
        var momentum = new Engine.Memory.AlignedBuffer(1);
        momentum.Span[0] = 0.5f;
        var bytes = Convert.FromHexString("0000803F000000C00000003F");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), Fingerprint.Compute([1f, -2f], momentum));
        const string Pinned = "2ce4bdb6b34a50ac7092eb9fee94337a27498e9eb9bae44192f15b88831b2422";
        Assert.Equal(Pinned, Fingerprint.Compute([1f, -2f], momentum));
    }

    [Fact]
    public void Compute_OfNothing_IsTheHashOfNoBytes() =>
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Fingerprint.Compute([]));

    [Fact]
    public void Compute_OfAState_IsThatOfItsFlatBuffers()
    {
        var sample = new SampleState(seed: 8);
        Assert.Equal(
            Fingerprint.Compute(sample.Parameters.Span, sample.Momentum), Fingerprint.Compute(sample.State));
    }

    [Fact]
    public void Compute_TellsBitsApart_NotValues()
    {
        Assert.NotEqual(Fingerprint.Compute([0f]), Fingerprint.Compute([-0f]));
        Assert.NotEqual(Fingerprint.Compute([1f, 2f]), Fingerprint.Compute([2f, 1f]));
    }
}
