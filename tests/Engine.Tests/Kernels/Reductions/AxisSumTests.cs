using Distributed.Engine.Kernels;
using Distributed.Engine.Kernels.Lanes;
using Distributed.Engine.Kernels.Reductions;

namespace Distributed.Engine.Tests.Kernels.Reductions;

public sealed unsafe class AxisSumTests
{
    [Fact]
    public void Sum_EqualsTheDefinition_OnEveryPath()
    {
        foreach (var inner in EveryPath.Lengths)
        {
            foreach (var (outer, axis) in new[] { (1, 0), (1, 1), (2, 3), (3, 17), (0, 4), (9, 5), (5, 49), (4, 32) })
            {
                var x = SampleFloats.WithSpecials(outer * axis * inner, inner);
                var expected = Run(KernelPath.Definition, x, outer, axis, inner, 0);
                Bits.AssertEqual(Oracle(x, outer, axis, inner), expected, $"[{outer}, {axis}, {inner}]");
                foreach (var path in EveryPath.Wide)
                {
                    foreach (var offset in EveryPath.Offsets)
                    {
                        var actual = Run(path, x, outer, axis, inner, offset);
                        Bits.AssertEqual(expected, actual, $"{path}, [{outer}, {axis}, {inner}], offset {offset}");
                    }
                }
            }
        }
    }

    /// <summary>The documented order, written down once more: 16 lanes for rows, chains for columns.</summary>
    private static float[] Oracle(float[] x, int outer, int axis, int inner)
    {
        var y = new float[outer * inner];
        for (var i = 0; i < y.Length; i++)
        {
            var lanes = new float[inner == 1 ? 16 : 1];
            for (var a = 0; a < axis; a++)
            {
                lanes[a % lanes.Length] += x[(((i / inner * axis) + a) * inner) + (i % inner)];
            }

            while (lanes.Length > 1)
            {
                lanes = lanes.Take(lanes.Length / 2).Zip(lanes.Skip(lanes.Length / 2), (l, r) => l + r).ToArray();
            }

            y[i] = lanes[0];
        }

        return y;
    }

    private static float[] Run(KernelPath path, float[] x, int outer, int axis, int inner, int offset)
    {
        var output = new GuardedFloats(outer * inner, offset);
        EveryPath.Run(path, new Call(new GuardedFloats(x, offset / 2), output, outer, axis, inner));
        output.AssertGuardsIntact($"{path}, [{outer}, {axis}, {inner}]");
        return output.Span.ToArray();
    }

    private sealed record Call(GuardedFloats X, GuardedFloats Y, int Outer, int Axis, int Inner) : IPathCall
    {
        public void Run<TLanes, TVector>()
            where TLanes : struct, ILanes<TVector>
            where TVector : struct =>
            AxisSum.Run<TLanes, TVector>(X.Pointer, Y.Pointer, Outer, Axis, Inner);
    }
}
