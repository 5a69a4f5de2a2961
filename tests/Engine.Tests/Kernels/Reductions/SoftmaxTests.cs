using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;

namespace Distributed.Engine.Tests.Kernels.Reductions;

/// <summary>Softmax, cross entropy and its gradient: widths in bits, the definition against doubles.</summary>
public sealed unsafe class SoftmaxTests
{
    /// <summary>For every width some vectors of rows side by side, and some rows that are left.</summary>
    private const int Rows = 37;

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
                    Bits.AssertEqual(expected.Hits, actual.Hits, "hits on " + context);
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
            foreach (var row in new[] { 1, Rows - 1 })
            {
                var labels = Labels(10);
                labels[row] = label;
                var actual = Run(path, SampleFloats.Ordinary(Rows * 10, 1), labels, 10, 0);
                Assert.Equal([row], Enumerable.Range(0, Rows).Where(one => float.IsNaN(actual.Losses[one])));
                Assert.Equal(10, actual.Gradient.Count(float.IsNaN));
                Assert.All(
                    actual.Gradient.AsSpan(row * 10, 10).ToArray(), value => Assert.True(float.IsNaN(value)));
            }
        }
    }

    [Fact]
    public void Loss_StaysFinite_WhenLogitsAreHuge()
    {
        float[] huge = [1e38f, -1e38f, 0f];
        float[] logits = [.. Enumerable.Repeat(huge, Rows - 1).SelectMany(row => row), 7f, 7f, 7f];
        var actual = Run(KernelPath.Definition, logits, Labels(3), 3, 0);
        float[] expected = [0f, 2e38f, 1e38f];
        Bits.AssertEqual(
            [.. Labels(3).Take(Rows - 1).Select(label => expected[(int)label])], actual.Losses.AsSpan(0, Rows - 1),
            "losses");
        Assert.Equal(Math.Log(3), actual.Losses[^1], 2e-7);
    }

    [Fact]
    public void ArgMaxHit_FindsTheFirstMaximum_AndNoneWithNaN()
    {
        float[] logits = [1, 3, 3, -0f, 0f, -1, 2, float.NaN, 9, float.NegativeInfinity, float.NegativeInfinity,
            float.NegativeInfinity, 5, 4, 6, float.NaN, 2, 1, 0, 1, float.NaN];
        float[] labels = [1, 0, 2, 0, 1.5f, 0, 1];
        float[] hits = [1, 1, 0, 1, 0, 0, 0];
        foreach (var path in KernelPaths.All)
        {
            var actual = Run(path, Repeated(logits, Rows * 3), Repeated(labels, Rows), 3, 0);
            Assert.Equal(Repeated(hits, Rows), actual.Hits);
            Assert.Equal(new float[Rows], Run(path, [], Repeated(labels, Rows), 0, 0).Hits);
        }
    }

    private static readonly float[] Upstream = Repeated([1f, 0.25f, -3f, 0f, 1f / 3], Rows);

    private static float[] Repeated(float[] values, int length) =>
        [.. Enumerable.Range(0, length).Select(i => values[i % values.Length])];

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

        internal float[] Hits { get; private set; } = [];

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
            ArgMaxHit.Run<TLanes, TVector>(x.Pointer, y.Pointer, narrow.Pointer, Rows, classes);
            Hits = narrow.Span.ToArray();
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
