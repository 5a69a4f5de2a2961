using Distributed.Cluster.Messages;
using Distributed.Coordinator.Pace;
using Distributed.Engine.Reduction;

namespace Distributed.Coordinator.Tests.Pace;

public sealed class PieceCostTests
{
    /// <summary>16 micro-batches of 4 samples, 10 steps; the slowest waits 0.6 s in all, 0.06 s a step.</summary>
    [Fact]
    public void PerPiece_IsAnEqualPartOfWhatEvenTheSlowestWaits()
    {
        var cost = new PieceCost();
        Assert.Equal(0, cost.PerPiece);
        cost.Add([Timing(0.9, 320), Timing(0.6, 320)], [8, 8]);
        Assert.Equal(0.06 / 4 / 2, cost.PerPiece, 1e-12);
        cost.Add([Timing(0.9, 280), Timing(0.6, 360)], [7, 9]);
        Assert.Equal((0.8 * 0.06 / 4 / 2) + (0.2 * 0.06 / 4 / 4), cost.PerPiece, 1e-12);
    }

    [Fact]
    public void PerPiece_StaysAsItIs_WhereNothingWasComputed()
    {
        var cost = new PieceCost();
        cost.Add([Timing(1, 0), Timing(1, 0)], [8, 8]);
        Assert.Equal(0, cost.PerPiece);
    }

    /// <summary>Seeds of the draws are 1 to 200.</summary>
    [Fact]
    public void Pieces_IsThatOfTheShardThatHasMost()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var counts = Enumerable.Range(0, 1 + random.Next(6)).Select(_ => random.Next(20)).ToArray();
            var firsts = counts.Select((_, rank) => counts[..rank].Sum());
            var pieces = new TreePiece[64];
            Assert.Equal(
                firsts.Zip(counts, (first, count) => CanonicalTree.Pieces(first, count, pieces)).Max(),
                PieceCost.Pieces(counts));
        }
    }

    private static WorkTiming Timing(double wait, long samples) => new(default, TimeSpan.FromSeconds(wait), samples);
}
