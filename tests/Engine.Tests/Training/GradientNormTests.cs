using Distributed.Engine.Kernels;
using Distributed.Engine.Memory;
using Distributed.Engine.Randomness;
using Distributed.Engine.Training;

namespace Distributed.Engine.Tests.Training;

/// <summary>The norm has the same bits on every path and however the gradient is cut between owners.</summary>
public sealed class GradientNormTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(160)]
    [InlineData(1000)]
    [InlineData(4099)]
    public void Norm_HasTheBitsOfOneOwner_HoweverTheGradientIsCut(int length)
    {
        var gradient = Gradient(length);
        var truth = Norm(gradient, KernelPath.Definition, [[(0, length)]]);
        var exact = Math.Sqrt(gradient.Span.ToArray().Sum(value => (double)value * value));
        Assert.InRange(truth / exact, 1 - 1e-6, 1 + 1e-6);
        foreach (var path in KernelPaths.All)
        {
            Assert.Equal(truth, Norm(gradient, path, [[(0, length)]]));
            for (var seed = 1; seed <= 20; seed++)
            {
                Assert.Equal(truth, Norm(gradient, path, Cut(length, new Random(seed))));
            }
        }
    }

    [Fact]
    public void Norm_IsZero_WhenThereIsNoParameter() =>
        Assert.Equal(0, Norm(new AlignedBuffer(0), KernelPath.Definition, [[(0, 0)], []]));

    [Fact]
    public void Sums_OfOneOwnerLieTogether_SoThatTheyAreOneFrame()
    {
        var norm = new GradientNorm([[(0, 100), (300, 50)], [(100, 200)], []], KernelPath.Definition);
        Assert.Equal(0, norm.SumsOf(0).Offset);
        Assert.Equal(norm.SumsOf(0).Count, norm.SumsOf(1).Offset);
        Assert.Equal((0, 0), norm.SumsOf(2));
    }

    private static float Norm(
        AlignedBuffer gradient, KernelPath path, IReadOnlyList<IReadOnlyList<(int Offset, int Count)>> owners)
    {
        var norm = new GradientNorm(owners, path);
        for (var owner = owners.Count - 1; owner >= 0; owner--)
        {
            norm.Square(owner, gradient);
        }

        Assert.Equal(norm.Norm(), norm.Norm());
        return norm.Norm();
    }

    /// <summary>Up to 9 ranges, dealt to up to 4 owners.</summary>
    private static List<(int, int)>[] Cut(int length, Random random)
    {
        var cuts = Enumerable.Range(0, random.Next(9)).Select(_ => random.Next(length + 1))
            .Append(0).Append(length).Order().ToList();
        var owners = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new List<(int, int)>()).ToArray();
        for (var i = 0; i + 1 < cuts.Count; i++)
        {
            owners[random.Next(owners.Length)].Add((cuts[i], cuts[i + 1] - cuts[i]));
        }

        return owners;
    }

    private static AlignedBuffer Gradient(int length)
    {
        var gradient = new AlignedBuffer(length);
        new CounterRandom(3, RandomPurpose.Example).FillUniform(gradient.Span, 0, -1, 1);
        return gradient;
    }
}
