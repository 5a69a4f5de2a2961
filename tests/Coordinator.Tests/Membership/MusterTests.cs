using Distributed.Coordinator.Membership;

namespace Distributed.Coordinator.Tests.Membership;

public sealed class MusterTests
{
    [Theory]
    [InlineData("", "", 2, 0, false, "0 of 2 workers have joined")]
    [InlineData("a", "", 2, 99, false, "1 of 2 workers have joined")]
    [InlineData("a b", "", 2, 0, true, "2 of 2 workers have joined")]
    [InlineData("a b c", "", 2, 0, true, "3 of 2 workers have joined")]
    [InlineData("b a", "a b", 1, 0, true, "all 2 workers are back")]
    [InlineData("a b c", "a b", 9, 0, true, "all 2 workers are back")]
    [InlineData("a c", "a b", 1, 1.5, false, "b missing for 1.5 of 30 s")]
    [InlineData("a c", "a b", 1, 2, true, "b missing for 2 of 30 s")]
    [InlineData("c", "a b", 1, 29.5, false, "a, b missing for 29.5 of 30 s")]
    [InlineData("c", "a b", 1, 30, true, "a, b missing for 30 of 30 s")]
    [InlineData("", "a b", 1, 31, false, "a, b missing for 31 of 30 s")]
    public void Decide_GivesOutcomeAndReason_FromWhoIsHere(
        string joined, string expected, int needed, double waited, bool begins, string reason) => Assert.Equal(
        (begins, reason),
        Muster.Decide(
            joined.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), needed, TimeSpan.FromSeconds(waited),
            patience: TimeSpan.FromSeconds(2), grace: TimeSpan.FromSeconds(30)));
}
