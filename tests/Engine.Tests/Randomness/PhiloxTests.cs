using Distributed.Engine.Randomness;

namespace Distributed.Engine.Tests.Randomness;

public sealed class PhiloxTests
{
    // The known answers published with the generator: key and counter of zeros, of ones, and of the digits of pi.
    [Theory]
    [InlineData(0UL, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)]
    [InlineData(0xffffffffffffffffUL, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
        0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd)]
    [InlineData(0x299f31d0a4093822UL, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344,
        0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1)]
    public void Block_GivesPublishedWords_WhenKeyAndCounterArePublished(
        ulong key, uint c0, uint c1, uint c2, uint c3, uint w0, uint w1, uint w2, uint w3) =>
        Assert.Equal((w0, w1, w2, w3), Philox.Block(key, c0, c1, c2, c3));
}
