using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;

namespace Distributed.Engine.Tests.Kernels.Reductions;

/// <summary>Softmax, cross entropy and its gradient: widths in bits, the definition against doubles.</summary>
public sealed unsafe class SoftmaxTests
{
    private const int Rows = 5;

    [Fact]
    public void Everything_EqualsTheDefinition_OnEveryPath()
    {
        foreach (var classes in EveryPath.Lengths)
        {
            foreach (var special in new[] { false, true })
            {
                var logits = special
                    ? SampleFloats.WithSpecials(Rows * classes, classes)
                    : SampleFloats.Ordinary(Rows * classes, classes);
                var expected = Run(KernelPath.Definition, logits, Labels(classes), classes, 0);
                foreach (var path in EveryPath.Wide)
                {
                    var actual = Run(path, logits, Labels(classes), classes, path == KernelPath.Vector256 ? 3 : 1);
                    var context = $"{path}, {classes} classes, special {special}";
                    Bits.AssertEqual(expected.Softmax, actual.Softmax, "softmax on " + context);
                    Bits.AssertEqual(expected.Losses, actual.Losses, "losses on " + context);
                    Bits.AssertEqual(expected.Gradient, actual.Gradient, "gradient on " + context);
                    Bits.AssertEqual(expected.GradientInPlace, actual.GradientInPlace, "in place on " + context);
                    Bits.AssertEqual(expected.Gradient, actual.GradientInPlace, "in place by itself on " + context);
                }
            }
        }
    }

    [Fact]
    public void Definition_IsCloseToDoubles()
    {
        foreach (var classes in new[] { 1, 2, 10, 100, 1000 })
        {
            var logits = SampleFloats.Ordinary(Rows * classes, classes);
            var labels = Labels(classes);
            var actual = Run(KernelPath.Definition, logits, labels, classes, 0);
            for (var row = 0; row < Rows; row++)
            {
                var z = logits.Skip(row * classes).Take(classes).Select(value => (double)value).ToArray();
                var sum = z.Sum(value => Math.Exp(value - z.Max()));
                var label = (int)labels[row];
                var loss = Math.Log(sum) - (z[label] - z.Max());
                Assert.InRange(actual.Losses[row], loss - 4e-6, loss + 4e-6);
                for (var c = 0; c < classes; c++)
                {
                    var softmax = Math.Exp(z[c] - z.Max()) / sum;
                    var gradient = Upstream[row] * (softmax - (c == label ? 1 : 0));
                    Assert.InRange(actual.Softmax[(row * classes) + c], softmax * (1 - 2e-6), softmax * (1 + 2e-6));
                    Assert.Equal(gradient, actual.Gradient[(row * classes) + c], 4e-6);
                }
            }
        }
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(10f)]
    [InlineData(3.5f)]
    [InlineData(4294967296f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void LossAndGradient_AreNaN_WhenTheLabelIsNoClass(float label)
    {
        foreach (var path in KernelPaths.All)
        {
            var actual = Run(path, SampleFloats.Ordinary(Rows * 10, 1), [0, label, 2, 3, 9], 10, 0);
            Assert.Equal([false, true, false, false, false], actual.Losses.Select(float.IsNaN));
            Assert.Equal(10, actual.Gradient.Count(float.IsNaN));
            Assert.All(actual.Gradient[10..20], value => Assert.True(float.IsNaN(value)));
        }
    }

    [Fact]
    public void Loss_StaysFinite_WhenLogitsAreHuge()
    {
        float[] logits = [1e38f, -1e38f, 0f, 1e38f, -1e38f, 0f, 1e38f, -1e38f, 0f, 1e38f, -1e38f, 0f, 7f, 7f, 7f];
        var actual = Run(KernelPath.Definition, logits, [0, 1, 2, 0, 2], 3, 0);
        Bits.AssertEqual([0f, 2e38f, 1e38f, 0f], actual.Losses.AsSpan(0, 4), "losses");
        Assert.Equal(Math.Log(3), actual.Losses[4], 2e-7);
    }

    [Fact]
    public void ArgMaxHit_FindsTheFirstMaximum_AndNoneWithNaN()
    {
        var logits = new GuardedFloats([1, 3, 3, -0f, 0f, -1, 2, float.NaN, 9, float.NegativeInfinity,
            float.NegativeInfinity, float.NegativeInfinity, 5, 4, 6]);
        var labels = new GuardedFloats([1, 0, 2, 0, 1.5f]);
        var hits = new GuardedFloats(Rows, 0);
        ArgMaxHit.Run(logits.Pointer, labels.Pointer, hits.Pointer, Rows, 3);
        Assert.Equal([1f, 1f, 0f, 1f, 0f], hits.Span.ToArray());
        ArgMaxHit.Run(logits.Pointer, labels.Pointer, hits.Pointer, Rows, 0);
        Assert.Equal([0f, 0f, 0f, 0f, 0f], hits.Span.ToArray());
        foreach (var buffer in new[] { logits, labels, hits })
        {
            buffer.AssertGuardsIntact("hits");
        }
    }

    private static readonly float[] Upstream = [1f, 0.25f, -3f, 0f, 1f / 3];

    private static float[] Labels(int classes) =>
        Enumerable.Range(0, Rows).Select(row => classes == 0 ? 0f : row * 7 % classes).ToArray();

    private static Call Run(KernelPath path, float[] logits, float[] labels, int classes, int offset)
    {
        var call = new Call(logits, labels, classes, offset);
        EveryPath.Run(path, call);
        return call;
    }

    private sealed class Call(float[] logits, float[] labels, int classes, int offset) : IPathCall
    {
        internal float[] Softmax { get; private set; } = [];

        internal float[] Losses { get; private set; } = [];

        internal float[] Gradient { get; private set; } = [];

        internal float[] GradientInPlace { get; private set; } = [];

        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct
        {
            var x = new GuardedFloats(logits, offset);
            var y = new GuardedFloats(labels, offset);
            var upstream = new GuardedFloats(Upstream);
            var wide = new GuardedFloats(logits.Length, offset / 2);
            var narrow = new GuardedFloats(Rows, offset);
            Engine.Kernels.Reductions.Softmax.Forward<TLanes, TVector>(x.Pointer, wide.Pointer, Rows, classes);
            Softmax = wide.Span.ToArray();
            SoftmaxCrossEntropy.Forward<TLanes, TVector>(x.Pointer, y.Pointer, narrow.Pointer, Rows, classes);
            Losses = narrow.Span.ToArray();
            SoftmaxCrossEntropy.Backward<TLanes, TVector>(
                x.Pointer, y.Pointer, upstream.Pointer, wide.Pointer, Rows, classes);
            Gradient = wide.Span.ToArray();
            SoftmaxCrossEntropy.Backward<TLanes, TVector>(
                x.Pointer, y.Pointer, upstream.Pointer, x.Pointer, Rows, classes);
            GradientInPlace = x.Span.ToArray();
            foreach (var buffer in new[] { x, y, upstream, wide, narrow })
            {
                buffer.AssertGuardsIntact($"{typeof(TLanes).Name}, {classes} classes");
            }
        }
    }
}
